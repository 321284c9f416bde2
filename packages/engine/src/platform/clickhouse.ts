import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { Session } from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { checkPolicy, moveTables } from './move-tables.ts';
import { NO_SPILLING, SEALED_POLICY, sealedStorage, type SealedDisk, withDiskKey } from './sealed-disk.ts';
import { UserError } from './errors.ts';
import { bounded, fromClickHouse, PING_MS, within } from './away.ts';
import { promote, type Stage, stageTables, unstage } from './staging.ts';
import { localName, renderMissingColumns, renderTable, renderTidying, type Table, type Topology } from './tables.ts';

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
  /** Rows of a SELECT. 63-bit ids must be selected with toString(); instants come as ISO 8601 in UTC and are bound as milliseconds. */
  query<T>(sql: string, params?: Params, options?: QueryOptions): Promise<T[]>;
  /** A statement without result. */
  command(sql: string, params?: Params, options?: QueryOptions): Promise<void>;
  /**
   * Insert rows as objects (ids as decimal text, instants as milliseconds). With a `token`, an insert of the same token
   * into the same table has no second effect; without one, every insert has its effect.
   */
  insert(table: string, rows: readonly object[], options?: QueryOptions & { readonly token?: string }): Promise<void>;
  /**
   * Makes final what an insert under this token has done: what of it has not taken effect on a node never will, even if
   * it is still on its way, because the node takes it for a repetition of `row`, which no reader must mind.
   */
  settle(table: string, token: string, row: object, options?: QueryOptions): Promise<void>;
  /** The same for rows that are lines of JSON already, each an array in the order of `columns`. */
  insertLines(
    table: string,
    columns: readonly string[],
    lines: readonly string[],
    options?: QueryOptions & { readonly token?: string },
  ): Promise<void>;
  /** Create the tables that are missing, and in older ones the columns that are. */
  create(tables: readonly Table[]): Promise<void>;
  /** Every table that was created through this client, as it was declared last. */
  declared(): readonly Table[];
  /** Drop the tables with all their rows and create them as they are declared now. */
  recreate(tables: readonly Table[]): Promise<void>;
  /** Make empty tables beside these, named by {@link stagedName}; what stood beside tables before goes. */
  stage(tables: readonly Table[]): Promise<void>;
  /**
   * Put what stands beside these tables in their place, with all its rows. Where it was broken off it is to be called
   * again and goes on; it must not run twice at a time.
   */
  promote(tables: readonly string[]): Promise<void>;
  /** Remove everything that stands beside tables. */
  unstage(): Promise<void>;
  /** Remove all rows of a table, on every shard. */
  truncate(table: string): Promise<void>;
  /** Remove the rows for which `where` holds, on every shard; resolves once no part that is read holds them any more. */
  remove(table: string, where: string, params?: Params, options?: QueryOptions): Promise<void>;
  /** Throws unless every node answers within some seconds. */
  ping(): Promise<void>;
  /**
   * Resolves once the files of parts that were merged or rewritten before it was called have left the disk, on every
   * shard; of tables that there are. Throws where that takes longer than ten minutes, and when the signal says so.
   */
  purge(tables: readonly string[], signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Binds a list of ids (decimal text) or numbers as one `Array(UInt64)` or `Array(Int64)` parameter. */
export function idArray(ids: Iterable<string | number>): string {
  return `[${[...ids].join(',')}]`;
}

/** What one question of the console or the API may cost. */
export interface QueryLimits {
  readonly seconds: number;
  readonly memoryBytes: number;
}

/** An answer is held in this process's memory before it is read. */
const MOST_RESULT_BYTES = 256 << 20;

const defaultLimits: QueryLimits = { seconds: 30, memoryBytes: 1 << 30 };
/** A server gives up first, and says why. */
const GRACE_MS = 2000;

interface Limits {
  readonly settings: Settings;
  /** How long a server may take to answer. */
  readonly answerMs: number;
}
const limitsOf = ({ seconds, memoryBytes }: QueryLimits): Limits => ({
  settings: {
    max_execution_time: seconds,
    max_memory_usage: memoryBytes,
    max_result_bytes: MOST_RESULT_BYTES,
  },
  answerMs: seconds * 1000 + GRACE_MS,
});

/** The same for every connection, so that both engines print and read values alike. */
const CONSTANT: Settings = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_decimals: 0,
  date_time_output_format: 'iso',
  date_time_input_format: 'best_effort',
  async_insert: 0,
  session_timezone: 'UTC',
};

