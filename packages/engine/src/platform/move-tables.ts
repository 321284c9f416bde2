import { UserError } from './errors.ts';
import { renderTable, type Table } from './tables.ts';

/** The part of an engine that tables are moved by. */
interface ClickHouse {
  query<T>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<T[]>;
  command(
    sql: string,
    params?: Readonly<Record<string, unknown>>,
    options?: { readonly settings?: Readonly<Record<string, string | number>> },
  ): Promise<void>;
  truncate(table: string): Promise<void>;
}

const CHUNK_ROWS = 200_000;
const movedName = (table: Table) => `${table.name}_sealed`;

async function policiesOf(clickhouse: ClickHouse, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await clickhouse.query<{ name: string; storage_policy: string }>(
    'SELECT name, storage_policy FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
    { names },
  );
  return new Map(rows.map((row) => [row.name, row.storage_policy]));
}

/**
 * Brings tables of an older folder onto the encrypted disk: each is copied beside itself, exchanged in one step, and
 * its unencrypted copy dropped. Breaking off anywhere loses nothing; the next start goes on.
 */
export async function moveTables(clickhouse: ClickHouse, tables: readonly Table[], policy: string): Promise<void> {
  const policies = await policiesOf(
    clickhouse,
    tables.flatMap((table) => [table.name, movedName(table)]),
  );
  for (const table of tables) {
    const left = policies.has(movedName(table));
    if (policies.get(table.name) !== policy) await move(clickhouse, table, policy);
    else if (left) await clickhouse.command(`DROP TABLE ${movedName(table)} SYNC`);
  }
}

/** Served tables are their operator's to move. Throws `not_encrypted` where some lie outside the policy. */
export async function checkPolicy(clickhouse: ClickHouse, names: readonly string[], policy: string): Promise<void> {
  const policies = await policiesOf(clickhouse, names);
  const outside = [...policies].filter(([, found]) => found !== policy).map(([name]) => name);
  if (outside.length > 0)
    throw new UserError('conflict', 'not_encrypted', `Tables lie outside the storage policy ${policy}`, {
      where: outside.join(', '),
      remedy: `Let the policy ${policy} contain the old disk, ALTER TABLE … MODIFY SETTING storage_policy = '${policy}' and move the partitions; or begin with an empty database.`,
    });
}

/** A copy of rows that were copied before and taken away again is no repetition. */
const COPY = { settings: { insert_deduplicate: 0, max_insert_threads: 1 } };

async function move(clickhouse: ClickHouse, table: Table, policy: string): Promise<void> {
  const target = movedName(table);
  await clickhouse.command(renderTable({ ...table, name: target }, { kind: 'single' }, policy)[0]!);
  const columns = Object.entries(table.columns)
    .filter(([, type]) => !type.includes('MATERIALIZED'))
    .map(([name]) => name)
    .join(', ');
  const [place, ...others] = table.orderBy;
  // Only where every row has a place of its own does the last one copied say how far it came.
  if (others.length === 0 && table.engine === 'MergeTree')
    await copyOn(clickhouse, table.name, target, place!, columns);
  else {
    await clickhouse.truncate(target);
    await clickhouse.command(`INSERT INTO ${target} (${columns}) SELECT ${columns} FROM ${table.name}`, {}, COPY);
  }
  await clickhouse.command(`EXCHANGE TABLES ${table.name} AND ${target}`);
  await clickhouse.command(`DROP TABLE ${target} SYNC`);
}

/** Copies in order of place, from the place that an earlier attempt reached. */
async function copyOn(clickhouse: ClickHouse, from: string, to: string, place: string, columns: string) {
  const reached = async (table: string) =>
    (
      await clickhouse.query<{ rows: number; last: string }>(
        `SELECT count() AS rows, toString(max(${place})) AS last FROM ${table}`,
      )
    )[0]!;
  const end = await reached(from);
  for (let at = await reached(to); ; at = await reached(to)) {
    if (end.rows === 0 || (at.rows > 0 && at.last === end.last)) return;
    await clickhouse.command(
      `INSERT INTO ${to} (${columns}) SELECT ${columns} FROM ${from}
       WHERE ${at.rows === 0 ? '1' : `${place} > {last:UInt64}`} ORDER BY ${place} LIMIT ${CHUNK_ROWS}`,
      at.rows === 0 ? {} : { last: at.last },
      COPY,
    );
  }
}
