import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, withToken } from '@guanxi/contracts';
import { type ClickHouse, openServedClickHouse, readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import { startClickHouseCluster, startClickHouseServer } from '../support/clickhouse-server.ts';
import { startKafkaServer } from '../support/kafka-server.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import type { Send } from './lives.ts';
import { sendAndSettle } from '../support/send.ts';

/** The product on engines of its own, and ways to look into them past it. */
export interface Installation {
  readonly server: Server;
  readonly api: Client;
  readonly call: typeof fetch;
  readonly folder: string;
  /** Every node of ClickHouse by itself. */
  readonly nodes: readonly ClickHouse[];
  readonly send: Send;
  close(): Promise<void>;
}

interface Engines {
  readonly env: Readonly<Record<string, string>>;
  readonly nodes: readonly ClickHouse[];
  stop(): Promise<void>;
}

async function served(shards: 1 | 2): Promise<Engines> {
  const postgres = await startPostgresServer();
  const cluster = shards === 2 ? await startClickHouseCluster(2) : null;
  const servers = cluster?.shards ?? [await startClickHouseServer()];
  const nodes = await Promise.all(servers.map(({ url }) => openServedClickHouse(url, undefined)));
  return {
    env: {
      GUANXI_CLICKHOUSE_URL: servers[0]!.url,
      GUANXI_POSTGRES_URL: postgres.url,
      GUANXI_KEY: randomBytes(32).toString('base64'),
      ...(cluster ? { GUANXI_CLICKHOUSE_CLUSTER: cluster.name } : {}),
    },
    nodes,
    async stop() {
      for (const node of nodes) await node.close();
      for (const server of servers) await server.stop();
      await postgres.stop();
    },
  };
}

async function kafka(): Promise<Engines> {
  const broker = await startKafkaServer();
  return { env: { GUANXI_KAFKA_BROKERS: broker.broker }, nodes: [], stop: () => broker.stop() };
}

const engines = {
  embedded: async (): Promise<Engines> => ({ env: {}, nodes: [], stop: async () => undefined }),
  served: () => served(1),
  cluster: () => served(2),
  kafka,
} as const;
export type InstallationName = keyof typeof engines;

export async function openInstallation(
  name: InstallationName,
  options: Parameters<typeof startServer>[1] = {},
): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), `guanxi-privacy-${name}-`));
  const { env, nodes, stop } = await engines[name]();
  const config = readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error', ...env });
  const server = await startServer({ ...config, port: 0 }, options);
  const call = withToken(server.token);
  const api = createClient(server.url, call);
  const { writeKey } = (await api.sources()).items[0]!;
  return {
    server,
    api,
    call,
    folder,
    nodes: nodes.length > 0 ? nodes : [server.guanxi.platform.clickhouse],
    send: (...batch) => sendAndSettle(server, writeKey, batch),
    async close() {
      await server.close();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Columns of any table of either engine, on any node, in which one of the texts stands, or one of the ids: what files hold
 * packed or sealed is read through the engines.
 */
export async function columnsWith(
  { server, nodes }: Pick<Installation, 'server' | 'nodes'>,
  texts: readonly string[],
  ids: readonly string[] = [],
): Promise<string[]> {
  const found: string[] = [];
  const lower = texts.map((text) => text.toLowerCase());
  for (const node of nodes) {
    const columns = await node.query<{ table: string; name: string; type: string }>(
      `SELECT table, name, type FROM system.columns WHERE database = currentDatabase()
       AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine != 'Distributed')`,
    );
    for (const { table, name, type } of columns) {
      const holds = type.includes('String')
        ? `multiSearchAny(lowerUTF8(toString(\`${name}\`)), {texts:Array(String)})`
        : type === 'UInt64' && ids.length > 0
          ? `has({ids:Array(UInt64)}, \`${name}\`)`
          : null;
      if (holds === null) continue;
      const [row] = await node.query<{ hits: number }>(`SELECT countIf(${holds}) AS hits FROM \`${table}\``, {
        ...(type.includes('String') ? { texts: lower } : { ids: `[${ids.join(',')}]` }),
      });
      if (row!.hits > 0) found.push(`clickhouse ${table}.${name}`);
    }
  }
  const { postgres } = server.guanxi.platform;
  const tables = await postgres.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('information_schema')",
  );
  for (const { name } of tables) {
    const rows = await postgres.query<{ hits: string }>(
      `SELECT count(*) AS hits FROM ${name} AS t WHERE lower(t::text) LIKE ANY($1::text[])`,
      [[...lower, ...ids].map((text) => `%${text}%`)],
    );
    if (Number(rows[0]!.hits) > 0) found.push(`postgres ${name}`);
  }
  return found;
}
