import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ClickHouse,
  createLogger,
  localSignals,
  openServedClickHouse,
  openServedPostgres,
  openSharedClickHouseLog,
  type Postgres,
} from '../../packages/engine/src/platform/index.ts';
import { type ClickHouseCluster, startClickHouseCluster } from '../support/clickhouse-server.ts';
import { missingPostgres, type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { entry, pause, readAll } from './log-suite.ts';

const logger = createLogger('silent');
const missing = missingPostgres();
const entries = (name: string, count: number) => Array.from({ length: count }, (_, i) => entry(`${name}${i}`));

/** A process whose ways to both engines can be taken away. */
interface Process {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly log: Awaited<ReturnType<typeof openSharedClickHouseLog>>;
}

describe.skipIf(missing !== null).each([1, 2])(
  `a writer that is cut off in the middle of a write, %i shard(s)${missing ? ` (${missing})` : ''}`,
  (shards) => {
    let cluster: ClickHouseCluster;
    let server: PostgresServer;
    let toClickHouse: Proxy;
    let toPostgres: Proxy;
    const opened: Process[] = [];
    const open = async (clickhouseUrl: string, postgresUrl: string): Promise<Process> => {
      const clickhouse = await openServedClickHouse(clickhouseUrl, shards > 1 ? cluster.name : undefined);
      const postgres = await openServedPostgres(postgresUrl);
      const signals = localSignals(logger);
      const log = await openSharedClickHouseLog({
        clickhouse,
        logger,
        maxPending: 1000,
        postgres,
        postgresUrl,
        signals,
      });
      opened.push({ clickhouse, postgres, log });
      return opened.at(-1)!;
    };
    beforeAll(async () => {
      cluster = await startClickHouseCluster(shards);
      server = await startPostgresServer();
      toClickHouse = await startProxy(cluster.shards[0]!.httpPort);
      toPostgres = await startProxy(Number(new URL(server.url).port));
    });
    afterAll(async () => {
      toClickHouse?.restore();
      toPostgres?.restore();
      for (const { log, postgres, clickhouse } of opened) {
        await log.close();
        await postgres.close();
        await clickhouse.close();
      }
      await toClickHouse?.close();
      await toPostgres?.close();
      await cluster?.stop();
      await server?.stop();
    });

    test('what it wrote arrives too late to have an effect behind a reader, and is not acknowledged', async () => {
      const behind = (url: string, { port }: Proxy) => Object.assign(new URL(url), { port: String(port) }).href;
      const first = await open(behind(cluster.shards[0]!.url, toClickHouse), behind(server.url, toPostgres));
      const second = await open(cluster.shards[0]!.url, server.url);
      await first.log.append(entries('a', 10));

      toClickHouse.hold();
      const lost = first.log.append(entries('lost', 10)).then(
        () => 'acknowledged',
        () => 'refused',
      );
      const pending = async () => (await second.postgres.query('SELECT token FROM event_log_place'))[0]!;
      await expect.poll(pending).not.toEqual({ token: null });
      // Its insert is on the way. Now it loses the lock as well, as a process that died would.
      await pause(100);
      toPostgres.cut();
      const places = await second.log.append(entries('b', 10));
      const seen = await readAll(second.log);
      expect(seen.map((record) => record.payload)).toEqual(
        [...entries('a', 10), ...entries('b', 10)].map((e) => e.payload),
      );
      expect(places[0]).toBeGreaterThan(10);

      toPostgres.restore();
      toClickHouse.restore();
      expect(await lost).toBe('refused');
      expect(await readAll(second.log)).toEqual(seen);
      // It goes on by itself.
      await expect.poll(() => first.log.append(entries('c', 10)).catch(() => null), { timeout: 20_000 }).not.toBe(null);
      const all = await readAll(first.log);
      expect(all.slice(0, 20)).toEqual(seen);
      expect(all.slice(20).map((record) => record.payload)).toEqual(entries('c', 10).map((e) => e.payload));
    });

    test('what had taken effect when it died stays, at its places', async () => {
      const third = await open(cluster.shards[0]!.url, server.url);
      const before = third.log.head();
      const token = 'log:died';
      await third.postgres.query('UPDATE event_log_place SET pending_to = head + 3, token = $1', [token]);
      const rows = [1, 2, 3].map((n) => ({ seq: before + n, kind: 'event', received_at: 0, payload: `died${n}` }));
      await third.clickhouse.insert('event_log', rows, { token });
      expect(third.log.head()).toBe(before);
      expect((await third.log.read(before, 10)).length).toBe(0);
      const [place] = await third.log.append([entry('next')]);
      expect(place).toBe(before + 4);
      expect((await third.log.read(before, 10)).map((record) => record.payload)).toEqual([
        'died1',
        'died2',
        'died3',
        'next',
      ]);
    });
  },
);
