import { Admin, type BaseOptions, Consumer, Producer, type SASLMechanismValue } from '@platformatic/kafka';
import type { Config } from '@guanxi/engine/platform';

/** The group under which Kafka's own tools see how far the river has come. */
export const GROUP = 'guanxi-river';

/** Tries of one request before whoever asked hears of it; together they stay below the patience of a client. */
const RETRIES = { retries: 4, retryDelay: 250 };

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
    requestTimeout: 10_000,
    timeout: 5000,
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
      await consumer.close();
      await admin.close();
    },
  };
}
