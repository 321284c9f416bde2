import {
  type ClickHouse,
  erasedTable,
  type EventLog,
  hashOf,
  type LogRecord,
  logTable,
  type Postgres,
  type Statements,
  type Table,
} from '../platform/index.ts';
import type { Page, Send, Sink } from './cargo.ts';
import { readRows, readSchema } from './postgres-schema.ts';

export interface LiveParts {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly log: EventLog;
  /** What a replay of the log makes again and is not moved: ClickHouse tables, and PostgreSQL tables that stay empty. */
  /** The most rows of a page; what is preset is fast. */
  readonly pageRows?: number;
  readonly derived: { readonly tables: readonly string[]; readonly rows: readonly string[] };
}

const AT_ONCE = 2000;
/** A page is a file of a backup and an insert of a copy. */
const PAGE_ROWS = 50_000;
const PAGE_CHARACTERS = 16 << 20;

/** Puts what is read a little at a time together to pages. */
async function* inPages<T>(
  read: (after: string | null, limit: number) => Promise<readonly T[]>,
  { line, mark }: { line: (row: T) => string; mark: (row: T) => string },
  { after, most }: { after: string | null; most: number },
): AsyncGenerator<Page> {
  for (let at = after; ;) {
    const lines: string[] = [];
    let characters = 0;
    let ended = false;
    while (lines.length < most && characters < PAGE_CHARACTERS) {
      const rows = await read(at, Math.min(AT_ONCE, most));
      if ((ended = rows.length === 0)) break;
      for (const row of rows) {
        const text = line(row);
        lines.push(text);
        characters += text.length;
      }
      at = mark(rows.at(-1)!);
    }
    if (lines.length > 0) yield { lines, mark: at! };
    if (ended) return;
  }
}

const recordLine = ({ seq, kind, receivedAt, sentAt, sourceId, payload }: LogRecord) =>
  JSON.stringify([seq, kind, receivedAt, sentAt, sourceId, payload]);

/** The log up to a place, in the order of `LOG_COLUMNS`. */
export function logPages(
  log: Pick<EventLog, 'read'>,
  upTo: number,
  after: string | null,
  most = PAGE_ROWS,
): AsyncIterable<Page> {
  const read = async (at: string | null, limit: number) =>
    (await log.read(Number(at ?? 0), limit)).filter((record) => record.seq <= upTo);
  return inPages(read, { line: recordLine, mark: ({ seq }) => String(seq) }, { after, most });
}
export const LOG_COLUMNS = ['seq', 'kind', 'received_at', 'sent_at', 'source_id', 'payload'] as const;

/** A table in the order of its key, which is one number; rows of one key stay together. */
export function tablePages(
  clickhouse: ClickHouse,
  table: Table,
  after: string | null,
  most = PAGE_ROWS,
): AsyncIterable<Page> {
  const [key] = table.orderBy;
  if (table.orderBy.length !== 1 || !table.columns[key!]?.startsWith('UInt64'))
    throw new Error(`${table.name} is not ordered by one number: say here how it is read in pages`);
  const columns = Object.keys(table.columns);
  const read = (at: string | null, limit: number) =>
    clickhouse.query<{ key: string; line: string }>(
      `SELECT toString(item.${key}) AS key, trimRight(formatRow('JSONCompactEachRow', ${columns.map((name) => `item.${name}`).join(', ')}), '\\n') AS line
       FROM ${table.name} AS item WHERE ${at === null ? '1' : `item.${key} > {at:UInt64}`}
       ORDER BY item.${key} LIMIT ${limit} WITH TIES`,
      at === null ? {} : { at },
    );
  return inPages(read, { line: (row) => row.line, mark: (row) => row.key }, { after, most });
}

const FIRST = [logTable.name, erasedTable.name];

/** The same for the same data: every installation begins its history at another instant, and the log only grows. */
async function nameOf({ postgres, clickhouse, log }: LiveParts, others: readonly Table[]): Promise<string> {
  const [row] = await postgres.query<{ text: string }>(
    "SELECT string_agg(id || ' ' || applied_at::text, ',' ORDER BY id) AS text FROM migration",
  );
  const sums = [];
  for (const { name, columns } of others)
    sums.push(
      ...(await clickhouse.query<{ sum: string }>(
        `SELECT toString(sum(cityHash64(toString(tuple(${Object.keys(columns).join(', ')}))))) AS sum FROM ${name}`,
      )),
    );
  return hashOf(`${row!.text} ${log.head()} ${sums.map(({ sum }) => sum).join()}`);
}

async function sendRows(statements: Statements, { derived }: LiveParts, sink: Sink): Promise<void> {
  await sink.postgres(await readSchema(statements), (table, columns) =>
    derived.rows.includes(table) ? null : readRows(statements, table, columns),
  );
}

interface Contents {
  readonly id: string;
  readonly others: readonly Table[];
}

async function contentsOf(parts: LiveParts): Promise<Contents> {
  const { clickhouse, derived } = parts;
  // There also where the log is kept elsewhere.
  await clickhouse.create([erasedTable]);
  const others = clickhouse.declared().filter(({ name }) => !derived.tables.includes(name) && !FIRST.includes(name));
  return { id: await nameOf(parts, others), others };
}

/**
 * Everything that cannot be derived, out of engines that may be at work meanwhile. The order keeps it consistent: what
 * leaves the quarantine is in the log before it is marked, so the quarantine is read first; settings and receipts of
 * erasures may be newer than the log, never older.
 */
export const sendLive =
  (parts: LiveParts): Send =>
  async (sink) => {
    const { clickhouse, log, postgres, pageRows } = parts;
    const { id, others } = await contentsOf(parts);
    await sink.open({ id, rows: log.head(), clickhouse: [...others, logTable, erasedTable] });
    for (const table of others) await sink.clickhouse(table, (after) => tablePages(clickhouse, table, after, pageRows));
    const upTo = log.head();
    await sink.clickhouse(logTable, (after) => logPages(log, upTo, after, pageRows));
    await sink.clickhouse(erasedTable, (after) => tablePages(clickhouse, erasedTable, after, pageRows));
    await postgres.transaction(async (statements) => {
      await statements.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await sendRows(statements, parts, sink);
    });
  };

/**
 * The same of engines that are about to be replaced, with nothing left out: `hold` is called once the log has been sent as
 * far as it is, and stops everything that writes; what came meanwhile follows. PostgreSQL is sent by what is returned, in
 * the transaction that it is called with.
 */
export async function sendLast(
  parts: LiveParts,
  sink: Sink,
  hold: () => Promise<void>,
): Promise<(statements: Statements) => Promise<void>> {
  const { clickhouse, log } = parts;
  const { id, others } = await contentsOf(parts);
  await sink.open({ id, rows: log.head(), clickhouse: [...others, logTable, erasedTable] });
  await sink.clickhouse(logTable, async function* (after) {
    let mark = after;
    for await (const page of logPages(log, log.head(), after)) {
      mark = page.mark;
      yield page;
    }
    await hold();
    yield* logPages(log, log.head(), mark);
  });
  for (const table of [...others, erasedTable])
    await sink.clickhouse(table, (after) => tablePages(clickhouse, table, after));
  return (statements) => sendRows(statements, parts, sink);
}
