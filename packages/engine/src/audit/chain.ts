import { createHash } from 'node:crypto';
import type { ActorRef, AuditEntry, AuditOutcome, Json, JsonObject } from '@guanxi/contracts';

/** What the chain begins with. */
export const GENESIS = '0'.repeat(64);

/** An entry as it is hashed: everything it says, and its place. */
export interface Link {
  readonly seq: number;
  /** Milliseconds. */
  readonly at: number;
  readonly actor: ActorRef;
  readonly action: string;
  readonly subject: string | null;
  readonly outcome: AuditOutcome;
  /** Canonical JSON. */
  readonly detail: string;
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
export const storable = (text: string): string => text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd');

/** JSON with its keys in order and nothing between: the same value is the same text (RFC 8785 without its number forms). */
export function canonicalJson(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(storable(key))}:${canonicalJson(value[key])}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(typeof value === 'string' ? storable(value) : (value ?? null));
}

/** The hash of an entry after the one with hash `previous`. */
export function hashOfLink(link: Link, previous: string): string {
  const { seq, at, actor, action, subject, outcome, detail } = link;
  const text = canonicalJson({
    seq,
    at,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    action,
    subject,
    outcome,
    detail,
    previous,
  });
  return createHash('sha256').update(text).digest('hex');
}

export const toEntry = ({ at, detail, ...link }: Link, hash: string): AuditEntry => ({
  ...link,
  at: new Date(at).toISOString(),
  detail: JSON.parse(detail) as JsonObject,
  hash,
});
