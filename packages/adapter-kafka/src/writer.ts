import { briefly, type Logger, UserError } from '@guanxi/engine/platform';
import { type Clients, type LogProducer, soon } from './clients.ts';
import type { Message } from './records.ts';

/** The most records of one produce request; bytes are bounded by what the topic takes. */
const GROUP_RECORDS = 5000;
/** What a record weighs besides its key and value: lengths, headers. */
const OVERHEAD_BYTES = 120;
/** A request that has no answer after so long has failed, as far as its client is concerned. */
const PATIENCE_MS = 10_000;
/** Sequence numbers of one producer end at 2^31: a new one begins long before. */
const RECORDS_OF_A_PRODUCER = 1 << 30;

interface Waiting {
  readonly messages: readonly Message[];
  readonly resolve: (offsets: number[]) => void;
  readonly reject: (error: unknown) => void;
}

const weightOf = ({ key, value }: Message) => key.length + (value?.length ?? 0) + OVERHEAD_BYTES;

/**
 * Appends to the one partition with group commit: while one request is on its way, everything that comes waits together
 * for the next. One request at a time and an idempotent producer keep the order and let a repeated request count once.
 */
export class Writer {
  readonly #queue: Waiting[] = [];
  #pending = 0;
  #running: Promise<void> | null = null;
  #closed = false;
  #producer: LogProducer | null = null;
  #produced = 0;

  constructor(
    private readonly parts: {
      readonly clients: Clients;
      readonly logger: Logger;
      readonly maxPending: number;
      readonly maxBatchBytes: number;
      /** Called when records up to this offset are on the brokers, before those who wait for it hear. */
      readonly onWritten: (lastOffset: number) => void;
    },
  ) {}

  pending = () => this.#pending;

  /** Resolves with the offsets once all in-sync replicas have the records. */
  append(messages: readonly Message[]): Promise<number[]> {
    if (this.#closed) return Promise.reject(new UserError('unavailable', 'stopping', 'The server is stopping'));
    if (messages.length === 0) return Promise.resolve([]);
    if (this.#pending > 0 && this.#pending + messages.length > this.parts.maxPending)
      return Promise.reject(
        new UserError('busy', 'busy', 'Too many events wait to be written', { remedy: 'Send again after a second.' }),
      );
    const heaviest = Math.max(...messages.map(weightOf));
    if (heaviest > this.#bytes())
      return Promise.reject(
        new UserError('too_large', 'record_too_large', 'An event is larger than what the topic takes', {
          remedy: `Raise max.message.bytes of the topic above ${2 * heaviest}.`,
        }),
      );
    this.#pending += messages.length;
    const result = new Promise<number[]>((resolve, reject) => this.#queue.push({ messages, resolve, reject }));
    this.#running ??= this.#drain();
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#drop();
  }

  #bytes = () => Math.floor(this.parts.maxBatchBytes * 0.9);

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Requests of the same moment go together.
      await new Promise((done) => setImmediate(done));
      const group = this.#takeGroup();
      const messages = group.flatMap((waiting) => waiting.messages);
      try {
        const offsets = await this.#write(messages);
        let from = 0;
        for (const waiting of group) waiting.resolve(offsets.slice(from, (from += waiting.messages.length)));
        this.#pending -= messages.length;
      } catch (error) {
        this.parts.logger.warn({ reason: briefly(error) }, 'event log cannot be written');
        // The outcome is not known. The next request would carry the same sequence number and be taken for this one.
        await this.#drop();
        this.#refuse([...group, ...this.#queue.splice(0)], error);
      }
    }
    this.#running = null;
  }

  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let records = 0;
    let bytes = 0;
    while (this.#queue.length > 0) {
      const [next] = this.#queue;
      const weight = next!.messages.reduce((sum, message) => sum + weightOf(message), 0);
      if (group.length > 0 && (records + next!.messages.length > GROUP_RECORDS || bytes + weight > this.#bytes()))
        return group;
      group.push(this.#queue.shift()!);
      records += next!.messages.length;
      bytes += weight;
    }
    return group;
  }

  /** One request, or several where a single call is larger than a batch may be. */
  async #write(messages: readonly Message[]): Promise<number[]> {
    const offsets: number[] = [];
    for (let from = 0; from < messages.length;) {
      let to = from;
      let bytes = 0;
      while (to < messages.length && (to === from || bytes + weightOf(messages[to]!) <= this.#bytes()))
        bytes += weightOf(messages[to++]!);
      const first = await this.#send(messages.slice(from, to));
      for (let index = from; index < to; index++) offsets.push(first + index - from);
      this.parts.onWritten(first + to - from - 1);
      from = to;
    }
    return offsets;
  }

  async #send(messages: readonly Message[]): Promise<number> {
    const { clients } = this.parts;
    if (this.#produced + messages.length > RECORDS_OF_A_PRODUCER) await this.#drop();
    this.#producer ??= clients.producer();
    const sending = this.#producer.send({
      messages: messages.map(({ key, value, headers }) => ({
        topic: clients.topic,
        partition: 0,
        key,
        value: value as Buffer,
        headers,
      })),
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer from the brokers')), PATIENCE_MS);
    });
    try {
      const { offsets } = await Promise.race([sending, late]);
      const first = offsets?.[0]?.offset ?? -1n;
      if (first < 0n) throw new Error('the brokers did not say where the records are');
      this.#produced += messages.length;
      return Number(first);
    } finally {
      clearTimeout(timer);
      // Whoever waits has heard of the failure already when this one comes late.
      sending.catch(() => undefined);
    }
  }

  /** An unfinished request ends with its producer; its failure was told already. */
  async #drop(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    this.#produced = 0;
    await soon(producer?.close());
  }

  #refuse(waiting: readonly Waiting[], cause: unknown): void {
    const refusal = new UserError('unavailable', 'log_unavailable', 'The event log cannot be written', {
      remedy: 'Send it again, with the same message ids.',
      cause,
    });
    for (const { messages, reject } of waiting) {
      this.#pending -= messages.length;
      reject(refusal);
    }
  }
}
