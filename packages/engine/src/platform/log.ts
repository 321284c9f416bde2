import { UserError, briefly } from './errors.ts';
import type { Clock } from './clock.ts';
import type { ClickHouse } from './clickhouse.ts';
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

/** The one source of truth: everything else can be rebuilt from it. */
export interface EventLog {
  /** Resolves with the entries' places once they are on disk. Throws `busy` when too much waits already. */
  append(entries: readonly LogEntry[]): Promise<number[]>;
  /** Records after `seq`, in order, at most `limit`. */
  read(after: number, limit: number): Promise<LogRecord[]>;
  /** Place of the newest record that is on disk, 0 of an empty log. */
  head(): number;
  /** How many entries wait to be written. */
  pending(): number;
  /** Called after records are on disk, with them. */
  onAppend(listener: (records: readonly LogRecord[]) => void): () => void;
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
  await clickhouse.create([logTable]);
  const [last] = await clickhouse.query<{ head: number }>(
    'SELECT max(seq) AS head FROM event_log',
    {},
    { lane: 'log' },
  );
  // Tokens of an earlier process may not meet those of this one, even where it wrote the same place.
  const epoch = clock.now();
  const listeners = new Set<(records: readonly LogRecord[]) => void>();
  const queue: Waiting[] = [];
  let head = Number(last?.head ?? 0);
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
        for (const listener of listeners) listener(records);
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
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      await running;
    },
  };
}
