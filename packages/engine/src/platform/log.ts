import { UserError, briefly } from './errors.ts';
import type { Clock } from './clock.ts';
import { type ClickHouse, idArray } from './clickhouse.ts';
import type { Table } from './tables.ts';
import type { Logger } from './telemetry.ts';

/** What is handed to the log: an event of a client, or a decision of a person (unmerge, link). */
export interface LogEntry {
  readonly kind: 'event' | 'decision';
  readonly sourceId: string;
  /** Milliseconds. */
  readonly receivedAt: number;
  /** When the client says it sent it; null where it does not. */
  readonly sentAt: number | null;
  /** JSON text, as it came. */
  readonly payload: string;
}

/** An entry at its place; `seq` only ever grows. */
export interface LogRecord extends LogEntry {
  readonly seq: number;
}

/**
 * The one source of truth: everything else can be rebuilt from it. What every implementation must promise, and
 * test/conformance/log.test.ts holds it to:
 *
 * 1. Places are unique and only grow, also over restarts, over erasure of the newest record, and where several
 *    processes append. They need not be dense: a reader must live with gaps.
 * 2. A reader that has seen the record of a place, or has asked up to {@link head}, never misses one: nothing becomes
 *    visible later at a place that is not greater than a head that any process has given.
 * 3. The entries of one call have places in their order, with those of no other call between them.
 * 4. A call that failed may have had its effect all the same (its answer was lost): whoever sends again sends the same
 *    message ids.
 */
export interface EventLog {
  /**
   * Resolves with the entries' places once they are on disk and can be read. Throws `busy` when too much waits already,
   * `unavailable` within a bounded time when the log's engine is away.
   */
  append(entries: readonly LogEntry[]): Promise<number[]>;
  /** Records after `seq` and up to {@link head}, in order, at most `limit`. Fewer than `limit` only where there are no more. */
  read(after: number, limit: number): Promise<LogRecord[]>;
  /** Removes the records of these places for good; no later read gives them, also after a restart. Returns how many there were. */
  erase(places: readonly number[]): Promise<number>;
  /** The place up to which everything is on disk and can be read, by any process; 0 of an empty log. Never goes back. */
  head(): number;
  /** How many entries of this process wait to be written. */
  pending(): number;
  /** Called whenever the head has moved, whichever process appended. */
  onHead(listener: (head: number) => void): () => void;
  /** Waits for what is under way, then refuses. */
  close(): Promise<void>;
}

export const logTable: Table = {
  name: 'event_log',
  columns: {
    seq: 'UInt64 CODEC(Delta, ZSTD(1))',
    kind: "Enum8('event' = 1, 'decision' = 2)",
    received_at: "DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))",
    sent_at: "Nullable(DateTime64(3, 'UTC'))",
    source_id: 'LowCardinality(String)',
    payload: 'String CODEC(ZSTD(3))',
  },
  engine: 'MergeTree',
  orderBy: ['seq'],
  shardBy: 'seq',
  durable: true,
  granularity: 1024,
};

/**
 * Places whose records were erased. A place is never given twice, so the newest place must be known when its record is
 * gone; and records that come back with an old copy of the log can be told from those that belong there.
 */
export const erasedTable: Table = {
  name: 'event_log_erased',
  columns: { seq: 'UInt64 CODEC(Delta, ZSTD(1))' },
  engine: 'MergeTree',
  orderBy: ['seq'],
  shardBy: 'seq',
  durable: true,
};

/** The most entries and characters written by one insert. */
const GROUP = { entries: 5000, characters: 8 << 20 };
/**
 * Fewer entries than this wait a moment for company: each insert is a part on disk that has to be merged later, and a
 * thousand single events a second would make two hundred of them.
 */
const COMPANY = { entries: 500, waitMs: 12 };
const RETRY_WAITS_MS = [50, 200, 1000];

