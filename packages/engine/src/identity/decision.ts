import { type Identifier, nodeId } from '@guanxi/contracts';
import { z } from 'zod';

/** What one event says about identity. */
export interface Observation {
  readonly seq: number;
  /** Milliseconds. */
  readonly time: number;
  /** Distinct, in order of priority; the first is the anchor. */
  readonly identifiers: readonly Identifier[];
  /** Whether the client said outright that these are one (`alias`). */
  readonly alias: boolean;
}

// PostgreSQL stores no NUL.
const storable = (text: string) => text.replaceAll('\0', '');
const reason = z.string().max(500).default('').transform(storable);
const by = z.string().max(200).transform(storable);

/** What a person decided about identity: the payload of log records of kind `decision`, repeated by every replay. */
export const identityDecision = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unmerge'), person: nodeId, identifiers: z.array(nodeId).min(1).max(1000), reason, by }),
  z.object({ kind: z.literal('link'), a: nodeId, b: nodeId, reason, by }),
]);
export type IdentityDecision = z.infer<typeof identityDecision>;

/** Reads a log record's payload. Throws where it is none, which is a bug: only One-ID writes them. */
export const parseDecision = (payload: string): IdentityDecision => identityDecision.parse(JSON.parse(payload));

export interface DecisionItem {
  readonly decision: IdentityDecision;
  readonly seq: number;
  /** Milliseconds. */
  readonly at: number;
}

/** One record of the log as One-ID sees it. */
export type IdentityItem = { readonly observation: Observation } | DecisionItem;
