import { UserError, briefly } from './errors.ts';
import { type ClickHouse, idArray } from './clickhouse.ts';
import { type Block, localPlaces, type PlaceKeeper, placeMigrations, type Places, sharedPlaces } from './places.ts';
import type { Postgres } from './postgres.ts';
import type { Signals } from './signals.ts';
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
  /** Removes every record up to a place for good. Places go on from where they were. */
  eraseUpTo(place: number): Promise<void>;
  /** The place up to which everything is on disk and can be read, by any process; 0 of an empty log. Never goes back. */
  head(): number;
  /** How many entries of this process wait to be written. */
  pending(): number;
  /** Called whenever the head has moved, whichever process appended. */
  onHead(listener: (head: number) => void): () => void;
  /** Told up to which place everything has been derived, for logs whose own tools show how far their readers are. */
  processed?(place: number): void;
  /**
   * Appends of every process wait for their end or are refused from when this resolves until what it gave is called: the
   * log stands still to be replaced as a whole. Absent where a log cannot be replaced.
   */
  hold?(): Promise<() => void>;
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
  persons: [],
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
  persons: [],
  durable: true,
};

/** The most entries and characters written by one insert. */
const GROUP = { entries: 5000, characters: 8 << 20 };
/**
 * Inserts of fewer entries than this begin at least so many milliseconds apart: each is a part on disk that has to be
 * merged and removed later, and a thousand single events a second would make two hundred of them.
 */
const PACE = { entries: 500, apartMs: 20 };
const RETRY_WAITS_MS = [50, 200, 1000];
/** After so long no further try is begun: the client is told to come back. */
const PATIENCE_MS = 5000;

const RESTORE_WAIT_SECONDS = 5;

/** What clients are told while the data are being replaced. */
export const restoring = (): UserError =>
  new UserError('unavailable', 'restoring', 'A backup is being restored', {
    remedy: 'Send it again in a moment, with the same message ids.',
    retryAfter: RESTORE_WAIT_SECONDS,
  });

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

/** The newest place of all is noted, so that none is given again; one mutation removes the rest. */
async function eraseStretch(clickhouse: ClickHouse, place: number): Promise<void> {
  await clickhouse.insert('event_log_erased', [{ seq: place }], { lane: 'log' });
  await clickhouse.remove('event_log', 'seq > 0 AND seq <= {place:UInt64}', { place });
}

