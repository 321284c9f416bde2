import { FetchIsolationLevels, type RecordsBatch } from '@platformatic/kafka';
import { UserError } from '@guanxi/engine/platform';
import type { Clients } from './clients.ts';
import type { Stored } from './records.ts';

/** What one fetch gave: every record from `from` on and before `next`. */
interface Page {
  readonly from: number;
  readonly next: number;
  readonly records: readonly Stored[];
}

const FETCH = { small: 64 << 10, large: 4 << 20, records: 50 };
/** After so long no further try is begun. */
const PATIENCE_MS = 8000;
const BETWEEN_TRIES_MS = 200;
/** Who reads on finds the rest of a page here, and the second reader what the first has fetched. */
const KEPT_PAGES = 2;
/** A batch that Kafka wrote for itself. */
const CONTROL = 0x20;

/** Reads the one partition by offset, without belonging to a group. */
export class Reader {
  #pages: Page[] = [];

  constructor(
    private readonly clients: Clients,
    private readonly topicId: string,
  ) {}

  /** The offset after the newest record that all in-sync replicas have. */
  async end(): Promise<number> {
    const { topic, consumer } = this.clients;
    try {
      const offsets = await consumer.listOffsets({ topics: [topic], partitions: { [topic]: [0] }, timestamp: -1n });
      return Number(offsets.get(topic)![0]!);
    } catch (error) {
      consumer.clearMetadata();
      throw error;
    }
  }

  /**
   * Some records from offset `from` on, and where to go on; none only where there are none before `end`. Records may be
   * missing where the topic was compacted, and there may be more than asked for, also behind `end`.
   */
  async page(from: number, end: number, wanted: number): Promise<Page> {
    const kept = this.#pages.find((page) => page.from <= from && from < page.next);
    if (kept) return { ...kept, records: kept.records.filter((record) => record.offset >= from) };
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = await this.#fetch(from, wanted > FETCH.records ? FETCH.large : FETCH.small).catch(
        (error: unknown) => this.#late(until, error),
      );
      if (found && found.batches.length > 0) return this.#keep(from, found.batches);
      // Only who sees everything up to the end can say that there is nothing: a new leader may not yet.
      if (found && found.visible >= end) return { from, next: end, records: [] };
      if (found) this.#late(until, new Error('the brokers do not show the newest records yet'));
      await new Promise((done) => setTimeout(done, BETWEEN_TRIES_MS));
    }
  }

  #keep(from: number, batches: readonly RecordsBatch[]): Page {
    const last = batches.at(-1)!;
    const records = batches
      .filter((batch) => (batch.attributes & CONTROL) === 0)
      .flatMap((batch) =>
        batch.records.map(({ offsetDelta, key, value, headers }): Stored => ({
          offset: Number(batch.firstOffset) + offsetDelta,
          key,
          value,
          headers,
        })),
      )
      .filter((record) => record.offset >= from);
    const page = { from, next: Number(last.firstOffset) + last.lastOffsetDelta + 1, records };
    this.#pages = [page, ...this.#pages].slice(0, KEPT_PAGES);
    return page;
  }

  /** Leaves time for another try, or throws. */
  #late(until: number, cause: unknown): void {
    if (performance.now() < until) return;
    throw new UserError('unavailable', 'log_unavailable', 'The event log cannot be read', { cause });
  }

  async #fetch(from: number, maxBytes: number) {
    const { topic, consumer } = this.clients;
    try {
      const metadata = await consumer.metadata({ topics: [topic] });
      const response = await consumer.fetch({
        node: metadata.topics.get(topic)!.partitions[0]!.leader,
        maxBytes,
        minBytes: 1,
        maxWaitTime: 100,
        isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
        topics: [
          {
            topicId: this.topicId,
            partitions: [
              {
                partition: 0,
                currentLeaderEpoch: -1,
                fetchOffset: BigInt(from),
                lastFetchedEpoch: -1,
                partitionMaxBytes: maxBytes,
              },
            ],
          },
        ],
      });
      const partition = response.responses[0]?.partitions[0];
      return { batches: partition?.records ?? [], visible: Number(partition?.highWatermark ?? -1n) };
    } catch (error) {
      consumer.clearMetadata();
      throw error;
    }
  }
}