/** The client would print refused statements, and with them customers' values. What fails is thrown. */
const SILENT = { level: ClickHouseLogLevel.OFF };

const literal = (value: string | number) =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const settingsText = (settings: Settings | undefined) => {
  const entries = Object.entries(settings ?? {});
  return entries.length === 0
    ? ''
    : ` SETTINGS ${entries.map(([name, value]) => `${name} = ${literal(value)}`).join(', ')}`;
};

/**
 * Half a surrogate pair, which a client can send in any text, becomes U+FFFD, as it does in bound values, in hashes and
 * in PostgreSQL; ClickHouse would refuse the whole insert for it. `JSON.stringify` escapes such halves and nothing else
 * that begins with `\ud`; an escaped backslash before `ud` is text and stays.
 */
function wellFormed(json: string): string {
  if (!json.includes('\\ud')) return json;
  return json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === '\\\\' ? found : '\ufffd'));
}

/** A client and the statements that wait for it. */
class Connection {
  #last: Promise<unknown> = Promise.resolve();
  waiting = 0;
  constructor(
    readonly client: ClickHouseClient,
    private readonly embedded: boolean,
  ) {}

  /**
   * Runs a statement. An embedded connection runs one at a time; here they wait without holding a thread. Where one
   * fails after its first rows, chDB keeps these rows and puts them before the result of the next statement, so a
   * statement without result clears them away first.
   */
  async run<T>(work: (client: ClickHouseClient) => Promise<T>): Promise<T> {
    const translated = (error: unknown): never => {
      throw fromClickHouse(error);
    };
    if (!this.embedded) return work(this.client).catch(translated);
    const clear = () => this.client.command({ query: 'SELECT 1 FORMAT Null' }).catch(() => undefined);
    const turn = this.#last.then(() => work(this.client));
    this.waiting++;
    this.#last = turn.catch(clear).finally(() => this.waiting--);
    return turn.catch(translated);
  }
}

const PURGE_WAIT_MS = 600_000;
const PURGE_POLL_MS = 250;

/** Until the parts that are out of use now are off the disk; merges go on and put others out of use. */
async function waitForParts(node: Connection, tables: string, signal?: AbortSignal): Promise<void> {
  const parts = `SELECT concat(table, '/', name) AS part FROM system.parts WHERE database = currentDatabase() AND NOT active AND table IN ${tables}`;
  const read = () =>
    node.run(async (client) =>
      (await (await client.query({ query: parts, format: 'JSONEachRow' })).json<{ part: string }>()).map(
        (row) => row.part,
      ),
    );
  let left = new Set(await read());
  for (let waited = 0; left.size > 0; waited += PURGE_POLL_MS) {
    signal?.throwIfAborted();
    if (waited > PURGE_WAIT_MS) throw new Error('old parts of tables do not leave the disk');
    await new Promise((resolve) => setTimeout(resolve, PURGE_POLL_MS));
    left = new Set((await read()).filter((part) => left.has(part)));
  }
}

/**
 * Settings are written into the statement and never given to the client: an embedded connection would keep them for
 * every later statement, and a deduplication token kept that way drops the next insert.
 */
class Connected implements ClickHouse {
  readonly #declared = new Map<string, Table>();

  constructor(
    readonly embedded: boolean,
    readonly version: string,
    private readonly lanes: Readonly<Record<Lane, readonly Connection[]>>,
    private readonly topology: Topology,
    /** Every node of a cluster; elsewhere the one there is. */
    private readonly nodes: readonly Connection[],
    /** Of questions in the lane `read`, which are users'. */
    private readonly limits: Limits,
    /** Storage policy of every table, where one is named. */
    private readonly policy?: string,
  ) {}

