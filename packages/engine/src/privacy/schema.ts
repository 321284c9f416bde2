import type { Migration, Table } from '../platform/index.ts';

export const privacyMigrations: readonly Migration[] = [
  {
    id: 'privacy-001-settings',
    sql: `
      CREATE TABLE privacy_settings (
        version int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, settings jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
      CREATE TABLE privacy_retention (one boolean PRIMARY KEY DEFAULT true CHECK (one), last_run bigint NOT NULL);
      INSERT INTO privacy_retention (last_run) VALUES (0)`,
  },
  {
    // `person`, `identifiers` (sealed) and `plan` are there while the work is under way and empty afterwards.
    id: 'privacy-002-erasure',
    sql: `
      CREATE TABLE privacy_erasure (
        id uuid PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY, subject text NOT NULL, requested_at bigint NOT NULL,
        requested_by jsonb NOT NULL, reason text NOT NULL, state text NOT NULL, finished_at bigint, method text,
        receipts jsonb NOT NULL DEFAULT '[]', job uuid, person bigint, identifiers text);
      CREATE UNIQUE INDEX privacy_erasure_person ON privacy_erasure (person) WHERE person IS NOT NULL;
      CREATE TABLE privacy_suppression (hash text PRIMARY KEY, before bigint NOT NULL)`,
  },
  { id: 'privacy-003-plan', sql: 'ALTER TABLE privacy_erasure ADD COLUMN plan jsonb' },
];

/**
 * What was said about consent, under the anchor of the event that said so. A channel '' stands for every channel. What a
 * consent tool sends along with other events is kept under its category's name: settings say what it means when it is read.
 */
export const consentTable: Table = {
  name: 'consent',
  columns: {
    anchor: 'UInt64',
    purpose: 'LowCardinality(String)',
    channel: 'LowCardinality(String)',
    along: 'UInt8',
    granted: 'UInt8',
    time: "DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))",
    seq: 'UInt64 CODEC(Delta, ZSTD(1))',
    source_id: 'LowCardinality(String)',
    actor: 'String CODEC(ZSTD(1))',
    evidence: 'String CODEC(ZSTD(1))',
  },
  engine: 'MergeTree',
  orderBy: ['anchor', 'time', 'seq'],
  shardBy: 'anchor',
  persons: ['anchor'],
};