/** Records of a table like the log's, in order. `upTo` is the last place that may be read. */
export async function readRecords(
  clickhouse: ClickHouse,
  table: string,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
): Promise<LogRecord[]> {
  const rows = await clickhouse.query<StoredRecord>(
    `SELECT seq, kind, toUnixTimestamp64Milli(received_at) AS received_at, toUnixTimestamp64Milli(sent_at) AS sent_at, source_id, payload
     FROM ${table} AS record WHERE seq > {after:UInt64} AND seq <= {upTo:UInt64} ORDER BY record.seq LIMIT {limit:UInt32}`,
    { after, upTo, limit },
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
}

/** A row that no reader of the log sees: their places begin at 1. */
const TOMBSTONE = { seq: 0, kind: 'decision', received_at: 0, sent_at: null, source_id: '', payload: '' };

interface StoredRecord {
  seq: number;
  kind: LogRecord['kind'];
  received_at: number;
  sent_at: number | null;
  source_id: string;
  payload: string;
}

export interface LogParts {
  readonly clickhouse: ClickHouse;
  readonly logger: Logger;
  readonly maxPending: number;
}

/**
 * The event log on ClickHouse with group commit: while one insert is on its way to the disk, everything that arrives
 * waits together for the next. An insert whose outcome is unknown is tried again under the same deduplication token,
 * and where that fails too it is settled before the next one.
 */
class ClickHouseLog implements EventLog {
  readonly #queue: Waiting[] = [];
  #pending = 0;
  #running: Promise<void> | null = null;
  #closed = false;
  #held = false;
  /** When the last insert began. */
  #begun = -Infinity;
  /** The last write failed: clients are not kept waiting for several tries then. */
  #away = false;

  constructor(
    private readonly parts: LogParts,
    private readonly places: Places,
  ) {}

  append(entries: readonly LogEntry[]): Promise<number[]> {
    if (this.#closed) return Promise.reject(new UserError('unavailable', 'stopping', 'The server is stopping'));
    if (entries.length === 0) return Promise.resolve([]);
    if (this.#held) return Promise.reject(restoring());
    if (this.#pending > 0 && this.#pending + entries.length > this.parts.maxPending)
      return Promise.reject(
        new UserError('busy', 'busy', 'Too many events wait to be written', { remedy: 'Send again after a second.' }),
      );
    this.#pending += entries.length;
    const result = new Promise<number[]>((resolve, reject) => this.#queue.push({ entries, resolve, reject }));
    this.#running ??= this.#drain();
    return result;
  }

  read = (after: number, limit: number) =>
    readRecords(this.parts.clickhouse, 'event_log', { after, upTo: this.head(), limit });
  erase = (places: readonly number[]) => erasePlaces(this.parts.clickhouse, places);
  eraseUpTo = (place: number) => eraseStretch(this.parts.clickhouse, place);
  head = () => this.places.head();
  pending = () => this.#pending;
  onHead = (listener: (head: number) => void) => this.places.onHead(listener);

  async hold(): Promise<() => void> {
    this.#held = true;
    try {
      await this.#running;
      const release = await this.places.hold();
      return () => {
        this.#held = false;
        release();
      };
    } catch (error) {
      this.#held = false;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.places.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#pace();
      const group = takeGroup(this.#queue);
      const entries = group.flatMap((waiting) => waiting.entries);
      try {
        const block = await this.places.fill(entries.length, (given) => this.#write(given, entries));
        this.#away = false;
        let place = block.first;
        for (const waiting of group) waiting.resolve(waiting.entries.map(() => place++));
        this.#pending -= entries.length;
      } catch (error) {
        this.#away = true;
        this.parts.logger.warn({ reason: briefly(error) }, 'event log cannot be written');
        this.#refuse([...group, ...this.#queue.splice(0)], error);
      }
    }
    this.#running = null;
  }

  async #pace(): Promise<void> {
    const wait = this.#begun + PACE.apartMs - performance.now();
    if (wait > 0 && this.#pending < PACE.entries && !this.#closed) await new Promise((done) => setTimeout(done, wait));
    this.#begun = performance.now();
  }

  /** Who waits behind a write that failed would only wait for the same. */
  #refuse(waiting: readonly Waiting[], cause: unknown): void {
    const refusal = new UserError('unavailable', 'log_unavailable', 'The event log cannot be written', {
      remedy: 'Send it again, with the same message ids.',
      cause,
    });
    for (const { entries, reject } of waiting) {
      this.#pending -= entries.length;
      reject(refusal);
    }
  }

  async #write({ first, token }: Block, entries: readonly LogEntry[]): Promise<void> {
    const rows = entries.map((entry, index) => ({
      seq: first + index,
      kind: entry.kind,
      received_at: entry.receivedAt,
      sent_at: entry.sentAt,
      source_id: entry.sourceId,
      payload: entry.payload,
    }));
    const until = performance.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt++)
      try {
        return await this.parts.clickhouse.insert('event_log', rows, { lane: 'log', token });
      } catch (error) {
        const wait = this.#away ? undefined : RETRY_WAITS_MS[attempt];
        if (wait === undefined || performance.now() + wait > until) throw error;
        this.parts.logger.warn({ attempt, reason: briefly(error) }, 'event log write failed');
        await new Promise((done) => setTimeout(done, wait));
      }
  }
}

function takeGroup(queue: Waiting[]): Waiting[] {
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
}

const keeper = (clickhouse: ClickHouse): PlaceKeeper => ({
  newest: () => newestPlace(clickhouse),
  settle: (token) => clickhouse.settle('event_log', token, TOMBSTONE, { lane: 'log' }),
});

/** The log of a process that alone appends to it. */
export async function openClickHouseLog(parts: LogParts): Promise<EventLog> {
  await parts.clickhouse.create([logTable, erasedTable]);
  return new ClickHouseLog(parts, await localPlaces(keeper(parts.clickhouse)));
}

/** The log of several processes that append to the same tables: a PostgreSQL server gives out the places. */
export async function openSharedClickHouseLog(
  parts: LogParts & { readonly postgres: Postgres; readonly postgresUrl: string; readonly signals: Signals },
): Promise<EventLog> {
  await parts.postgres.migrate(placeMigrations);
  await parts.clickhouse.create([logTable, erasedTable]);
  return new ClickHouseLog(parts, await sharedPlaces(keeper(parts.clickhouse), parts));
}
