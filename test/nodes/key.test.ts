// The wrapped data key lies in a served PostgreSQL: every process opens the same data with it, nobody with another key
// does, and it is wrapped anew while they run.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServedPostgres, type Postgres } from '../../packages/engine/src/platform/index.ts';
import { type ClickHouseServer, startClickHouseServer } from '../support/clickhouse-server.ts';
import { missingPostgres, type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';
import { run } from '../transfer/support.ts';

const missing = missingPostgres();
const PHONE = '+8613912345678';

describe.skipIf(missing !== null)(`two processes with one sealed key${missing ? ` (${missing})` : ''}`, () => {
  let clickhouse: ClickHouseServer;
  let server: PostgresServer;
  let postgres: Postgres;
  let root: string;
  let nodes: ServerProcess[];
  const keyFile = (name: string) => join(root, `${name}.key`);
  const env = (key: string) => ({
    GUANXI_CLICKHOUSE_URL: clickhouse.url,
    GUANXI_POSTGRES_URL: server.url,
    GUANXI_UPLOADS: join(root, 'uploads'),
    GUANXI_KEY_FILE: keyFile(key),
  });
  const start = (name: string, key = 'shared') => startServerProcess(join(root, name), env(key));
  const wrapped = async () =>
    (await postgres.query<{ wrapped: { keyId: string } }>('SELECT wrapped FROM sealed_key'))[0]!.wrapped;
  const finds = async ({ api }: ServerProcess) => {
    while ((await api.status()).stages.some(({ lag }) => lag > 0)) await new Promise((done) => setTimeout(done, 100));
    return (await api.customers({ query: { search: PHONE, limit: 5 } })).items.length;
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'guanxi-key-'));
    [clickhouse, server] = [await startClickHouseServer(), await startPostgresServer()];
    postgres = await openServedPostgres(server.url);
    for (const name of ['shared', 'other']) writeFileSync(keyFile(name), `${randomBytes(32).toString('base64')}\n`);
    nodes = await Promise.all([start('a'), start('b')]);
    const { writeKey } = (await nodes[0]!.api.sources()).items[0]!;
    const sent = await fetch(`${nodes[0]!.url}/v1/identify`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${writeKey}:`)}` },
      body: JSON.stringify({ userId: 'u1', traits: { phone: PHONE } }),
    });
    expect(sent.status).toBe(200);
  }, 120_000);
  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.stop('SIGKILL')));
    await postgres?.close();
    await clickhouse?.stop();
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test('what one of them sealed the other finds, and PostgreSQL does not show it', { timeout: 60_000 }, async () => {
    for (const node of nodes) expect(await finds(node)).toBe(1);
    const [row] = await postgres.query<{ shown: string }>(
      'SELECT count(*) AS shown FROM identifier AS one WHERE one::text LIKE $1',
      [`%${PHONE.slice(1)}%`],
    );
    expect(row).toEqual({ shown: '0' });
  });

  test('a process with another key is refused and changes nothing', { timeout: 60_000 }, async () => {
    const before = await wrapped();
    await expect(start('stranger', 'other')).rejects.toThrow(new RegExp(`sealed with the key ${before.keyId}`));
    expect(await wrapped()).toEqual(before);
  });

  test(
    'rotated while both run: they go on, start again with the new key, and the old one opens nothing',
    { timeout: 120_000 },
    async () => {
      const before = await wrapped();
      writeFileSync(keyFile('old'), readFileSync(keyFile('shared')));
      const rotated = await run('apps/cli/src/main.ts', ['key', 'rotate'], {
        GUANXI_DATA: join(root, 'cli'),
        ...env('shared'),
      });
      expect(rotated).toMatchObject({ code: 0 });
      expect((await wrapped()).keyId).not.toBe(before.keyId);
      for (const node of nodes) expect(await finds(node)).toBe(1);
      await nodes[0]!.stop();
      nodes[0] = await start('a');
      for (const node of nodes) expect(await finds(node)).toBe(1);
      await expect(start('late', 'old')).rejects.toThrow(/sealed with the key/);
    },
  );
});
