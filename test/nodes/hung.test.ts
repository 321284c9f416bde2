// A ClickHouse server that hangs keeps its connections and says nothing: readers are told so, and not kept waiting.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startClickHouseServer } from '../support/clickhouse-server.ts';
import { missingPostgres, startPostgresServer } from '../support/postgres-server.ts';
import { startServerProcess } from '../support/server.ts';

const missing = missingPostgres();
/** More than there are connections to ClickHouse: those who wait for one are answered in the same time. */
const READERS = 50;
/** The limit of a question is 2 seconds; without a bound of its own each round of connections would take 7. */
const PATIENCE_MS = 15_000;

test.skipIf(missing !== null)(
  'readers are answered with 503, and with 200 when it goes on',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guanxi-hung-'));
    const [clickhouse, postgres] = [await startClickHouseServer(), await startPostgresServer()];
    const server = await startServerProcess(folder, {
      GUANXI_CLICKHOUSE_URL: clickhouse.url,
      GUANXI_POSTGRES_URL: postgres.url,
      GUANXI_KEY: randomBytes(32).toString('base64'),
      GUANXI_QUERY_TIMEOUT_SECONDS: '2',
    });
    const ask = async (n: number) => {
      const response = await server.fetch(`${server.url}/api/customers?search=nobody${n}`, {
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { code } = (await response.json()) as { code?: string };
      return { status: response.status, code, wait: response.headers.get('retry-after') };
    };
    try {
      expect(await ask(0)).toMatchObject({ status: 200 });
      process.kill(clickhouse.pid(), 'SIGSTOP');
      const answers = await Promise.all(Array.from({ length: READERS }, (_, n) => ask(n))).finally(() =>
        process.kill(clickhouse.pid(), 'SIGCONT'),
      );
      for (const answer of answers) expect(answer).toEqual({ status: 503, code: 'clickhouse_away', wait: '5' });
      await expect.poll(async () => (await ask(0)).status, { timeout: 20_000 }).toBe(200);
    } finally {
      await server.stop('SIGKILL');
      await clickhouse.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
