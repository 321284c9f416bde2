import { type ClickHouse, hashOf, idArray, type Table } from '../platform/index.ts';
import { Filter } from './filter.ts';
import type { CanonicalEvent } from './types.ts';

/** Two events with one id are one event when they enter the log within this time of each other. */
export const DEDUP_WINDOW_MS = 7 * 86_400_000;

/**
 * What has been accepted once. Rows are never dropped: they cost about a tenth of the log, and whether an event is a
 * duplicate must not depend on when somebody tidied up.
 */
export const messageTable: Table = {
  name: 'message',
  columns: {
    hash: 'UInt64 CODEC(NONE)',
    seq: 'UInt64 CODEC(T64, LZ4)',
    received_at: "DateTime64(3, 'UTC') CODEC(T64, LZ4)",
    lasting: 'UInt8 CODEC(LZ4)',
  },
  engine: 'MergeTree',
  orderBy: ['hash'],
  shardBy: 'hash',
  persons: [],
  granularity: 256,
};

interface Known {
  readonly seq: number;
  readonly receivedAt: number;
  readonly lasting: boolean;
}

export interface Dedup {
  /** Places of those events that repeat an earlier one of the log. Events of one stretch of the log, in its order. */
  duplicatesOf(events: readonly CanonicalEvent[]): Promise<Set<number>>;
  /** Remember events that were not duplicates; the same token again has no effect. */
  remember(events: readonly CanonicalEvent[], token: string): Promise<void>;
  /** To be called by whoever begins to process the log: another process may have remembered events meanwhile. */
  recall(): Promise<void>;
  /** Forget the events of these places. */
  erase(places: readonly number[]): Promise<void>;
  /** To be called after the tables were emptied. */
  forget(): Promise<void>;
  readonly tables: readonly Table[];
}

/**
 * Ids are compared within a source: whoever makes them keeps them apart, and nobody with a browser's public key can
 * make another source's events vanish by guessing their ids.
 */
export const messageKeyOf = (event: CanonicalEvent): string => hashOf(`${event.sourceId}\0${event.messageId}`);

const repeats = (known: Known, event: CanonicalEvent): boolean =>
  known.seq < event.seq &&
  (known.lasting || event.lasting || Math.abs(event.receivedAt - known.receivedAt) <= DEDUP_WINDOW_MS);

async function lookUp(clickhouse: ClickHouse, keys: Iterable<string>, before: number): Promise<Map<string, Known[]>> {
  const rows = await clickhouse.query<{ key: string; seq: number; received_at: number; lasting: number }>(
    `SELECT toString(hash) AS key, seq, toUnixTimestamp64Milli(received_at) AS received_at, lasting FROM message
     WHERE hash IN {keys:Array(UInt64)} AND seq < {before:UInt64}`,
    { keys: idArray(keys), before },
    { lane: 'river', settings: { use_query_condition_cache: 0 } },
  );
  const known = new Map<string, Known[]>();
  for (const row of rows) {
    const item = { seq: row.seq, receivedAt: row.received_at, lasting: row.lasting === 1 };
    const list = known.get(row.key);
    if (list) list.push(item);
    else known.set(row.key, [item]);
  }
  return known;
}

const FILTER_BYTES = 32 << 20;
const LOADED_AT_ONCE = 250_000;
const HASHES = 1n << 63n;

/**
 * Which hashes can be in the table, in bounded memory: nearly every event is new, and asking the table costs 10 µs a
 * hash. After a start it is loaded range by range, one range a batch; a hash of a range that is still missing counts as
 * possible.
 */
class Remembered {
  readonly #filter = new Filter(FILTER_BYTES);
  /** Hashes below are loaded. */
  #loaded = 0n;
  #loading = false;

  /** How many hashes are loaded at once; none while nobody has begun. */
  #step = 0n;

  constructor(private readonly clickhouse: ClickHouse) {}

  /** Begins anew with a table of so many rows; until this is called, every hash is possible. */
  begin(rows: number): void {
    this.#filter.clear();
    this.#step = HASHES / BigInt(Math.ceil(rows / LOADED_AT_ONCE) || 1);
    this.#loaded = rows === 0 ? HASHES : 0n;
  }

  async load(): Promise<void> {
    if (this.#loading || this.#step === 0n || this.#loaded >= HASHES) return;
    this.#loading = true;
    try {
      const from = this.#loaded;
      const to = from + 2n * this.#step > HASHES ? HASHES : from + this.#step;
      // The top bit is set, because text loses the zero bytes it ends with; one long text is read faster than many rows.
      const [row] = await this.clickhouse.query<{ hashes: string }>(
        `SELECT base64Encode(arrayStringConcat(groupArray(reinterpretAsString(bitOr(hash, 9223372036854775808))))) AS hashes
         FROM message WHERE hash >= {from:UInt64} AND hash < {to:UInt64}`,
        { from: String(from), to: String(to) },
        { lane: 'river' },
      );
      const bytes = Buffer.from(row?.hashes ?? '', 'base64');
      for (let at = 0; at < bytes.length; at += 8) this.#filter.add(bytes.readBigUInt64LE(at) - HASHES);
      // Unless everything was forgotten meanwhile.
      if (this.#loaded === from) this.#loaded = to;
    } finally {
      this.#loading = false;
    }
  }

  add(hash: bigint): void {
    this.#filter.add(hash);
  }

  possible(hash: bigint): boolean {
    return hash >= this.#loaded || this.#filter.mayHave(hash);
  }

  clear(): void {
    this.#filter.clear();
    if (this.#step > 0n) this.#loaded = HASHES;
  }
}

/**
 * An event is a duplicate when an earlier event of the log that is none has the same id and source, within seven days by
 * receipt or for ever where either is lasting. A function of the order of the log alone: rows that an interrupted run of
 * the same batch has left are of later or equal places, or say what the batch itself says.
 */
export async function createDedup(clickhouse: ClickHouse): Promise<Dedup> {
  await clickhouse.create([messageTable]);
  const remembered = new Remembered(clickhouse);
  return {
    tables: [messageTable],
    async duplicatesOf(events) {
      const duplicates = new Set<number>();
      if (events.length === 0) return duplicates;
      await remembered.load();
      const keys = events.map(messageKeyOf);
      const possible = new Set(keys.filter((key) => remembered.possible(BigInt(key))));
      const known =
        possible.size > 0 ? await lookUp(clickhouse, possible, events.at(-1)!.seq) : new Map<string, Known[]>();
      events.forEach((event, index) => {
        const key = keys[index]!;
        const list = known.get(key);
        if (list?.some((item) => repeats(item, event))) duplicates.add(event.seq);
        else if (list) list.push(event);
        else known.set(key, [event]);
      });
      return duplicates;
    },
    async remember(events, token) {
      const rows = events.map((event) => ({
        hash: messageKeyOf(event),
        seq: event.seq,
        received_at: event.receivedAt,
        lasting: event.lasting ? 1 : 0,
      }));
      // Before the insert: one whose outcome is unknown must be asked for.
      for (const row of rows) remembered.add(BigInt(row.hash));
      await clickhouse.insert('message', rows, { lane: 'river', token });
    },
    async recall() {
      const [counted] = await clickhouse.query<{ rows: number }>(
        'SELECT count() AS rows FROM message',
        {},
        { lane: 'river' },
      );
      remembered.begin(Number(counted?.rows ?? 0));
    },
    erase: (places) => clickhouse.remove('message', 'seq IN {places:Array(UInt64)}', { places: idArray(places) }),
    forget: async () => remembered.clear(),
  };
}
