import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { briefly } from './errors.ts';
import type { Logger } from './telemetry.ts';

/**
 * Short messages that reach every process on the same engines, this one too: that a setting has changed, that the log
 * has grown. A signal says where to look and is no place for data; what matters is in a table.
 */
export interface Signals {
  /**
   * Tells everybody who listens to the topic. Listeners of this process have heard when it resolves; others hear within
   * moments, or once their connection is back. Never throws for an engine that is away. At most 6,900 bytes.
   */
  publish(topic: string, payload?: string): Promise<void>;
  /**
   * `payload` is '' where none was given, and also after signals may have been missed: then look for yourself. Returns
   * how to stop listening.
   */
  subscribe(topic: string, listener: (payload: string) => void): () => void;
  close(): Promise<void>;
}

class Listeners {
  readonly #byTopic = new Map<string, Set<(payload: string) => void>>();

  constructor(private readonly logger: Logger) {}

  add(topic: string, listener: (payload: string) => void): () => void {
    const listeners = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  tell(topic: string, payload: string): void {
    for (const listener of this.#byTopic.get(topic) ?? [])
      try {
        listener(payload);
      } catch (error) {
        this.logger.error({ topic, reason: briefly(error) }, 'listener of a signal failed');
      }
  }

  tellAll(): void {
    for (const topic of this.#byTopic.keys()) this.tell(topic, '');
  }
}

/** One process alone: signals never leave it. */
export function localSignals(logger: Logger): Signals {
  const listeners = new Listeners(logger);
  return {
    publish: async (topic, payload = '') => listeners.tell(topic, payload),
    subscribe: (topic, listener) => listeners.add(topic, listener),
    close: async () => undefined,
  };
}

const CHANNEL = 'guanxi';
const MOST_BYTES = 7000;
/** Signals kept while the connection is away; of more, listeners are told to look for themselves anyway. */
const MOST_UNSENT = 1000;
const RECONNECT_MS = 500;
/** A connection that is quietly gone is noticed by asking. */
const ASK_EVERY_MS = 5000;

/** Signals through a PostgreSQL server: LISTEN and NOTIFY on a connection of their own, which comes back by itself. */
class ServedSignals implements Signals {
  readonly #listeners: Listeners;
  /** Tells own messages, which were delivered already, from those of others. */
  readonly #self = randomUUID();
  #client: pg.Client | null = null;
  #unsent: string[] = [];
  #sending: Promise<void> | null = null;
  #reconnecting: NodeJS.Timeout | null = null;
  #closed = false;
  readonly #asking: NodeJS.Timeout;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {
    this.#listeners = new Listeners(logger);
    this.#asking = setInterval(() => void this.#ask(), ASK_EVERY_MS);
    this.#asking.unref();
  }

  async publish(topic: string, payload = ''): Promise<void> {
    const message = JSON.stringify([this.#self, topic, payload]);
    if (Buffer.byteLength(message) > MOST_BYTES) throw new Error(`signal ${topic} is too long`);
    this.#listeners.tell(topic, payload);
    if (this.#unsent.length < MOST_UNSENT) this.#unsent.push(message);
    await this.#send();
  }

  subscribe(topic: string, listener: (payload: string) => void): () => void {
    return this.#listeners.add(topic, listener);
  }

  async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: 5000,
      query_timeout: 5000,
      keepAlive: true,
      application_name: 'guanxi signals',
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => this.#heard(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.#closed) return client.end();
    this.#client = client;
    void this.#send();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#asking);
    if (this.#reconnecting) clearTimeout(this.#reconnecting);
    await this.#sending;
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  #heard(text: string): void {
    const [sender, topic, payload] = JSON.parse(text) as [string, string, string];
    if (sender !== this.#self) this.#listeners.tell(topic, payload);
  }

  /** In order; everything that waits goes in one statement. */
  #send(): Promise<void> {
    this.#sending ??= (async () => {
      try {
        while (this.#client && this.#unsent.length > 0) {
          const batch = this.#unsent.slice(0, 100);
          await this.#client.query('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [
            CHANNEL,
            batch,
          ]);
          this.#unsent = this.#unsent.slice(batch.length);
        }
      } catch {
        // They wait for the next connection.
        if (this.#client) this.#lost(this.#client);
      }
    })().finally(() => {
      this.#sending = null;
      // What came after the last look.
      if (this.#client && this.#unsent.length > 0) void this.#send();
    });
    return this.#sending;
  }

  async #ask(): Promise<void> {
    const client = this.#client;
    await client?.query('SELECT 1').catch(() => this.#lost(client));
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client || this.#closed) return;
    this.#client = null;
    this.logger.warn('signals: the connection to PostgreSQL is lost');
    client.end().catch(() => undefined);
    this.#again();
  }

  #again(): void {
    this.#reconnecting = setTimeout(() => {
      this.connect().then(
        () => this.#listeners.tellAll(),
        () => this.#closed || this.#again(),
      );
    }, RECONNECT_MS);
  }
}

/** Throws where the server cannot be reached at the start; later it waits for it. */
export async function servedSignals(url: string, logger: Logger): Promise<Signals> {
  const signals = new ServedSignals(url, logger);
  try {
    await signals.connect();
  } catch (error) {
    await signals.close();
    throw error;
  }
  return signals;
}
