import {
  type ClickHouse,
  logTable,
  readRecords,
  stagedName,
  type Statements,
  type Table,
  UserError,
} from '../platform/index.ts';
import type { Cargo, Page, RowsOf, Sink } from './cargo.ts';
import { digestOf, emptyDigest } from './digest.ts';
import { compareDigests, fillPostgres } from './fill.ts';
import { LOG_COLUMNS, logPages, tablePages } from './live.ts';
import type { PostgresSchema } from './postgres-schema.ts';

/** Where tables of PostgreSQL are put aside to, within the transaction that replaces them. */
export const ASIDE = 'guanxi_replaced';

export interface ReplaceTarget {
  readonly clickhouse: ClickHouse;
  /**
   * Runs what replaces PostgreSQL in a transaction, while nothing else is written; tables of ClickHouse that stand beside
   * those of this list take their place once it has taken effect. `aside` holds what was there before.
   */
  cutOver(tables: readonly string[], replace: (statements: Statements) => Promise<void>): Promise<void>;
  /** Told of every row that has got further; throws where nobody wants it any more. */
  moved(rows: number): void;
}

/** Locks every table for this transaction alone, so that what is read now is what is replaced. */
export async function lockTables(statements: Statements): Promise<void> {
  const rows = await statements.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
  );
  await statements.query(`LOCK TABLE ${rows.map(({ name }) => name).join(', ')} IN ACCESS EXCLUSIVE MODE`);
}

const PUT_ASIDE = `
  SELECT format('ALTER %s SET SCHEMA ${ASIDE}', what) AS text FROM (
    SELECT 1 AS turn, format('TABLE public.%I', tablename) AS what FROM pg_tables
      WHERE schemaname = 'public' AND tablename NOT IN ('transfer', 'replaced')
    UNION ALL
    SELECT 2, format('SEQUENCE public.%I', c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind = 'S'
        AND NOT EXISTS (SELECT FROM pg_depend p WHERE p.objid = c.oid AND p.deptype IN ('a', 'i'))
    UNION ALL
    SELECT 3, format('FUNCTION %s', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'public' AND p.prokind IN ('f', 'p')) AS present
  ORDER BY turn, what`;

async function putAside(statements: Statements): Promise<void> {
  await statements.query(`CREATE SCHEMA ${ASIDE}`);
  for (const { text } of await statements.query<{ text: string }>(PUT_ASIDE)) await statements.query(text);
}

/**
 * Puts a cargo in the place of what engines at work hold. ClickHouse tables are filled and compared beside those in use,
 * which costs nobody anything; PostgreSQL is replaced in one transaction, the point of no return. Whatever dies before
 * leaves everything as it was; an attempt that is made again begins anew.
 */
export class Replacer implements Sink {
  #id = '';
  #tables: readonly Table[] = [];

  constructor(private readonly target: ReplaceTarget) {}

  async open({ id, clickhouse }: Cargo): Promise<void> {
    this.#id = id;
    this.#tables = clickhouse;
    await this.target.clickhouse.stage(clickhouse);
  }

  async clickhouse(table: Table, pages: (after: string | null) => AsyncIterable<Page>): Promise<void> {
    const { clickhouse, moved } = this.target;
    const isLog = table.name === logTable.name;
    const staged = { ...table, name: stagedName(table.name) };
    const columns = isLog ? LOG_COLUMNS : Object.keys(table.columns);
    let sent = emptyDigest;
    let before = '';
    for await (const { lines, mark } of pages(null)) {
      await clickhouse.insertLines(staged.name, columns, lines, { token: `restore:${this.#id}:${before}` });
      sent = digestOf(lines, sent);
      before = mark;
      moved(lines.length);
    }
    let found = emptyDigest;
    for await (const { lines } of isLog ? stagedLog(clickhouse, staged.name) : tablePages(clickhouse, staged, null)) {
      found = digestOf(lines, found);
      moved(0);
    }
    compareDigests(`clickhouse/${table.name}`, sent, found);
  }

  async postgres(schema: PostgresSchema, rowsOf: RowsOf): Promise<void> {
    const names = this.#tables.map(({ name }) => name);
    await this.target.cutOver(names, async (statements) => {
      await putAside(statements);
      await fillPostgres(statements, { schema, rowsOf, moved: () => undefined });
    });
  }
}

function stagedLog(clickhouse: ClickHouse, table: string): AsyncIterable<Page> {
  const upTo = Number.MAX_SAFE_INTEGER;
  return logPages({ read: (after, limit) => readRecords(clickhouse, table, { after, upTo, limit }) }, upTo, null);
}

/** Ends the transaction that replaced everything. */
export const dropAside = (statements: Statements): Promise<unknown> => statements.query(`DROP SCHEMA ${ASIDE} CASCADE`);

/** What is refused where nobody said that the data that are there may go. */
export const notEmptyHere = (): UserError =>
  new UserError('conflict', 'not_empty', 'There are data here already', {
    where: 'replace',
    remedy:
      'Say that they may be replaced (guanxi restore --replace): they are backed up first, and everything newer than the backup goes with them.',
  });
