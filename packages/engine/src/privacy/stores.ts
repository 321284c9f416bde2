import type { NodeId } from '@guanxi/contracts';
import { type ClickHouse, idArray, type Postgres, type Table } from '../platform/index.ts';

/**
 * Every table of PostgreSQL: whether rows can be about somebody, so that an erasure looks into them and has their dead rows
 * removed. A table that is missing here fails the test of erasure.
 */
export const postgresTables: Readonly<Record<string, 'personal' | 'impersonal'>> = {
  identifier: 'personal',
  identity_link: 'personal',
  identity_change: 'personal',
  job: 'personal',
  scene: 'personal',
  privacy_erasure: 'personal',
  'pgboss.job': 'personal',
  // Settings and the team: rules name types and what the team writes.
  migration: 'impersonal',
  replaced: 'impersonal',
  identity_rules: 'impersonal',
  identity_tally: 'impersonal',
  graph_ontology: 'impersonal',
  source: 'impersonal',
  privacy_settings: 'impersonal',
  privacy_retention: 'impersonal',
  // Keyed hashes: what keeps the erased out.
  privacy_suppression: 'impersonal',
  account: 'impersonal',
  account_identity: 'impersonal',
  account_link: 'impersonal',
  account_session: 'impersonal',
  api_key: 'impersonal',
  setup_code: 'impersonal',
  sign_in_failure: 'impersonal',
  sign_on_attempt: 'impersonal',
  // People by ids, never by values; until its retention.
  audit_entry: 'impersonal',
  audit_chain: 'impersonal',
  // Numbers and places.
  leader: 'impersonal',
  river_checkpoint: 'impersonal',
  river_batch: 'impersonal',
  quarantine_number: 'impersonal',
  event_log_place: 'impersonal',
  event_log_kafka: 'impersonal',
  event_log_kafka_erased: 'impersonal',
  sealed_key: 'impersonal',
};

export const personalPostgresTables = Object.keys(postgresTables).filter((name) => postgresTables[name] === 'personal');

/** What names somebody: ids of identifiers, and places of records. */
export interface Names {
  readonly ids: readonly NodeId[];
  readonly places: readonly number[];
}

/** Ids or places named by one statement. */
const AT_ONCE = 10_000;

/** Statements about One-ID in PostgreSQL. */
const identityRows: Readonly<Record<string, string>> = {
  identifier: 'id = ANY($1::bigint[])',
  identity_link: 'a = ANY($1::bigint[]) OR b = ANY($1::bigint[])',
  identity_change: 'person = ANY($1::bigint[]) OR other = ANY($1::bigint[]) OR seq = ANY($2::bigint[])',
};

async function rowsOf(clickhouse: ClickHouse, table: Table, { ids, places }: Names): Promise<number> {
  const bySeq = table.persons.length === 0;
  const named = bySeq ? places : ids;
  const columns = bySeq ? ['seq'] : table.persons;
  const where = columns.map((column) => `${column} IN {named:Array(UInt64)}`).join(' OR ');
  let rows = 0;
  for (let start = 0; start < named.length; start += AT_ONCE) {
    const params = { named: idArray(named.slice(start, start + AT_ONCE)) };
    const [row] = await clickhouse.query<{ rows: number }>(
      `SELECT count() AS rows FROM ${table.name} WHERE ${where}`,
      params,
    );
    rows += row!.rows;
  }
  return rows;
}

/** How many rows of every derived table name somebody; rows that are merged later count each. */
export async function countDerived(
  { clickhouse, postgres }: { readonly clickhouse: ClickHouse; readonly postgres: Postgres },
  tables: readonly Table[],
  names: Names,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) counts[table.name] = await rowsOf(clickhouse, table, names);
  for (const [table, where] of Object.entries(identityRows)) {
    const params = [names.ids, names.places].slice(0, where.includes('$2') ? 2 : 1);
    const [row] = await postgres.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${table} WHERE ${where}`,
      params.map((list) => `{${list.join(',')}}`),
    );
    counts[table] = Number(row!.rows);
  }
  return counts;
}
