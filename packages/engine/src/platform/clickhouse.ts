import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { Session } from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { renderTable, type Table, type Topology } from './tables.ts';

/** Work of different urgency never waits for each other: an embedded connection runs one query at a time. */
export type Lane = 'log' | 'river' | 'read';
export type Settings = Readonly<Record<string, string | number>>;
export type Params = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  readonly lane?: Lane;
  /** Settings of this statement alone. */
  readonly settings?: Settings;
}

export interface ClickHouse {
  readonly embedded: boolean;
  readonly version: string;
  /** Rows of a SELECT. 63-bit ids must be selected with toString(); instants come as ISO 8601 in UTC. */
  query<T>(sql: string, params?: Params, options?: QueryOptions): Promise<T[]>;
  /** A statement without result. */
  command(sql: string, params?: Params, options?: QueryOptions): Promise<void>;
  /**
   * Insert rows as objects (ids as decimal text, instants as milliseconds). With a `token`, an insert of the same token
   * into the same table has no second effect.
   */
  insert(table: string, rows: readonly object[], options?: QueryOptions & { readonly token?: string }): Promise<void>;
  /** Create the tables that are missing. */
  create(tables: readonly Table[]): Promise<void>;
  /** Remove all rows of a table, on every shard. */
  truncate(table: string): Promise<void>;
  close(): Promise<void>;
}

/** Binds a list of ids (decimal text) or numbers as one `Array(UInt64)` or `Array(Int64)` parameter. */
export function idArray(ids: Iterable<string | number>): string {
  return `[${[...ids].join(',')}]`;
}

/** The same for every connection, so that both engines print and read values alike. */
const CONSTANT: Settings = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_decimals: 0,
  date_time_output_format: 'iso',
  date_time_input_format: 'best_effort',
  async_insert: 0,
  session_timezone: 'UTC',
};

const literal = (value: string | number) =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const settingsText = (settings: Settings | undefined) => {
  const entries = Object.entries(settings ?? {});
  return entries.length === 0
    ? ''
    : ` SETTINGS ${entries.map(([name, value]) => `${name} = ${literal(value)}`).join(', ')}`;
};

/**
 * Settings are written into the statement and never given to the client: an embedded connection would keep them for
 * every later statement, and a deduplication token kept that way drops the next insert.
 */
class Connected implements ClickHouse {
  #next = 0;
  constructor(
    readonly embedded: boolean,
    readonly version: string,
    private readonly lanes: Readonly<Record<Lane, readonly ClickHouseClient[]>>,
    private readonly topology: Topology,
  ) {}

  #client(lane: Lane): ClickHouseClient {
    const clients = this.lanes[lane];
    return clients[this.#next++ % clients.length]!;
  }

  async query<T>(sql: string, params: Params = {}, { lane = 'read', settings }: QueryOptions = {}): Promise<T[]> {
    const result = await this.#client(lane).query({
      query: sql.trimEnd() + settingsText(settings),
      query_params: params as Record<string, unknown>,
      format: 'JSONEachRow',
    });
    return await result.json<T>();
  }

  async command(sql: string, params: Params = {}, { lane = 'read', settings }: QueryOptions = {}): Promise<void> {
    await this.#client(lane).command({
      query: sql.trimEnd() + settingsText(settings),
      query_params: params as Record<string, unknown>,
    });
  }

  async insert(
    table: string,
    rows: readonly object[],
    { lane = 'read', settings, token }: QueryOptions & { token?: string } = {},
  ): Promise<void> {
    if (rows.length === 0) return;
    const all: Settings = {
      ...settings,
      ...(token === undefined ? {} : { insert_deduplication_token: token }),
      ...(this.topology.kind === 'sharded' ? { distributed_foreground_insert: 1 } : {}),
    };
    const body = rows.map((row) => JSON.stringify(row)).join('\n');
    await this.#client(lane).command({ query: `INSERT INTO ${table}${settingsText(all)} FORMAT JSONEachRow\n${body}` });
  }

  async create(tables: readonly Table[]): Promise<void> {
    for (const table of tables)
      for (const statement of renderTable(table, this.topology)) await this.command(statement);
  }

  async truncate(table: string): Promise<void> {
    await this.command(`TRUNCATE TABLE IF EXISTS ${this.topology.kind === 'single' ? table : `${table}_local`}`);
  }

  async close(): Promise<void> {
    for (const client of new Set(Object.values(this.lanes).flat())) await client.close();
  }
}

async function versionOf(client: ClickHouseClient): Promise<string> {
  const rows = await (
    await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
  ).json<{ version: string }>();
  return rows[0]!.version;
}

/** Caches small enough for a laptop; without these the embedded engine would keep up to 5 GB of marks. */
const EMBEDDED_CONFIG = `<clickhouse>
  <mark_cache_size>67108864</mark_cache_size>
  <primary_index_cache_size>67108864</primary_index_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <compiled_expression_cache_size>16777216</compiled_expression_cache_size>
  <query_condition_cache_size>16777216</query_condition_cache_size>
  <parquet_metadata_cache_size>16777216</parquet_metadata_cache_size>
</clickhouse>
`;

/** ClickHouse in this process, its data in a folder. One folder per process, one process per folder. */
export async function openEmbeddedClickHouse(folder: string): Promise<ClickHouse> {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, '..', 'clickhouse.xml');
  writeFileSync(configFile, EMBEDDED_CONFIG);
  const path = join(folder);
  // The first session of the process decides the engine's configuration; the connections below share its engine.
  const session = new Session(path, { connectionArgs: [`--config-file=${configFile}`] });
  const connect = async () => {
    const client = createClient({ connection: createChdbConnection({ path }) } as unknown as Parameters<
      typeof createClient
    >[0]);
    for (const [name, value] of Object.entries(CONSTANT))
      await client.command({ query: `SET ${name} = ${literal(value)}` });
    return client;
  };
  const lanes = { log: [await connect()], river: [await connect()], read: [await connect(), await connect()] };
  const connected = new Connected(true, await versionOf(lanes.read[0]!), lanes, { kind: 'single' });
  const close = connected.close.bind(connected);
  return Object.assign(connected, {
    close: async () => {
      await close();
      session.cleanup();
    },
  });
}

/** A ClickHouse server or cluster over HTTP. */
export async function openServedClickHouse(url: string, cluster: string | undefined): Promise<ClickHouse> {
  const client = createClient({
    url,
    clickhouse_settings: CONSTANT as Record<string, string | number>,
    max_open_connections: 16,
    request_timeout: 300_000,
  });
  const lanes = { log: [client], river: [client], read: [client] };
  return new Connected(
    false,
    await versionOf(client),
    lanes,
    cluster ? { kind: 'sharded', cluster, replicated: false } : { kind: 'single' },
  );
}
