import type { ActorRef, AuditOutcome, JsonObject } from '@guanxi/contracts';
import type { Statements } from '../platform/index.ts';
import { canonicalJson, hashOfLink, type Link, storable } from './chain.ts';

/** One thing that somebody did. */
export interface AuditRecord {
  readonly actor: ActorRef;
  readonly action: string;
  readonly subject: string | null;
  readonly outcome: AuditOutcome;
  /** Never customers' values. */
  readonly detail?: JsonObject;
}

/** Where the chain begins and ends. */
export interface Chain {
  first_seq: string;
  base: string;
  last_seq: string;
  head: string;
}

/** Longer texts would be a client's, not ours. */
const LONGEST = 500;
const short = (text: string) => storable(text.slice(0, LONGEST));

/** An entry that has no place yet. */
export type Pending = Omit<Link, 'seq'>;

export function pendingOf({ actor, action, subject, outcome, detail = {} }: AuditRecord, at: number): Pending {
  return {
    at,
    actor: { kind: actor.kind, id: short(actor.id), name: short(actor.name) },
    action: short(action),
    subject: subject === null ? null : short(subject),
    outcome,
    detail: canonicalJson(detail),
  };
}

/** The row of the chain's ends is the lock: one appends after the other, in however many processes. */
export const lockChain = async (statements: Statements): Promise<Chain> =>
  (await statements.query<Chain>('SELECT first_seq, base, last_seq, head FROM audit_chain FOR UPDATE'))[0]!;

export async function append(pending: readonly Pending[], statements: Statements): Promise<void> {
  const chain = await lockChain(statements);
  let seq = Number(chain.last_seq);
  let head = chain.head;
  const rows = pending.map((entry) => {
    const link: Link = { ...entry, seq: ++seq };
    head = hashOfLink(link, head);
    return { ...link, hash: head };
  });
  await statements.query(
    `INSERT INTO audit_entry (seq, at, actor_kind, actor_id, actor_name, action, subject, outcome, detail, hash)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])`,
    [
      rows.map((row) => row.seq),
      rows.map((row) => row.at),
      rows.map((row) => row.actor.kind),
      rows.map((row) => row.actor.id),
      rows.map((row) => row.actor.name),
      rows.map((row) => row.action),
      rows.map((row) => row.subject),
      rows.map((row) => row.outcome),
      rows.map((row) => row.detail),
      rows.map((row) => row.hash),
    ],
  );
  await statements.query('UPDATE audit_chain SET last_seq = $1, head = $2', [seq, head]);
}

/** Appends entries at an instant (milliseconds), in a transaction. */
export const appendAll = (records: readonly AuditRecord[], at: number, statements: Statements): Promise<void> =>
  append(
    records.map((record) => pendingOf(record, at)),
    statements,
  );