  /** The connection of the lane for which the fewest statements wait. */
  #connection(lane: Lane): Connection {
    return this.lanes[lane].reduce((least, other) => (other.waiting < least.waiting ? other : least));
  }

  async query<T>(sql: string, params: Params = {}, { lane = 'read', settings }: QueryOptions = {}): Promise<T[]> {
    const query = sql.trimEnd() + settingsText(lane === 'read' ? { ...this.limits.settings, ...settings } : settings);
    const ask = (abort?: AbortSignal) =>
      this.#connection(lane).run(async (client) => {
        const result = await client.query({
          ...{ query, query_params: params as Record<string, unknown>, format: 'JSONEachRow' as const },
          ...(abort ? { abort_signal: abort } : {}),
        });
        return await result.json<T>();
      });
    return lane === 'read' && !this.embedded ? bounded(this.limits.answerMs, ask) : ask();
  }

  async command(sql: string, params: Params = {}, { lane = 'read', settings }: QueryOptions = {}): Promise<void> {
    const query = sql.trimEnd() + settingsText(settings);
    await this.#connection(lane).run((client) =>
      client.command({ query, query_params: params as Record<string, unknown> }),
    );
  }

  async insert(
    table: string,
    rows: readonly object[],
    { lane = 'read', settings, token }: QueryOptions & { token?: string } = {},
  ): Promise<void> {
    if (rows.length === 0) return;
    const body = wellFormed(rows.map((row) => JSON.stringify(row)).join('\n'));
    const query = `INSERT INTO ${table}${this.#insertSettings(settings, token)} FORMAT JSONEachRow\n${body}`;
    await this.#connection(lane).run((client) => client.command({ query }));
  }

  async insertLines(
    table: string,
    columns: readonly string[],
    lines: readonly string[],
    { lane = 'read', settings, token }: QueryOptions & { token?: string } = {},
  ): Promise<void> {
    if (lines.length === 0) return;
    const into = `${table} (${columns.join(', ')})${this.#insertSettings(settings, token)}`;
    const query = `INSERT INTO ${into} FORMAT JSONCompactEachRow\n${lines.join('\n')}`;
    await this.#connection(lane).run((client) => client.command({ query }));
  }

  #insertSettings(settings: Settings | undefined, token: string | undefined): string {
    return settingsText({
      ...settings,
      // Without a token the engine would take an insert of the same rows for a repetition and drop it.
      insert_deduplication_token: token ?? randomUUID(),
      ...(this.topology.kind === 'sharded' ? { distributed_foreground_insert: 1 } : {}),
    });
  }

  async settle(table: string, token: string, row: object, { settings }: QueryOptions = {}): Promise<void> {
    const all = settingsText({ ...settings, insert_deduplication_token: token });
    await this.#everywhere(`INSERT INTO ${this.#own(table)}${all} FORMAT JSONEachRow\n${JSON.stringify(row)}`);
  }

  declared = (): readonly Table[] => [...this.#declared.values()];

  async create(tables: readonly Table[]): Promise<void> {
    for (const table of tables) this.#declared.set(table.name, table);
    for (const table of tables)
      for (const statement of renderTable(table, this.topology, this.policy)) await this.#everywhere(statement);
    const rows = await this.query<{ table: string; name: string }>(
      'SELECT table, name FROM system.columns WHERE database = currentDatabase() AND table IN {tables:Array(String)}',
      { tables: tables.map((table) => localName(table, this.topology)) },
    );
    for (const table of tables) {
      const local = localName(table, this.topology);
      const present = new Set(rows.filter((row) => row.table === local).map((row) => row.name));
      // Taken away meanwhile by another process that leads, and about to make it anew as it should be.
      if (present.size === 0) continue;
      for (const statement of renderMissingColumns(table, this.topology, present)) await this.#everywhere(statement);
    }
    await this.#tidied(tables.map((table) => localName(table, this.topology)));
    if (!this.policy) return;
    const names = tables.map((table) => localName(table, this.topology));
    await (this.embedded ? moveTables(this, tables, this.policy) : checkPolicy(this, names, this.policy));
  }

  async #tidied(names: readonly string[]): Promise<void> {
    const rows = await this.query<{ name: string; created: string }>(
      'SELECT name, create_table_query AS created FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
      { names },
    );
    for (const { name, created } of rows)
      for (const statement of renderTidying(name, created)) await this.#everywhere(statement);
  }

  async recreate(tables: readonly Table[]): Promise<void> {
    for (const table of tables)
      for (const name of new Set([table.name, localName(table, this.topology)]))
        await this.#everywhere(`DROP TABLE IF EXISTS ${name} SYNC`);
    await this.create(tables);
  }

  stage = (tables: readonly Table[]): Promise<void> => stageTables(this.#stage(), tables);
  promote = (tables: readonly string[]): Promise<void> => promote(this.#stage(), tables);
  unstage = (): Promise<void> => unstage(this.#stage());

  #stage(): Stage {
    const query = 'SELECT name FROM system.tables WHERE database = currentDatabase()';
    return {
      topology: this.topology,
      policy: this.policy,
      nodes: this.nodes.length,
      run: (node, statement) =>
        this.nodes[node]!.run(async (client) => void (await client.command({ query: statement }))),
      names: (node) =>
        this.nodes[node]!.run(async (client) => {
          const rows = await (await client.query({ query, format: 'JSONEachRow' })).json<{ name: string }>();
          return rows.map(({ name }) => name);
        }),
    };
  }

  async truncate(table: string): Promise<void> {
    await this.#everywhere(`TRUNCATE TABLE IF EXISTS ${this.#own(table)}`);
  }

  async remove(table: string, where: string, params: Params = {}, { settings }: QueryOptions = {}): Promise<void> {
    const all = settingsText({ ...settings, mutations_sync: 2 });
    await this.#everywhere(`ALTER TABLE ${this.#own(table)} DELETE WHERE ${where}${all}`, params);
  }

  async purge(tables: readonly string[], signal?: AbortSignal): Promise<void> {
    const present = await this.query<{ name: string }>(
      'SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN {tables:Array(String)}',
      { tables: tables.map((table) => this.#own(table)) },
    );
    const own = present.map(({ name }) => name);
    if (own.length === 0) return;
    for (const node of this.nodes)
      await node.run(async (client) => {
        // What a mutation was asked is kept beside the parts; a last one that asks nothing takes its place.
        for (const table of own) {
          await client.command({
            query: `ALTER TABLE ${table} MODIFY SETTING old_parts_lifetime = 1, finished_mutations_to_keep = 1`,
          });
          await client.command({ query: `ALTER TABLE ${table} DELETE WHERE 0 SETTINGS mutations_sync = 2` });
        }
      });
    const list = `('${own.join("','")}')`;
    for (const node of this.nodes) await waitForParts(node, list, signal);
    for (const node of this.nodes)
      for (const table of own)
        await node.run((client) =>
          client.command({
            query: `ALTER TABLE ${table} RESET SETTING old_parts_lifetime, finished_mutations_to_keep`,
          }),
        );
  }

  /** The name under which a node holds its own rows. */
  #own(table: string): string {
    return this.topology.kind === 'single' ? table : `${table}_local`;
  }

  /** One node after the other: `ON CLUSTER` would need a keeper, which a cluster without replicas does not have. */
  async #everywhere(statement: string, params: Params = {}): Promise<void> {
    for (const node of this.nodes)
      await node.run((client) => client.command({ query: statement, query_params: params as Record<string, unknown> }));
  }

  async ping(): Promise<void> {
    const asked = this.nodes.map((node) => node.run((client) => client.command({ query: 'SELECT 1 FORMAT Null' })));
    await within(PING_MS, Promise.all(asked), 'ClickHouse');
  }

  async close(): Promise<void> {
    for (const { client } of new Set([...Object.values(this.lanes).flat(), ...this.nodes])) await client.close();
  }
}

async function versionOf(client: ClickHouseClient): Promise<string> {
  const rows = await (
    await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' })
  ).json<{ version: string }>();
  return rows[0]!.version;
}

/**
 * Caches small enough for a laptop; without these the embedded engine would keep up to 5 GB of marks. Merged parts are
 * removed one after the other, each table by itself: where a file system tells the disk at once what is free (`discard`),
 * an insert's fsyncs queue behind every removal under way, for tens of milliseconds with four, for seconds with the
 * preset 128. They are removed within two seconds: an erased value has not left while an old part holds it.
 */
const embeddedConfig = (disk: SealedDisk | undefined) => `<clickhouse>
  <mark_cache_size>67108864</mark_cache_size>
  <primary_index_cache_size>67108864</primary_index_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <compiled_expression_cache_size>16777216</compiled_expression_cache_size>
  <query_condition_cache_size>16777216</query_condition_cache_size>
  <parquet_metadata_cache_size>16777216</parquet_metadata_cache_size>
  <max_parts_cleaning_thread_pool_size>1</max_parts_cleaning_thread_pool_size>
  <merge_tree>
    <concurrent_part_removal_threshold>100000</concurrent_part_removal_threshold>
    <cleanup_delay_period>2</cleanup_delay_period>
    <cleanup_delay_period_random_add>0</cleanup_delay_period_random_add>
    <max_cleanup_delay_period>2</max_cleanup_delay_period>
    <finished_mutations_to_keep>1</finished_mutations_to_keep>
  </merge_tree>${disk ? sealedStorage(disk) : ''}
</clickhouse>
`;

/**
 * ClickHouse in this process, its data in a folder. One folder per process, one process per folder.
 * @param disk where its tables lie encrypted; without one they lie in the folder as they are
 */
export async function openEmbeddedClickHouse(
  folder: string,
  disk?: SealedDisk,
  limits = defaultLimits,
): Promise<ClickHouse> {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, '..', 'clickhouse.xml');
  writeFileSync(configFile, embeddedConfig(disk));
  const path = join(folder);
  // The first session of the process decides the engine's configuration; the connections below share its engine.
  const session = withDiskKey(disk, () => new Session(path, { connectionArgs: [`--config-file=${configFile}`] }));
  const connect = async () => {
    const client = createClient({ connection: createChdbConnection({ path }), log: SILENT } as unknown as Parameters<
      typeof createClient
    >[0]);
    for (const [name, value] of Object.entries({ ...CONSTANT, ...NO_SPILLING }))
      await client.command({ query: `SET ${name} = ${literal(value)}` });
    return new Connection(client, true);
  };
  const lanes = { log: [await connect()], river: [await connect()], read: [await connect(), await connect()] };
  const version = await versionOf(lanes.read[0]!.client);
  const policy = disk && SEALED_POLICY;
  const single = [lanes.read[0]!];
  const connected = new Connected(true, version, lanes, { kind: 'single' }, single, limitsOf(limits), policy);
  const close = connected.close.bind(connected);
  return Object.assign(connected, {
    close: async () => {
      await close();
      session.cleanup();
    },
  });
}

