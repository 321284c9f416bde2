import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import {
  type ClickHouse,
  createLogger,
  erasedTable,
  localSignals,
  logTable,
  openClickHouseLog,
  openEmbeddedClickHouse,
  openServedClickHouse,
  openServedPostgres,
  openSharedClickHouseLog,
} from '../../packages/engine/src/platform/index.ts';
import { startClickHouseCluster, startClickHouseServer } from '../support/clickhouse-server.ts';
import { missingPostgres, startPostgresServer } from '../support/postgres-server.ts';
import { crashUnder, type LogGround, logSuite, pause } from './log-suite.ts';

const logger = createLogger('silent');
const MAX_PENDING = 20_000;

async function emptyTables(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.create([logTable, erasedTable]);
  for (const { name } of [logTable, erasedTable]) await clickhouse.truncate(name);
}

/** A child process appends and is killed in the middle of it; this process then opens its folder. */
async function embedded(): Promise<LogGround> {
  const root = mkdtempSync(join(tmpdir(), 'guanxi-log-'));
  const folder = join(root, 'clickhouse');
  let clickhouse = await openEmbeddedClickHouse(folder);
  return {
    shared: false,
    open: (maxPending = MAX_PENDING) => openClickHouseLog({ clickhouse, logger, maxPending }),
    empty: () => emptyTables(clickhouse),
    async crash() {
      await clickhouse.close();
      const script = fileURLToPath(new URL('../support/append-until-killed.ts', import.meta.url));
      const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      while (printed.split('\n').length < 100) await pause(10);
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
      clickhouse = await openEmbeddedClickHouse(folder);
      return printed.split('\n').slice(0, -1);
    },
    async close() {
      await clickhouse.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function served(): Promise<LogGround> {
  const server = await startClickHouseServer();
  const clickhouse = await openServedClickHouse(server.url, undefined);
  const open = (maxPending = MAX_PENDING) => openClickHouseLog({ clickhouse, logger, maxPending });
  return {
    shared: false,
    open,
    empty: () => emptyTables(clickhouse),
    crash: async () => crashUnder(await open(), server),
    async close() {
      await clickhouse.close();
      await server.stop();
    },
  };
}

/** Servers of both engines; each open log has connections of its own, as a process would. */
async function shared(shards: number): Promise<LogGround> {
  const cluster = await startClickHouseCluster(shards);
  const server = await startPostgresServer();
  const [first] = cluster.shards;
  const clickhouse = await openServedClickHouse(first!.url, shards > 1 ? cluster.name : undefined);
  const postgres = await openServedPostgres(server.url);
  const open = async (maxPending = MAX_PENDING) => {
    // Without signals, so that heads are learnt the slow way too.
    const signals = localSignals(logger);
    return openSharedClickHouseLog({ clickhouse, logger, maxPending, postgres, postgresUrl: server.url, signals });
  };
  return {
    shared: true,
    open,
    async empty() {
      await emptyTables(clickhouse);
      await postgres.query('DROP TABLE IF EXISTS event_log_place, migration');
    },
    crash: async () => crashUnder(await open(), cluster.shards.at(-1)!),
    async close() {
      await clickhouse.close();
      await postgres.close();
      await cluster.stop();
      await server.stop();
    },
  };
}

logSuite('the log on chDB in this process', embedded);
logSuite('the log on a ClickHouse server', served);
const missing = missingPostgres();
describe.skipIf(missing !== null)(`with places from PostgreSQL${missing ? ` (${missing})` : ''}`, () => {
  logSuite('the log of several processes on a ClickHouse server', () => shared(1));
  logSuite('the log of several processes on two shards', () => shared(2));
});
