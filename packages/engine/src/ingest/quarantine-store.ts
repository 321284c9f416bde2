import type { QuarantineCode, Quarantined } from '@guanxi/contracts';
import {
  briefly,
  type ClickHouse,
  hashOf,
  idArray,
  type Migration,
  type Platform,
  type Table,
  UserError,
} from '../platform/index.ts';
import { GroupCommit } from './group-commit.ts';
import type { Envelope, Refusal } from './types.ts';

/** Events that were not accepted, as they came, with the reason. Not derived: a rebuild leaves it alone. */
export const quarantineTable: Table = {
  name: 'quarantine',
  columns: {
    number: 'UInt64 CODEC(Delta, ZSTD(1))',
    received_at: "DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))",
    source_id: 'LowCardinality(String)',
    name: 'String CODEC(ZSTD(1))',
    code: 'LowCardinality(String)',
    field: 'String CODEC(ZSTD(1))',
    message: 'String CODEC(ZSTD(1))',
    status: "Enum8('waiting' = 1, 'replayed' = 2, 'dismissed' = 3)",
    message_key: 'UInt64',
    version: 'UInt32',
    envelope: 'String CODEC(ZSTD(1))',
    raw: 'String CODEC(ZSTD(3))',
  },
  engine: { replacing: 'version' },
  orderBy: ['number'],
  shardBy: 'number',
  persons: [],
  durable: true,
  granularity: 256,
};

const migrations: readonly Migration[] = [
  {
    id: 'ingest-002-quarantine-number',
    sql: `CREATE TABLE quarantine_number (one boolean PRIMARY KEY DEFAULT true CHECK (one), newest bigint NOT NULL DEFAULT 0);
    INSERT INTO quarantine_number DEFAULT VALUES`,
  },
];

export type Status = Quarantined['status'];

export interface NewItem {
  readonly sourceId: string;
  readonly name: string;
  readonly refusal: Refusal;
  readonly messageId: string | null;
  readonly envelope: Envelope;
  readonly raw: string;
}

/** One of them with what is needed to check it again. */
export interface StoredItem {
  readonly number: number;
  readonly sourceId: string;
  readonly name: string;
  readonly receivedAt: string;
  readonly code: QuarantineCode;
  readonly field: string;
  readonly message: string;
  readonly status: Status;
  readonly envelope: Envelope;
  readonly raw: string;
}

export interface Selection {
  readonly status?: Status | undefined;
  readonly source?: string | undefined;
  readonly code?: QuarantineCode | undefined;
  readonly numbers?: readonly number[] | undefined;
}

/** A place in a list by time: those beyond the row that came then (milliseconds) under this number. */
export interface Place {
  readonly at: number;
  readonly number: number;
}

export interface Listing {
  readonly order: 'newest' | 'oldest';
  readonly past?: Place | undefined;
  readonly limit: number;
}

export interface Group {
  readonly code: QuarantineCode;
  readonly field: string;
  readonly name: string;
  readonly sourceId: string;
  readonly count: number;
}

const RAW_IN_LISTS = 4000;
const GROUPS_SHOWN = 200;
const PENDING_CHARACTERS = 64 << 20;

const messageKey = (item: NewItem): string =>
  item.messageId === null ? '0' : hashOf(`${item.sourceId}\0${item.messageId}`);

/** The WHERE of a selection; values are bound. */
function whereOf({ status, source, code, numbers }: Selection): { sql: string; params: Record<string, unknown> } {
  const tests = ['1'];
  const params: Record<string, unknown> = {};
  if (status !== undefined) {
    tests.push('status = {status:String}');
    params['status'] = status;
  }
  if (source !== undefined) {
    tests.push('source_id = {source:String}');
    params['source'] = source;
  }
  if (code !== undefined) {
    tests.push('code = {code:String}');
    params['code'] = code;
  }
  if (numbers !== undefined) {
    tests.push('number IN {numbers:Array(UInt64)}');
    params['numbers'] = idArray(numbers);
  }
  return { sql: tests.join(' AND '), params };
}

interface Row {
  number: number;
  source_id: string;
  name: string;
  received_at: string;
  code: QuarantineCode;
  field: string;
  message: string;
  status: Status;
  envelope: string;
  raw: string;
}

