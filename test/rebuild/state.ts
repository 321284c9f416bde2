import type { Guanxi } from '@guanxi/server';

/** Columns that say when a row was written rather than what it says. */
const BOOKKEEPING: Readonly<Record<string, readonly string[]>> = {
  person_alias: ['version'],
  person_anchor: ['version'],
  identifier: ['version'],
};
/** An alias to oneself says the same as no alias. */
const CONDITION: Readonly<Record<string, string>> = {
  person_alias: 'anchor != person',
  person_anchor: 'anchor != person',
};
const IDENTITY_TABLES = ['identifier', 'identity_link', 'identity_change', 'person'];

const without = (row: Record<string, unknown>, table: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(row).filter(([column]) => !BOOKKEEPING[table]?.includes(column))));

/** Every derived table, row by row, in an order of its own: two states are equal when these are. */
export async function derivedState({
  platform,
  ingest,
  identity,
  graph,
  profile,
  privacy,
}: Guanxi): Promise<Record<string, string[]>> {
  const state: Record<string, string[]> = {};
  for (const table of [
    ...ingest.dedup.tables,
    ...identity.tables,
    ...graph.tables,
    ...profile.tables,
    ...privacy.tables,
  ]) {
    const final = table.engine === 'MergeTree' ? '' : 'FINAL';
    const columns = Object.entries(table.columns).map(([name, type]) =>
      type.startsWith('UInt64') || type.includes('Decimal') ? `toString(${name}) AS ${name}` : name,
    );
    const rows = await platform.clickhouse.query<Record<string, unknown>>(
      `SELECT ${columns.join(', ')} FROM ${table.name} AS source ${final} ${CONDITION[table.name] ? `WHERE source.${CONDITION[table.name]!.replace('!= ', '!= source.')}` : ''}`,
    );
    state[table.name] = rows.map((row) => without(row, table.name)).sort();
  }
  const present = await platform.postgres.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  for (const table of IDENTITY_TABLES.filter((name) => present.some((row) => row.name === name))) {
    const rows = await platform.postgres.query(`SELECT * FROM ${table}`);
    state[table] = rows.map((row) => without(row, table)).sort();
  }
  return state;
}