interface Waiting {
  readonly entries: readonly LogEntry[];
  readonly resolve: (places: number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Also where the newest records were erased. */
async function newestPlace(clickhouse: ClickHouse): Promise<number> {
  const [row] = await clickhouse.query<{ head: number }>(
    'SELECT greatest((SELECT max(seq) FROM event_log), (SELECT max(seq) FROM event_log_erased)) AS head',
    {},
    { lane: 'log' },
  );
  return Number(row?.head ?? 0);
}

/** Places named by one statement. */
const ERASED_AT_ONCE = 5000;

/** First noted, then removed: after a crash between the two it is asked for again. */
async function erasePlaces(clickhouse: ClickHouse, places: readonly number[]): Promise<number> {
  const all = [...new Set(places)];
  let erased = 0;
  for (let start = 0; start < all.length; start += ERASED_AT_ONCE) {
    const bound = { places: idArray(all.slice(start, start + ERASED_AT_ONCE)) };
    const present = await clickhouse.query<{ seq: number }>(
      'SELECT seq FROM event_log WHERE seq IN {places:Array(UInt64)}',
      bound,
    );
    if (present.length === 0) continue;
    await clickhouse.insert('event_log_erased', present, { lane: 'log' });
    await clickhouse.remove('event_log', 'seq IN {places:Array(UInt64)}', bound);
    erased += present.length;
  }
  return erased;
}

/**
 * The event log on ClickHouse with group commit: while one insert is on its way to the disk, everything that arrives
 * waits together for the next. An insert whose outcome is unknown is tried again under the same deduplication token.
 */
export async function openClickHouseLog(options: {
  clickhouse: ClickHouse;
  clock: Clock;
  logger: Logger;
  maxPending: number;
}): Promise<EventLog> {
  const { clickhouse, logger, maxPending, clock } = options;
  await clickhouse.create([logTable, erasedTable]);
  // Tokens of an earlier process may not meet those of this one, even where it wrote the same place.
  const epoch = clock.now();
  const listeners = new Set<(head: number) => void>();
  const queue: Waiting[] = [];
  let head = await newestPlace(clickhouse);
  let next = head + 1;
  let pending = 0;
  let running: Promise<void> | null = null;
  let closed = false;

  const write = async (records: readonly LogRecord[]) => {
    const rows = records.map((record) => ({
      seq: record.seq,
      kind: record.kind,
      received_at: record.receivedAt,
      sent_at: record.sentAt,
      source_id: record.sourceId,
      payload: record.payload,
    }));
    for (let attempt = 0; ; attempt++)
      try {
        return await clickhouse.insert('event_log', rows, { lane: 'log', token: `log:${epoch}:${records[0]!.seq}` });
      } catch (error) {
        const wait = RETRY_WAITS_MS[attempt];
        logger.warn({ attempt, reason: briefly(error) }, 'event log write failed');
        if (wait === undefined) throw error;
        await new Promise((done) => setTimeout(done, wait));
      }
  };

  const takeGroup = () => {
    const group: Waiting[] = [];
    let entries = 0;
    let characters = 0;
    while (queue.length > 0 && (group.length === 0 || (entries < GROUP.entries && characters < GROUP.characters))) {
      const waiting = queue.shift()!;
      group.push(waiting);
      entries += waiting.entries.length;
      for (const entry of waiting.entries) characters += entry.payload.length;
    }
    return group;
  };

  const drain = async () => {
    while (queue.length > 0) {
      if (pending < COMPANY.entries && !closed) await new Promise((done) => setTimeout(done, COMPANY.waitMs));
      const group = takeGroup();
      const first = next;
      const records = group.flatMap(({ entries }) => entries).map((entry, index) => ({ ...entry, seq: first + index }));
      next += records.length;
      try {
        await write(records);
        head = next - 1;
        let place = first;
        for (const { entries, resolve } of group) resolve(entries.map(() => place++));
        for (const listener of listeners) listener(head);
      } catch (error) {
        const refusal = new UserError('unavailable', 'log_unavailable', 'The event log cannot be written', {
          remedy: 'Nothing was accepted; send it again.',
          cause: error,
        });
        for (const { reject } of group) reject(refusal);
      }
      pending -= records.length;
    }
    running = null;
  };

  return {
    append(entries) {
      if (closed) return Promise.reject(new UserError('unavailable', 'stopping', 'The server is stopping'));
      if (entries.length === 0) return Promise.resolve([]);
      if (pending > 0 && pending + entries.length > maxPending)
        return Promise.reject(
          new UserError('busy', 'busy', 'Too many events wait to be written', { remedy: 'Send again after a second.' }),
        );
      pending += entries.length;
      const result = new Promise<number[]>((resolve, reject) => queue.push({ entries, resolve, reject }));
      running ??= drain();
      return result;
    },
    erase: (places) => erasePlaces(clickhouse, places),
    async read(after, limit) {
      const rows = await clickhouse.query<{
        seq: number;
        kind: LogRecord['kind'];
        received_at: number;
        sent_at: number | null;
        source_id: string;
        payload: string;
      }>(
        `SELECT seq, kind, toUnixTimestamp64Milli(received_at) AS received_at, toUnixTimestamp64Milli(sent_at) AS sent_at, source_id, payload
         FROM event_log WHERE seq > {after:UInt64} ORDER BY event_log.seq LIMIT {limit:UInt32}`,
        { after, limit },
        { lane: 'river' },
      );
      return rows.map((row) => ({
        seq: row.seq,
        kind: row.kind,
        receivedAt: row.received_at,
        sentAt: row.sent_at,
        sourceId: row.source_id,
        payload: row.payload,
      }));
    },
    head: () => head,
    pending: () => pending,
    onHead(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      await running;
    },
  };
}