/** Addresses of all nodes of a cluster, asked of one of them; they share protocol, account and database. */
async function nodesOf(client: ClickHouseClient, url: string, cluster: string): Promise<string[]> {
  const read = async <T>(query: string) =>
    (await client.query({ query, query_params: { cluster }, format: 'JSONEachRow' })).json<T>();
  const setting = new URL(url).protocol === 'https:' ? 'https_port' : 'http_port';
  const ports = await read<{ shard: number; port: number }>(
    `SELECT DISTINCT _shard_num AS shard, getServerPort('${setting}') AS port FROM clusterAllReplicas({cluster:String}, system.one)`,
  );
  const hosts = await read<{ shard: number; host: string }>(
    'SELECT shard_num AS shard, host_name AS host FROM system.clusters WHERE cluster = {cluster:String} ORDER BY shard_num, replica_num',
  );
  if (new Set(hosts.map(({ shard }) => shard)).size < hosts.length)
    throw new UserError('invalid', 'cluster_has_replicas', 'The cluster has several replicas of a shard', {
      where: 'GUANXI_CLICKHOUSE_CLUSTER',
      remedy: 'Name a cluster with one replica of each shard; docs/operations.md says how shards are kept safe.',
    });
  return hosts.map(({ shard, host }) => {
    const address = new URL(url);
    address.hostname = host;
    address.port = String(ports.find((row) => row.shard === shard)!.port);
    return address.href;
  });
}

