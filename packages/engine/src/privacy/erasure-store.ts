import { randomUUID } from 'node:crypto';
import type { ActorRef, Erasure, ErasureReceipt, Identifier, NodeId } from '@guanxi/contracts';
import { type Platform, type Statements, UserError } from '../platform/index.ts';

/** An erasure as it is worked on; person and identifiers are gone when it is done. */
export interface Work {
  readonly id: string;
  readonly requestedAt: number;
  readonly state: Erasure['state'];
  readonly person: NodeId;
  readonly identifiers: readonly Identifier[];
  readonly plan: Plan;
}

/** What attempts have found so far, written down before any of it is removed. */
export interface Plan {
  /** Up to here the log was looked through. */
  readonly position: number;
  readonly method: Erasure['method'];
  /** Identifiers that links of any state join with the person's; none where everything is made anew. */
  readonly component: readonly NodeId[];
  /** Rows by store. */
  readonly found: Readonly<Record<string, number>>;
}
const noPlan: Plan = { position: 0, method: null, component: [], found: {} };

interface Row {
  id: string;
  n: string;
  subject: string;
  requested_at: string;
  requested_by: ActorRef;
  reason: string;
  state: Erasure['state'];
  finished_at: string | null;
  method: Erasure['method'];
  receipts: ErasureReceipt[];
  job: string | null;
  person: string | null;
  identifiers: string | null;
  plan: Plan | null;
}

const instantOf = (ms: string | null) => (ms === null ? null : new Date(Number(ms)).toISOString());
const noSuchErasure = () => new UserError('not_found', 'no_such_erasure', 'There is no such erasure');

export function createErasureStore({ postgres, jobs, vault }: Platform) {
  const cipher = vault.cipher('erasure');
  const toErasure = async (row: Row): Promise<Erasure> => ({
    id: row.id,
    subject: row.subject,
    requestedAt: instantOf(row.requested_at)!,
    requestedBy: row.requested_by,
    reason: row.reason,
    state: row.state,
    finishedAt: instantOf(row.finished_at),
    method: row.method,
    receipts: row.receipts,
    job: row.job === null ? null : await jobs.get(row.job).catch(() => null),
  });
  const rowOf = async (id: string, statements: Statements = postgres): Promise<Row> => {
    const [row] = await statements.query<Row>('SELECT * FROM privacy_erasure WHERE id = $1', [id]);
    if (!row) throw noSuchErasure();
    return row;
  };
  return {
    get: async (id: string) => toErasure(await rowOf(id)),
    async list(limit: number, cursor: string | undefined): Promise<{ items: Erasure[]; next: string | null }> {
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
        throw new UserError('invalid', 'bad_cursor', 'The page mark is not one this server gave', { where: 'cursor' });
      const rows = await postgres.query<Row>(
        'SELECT * FROM privacy_erasure WHERE $1::bigint IS NULL OR n < $1 ORDER BY n DESC LIMIT $2',
        [cursor ?? null, limit + 1],
      );
      const items: Erasure[] = [];
      for (const row of rows.slice(0, limit)) items.push(await toErasure(row));
      return { items, next: rows.length > limit ? rows[limit - 1]!.n : null };
    },
    /** Inside the transaction that suppresses. Throws `erasure_under_way`. */
    async create(
      request: {
        person: NodeId;
        identifiers: readonly Identifier[];
        subject: string;
        at: number;
        by: ActorRef;
        reason: string;
      },
      statements: Statements,
    ): Promise<string> {
      const id = randomUUID();
      const { person, identifiers, subject, at, by, reason } = request;
      const rows = await statements.query(
        `INSERT INTO privacy_erasure (id, subject, requested_at, requested_by, reason, state, person, identifiers)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
        [id, subject, at, JSON.stringify(by), reason, person, cipher.seal(JSON.stringify(identifiers))],
      );
      if (rows.length === 0)
        throw new UserError('conflict', 'erasure_under_way', 'This person is being erased already');
      return id;
    },
    async setJob(id: string, job: string): Promise<void> {
      await postgres.query('UPDATE privacy_erasure SET job = $2 WHERE id = $1', [id, job]);
    },
    /** What is asked for and has no job: the process ended between the two. */
    async orphans(): Promise<string[]> {
      const rows = await postgres.query<{ id: string }>(
        "SELECT id FROM privacy_erasure WHERE state = 'waiting' AND job IS NULL ORDER BY n",
      );
      return rows.map(({ id }) => id);
    },
    async work(id: string): Promise<Work> {
      const row = await rowOf(id);
      const { state, person, identifiers, plan } = row;
      return {
        id,
        requestedAt: Number(row.requested_at),
        state,
        person: person ?? '',
        identifiers: identifiers === null ? [] : (JSON.parse(cipher.open(identifiers)) as Identifier[]),
        plan: plan ?? noPlan,
      };
    },
    /** In place of what an earlier attempt told of the store. */
    async receipt(id: string, receipt: ErasureReceipt, statements: Statements): Promise<void> {
      const others = (await rowOf(id, statements)).receipts.filter(({ store }) => store !== receipt.store);
      await statements.query('UPDATE privacy_erasure SET receipts = $2 WHERE id = $1', [
        id,
        JSON.stringify([...others, receipt]),
      ]);
    },
    async plan(id: string, plan: Plan, statements: Statements): Promise<void> {
      await statements.query('UPDATE privacy_erasure SET plan = $2, method = $3 WHERE id = $1', [
        id,
        JSON.stringify(plan),
        plan.method,
      ]);
    },
    async finish(id: string, at: number, statements: Statements): Promise<void> {
      await statements.query(
        "UPDATE privacy_erasure SET state = 'done', finished_at = $2, person = NULL, identifiers = NULL, plan = NULL WHERE id = $1",
        [id, at],
      );
    },
    async finishedBefore(before: number): Promise<number> {
      const [row] = await postgres.query<{ count: string }>(
        'SELECT count(*) AS count FROM privacy_erasure WHERE finished_at < $1',
        [before],
      );
      return Number(row!.count);
    },
    async removeFinished(before: number): Promise<number> {
      return (await postgres.query('DELETE FROM privacy_erasure WHERE finished_at < $1 RETURNING id', [before])).length;
    },
  };
}
export type ErasureStore = ReturnType<typeof createErasureStore>;
