import { hashOf } from './ids.ts';

/** One declaration of a ClickHouse table, from which single-node and sharded DDL are rendered. */
export interface Table {
  readonly name: string;
  /** Column name to type, with codec where it pays. */
  readonly columns: Readonly<Record<string, string>>;
  readonly engine: 'MergeTree' | 'AggregatingMergeTree' | { readonly replacing: string };
  readonly orderBy: readonly string[];
  readonly partitionBy?: string;
  /** Expression that decides the shard; rows that are read together must agree on it. */
  readonly shardBy: string;
  /** Columns that hold ids of identifiers: an erasure looks into every one of them. Empty where rows name nobody by id. */
  readonly persons: readonly string[];
  /** Inserts return after the rows are on disk. */
  readonly durable?: boolean;
  readonly indexes?: readonly string[];
  readonly granularity?: number;
  readonly ttl?: string;
}

/** One node, or several that each hold a shard of every table. */
export type Topology = { readonly kind: 'single' } | { readonly kind: 'sharded'; readonly cluster: string };

/** Inserts remembered per table by their deduplication token; the river replays at most its last two batches. */
const TOKEN_WINDOW = 1000;

/**
 * How often (seconds) a table looks for parts that are out of use. By itself a server does so every five minutes once
 * little happens: so long an erased value would lie on the disk, and whoever erases would wait.
 */
const TIDYING = { cleanup_delay_period: 2, cleanup_delay_period_random_add: 0, max_cleanup_delay_period: 5 };

/** The statement that gives these settings to a table of an older version, whose statement of creation is given. */
export function renderTidying(table: string, created: string): string[] {
  if (created.includes('max_cleanup_delay_period')) return [];
  const list = Object.entries(TIDYING).map(([name, value]) => `${name} = ${value}`);
  return [`ALTER TABLE ${table} MODIFY SETTING ${list.join(', ')}`];
}

const engineOf = ({ engine }: Table): string =>
  typeof engine === 'string' ? `${engine}()` : `ReplacingMergeTree(${engine.replacing})`;

function settingsOf(table: Table, policy: string | undefined): string {
  const settings: Record<string, number | string> = { non_replicated_deduplication_window: TOKEN_WINDOW, ...TIDYING };
  if (table.durable) Object.assign(settings, { fsync_after_insert: 1, fsync_part_directory: 1 });
  if (table.granularity) settings['index_granularity'] = table.granularity;
  if (policy) settings['storage_policy'] = policy;
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? `'${value}'` : value}`)
    .join(', ');
}

/**
 * The statements that create a table on one node; on a cluster they are run on every shard.
 * @param policy storage policy that its rows lie under; the server's own when absent
 */
export function renderTable(table: Table, topology: Topology, policy?: string): string[] {
  const columns = Object.entries(table.columns).map(([name, type]) => `  ${name} ${type}`);
  const indexes = (table.indexes ?? []).map((index) => `  INDEX ${index}`);
  const local = localName(table, topology);
  const create = [
    `CREATE TABLE IF NOT EXISTS ${local} (\n${[...columns, ...indexes].join(',\n')}\n)`,
    `ENGINE = ${engineOf(table)}`,
    table.partitionBy && `PARTITION BY ${table.partitionBy}`,
    `ORDER BY (${table.orderBy.join(', ')})`,
    table.ttl && `TTL ${table.ttl}`,
    `SETTINGS ${settingsOf(table, policy)}`,
  ]
    .filter(Boolean)
    .join('\n');
  if (topology.kind === 'single') return [create];
  // A bare name would be taken for a table of that name, on which this one then depends: `node` could not be dropped.
  const distributed = `CREATE TABLE IF NOT EXISTS ${table.name} AS ${local}\nENGINE = Distributed('${topology.cluster}', currentDatabase(), '${local}', toUInt64(${table.shardBy}))`;
  return [create, distributed];
}

/** The name under which a node holds its own rows of the table. */
export const localName = (table: Table, topology: Topology) =>
  topology.kind === 'single' ? table.name : `${table.name}_local`;

/** The statements that bring a table of an older version up to its declaration, given the columns it has. */
export function renderMissingColumns(table: Table, topology: Topology, present: ReadonlySet<string>): string[] {
  const tables = topology.kind === 'single' ? [table.name] : [localName(table, topology), table.name];
  return Object.entries(table.columns)
    .filter(([column]) => !present.has(column))
    .flatMap(([column, type]) =>
      tables.map((name) => `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${column} ${type}`),
    );
}

/** Changes with any change of what these declarations store: what is derived is then made anew from the log. */
export function fingerprintOf(tables: readonly Table[]): string {
  return hashOf(JSON.stringify(tables.map((table) => ({ ...table, persons: undefined }))));
}
