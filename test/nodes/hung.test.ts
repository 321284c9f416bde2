// An engine that hangs keeps its connections and says nothing: whoever asks is told so, and not kept waiting.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClickHouseServer, startClickHouseServer } from '../support/clickhouse-server.ts';
import { missingPostgres, type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';

const missing = missingPostgres();
/** More than there are connections to an engine: those who wait for one are answered in the same time. */
const READERS = 50;
/** The limit of a question is 2 seconds; without a bound of its own each round of connections would take 7. */
const PATIENCE_MS = 10_000;

describe.skipIf(missing !== null)('an engine that hangs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-hung-'));
  let clickhouse: ClickHouseServer;
  let postgres: PostgresServer;
  let server: ServerProcess;
  let writeKey: string;
  beforeAll(async () => {
    [clickhouse, postgres] = [await startClickHouseServer(), await startPostgresServer()];
    server = await startServerProcess(folder, {
      GUANXI_CLICKHOUSE_URL: clickhouse.url,
      GUANXI_POSTGRES_URL: postgres.url,
      GUANXI_KEY: randomBytes(32).toString('base64'),
      GUANXI_QUERY_TIMEOUT_SECONDS: '2',
    });
    writeKey = (await server.api.sources()).items[0]!.writeKey;
  }, 120_000);
  afterAll(async () => {
    await server?.stop('SIGKILL');
    await clickhouse?.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (path: string, init: RequestInit = {}, call = server.fetch) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await call(`${server.url}${path}`, { ...init, signal });
    const { code } = (await response.json()) as { code?: string };
    return { status: response.status, code, wait: response.headers.get('retry-after') };
  };
  const send = (messageId: string) => {
    const headers = { authorization: `Basic ${btoa(`${writeKey}:`)}` };
    const body = JSON.stringify({ messageId, userId: `u-${messageId}`, event: 'Seen', properties: {} });
    return ask('/v1/track', { method: 'POST', headers, body }, fetch);
  };
  const accepted = async () => (await server.api.status()).counts.events;

  test('ClickHouse: readers are answered with 503, and with 200 when it goes on', { timeout: 120_000 }, async () => {
    const search = (n: number) => ask(`/api/customers?search=nobody${n}`);
    expect(await search(0)).toMatchObject({ status: 200 });
    process.kill(clickhouse.pid(), 'SIGSTOP');
    const answers = await Promise.all(Array.from({ length: READERS }, (_, n) => search(n))).finally(() =>
      process.kill(clickhouse.pid(), 'SIGCONT'),
    );
    for (const answer of answers) expect(answer).toEqual({ status: 503, code: 'clickhouse_away', wait: '5' });
    await expect.poll(async () => (await search(0)).status, { timeout: 20_000 }).toBe(200);
  });

  test('PostgreSQL: so are changes and events, and everything is there afterwards', { timeout: 120_000 }, async () => {
    await expect.poll(async () => (await send('first')).status, { timeout: 20_000 }).toBe(200);
    const change = () =>
      ask('/api/sources', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'while it hangs' }),
      });
    const asked = (n: number) => [() => ask('/api/jobs'), () => ask('/api/scenes'), change][n % 3]!();
    const goOn = postgres.freeze();
    const answers = await Promise.all([
      ...Array.from({ length: READERS }, (_, n) => asked(n)),
      ...Array.from({ length: READERS }, (_, n) => send(`hung-${n}`)),
      // Who comes later is told at once.
      new Promise((done) => setTimeout(done, 6000)).then(() => ask('/api/jobs')),
    ]).finally(goOn);
    for (const { code, ...answer } of answers) {
      expect(answer).toEqual({ status: 503, wait: '5' });
      expect(code).toMatch(/^(postgres_away|log_unavailable)$/);
    }
    // Without another event: a balancer sends none before.
    await expect.poll(async () => (await ask('/ready')).status, { timeout: 20_000 }).toBe(200);
    for (let n = 0; n < READERS; n++) expect(await send(`hung-${n}`)).toMatchObject({ status: 200 });
    expect(await change()).toMatchObject({ status: 200 });
    await expect.poll(accepted, { timeout: 30_000 }).toBe(READERS + 1);
  });
});
