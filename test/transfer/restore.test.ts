// A backup put in the place of everything while the server runs and customers send: afterwards there is what the backup
// says, table by table; nothing that was acknowledged is gone; and whoever is killed in the middle leaves no half of it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '@guanxi/engine/platform';
import { checkBackup } from '@guanxi/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClickHouseCluster } from '../support/clickhouse-server.ts';
import { missingPostgres, startPostgresServer } from '../support/postgres-server.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';
import { inTurn, TURN } from '../support/turns.ts';
import { folders, missingTerminal, type Ran, requests, run, runAtTerminal, send, stateOf } from './support.ts';

const missing = missingPostgres();
const noTerminal = missingTerminal();
// eslint-disable-next-line no-console -- a skip says why
if (noTerminal) console.warn(`Skipped, a restore confirmed at a terminal: ${noTerminal}`);
/** What the command line ends with when somebody thinks better of it. */
const CANCELLED = 130;
const { make: newFolder, remove } = folders();
const cleanUp: (() => unknown)[] = [];
afterAll(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  remove();
});

/** One installation of one process, or of several on the same engines. */
interface Installation {
  readonly env: Record<string, string>;
  readonly folders: readonly string[];
}
const envOf = ({ env, folders: [folder] }: Installation) => ({ ...env, GUANXI_DATA: folder! });
const guanxi = (at: Installation, ...args: string[]) => run('apps/cli/src/main.ts', args, envOf(at));
const start = (at: Installation) =>
  Promise.all(
    at.folders.map(async (folder) => {
      const server = await startServerProcess(folder, at.env);
      cleanUp.push(() => server.stop('SIGKILL'));
      return server;
    }),
  );
const placeOf = async (at: Installation, backup: string) => {
  const { parts } = await checkBackup(readConfig(envOf(at)), backup);
  return Number(parts.find(({ table }) => table === 'event_log')!.files.at(-1)?.mark ?? 0);
};

const settled = async ({ api }: ServerProcess) => {
  while ((await api.status()).stages.some(({ lag }) => lag > 0)) await pause(100);
};

/** An installation with events, a backup of it, and the state at that moment. */
async function prepare(at: Installation): Promise<{ backup: string; state: Record<string, unknown> }> {
  const backup = join(newFolder(), 'backup');
  const servers = await start(at);
  const [{ api, url }] = servers as [ServerProcess];
  const keys = [
    (await api.sources()).items[0]!.writeKey,
    (await api.sourceCreate({ body: { name: '门店' } })).writeKey,
  ];
  await send(url, keys, 0, 6);
  await settled(servers[0]!);
  expect(await guanxi(at, 'backup', backup)).toMatchObject({ code: 0 });
  for (const server of servers) await server.stop();
  return { backup, state: await stateOf(envOf(at)) };
}

/** Customers who send until they are stopped, and send again what was not acknowledged. */
function customers(urls: () => readonly string[], writeKey: string) {
  const acknowledged: string[] = [];
  const statuses: Record<string, number> = {};
  let stopped = false;
  const one = async (who: number) => {
    for (let n = 0; !stopped; n++)
      for (;;) {
        const messageId = `late-${who}-${n}`;
        const url = urls()[(who + n) % urls().length]!;
        const status = await fetch(`${url}/v1/track`, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${writeKey}:`)}` },
          body: JSON.stringify({
            messageId,
            userId: `late-${who}`,
            event: 'Product Viewed',
            properties: { product_id: `p${n}` },
          }),
          signal: AbortSignal.timeout(20_000),
        }).then(
          async (response) => {
            if (response.status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
            await response.text();
            return response.status;
          },
          () => 0,
        );
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 200) acknowledged.push(messageId);
        if (status === 200 || stopped) break;
        await pause(50);
      }
  };
  const all = Promise.all(Array.from({ length: 4 }, (_, who) => one(who)));
  return {
    acknowledged,
    statuses,
    async stop() {
      stopped = true;
      await all;
    },
  };
}

const idsIn = async (server: ServerProcess) =>
  new Set(
    (await server.fetch(`${server.url}/api/export/events`).then((response) => response.text())).match(/late-\d+-\d+/g),
  );

/** What is there now, cut where the backup ended, is what was there when it was made. */
async function expectRestored(at: Installation, backup: string, state: Record<string, unknown>): Promise<void> {
  expect(await stateOf(envOf(at), await placeOf(at, backup))).toEqual(state);
}

