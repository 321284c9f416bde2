import type { Statements } from '../platform/index.ts';
import { appendAll, type AuditRecord } from './append.ts';

/**
 * Part of the transaction in which all data are replaced by older ones. Where the chain of the data that went is the
 * continuation of the one that came, it goes on as it was: nobody loses the traces of what they did by bringing an older
 * state back. `record` is the next entry.
 * @param aside schema that holds the tables that went
 * @param at milliseconds
 */
export async function carryAudit(
  statements: Statements,
  aside: string,
  record: AuditRecord,
  at: number,
): Promise<void> {
  const [continued] = await statements.query<{ last_seq: string }>(
    `SELECT old.last_seq FROM audit_chain AS came, ${aside}.audit_chain AS old
     WHERE old.last_seq > came.last_seq AND (
       EXISTS (SELECT FROM ${aside}.audit_entry AS entry WHERE entry.seq = came.last_seq AND entry.hash = came.head)
       OR (old.first_seq = came.last_seq + 1 AND old.base = came.head))`,
  );
  if (continued) {
    const columns = 'seq, at, actor_kind, actor_id, actor_name, action, subject, outcome, detail, hash';
    await statements.query(
      `INSERT INTO audit_entry (${columns}) SELECT ${columns} FROM ${aside}.audit_entry
       WHERE seq > (SELECT last_seq FROM audit_chain)`,
    );
    await statements.query(
      `UPDATE audit_chain SET last_seq = old.last_seq, head = old.head FROM ${aside}.audit_chain AS old`,
    );
  }
  await appendAll([record], at, statements);
}