/** Clients wait for the log; nobody waits for the river. */
const TIMEOUT_MS = { log: 10_000, river: 300_000 };

/**
 * A ClickHouse server over HTTP, or a cluster through one of its nodes. Of a cluster every node must be reachable under
 * the host name that the cluster's configuration gives it.
 * @param policy storage policy of the tables, which every node knows
 */
export async function openServedClickHouse(
  url: string,
  cluster: string | undefined,
  policy?: string,
  limits = defaultLimits,
): Promise<ClickHouse> {
  // On a cluster a table in a subquery or on the right of a join is on every shard: it is read whole, then sent to all.
  const settings = { ...CONSTANT, ...(cluster ? { distributed_product_mode: 'global' } : {}) };
  const connect = (address: string, timeoutMs: number) =>
    new Connection(
      createClient({
        url: address,
        clickhouse_settings: settings as Record<string, string | number>,
        max_open_connections: 16,
        request_timeout: timeoutMs,
        log: SILENT,
      }),
      false,
    );
  const lanes = {
    log: [connect(url, TIMEOUT_MS.log)],
    river: [connect(url, TIMEOUT_MS.river)],
    read: [connect(url, limitsOf(limits).answerMs)],
  };
  const single = lanes.river[0]!;
  const version = await versionOf(single.client);
  const own = limitsOf(limits);
  if (!cluster) return new Connected(false, version, lanes, { kind: 'single' }, [single], own, policy);
  const nodes = (await nodesOf(single.client, url, cluster)).map((address) => connect(address, TIMEOUT_MS.river));
  return new Connected(false, version, lanes, { kind: 'sharded', cluster }, nodes, own, policy);
}
