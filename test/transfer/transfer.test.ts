import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@guanxi/engine/platform';
import { checkBackup } from '@guanxi/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClickHouseCluster } from '../support/clickhouse-server.ts';
import { missingPostgres, startPostgresServer } from '../support/postgres-server.ts';
import { startServerProcess } from '../support/server.ts';
import { folders, requests, run, send, stateOf as stateWith } from './support.ts';

const missing = missingPostgres();
// eslint-disable-next-line no-console -- a skip says why
if (missing) console.warn(`Skipped, migration to servers: ${missing}`);

const cleanUp: (() => unknown)[] = [];
const { make: newFolder, remove } = folders();
afterAll(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  remove();
});

/** The operator's key stays where the first server made it. */
const withKey = (env: Record<string, string>) => ({ ...env, GUANXI_KEY_FILE: join(folder, 'guanxi.key') });
const check = (path: string) => checkBackup(readConfig(withKey({ GUANXI_DATA: folder })), path);

const guanxi = (data: string, ...args: string[]) => run('apps/cli/src/main.ts', args, withKey({ GUANXI_DATA: data }));

const stateOf = (env: Record<string, string>, place?: number) => stateWith(withKey(env), place);

let folder: string;
let backup: string;

beforeAll(async () => {
  folder = newFolder();
  backup = join(newFolder(), 'backup');
  const server = await startServerProcess(folder);
  const { api } = server;
  const keys = [
    (await api.sources()).items[0]!.writeKey,
    (await api.sourceCreate({ body: { name: '门店' } })).writeKey,
  ];
  await send(server.url, keys, 0, 8);
  // Who is whose is settled before somebody is taken apart.
  while ((await api.status()).stages.some(({ lag }) => lag > 0)) await new Promise((done) => setTimeout(done, 100));
  const { items } = await api.customers({ query: { order: 'events', known: 'true', limit: 20 } });
  const several = items.find(({ identifiers }) => identifiers.length > 1)!;
  await api.unmerge({
    params: { id: several.id },
    body: { identifiers: [several.identifiers.at(-1)!.id], reason: '' },
  });
  // A backup is made while events come.
  const [made] = await Promise.all([
    guanxi(folder, 'backup', backup, '--json'),
    send(server.url, keys, 8, requests.length),
  ]);
  expect(made).toMatchObject({ code: 0 });
  await server.stop();
}, 300_000);

test('a backup made under load restores to what was there at its place, table by table', async () => {
  const manifest = await check(backup);
  const log = manifest.parts.find(({ table }) => table === 'event_log')!;
  const place = Number(log.files.at(-1)!.mark);
  expect(place).toBeGreaterThan(500);
  const restored = newFolder();
  expect(await guanxi(restored, 'restore', backup)).toMatchObject({ code: 0 });
  const before = await stateOf({ GUANXI_DATA: restored });
  // The folder goes on as it was after the backup: cut at the same place it must be the same.
  const copy = await stateOf({ GUANXI_DATA: folder }, place);
  const { quarantined: ofCopy, ...expected } = copy;
  const { quarantined, ...found } = before;
  expect(found).toEqual(expected);
  expect(quarantined).toBeLessThanOrEqual(Number(ofCopy));
  expect(await guanxi(restored, 'restore', backup)).toMatchObject({ code: 1 });
}, 300_000);

test('a damaged backup is refused with the place of the damage, and so is an unfinished one', async () => {
  expect(await guanxi(folder, 'backup', '--verify', backup)).toMatchObject({ code: 0 });
  const name = readdirSync(backup).find((file) => file.startsWith('clickhouse-event_log-'))!;
  const whole = readFileSync(join(backup, name));
  const bytes = Buffer.from(whole);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(join(backup, name), bytes);
  await expect(check(backup)).rejects.toMatchObject({ code: 'backup_damaged', where: join(backup, name) });
  const target = newFolder();
  const refused = await guanxi(target, 'restore', backup);
  expect(refused.code).toBe(1);
  expect(refused.errors).toContain(name);
  expect(readdirSync(target)).toEqual([]);
  writeFileSync(join(backup, name), whole);
  const manifest = readFileSync(join(backup, 'manifest.json'), 'utf8');
  writeFileSync(join(backup, 'manifest.json'), manifest.replace('event_log', 'event_lag'));
  await expect(check(backup)).rejects.toMatchObject({ where: join(backup, 'manifest.json') });
  writeFileSync(join(backup, 'manifest.json'), manifest);
  writeFileSync(join(backup, 'unfinished'), '');
  await expect(check(backup)).rejects.toMatchObject({ code: 'backup_unfinished' });
  rmSync(join(backup, 'unfinished'));
  await check(backup);
  await expect(check(newFolder())).rejects.toMatchObject({ code: 'no_backup' });
}, 120_000);

describe.skipIf(missing !== null)('migration to a cluster of two shards and PostgreSQL', () => {
  test('goes on after every kill, gives the same state, and is refused where something is', async () => {
    const [shards, postgres] = await Promise.all([startClickHouseCluster(2), startPostgresServer()]);
    cleanUp.push(
      () => shards.stop(),
      () => postgres.stop(),
    );
    const target = [shards.shards[0]!.url, shards.name, postgres.url];
    const migrate = async (...args: string[]) => {
      const { output } = await run('test/support/migrate-until-killed.ts', [...target, ...args], {
        GUANXI_DATA: folder,
      });
      return output === '' ? 'killed' : (JSON.parse(output) as { rows?: number; refused?: string });
    };
    // Right after a page was noted, and at some moment of the next ones.
    for (const [rows, later] of [
      ['0', '0'],
      ['300', '0'],
      ['100', '7'],
    ] as const)
      expect(await migrate(rows, later)).toBe('killed');
    const served = {
      GUANXI_DATA: newFolder(),
      GUANXI_CLICKHOUSE_URL: target[0]!,
      GUANXI_CLICKHOUSE_CLUSTER: target[1]!,
      GUANXI_POSTGRES_URL: target[2]!,
    };
    const early = await run('test/support/print-state.ts', [], withKey(served));
    expect(early.errors).toMatch(/not all there yet/);
    expect(await migrate()).toMatchObject({ rows: expect.any(Number) });
    expect(await migrate()).toMatchObject({ refused: 'transfer_done' });
    const source = await stateOf({ GUANXI_DATA: folder });
    expect(await stateOf(served)).toEqual(source);
  }, 400_000);
});
