import type { Migration, Table } from '../platform/index.ts';

/** PostgreSQL is the authority on who is who. Times are milliseconds since 1970 UTC, ids 63-bit hashes. */
export const identityMigrations: readonly Migration[] = [
  {
    id: 'identity-001-rules',
    sql: `CREATE TABLE identity_rules (
      version int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rules jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`,
  },
  {
    // Room in every page lets a row that is only counted again be rewritten beside itself, without touching an index.
    id: 'identity-002-graph',
    sql: `
      CREATE TABLE identifier (
        id bigint PRIMARY KEY, kind text NOT NULL, value text NOT NULL, person bigint NOT NULL, founds bigint, founded bigint,
        shared boolean NOT NULL, contested boolean NOT NULL, aliased boolean NOT NULL, version bigint NOT NULL, seq bigint NOT NULL, pos int NOT NULL,
        first_seen bigint NOT NULL, last_seen bigint NOT NULL, events bigint NOT NULL,
        anchored bigint NOT NULL) WITH (fillfactor = 80);
      CREATE INDEX identifier_person ON identifier (person);
      CREATE INDEX identifier_search ON identifier (lower(value) text_pattern_ops);
      CREATE INDEX identifier_founds ON identifier (founds) WHERE founds <> id;
      CREATE INDEX identifier_version ON identifier (version) WHERE aliased;
      CREATE TABLE identity_link (
        a bigint NOT NULL, b bigint NOT NULL, state text NOT NULL, rule text NOT NULL, count bigint NOT NULL,
        first_seq bigint NOT NULL, first_seen bigint NOT NULL, last_seen bigint NOT NULL, PRIMARY KEY (a, b))
        WITH (fillfactor = 80);
      CREATE INDEX identity_link_b ON identity_link (b);
      CREATE TABLE identity_change (
        seq bigint NOT NULL, n int NOT NULL, at bigint NOT NULL, kind text NOT NULL, rule text NOT NULL,
        person bigint NOT NULL, other bigint, detail text NOT NULL, by text, PRIMARY KEY (seq, n));
      CREATE INDEX identity_change_person ON identity_change (person);
      CREATE INDEX identity_change_other ON identity_change (other);
      CREATE TABLE identity_tally (persons bigint NOT NULL, known bigint NOT NULL, identifiers bigint NOT NULL);
      INSERT INTO identity_tally VALUES (0, 0, 0)`,
  },
  {
    // Values are sealed now, so only whole ones can be asked for, by id; beginnings are looked up in `identifier_name`.
    id: 'identity-003-sealed',
    sql: `DROP INDEX identifier_search; CREATE INDEX identifier_seq ON identifier (seq)`,
  },
];

/** Tables that a replay of the log fills again; all else of identity is settings. */
export const identityRows: readonly string[] = ['identifier', 'identity_link', 'identity_change'];

/**
 * The mirror of `identifier.person` for SQL that joins: the person of every anchor that was ever called by another id
 * than its own. An anchor without a row is its own person. Read it with FINAL, or argMax(person, version) by anchor.
 */
export const personAlias: Table = {
  name: 'person_alias',
  columns: { anchor: 'UInt64', person: 'UInt64', version: 'UInt64' },
  engine: { replacing: 'version' },
  orderBy: ['anchor'],
  shardBy: 'anchor',
  persons: ['anchor', 'person'],
};

/**
 * Identifiers by their values in lower case, to be found by how they begin. On the encrypted disk, unlike PostgreSQL's
 * values, which are sealed one by one and have no order.
 */
export const identifierName: Table = {
  name: 'identifier_name',
  columns: { text: 'String CODEC(ZSTD(1))', kind: 'LowCardinality(String)', id: 'UInt64' },
  engine: 'AggregatingMergeTree',
  orderBy: ['text', 'kind', 'id'],
  shardBy: 'id',
  persons: ['id'],
  granularity: 2048,
};
