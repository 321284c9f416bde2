import {
  briefly,
  type EventLog,
  type LogEntry,
  type LogGround,
  type LogRecord,
  logTable,
  UserError,
} from '@guanxi/engine/platform';
import { type Clients, createClients, GROUP } from './clients.ts';
import { Copy } from './copy.ts';
import { Erasure } from './erasure.ts';
import { Reader } from './reader.ts';
import { keys, messageOf, recordOf } from './records.ts';
import { kafkaMigrations } from './tables.ts';
import { ensureTopic, type TopicFacts } from './topic.ts';
import { Writer } from './writer.ts';

/** How often the brokers are asked whether another process has appended, besides its signal. */
const LOOK_EVERY_MS = 250;
const COMMIT_EVERY_MS = 1000;
const SIGNAL = 'kafka-log';

/**
 * The event log on one partition of a Kafka topic: a place is an offset plus one, so that the brokers give out places in
 * one order to all processes, and the head is the high watermark.
 */
class KafkaLog implements EventLog {
  readonly #listeners = new Set<(head: number) => void>();
  readonly #nextKey = keys();
  readonly #writer: Writer;
  readonly #reader: Reader;
  readonly #erasure: Erasure;
  readonly #copy: Copy;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #leave: () => void;
  #head = 0;
  #looking: Promise<void> | null = null;
  #processed = -1;
  #committed = -1;
  #committing: Promise<void> | null = null;
  #closed = false;

