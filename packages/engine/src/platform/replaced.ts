import type { ClickHouse } from './clickhouse.ts';
import type { Postgres, Statements } from './postgres.ts';

/** Told when all data were replaced: every process opens them anew. */
export const REPLACED_TOPIC = 'replaced';

const CREATE_LOCK = 7_116_003;

/**
 * Which data these are. The row is written in the transaction that replaces PostgreSQL; as long as it names tables, those
 * of ClickHouse still stand beside the ones they replace. Copies of the data do not carry it along, nor does their history
 * of migrations know of it.
 */
async function prepare(postgres: Postgres): Promise<void> {
  const [found] = await postgres.query<{ text: string | null }>("SELECT to_regclass('public.replaced')::text AS text");
  if (found!.text !== null) return;
  await postgres.transaction(async (statements) => {
    await statements.query(`SELECT pg_advisory_xact_lock(${CREATE_LOCK})`);
    await statements.query(
      `CREATE TABLE IF NOT EXISTS replaced (
         one boolean PRIMARY KEY DEFAULT true CHECK (one), id text NOT NULL, tables jsonb, result jsonb NOT NULL)`,
    );
  });
}

interface ReplacedRow {
  readonly id: string;
  readonly tables: readonly string[] | null;
  readonly result: Record<string, unknown>;
}

const read = async (statements: Statements, how = ''): Promise<ReplacedRow | null> =>
  (await statements.query<ReplacedRow>(`SELECT id, tables, result FROM public.replaced ${how}`))[0] ?? null;

/** Part of the transaction that replaces PostgreSQL: with it there is no way back. */
export async function noteReplacing(
  statements: Statements,
  { id, tables, result }: { id: string; tables: readonly string[]; result: Record<string, unknown> },
): Promise<void> {
  await statements.query('DELETE FROM public.replaced');
  await statements.query('INSERT INTO public.replaced (id, tables, result) VALUES ($1, $2, $3)', [
    id,
    JSON.stringify(tables),
    JSON.stringify(result),
  ]);
}

/** What the replacement of this name gave; null where it has not happened. */
export async function replacedBy(postgres: Postgres, id: string): Promise<Record<string, unknown> | null> {
  const row = await read(postgres);
  return row?.id === id ? row.result : null;
}

/**
 * Finishes a replacement whose process died after PostgreSQL was replaced and before ClickHouse was. Of several processes
 * one does it while the others wait. Returns the name of the last replacement, '' where there was none.
 */
export async function finishReplacing(postgres: Postgres, clickhouse: ClickHouse): Promise<string> {
  await prepare(postgres);
  const row = await read(postgres);
  if (!row?.tables) return row?.id ?? '';
  await postgres.transaction(async (statements) => {
    await statements.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    const locked = await read(statements, 'FOR UPDATE');
    if (!locked?.tables) return;
    await clickhouse.promote(locked.tables);
    await statements.query('UPDATE public.replaced SET tables = NULL');
  });
  return row.id;
}

/** Whether the data are still those that a process opened. */
export async function isCurrent(postgres: Postgres, replacement: string): Promise<boolean> {
  const row = await read(postgres);
  return (row?.id ?? '') === replacement && !row?.tables;
}