/** Of another data key; what is in it does not matter. */
async function backupOfAnother(): Promise<string> {
  const folder = join(newFolder(), 'backup');
  const other: Installation = { env: {}, folders: [newFolder()] };
  const [server] = (await start(other)) as [ServerProcess];
  expect(await guanxi(other, 'backup', folder)).toMatchObject({ code: 0 });
  await server.stop();
  return folder;
}

/** By somebody at a terminal, who first says no; where there is none, by `--yes`. */
async function replaceFrom(backup: string, at: Installation, { api }: ServerProcess): Promise<Ran> {
  const words = ['restore', backup, '--replace', '--json'];
  if (noTerminal) return guanxi(at, ...words, '--yes');
  const answering = (answer: string) =>
    runAtTerminal('apps/cli/src/main.ts', [...words, '--lang', 'en'], envOf(at), { asks: 'Type yes', answer });
  const { head } = (await api.status()).stages[0]!;
  expect(await answering('no')).toMatchObject({ code: CANCELLED });
  // The log would be cut where the backup ends.
  expect((await api.status()).stages[0]!.head).toBeGreaterThanOrEqual(head);
  return answering('yes');
}

/** Restores while customers send to every process; both states and every acknowledged event must be somewhere. */
async function restoreUnderLoad(at: Installation): Promise<void> {
  const { backup, state } = await prepare(at);
  const servers = await start(at);
  const [first] = servers as [ServerProcess];
  const late = await first.api.sourceCreate({ body: { name: 'late' } });
  const early = (await first.api.sources()).items[0]!.writeKey;
  await pause(1000);
  const load = customers(() => servers.map(({ url }) => url), early);
  while (load.acknowledged.length < 50) await pause(20);

  const refused = await guanxi(at, 'restore', backup);
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('--replace') as string });
  const unsure = await guanxi(at, 'restore', backup, '--replace');
  expect(unsure).toMatchObject({ code: 1, errors: expect.stringContaining('--yes') as string });
  const done = await replaceFrom(backup, at, first);
  expect(done, done.output).toMatchObject({ code: 0 });
  const { before } = JSON.parse(/\{"rows".*\}/.exec(done.output)![0]) as { before: string };
  const place = await placeOf(at, backup);
  // Every process takes events again, and knows the data that are there now.
  const sent = load.acknowledged.length;
  while (load.acknowledged.length < sent + 20) await pause(20);
  await load.stop();
  for (const server of servers) {
    await expect
      .poll(async () => (await server.api.sources()).items.map(({ id }) => id), { timeout: 20_000 })
      .not.toContain(late.id);
    const answer = await fetch(`${server.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${late.writeKey}:`)}` },
      body: JSON.stringify({ userId: 'u', event: 'X' }),
    });
    expect(answer.status).toBe(401);
  }
  expect(Object.keys(load.statuses).filter((status) => !['0', '200', '503'].includes(status))).toEqual([]);
  // What was done after the backup is still known to have been done.
  const audit = await first.api.auditList({ query: { limit: 100 } });
  expect(audit.items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['sourceCreate', 'restore', 'restored']),
  );
  expect(await guanxi(at, 'audit', 'verify')).toMatchObject({ code: 0 });
  // What one process took the others know of a moment later.
  const heads = () => Promise.all(servers.map(async ({ api }) => (await api.status()).stages[0]!.head));
  await expect.poll(async () => new Set(await heads()).size, { timeout: 20_000 }).toBe(1);
  await settled(first);
  const now = await idsIn(first);
  const restored = await first.api.status();
  expect(restored.stages[0]!.head).toBeGreaterThan(place);
  for (const server of servers) await server.stop();

  await expectRestored(at, backup, state);
  const aside: Installation = { env: { GUANXI_KEY_FILE: keyFileOf(at) }, folders: [newFolder()] };
  expect(await guanxi(aside, 'restore', before)).toMatchObject({ code: 0 });
  const [kept] = (await start(aside)) as [ServerProcess];
  const then = await idsIn(kept);
  expect((await kept.api.sources()).items.map(({ id }) => id)).toContain(late.id);
  await kept.stop();
  const lost = load.acknowledged.filter((id) => !now.has(id) && !then.has(id));
  expect(lost, `of ${load.acknowledged.length}, ${sent} until it was restored`).toEqual([]);
}

const keyFileOf = ({ env, folders: [folder] }: Installation) => env['GUANXI_KEY_FILE'] ?? join(folder!, 'guanxi.key');

const manifests = (folder: string) =>
  existsSync(join(folder, 'backups'))
    ? readdirSync(join(folder, 'backups')).filter((name) => existsSync(join(folder, 'backups', name, 'manifest.json')))
        .length
    : 0;

/**
 * Kills every process in the middle of a restore: `early` while tables are filled, else so many milliseconds after what
 * was there had been put aside, which is about when PostgreSQL is replaced. What starts next finishes it.
 */
async function killInTheMiddle(at: Installation, backup: string, when: 'early' | number): Promise<void> {
  const servers = await start(at);
  const [{ api, url }] = servers as [ServerProcess];
  const key = (await api.sources()).items[0]!.writeKey;
  await send(url, [key], 6, requests.length);
  const aside = () => at.folders.reduce((sum, folder) => sum + manifests(folder), 0);
  const before = aside();
  const job = await api.restore({ body: { folder: backup, replace: true } });
  if (when === 'early') while ((await api.job({ params: { id: job.id } })).done === 0) await pause(2);
  else {
    while (aside() === before) await pause(2);
    await pause(when);
  }
  for (const server of servers) await server.stop('SIGKILL');
  const again = await start(at);
  const ended = async () => (await again[0]!.api.job({ params: { id: job.id } }).catch(() => null))?.state;
  await expect.poll(ended, { timeout: 60_000 }).toBe('done');
  for (const server of again) await server.stop();
}

/** Embedded and served engines take turns, and each run kills at another of these moments. */
const served = missing === null && inTurn([true, false]);
const oneOf = <T>(moments: readonly T[]): T => inTurn(moments, TURN >> 1);

describe.skipIf(served)('one process with embedded engines', () => {
  test('is given a backup while it runs', { timeout: 240_000 }, () =>
    restoreUnderLoad({ env: {}, folders: [newFolder()] }),
  );

  test(`goes on by itself after it was killed in the middle (turn ${TURN})`, { timeout: 400_000 }, async () => {
    const at: Installation = { env: {}, folders: [newFolder()] };
    const { backup, state } = await prepare(at);
    await killInTheMiddle(at, backup, oneOf(['early', 0, 40, 120, 300] as const));
    await expectRestored(at, backup, state);
  });
});

describe('one process', () => {
  test(
    'is as it was when the restore is cancelled, or the backup is damaged or of another data key',
    { timeout: 240_000 },
    async () => {
      const at: Installation = { env: {}, folders: [newFolder()] };
      const { backup, state } = await prepare(at);
      const [server] = (await start(at)) as [ServerProcess];
      await expect(server.api.restore({ body: { folder: join(backup, 'none'), replace: true } })).rejects.toMatchObject(
        {
          problem: { code: 'no_backup' },
        },
      );
      const job = await server.api.restore({ body: { folder: backup, replace: true } });
      await server.api.jobCancel({ params: { id: job.id } });
      await expect
        .poll(async () => (await server.api.job({ params: { id: job.id } })).state, { timeout: 20_000 })
        .toBe('cancelled');
      const theirs = await backupOfAnother();
      const stranger = await server.api.restore({ body: { folder: theirs, replace: true } });
      await expect
        .poll(async () => (await server.api.job({ params: { id: stranger.id } })).state, { timeout: 20_000 })
        .toBe('failed');
      await server.stop();
      expect(await stateOf(envOf(at))).toEqual(state);
    },
  );
});

describe.skipIf(!served)('two processes on two shards and a PostgreSQL server', () => {
  let at: Installation;
  beforeAll(async () => {
    const [shards, postgres] = await Promise.all([startClickHouseCluster(2), startPostgresServer()]);
    cleanUp.push(
      () => shards.stop(),
      () => postgres.stop(),
    );
    const shared = newFolder();
    const env = {
      GUANXI_CLICKHOUSE_URL: shards.shards[0]!.url,
      GUANXI_CLICKHOUSE_CLUSTER: shards.name,
      GUANXI_POSTGRES_URL: postgres.url,
      GUANXI_UPLOADS: join(shared, 'uploads'),
      GUANXI_KEY_FILE: join(shared, 'guanxi.key'),
    };
    at = { env, folders: [newFolder(), newFolder()] };
  }, 120_000);

  test('are given a backup while they run', { timeout: 300_000 }, () => restoreUnderLoad(at));

  test(`go on by themselves after the one that did it was killed (turn ${TURN})`, { timeout: 400_000 }, async () => {
    const { backup, state } = await prepare(at);
    await killInTheMiddle(at, backup, oneOf(['early', 0, 60] as const));
    await expectRestored(at, backup, state);
  });
});