  constructor(
    private readonly ground: LogGround,
    private readonly clients: Clients,
    facts: TopicFacts,
  ) {
    const { logger, postgres, clickhouse, config, signals } = ground;
    const { topic } = clients;
    this.#reader = new Reader(clients, facts.id);
    this.#writer = new Writer({
      clients,
      logger,
      maxPending: config.maxPendingEvents,
      maxBatchBytes: facts.maxBatchBytes,
      onWritten: (offset) => {
        this.#moveTo(offset + 1);
        void signals.publish(SIGNAL, String(offset + 1));
      },
    });
    this.#erasure = new Erasure({ topic, postgres, clickhouse, reader: this.#reader, writer: this.#writer });
    this.#copy = new Copy({
      ...{ topic, topicId: facts.id, clickhouse, postgres, logger, erasure: this.#erasure, head: this.head },
      read: (after, limit, upTo) => this.#records(after, limit, upTo),
    });
    this.#leave = signals.subscribe(SIGNAL, (place) =>
      place === '' ? void this.#look() : this.#moveTo(Number(place)),
    );
  }

  async open(): Promise<void> {
    this.#moveTo(await this.#reader.end());
    await this.#erasure.finish(this.#head);
    this.#copy.start();
    this.#timers.push(
      setInterval(() => void this.#look(), LOOK_EVERY_MS).unref(),
      setInterval(() => void this.#commit(), COMMIT_EVERY_MS).unref(),
    );
  }

  async append(entries: readonly LogEntry[]): Promise<number[]> {
    const offsets = await this.#writer.append(entries.map((entry) => messageOf(entry, this.#nextKey())));
    return offsets.map((offset) => offset + 1);
  }

  read = (after: number, limit: number) => this.#records(after, limit, this.#head);
  erase = (places: readonly number[]) => this.#erasure.erase(places, this.#head);

  async eraseUpTo(place: number): Promise<void> {
    const step = 50_000;
    for (let first = 1; first <= place; first += step)
      await this.erase(Array.from({ length: Math.min(step, place - first + 1) }, (_, at) => first + at));
  }

  head = () => this.#head;
  pending = () => this.#writer.pending();

  onHead(listener: (head: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  processed(place: number): void {
    this.#processed = place;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#writer.close();
    this.#leave();
    await this.#copy.stop();
    await this.#looking;
    await this.#committing;
    await this.#commit();
    await this.clients.close();
  }

  #moveTo(place: number): void {
    if (place <= this.#head) return;
    this.#head = place;
    for (const listener of this.#listeners) listener(place);
    this.#copy.wake();
  }

  #look(): Promise<void> {
    this.#looking ??= this.#reader
      .end()
      .then((end) => this.#moveTo(end))
      .catch((error: unknown) =>
        this.ground.logger.debug({ reason: briefly(error) }, 'the head of the log is not known'),
      )
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #records(after: number, limit: number, upTo: number): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    for (let offset = after; records.length < limit && offset < upTo;) {
      const { next, records: stored } = await this.#reader.page(offset, upTo, limit);
      const erased = await this.#erasure.between(offset, Math.min(next, upTo));
      for (const one of stored) {
        const record = one.offset < upTo ? recordOf(one) : null;
        if (record && !erased.has(record.seq)) records.push(record);
      }
      offset = next;
    }
    return records.slice(0, limit);
  }

  /** PostgreSQL says where the river goes on; Kafka is told so that its own tools show the lag, and never asked. */
  #commit(): Promise<void> {
    const place = this.#processed;
    if (place < 0 || place === this.#committed) return Promise.resolve();
    this.#committing ??= this.clients.admin
      .alterConsumerGroupOffsets({
        groupId: GROUP,
        topics: [{ name: this.clients.topic, partitionOffsets: [{ partition: 0, offset: BigInt(place) }] }],
      })
      .then(() => void (this.#committed = place))
      .catch((error: unknown) => this.ground.logger.debug({ reason: briefly(error) }, 'the group could not be told'))
      .finally(() => (this.#committing = null));
    return this.#committing;
  }
}

/** Whether this topic is the one whose records everything else was derived from. */
async function recognise({ postgres, clickhouse }: LogGround, topic: string, facts: TopicFacts): Promise<void> {
  const [known] = await postgres.query<{ topic_id: string; copied: string }>(
    'SELECT topic_id, copied FROM event_log_kafka WHERE topic = $1',
    [topic],
  );
  const [copy] = await clickhouse.query<{ records: number }>('SELECT count() AS records FROM event_log', {}, {});
  if (known && known.topic_id !== facts.id)
    throw new UserError('conflict', 'kafka_topic_replaced', `The topic ${topic} is not the one that was used before`, {
      where: 'GUANXI_KAFKA_TOPIC',
      remedy: 'Bring the old topic back, or begin with empty engines: places of the old log mean nothing in this one.',
    });
  if (!known && Number(copy?.records) > 0)
    throw new UserError('conflict', 'log_elsewhere', 'These engines hold an event log that is not on Kafka', {
      where: 'GUANXI_KAFKA_BROKERS',
      remedy: 'Begin with empty engines and send the exported events again, or leave GUANXI_KAFKA_BROKERS unset.',
    });
  await postgres.query('INSERT INTO event_log_kafka (topic, topic_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    topic,
    facts.id,
  ]);
  // The copy is lost, with the engine it was on: it is made again.
  if (known && Number(copy?.records) === 0)
    await postgres.query(
      'UPDATE event_log_kafka SET copied = 0, copying_to = NULL WHERE topic = $1 AND copying_to IS NULL',
      [topic],
    );
}

/** Opens the event log on Kafka: creates or checks the topic, and finishes what an earlier process left unfinished. */
export async function openKafkaLog(ground: LogGround): Promise<EventLog> {
  const { config, logger, postgres, clickhouse } = ground;
  const clients = createClients(config);
  try {
    const { topic, admin } = clients;
    const facts = await ensureTopic({ admin, topic, accepted: config.kafkaAcceptTopic, logger });
    await postgres.migrate(kafkaMigrations);
    await clickhouse.create([logTable]);
    await recognise(ground, topic, facts);
    const log = new KafkaLog(ground, clients, facts);
    await log.open();
    return log;
  } catch (error) {
    await clients.close().catch(() => undefined);
    throw error;
  }
}
