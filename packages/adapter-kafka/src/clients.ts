import { Admin, type BaseOptions, Consumer, Producer, type SASLMechanismValue } from '@platformatic/kafka';
import type { Config } from '@guanxi/engine/platform';

/** The group under which Kafka's own tools see how far the river has come. */
export const GROUP = 'guanxi-river';

/** Tries of one request before whoever asked hears of it; together they stay below the patience of a client. */
const RETRIES = { retries: 3, retryDelay: 250 };

/** A producer as this adapter uses it: keys and values are bytes, a tombstone's value is null. */
export type LogProducer = Producer<Buffer, Buffer, string, string>;

export interface Clients {
  readonly topic: string;
  readonly admin: Admin;
  readonly consumer: Consumer;
  /** A producer with an id of its own: what the one before has left unfinished cannot be mistaken for its own. */
  producer(): LogProducer;
  close(): Promise<void>;
}

function optionsOf(config: Config): BaseOptions {
  const { kafkaBrokers, kafkaTls, kafkaUser, kafkaPassword, kafkaMechanism } = config;
  return {
    clientId: 'guanxi',
    bootstrapBrokers: (kafkaBrokers ?? '').split(',').map((broker) => broker.trim()),
    connectTimeout: 2000,
    requestTimeout: 5000,
    timeout: 4000,
    autocreateTopics: false,
    ...RETRIES,
    ...(kafkaTls ? { tls: {} } : {}),
    ...(kafkaUser === undefined
      ? {}
      : {
          sasl: {
            mechanism: kafkaMechanism.toUpperCase() as SASLMechanismValue,
            username: kafkaUser,
            password: kafkaPassword ?? '',
          },
        }),
  };
}

const CLOSED_WITHIN_MS = 2000;

/** Waits for a client to be closed, but not for brokers that do not answer. */
export async function soon(closing: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => (timer = setTimeout(done, CLOSED_WITHIN_MS)));
  await Promise.race([closing?.catch(() => undefined), late]);
  clearTimeout(timer);
}

const utf8 = (data?: string) => (data === undefined ? undefined : Buffer.from(data, 'utf8'));

/** Clients of the brokers in the settings; they connect when first used. */
export function createClients(config: Config): Clients {
  const options = optionsOf(config);
  const admin = new Admin(options);
  const consumer = new Consumer({ ...options, groupId: GROUP });
  return {
    topic: config.kafkaTopic,
    admin,
    consumer,
    producer: () =>
      new Producer({
        ...options,
        idempotent: true,
        compression: 'gzip',
        serializers: { key: (data) => data, value: (data) => data, headerKey: utf8, headerValue: utf8 },
      }),
    async close() {
      await soon(consumer.close());
      await soon(admin.close());
    },
  };
}