const toItem = (row: Row): StoredItem => ({
  number: row.number,
  sourceId: row.source_id,
  name: row.name,
  receivedAt: row.received_at,
  code: row.code,
  field: row.field,
  message: row.message,
  status: row.status,
  envelope: JSON.parse(row.envelope) as Envelope,
  raw: row.raw,
});

export const toQuarantined = ({ number, envelope: _, ...item }: StoredItem): Quarantined => ({
  id: String(number),
  ...item,
});

export class QuarantineStore {
  readonly #commit: GroupCommit<NewItem>;
  readonly #listeners = new Set<(items: readonly Quarantined[]) => void>();

  private constructor(
    private readonly clickhouse: ClickHouse,
    /** The first of so many numbers that nobody else is given. */
    private readonly take: (count: number) => Promise<number>,
    maxPending: number,
  ) {
    this.#commit = new GroupCommit(
      (items) => this.#write(items),
      (item) => item.raw.length,
      {
        items: maxPending,
        characters: PENDING_CHARACTERS,
      },
    );
  }

  static async open({ clickhouse, postgres, config }: Platform): Promise<QuarantineStore> {
    await clickhouse.create([quarantineTable]);
    await postgres.migrate(migrations);
    const [last] = await clickhouse.query<{ last: number }>(
      'SELECT max(number) AS last FROM quarantine',
      {},
      { lane: 'log' },
    );
    let newest = Number(last?.last ?? 0);
    // A process that is alone counts for itself: its one connection to PostgreSQL has enough to do.
    const alone = async (count: number) => (newest += count) - count + 1;
    const shared = async (count: number) => {
      const [row] = await postgres.query<{ newest: string }>(
        'UPDATE quarantine_number SET newest = greatest(newest, $1) + $2 RETURNING newest',
        [newest, count],
      );
      return Number(row!.newest) - count + 1;
    };
    return new QuarantineStore(clickhouse, postgres.embedded ? alone : shared, config.maxPendingEvents);
  }

  onAdd(listener: (items: readonly Quarantined[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async remove(sources: readonly string[]): Promise<void> {
    await this.clickhouse.remove('quarantine', 'source_id IN {sources:Array(String)}', { sources: [...sources] });
  }

  /** Resolves once they are on disk. Throws `busy` or `unavailable`. */
  add(items: readonly NewItem[]): Promise<void> {
    return this.#commit.add(items);
  }

  /** Those that do not lie here already, by source and messageId: an import that goes on after a crash sends some again. */
  async fresh(items: readonly NewItem[]): Promise<NewItem[]> {
    const keys = items.map(messageKey);
    const rows = await this.clickhouse.query<{ key: string }>(
      'SELECT DISTINCT toString(message_key) AS key FROM quarantine WHERE message_key IN {keys:Array(UInt64)} AND message_key != 0',
      { keys: idArray(new Set(keys)) },
      { lane: 'log' },
    );
    const known = new Set(rows.map((row) => row.key));
    return items.filter((_, index) => !known.has(keys[index]!));
  }

  async #write(items: readonly NewItem[]): Promise<void> {
    const first = await this.take(items.length);
    const stored = items.map((item, index): StoredItem => ({
      number: first + index,
      sourceId: item.sourceId,
      name: item.name,
      receivedAt: new Date(item.envelope.receivedAt).toISOString(),
      ...item.refusal,
      status: 'waiting',
      envelope: item.envelope,
      raw: item.raw,
    }));
    const rows = stored.map(({ number, sourceId, receivedAt, envelope, ...rest }, index) => ({
      ...rest,
      number,
      received_at: receivedAt,
      source_id: sourceId,
      message_key: messageKey(items[index]!),
      version: 1,
      envelope: JSON.stringify(envelope),
    }));
    try {
      await this.clickhouse.insert('quarantine', rows, {
        lane: 'log',
        token: `quarantine:${first}:${stored[0]!.receivedAt}`,
      });
    } catch (error) {
      throw new UserError('unavailable', 'quarantine_unavailable', 'Refused events cannot be written', {
        remedy: 'Send the request again.',
        cause: new Error(briefly(error)),
      });
    }
    for (const listener of this.#listeners) listener(stored.map(toQuarantined));
  }

  /** Matching rows after a number, whole, in the order of their numbers. */
  async page(selection: Selection, { after, limit }: { after: number; limit: number }): Promise<StoredItem[]> {
    const { sql, params } = whereOf(selection);
    const found = await this.clickhouse.query<{ number: number }>(
      `SELECT number FROM quarantine FINAL WHERE ${sql} AND number > {after:UInt64} ORDER BY number LIMIT {limit:UInt32}`,
      { ...params, after, limit },
    );
    return this.#rows(found, 'raw', 'number');
  }

  /** Matching rows by the time they came, what they hold cut off. */
  async list(selection: Selection, { order, past, limit }: Listing): Promise<StoredItem[]> {
    const { sql, params } = whereOf(selection);
    const [beyond, way] = order === 'newest' ? ['<', 'DESC'] : ['>', 'ASC'];
    const bound = past
      ? `AND (received_at, number) ${beyond} (fromUnixTimestamp64Milli({at:Int64}, 'UTC'), {number:UInt64})`
      : '';
    const by = `received_at ${way}, number ${way}`;
    const found = await this.clickhouse.query<{ number: number }>(
      `SELECT number FROM quarantine FINAL WHERE ${sql} ${bound} ORDER BY ${by} LIMIT {limit:UInt32}`,
      { ...params, ...past, limit },
    );
    return this.#rows(found, `substringUTF8(raw, 1, ${RAW_IN_LISTS}) AS raw`, by);
  }

  /** The second of two steps, so that the long column is read for the rows of a page alone. */
  async #rows(found: readonly { number: number }[], raw: string, by: string): Promise<StoredItem[]> {
    if (found.length === 0) return [];
    const rows = await this.clickhouse.query<Row>(
      `SELECT number, source_id, name, received_at, code, field, message, status, envelope, ${raw}
       FROM quarantine FINAL WHERE number IN {numbers:Array(UInt64)} ORDER BY ${by}`,
      { numbers: idArray(found.map((row) => row.number)) },
    );
    return rows.map(toItem);
  }

  /** Counts by reason, most first. Positions in lists are written `*`, so that one mistake is one group. */
  async groups(selection: Selection): Promise<Group[]> {
    const { sql, params } = whereOf(selection);
    const rows = await this.clickhouse.query<Group>(
      `SELECT code, replaceRegexpAll(field, '\\\\.[0-9]+', '.*') AS field, name, source_id AS sourceId, count() AS count
       FROM (SELECT code, quarantine.field AS field, name, source_id FROM quarantine FINAL WHERE ${sql})
       GROUP BY ALL ORDER BY count DESC, code, field, name, sourceId LIMIT ${GROUPS_SHOWN}`,
      params,
    );
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }

  async count(selection: Selection): Promise<number> {
    const { sql, params } = whereOf(selection);
    const [row] = await this.clickhouse.query<{ count: number }>(
      `SELECT count() AS count FROM quarantine FINAL WHERE ${sql}`,
      params,
    );
    return Number(row?.count ?? 0);
  }

  async erase(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    await this.clickhouse.remove('quarantine', 'number IN {numbers:Array(UInt64)}', { numbers: idArray(numbers) });
  }

  /** From `waiting` to another status; those that do not wait any more stay as they are. */
  async settle(numbers: readonly number[], status: 'replayed' | 'dismissed'): Promise<void> {
    if (numbers.length === 0) return;
    const columns = Object.keys(quarantineTable.columns);
    const values = columns.map((column) =>
      column === 'status' ? '{status:String}' : column === 'version' ? 'item.version + 1' : `item.${column}`,
    );
    await this.clickhouse.command(
      `INSERT INTO quarantine (${columns.join(', ')}) SELECT ${values.join(', ')} FROM quarantine AS item FINAL
       WHERE item.number IN {numbers:Array(UInt64)} AND item.status = 'waiting'`,
      { status, numbers: idArray(numbers) },
      { lane: 'log', settings: { distributed_foreground_insert: 1 } },
    );
  }
}
