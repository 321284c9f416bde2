import type { Migration } from '@guanxi/engine/platform';

export const kafkaMigrations: readonly Migration[] = [
  {
    id: 'adapter-kafka-001-log',
    sql: `
      CREATE TABLE event_log_kafka (
        topic text PRIMARY KEY, topic_id text NOT NULL,
        copied bigint NOT NULL DEFAULT 0, copying_to bigint, claimed_at timestamptz);
      CREATE TABLE event_log_kafka_erased (
        topic text NOT NULL, place bigint NOT NULL, buried boolean NOT NULL DEFAULT false, PRIMARY KEY (topic, place))`,
  },
];
