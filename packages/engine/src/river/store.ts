import { Deposed, type Migration, type Postgres, type Statements } from '../platform/index.ts';

export const riverMigrations: readonly Migration[] = [
  {
    id: 'river-001-checkpoint',
    sql: `CREATE TABLE river_checkpoint (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      epoch int NOT NULL DEFAULT 1,
      identity_seq bigint NOT NULL DEFAULT 0,
      graph_seq bigint NOT NULL DEFAULT 0,
      accepted bigint NOT NULL DEFAULT 0,
      duplicates bigint NOT NULL DEFAULT 0,
      truncating boolean NOT NULL DEFAULT false,
      rebuild_to bigint);
    INSERT INTO river_checkpoint DEFAULT VALUES;
    CREATE TABLE river_batch (from_seq bigint PRIMARY KEY, to_seq bigint NOT NULL)`,
  },
  { id: 'river-002-schema', sql: 'ALTER TABLE river_checkpoint ADD COLUMN schema text' },
  { id: 'river-003-term', sql: 'ALTER TABLE river_checkpoint ADD COLUMN term bigint NOT NULL DEFAULT 0' },
];

/** The bounds of a micro-batch: places in the event log, both included. */
export interface Batch {
  readonly from: number;
  readonly to: number;
}

export interface Checkpoint {
  /** Grows with every rebuild, so that deduplication tokens of an earlier life mean nothing. */
  readonly epoch: number;
  readonly identitySeq: number;
  readonly graphSeq: number;
  readonly accepted: number;
  readonly duplicates: number;
  /** A rebuild has begun and the derived tables may be half empty. */
  readonly truncating: boolean;
  /** Where a rebuild will have caught up, null when none is under way. */
  readonly rebuildTo: number | null;
  /** Fingerprint of the derived tables as they are; null before the first start. */
  readonly schema: string | null;
}

interface CheckpointRow {
  epoch: number;
  identity_seq: string;
  graph_seq: string;
  accepted: string;
  duplicates: string;
  truncating: boolean;
  rebuild_to: string | null;
  schema: string | null;
}

export async function readCheckpoint(statements: Statements): Promise<Checkpoint> {
  const [row] = await statements.query<CheckpointRow>('SELECT * FROM river_checkpoint');
  if (!row) throw new Error('river_checkpoint has no row');
  return {
    epoch: row.epoch,
    identitySeq: Number(row.identity_seq),
    graphSeq: Number(row.graph_seq),
    accepted: Number(row.accepted),
    duplicates: Number(row.duplicates),
    truncating: row.truncating,
    rebuildTo: row.rebuild_to === null ? null : Number(row.rebuild_to),
    schema: row.schema,
  };
}

/** Batches that identity has finished and the graph perhaps has not, oldest first. */
export async function pendingBatches(statements: Statements): Promise<Batch[]> {
  const rows = await statements.query<{ from_seq: string; to_seq: string }>(
    'SELECT from_seq, to_seq FROM river_batch ORDER BY from_seq',
  );
  return rows.map((row) => ({ from: Number(row.from_seq), to: Number(row.to_seq) }));
}

/** Writes to the checkpoint carry the term of their leader. `sql` begins with the writing to it, which returns a row. */
async function asLeader(statements: Statements, sql: string, params: readonly unknown[]): Promise<void> {
  const rows = await statements.query(sql, params);
  if (rows.length === 0) throw new Deposed();
}

/** From now on writes of older terms are refused, also those under way. */
export async function beginTerm(postgres: Postgres, term: number): Promise<void> {
  await asLeader(postgres, 'UPDATE river_checkpoint SET term = $1 WHERE term <= $1 RETURNING term', [term]);
}

/** Throws `Deposed` where a later term has begun. In a transaction none begins until it ends. */
export async function holdTerm(statements: Statements, term: number): Promise<void> {
  await asLeader(statements, 'SELECT term FROM river_checkpoint WHERE term = $1 FOR SHARE', [term]);
}

/** Part of the transaction in which identity applies the batch. */
export async function advanceIdentity(
  statements: Statements,
  batch: Batch,
  counts: { accepted: number; duplicates: number },
  term: number,
): Promise<void> {
  await asLeader(
    statements,
    `WITH moved AS (UPDATE river_checkpoint SET identity_seq = $2, accepted = accepted + $3, duplicates = duplicates + $4
       WHERE term = $5 RETURNING term),
     batch AS (INSERT INTO river_batch (from_seq, to_seq) SELECT $1, $2 FROM moved)
     SELECT term FROM moved`,
    [batch.from, batch.to, counts.accepted, counts.duplicates, term],
  );
}

export async function advanceGraph(postgres: Postgres, batch: Batch, term: number): Promise<void> {
  await asLeader(
    postgres,
    `WITH moved AS (UPDATE river_checkpoint SET graph_seq = $2, rebuild_to = CASE WHEN rebuild_to <= $2 THEN NULL ELSE rebuild_to END
       WHERE term = $3 RETURNING term),
     batch AS (DELETE FROM river_batch WHERE from_seq = $1 AND EXISTS (SELECT 1 FROM moved))
     SELECT term FROM moved`,
    [batch.from, batch.to, term],
  );
}

/** Past places of the log at which there is nothing; no batch may be under way. */
export async function skipTo(postgres: Postgres, seq: number, term: number): Promise<void> {
  await asLeader(
    postgres,
    `UPDATE river_checkpoint SET identity_seq = $1, graph_seq = $1, rebuild_to = CASE WHEN rebuild_to <= $1 THEN NULL ELSE rebuild_to END
     WHERE term = $2 RETURNING term`,
    [seq, term],
  );
}

/** Back to the beginning of the log; derived ClickHouse tables are to be emptied after this has taken effect. */
export async function beginRebuild(statements: Statements, rebuildTo: number, term: number): Promise<void> {
  await asLeader(
    statements,
    `WITH moved AS (UPDATE river_checkpoint SET epoch = epoch + 1, identity_seq = 0, graph_seq = 0, accepted = 0, duplicates = 0,
       truncating = true, rebuild_to = $1 WHERE term = $2 RETURNING term),
     batches AS (DELETE FROM river_batch WHERE EXISTS (SELECT 1 FROM moved))
     SELECT term FROM moved`,
    [rebuildTo > 0 ? rebuildTo : null, term],
  );
}

/** Tables that a replay of the log fills again. */
export const riverRows: readonly string[] = ['river_batch'];

/**
 * Where the log came without what is derived from it: the next start makes that anew. Whoever led before writes no more.
 */
export async function adoptLog(statements: Statements): Promise<void> {
  await statements.query(
    'UPDATE river_checkpoint SET schema = NULL, term = greatest(river_checkpoint.term, leader.term) FROM leader',
  );
}

export async function endTruncation(statements: Statements, schema: string, term: number): Promise<void> {
  await asLeader(
    statements,
    'UPDATE river_checkpoint SET truncating = false, schema = $1 WHERE term = $2 RETURNING term',
    [schema, term],
  );
}

export async function recount(
  postgres: Postgres,
  { accepted, duplicates }: { accepted: number; duplicates: number },
  term: number,
): Promise<void> {
  const sql = 'UPDATE river_checkpoint SET accepted = $1, duplicates = $2 WHERE term = $3 RETURNING term';
  await asLeader(postgres, sql, [accepted, duplicates, term]);
}
