import type { ClickHouse, Postgres } from '@guanxi/engine/platform';
import { idArray } from '@guanxi/engine/platform';
import type { Reader } from './reader.ts';
import { tombstoneOf } from './records.ts';
import type { Writer } from './writer.ts';

interface Parts {
  readonly topic: string;
  readonly postgres: Postgres;
  readonly clickhouse: ClickHouse;
  readonly reader: Reader;
  readonly writer: Writer;
}

const AT_ONCE = 1000;

/**
 * Erasure of single records. At once: the place is noted in PostgreSQL, where every read asks, and the copy in ClickHouse
 * loses the row. For good: a tombstone under the record's own key lets the brokers' compaction remove its bytes.
 */
export class Erasure {
  constructor(private readonly parts: Parts) {}

  /** Places after `after` and up to `upTo` that hold nothing any more. */
  async between(after: number, upTo: number): Promise<Set<number>> {
    const rows = await this.parts.postgres.query<{ place: string }>(
      'SELECT place FROM event_log_kafka_erased WHERE topic = $1 AND place > $2 AND place <= $3',
      [this.parts.topic, after, upTo],
    );
    return new Set(rows.map((row) => Number(row.place)));
  }

  /** How many records there were. After a crash half-way, {@link finish} does the rest. */
  async erase(places: readonly number[], head: number): Promise<number> {
    const { topic, postgres } = this.parts;
    const wanted = [...new Set(places)].filter((place) => place > 0 && place <= head).sort((a, b) => a - b);
    const keys = await this.#keysOf(wanted, head);
    let erased = 0;
    for (let start = 0; start < keys.length; start += AT_ONCE) {
      const chunk = keys.slice(start, start + AT_ONCE);
      const noted = await postgres.query<{ place: string }>(
        `INSERT INTO event_log_kafka_erased (topic, place) SELECT $1, unnest($2::bigint[])
         ON CONFLICT DO NOTHING RETURNING place`,
        [topic, chunk.map(({ place }) => place)],
      );
      const fresh = new Set(noted.map((row) => Number(row.place)));
      await this.#bury(chunk.filter(({ place }) => fresh.has(place)));
      erased += fresh.size;
    }
    return erased;
  }

  /** Buries what was noted and perhaps not buried before this process began. */
  async finish(head: number): Promise<void> {
    const { topic, postgres } = this.parts;
    const rows = await postgres.query<{ place: string }>(
      'SELECT place FROM event_log_kafka_erased WHERE topic = $1 AND NOT buried ORDER BY place',
      [topic],
    );
    if (rows.length === 0) return;
    const places = rows.map((row) => Number(row.place));
    await this.#bury(await this.#keysOf(places, head));
    await this.#settle(places);
  }

  /** The copy in ClickHouse may have been written while these places were erased. */
  async removeCopies(places: readonly number[]): Promise<void> {
    if (places.length === 0) return;
    await this.parts.clickhouse.remove('event_log', 'seq IN {places:Array(UInt64)}', { places: idArray(places) });
  }

  async #bury(records: readonly { place: number; key: Buffer }[]): Promise<void> {
    if (records.length === 0) return;
    await this.parts.writer.append(records.map(({ key }) => tombstoneOf(key)));
    await this.#settle(records.map(({ place }) => place));
  }

  async #settle(places: readonly number[]): Promise<void> {
    await this.removeCopies(places);
    await this.parts.postgres.query(
      'UPDATE event_log_kafka_erased SET buried = true WHERE topic = $1 AND place = ANY($2::bigint[])',
      [this.parts.topic, places],
    );
  }

  async #keysOf(places: readonly number[], head: number): Promise<{ place: number; key: Buffer }[]> {
    const found: { place: number; key: Buffer }[] = [];
    for (const place of places) {
      const { records } = await this.parts.reader.page(place - 1, head, 1);
      const [record] = records;
      if (record?.offset === place - 1 && record.key && record.value) found.push({ place, key: record.key });
    }
    return found;
  }
}
