import { z } from 'zod';
import { instant, nodeId } from './common.ts';
import { piiClass } from './pii.ts';

/**
 * How one kind of identifier behaves in One-ID. The order of `kinds` in the rules is the priority: the first valid
 * identifier of an event is its anchor, and when identifiers disagree the lower one gives way.
 */
export const identifierKind = z.object({
  kind: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  /** Where the value stands in an event, for example `userId`, `traits.phone`, `context.device.id`. */
  paths: z.array(z.string().min(1)).min(1),
  normalise: z.enum(['none', 'lowercase', 'email', 'phone']).default('none'),
  /** The most distinct values one person may have; a link that would exceed it is refused and recorded. */
  limit: z.number().int().min(1).max(10_000),
  /** Values that identify nobody, compared after normalisation (`null`, `unknown`, a shop's own phone…). */
  blocked: z.array(z.string()).default([]),
  /** `known` names a person; `device` names a thing people may share. */
  nature: z.enum(['known', 'device']),
  /** What its values say of a person, which decides whether they are masked. Absent: guessed from the kind's name. */
  pii: piiClass.optional(),
});
export type IdentifierKind = z.infer<typeof identifierKind>;

export const identityRules = z.object({
  /** Region assumed for phone numbers without a country code (ISO 3166-1 alpha-2). */
  region: z.string().length(2).default('CN'),
  /** In order of priority, highest first. */
  kinds: z.array(identifierKind).min(1),
  /** A device-like identifier seen with this many different known persons belongs to none of them any more. */
  sharedDeviceOwners: z.number().int().min(2).max(100).default(2),
  /** Regular expressions (whole value, case-insensitive) blocked for every kind. */
  blockedPatterns: z.array(z.string()).default([]),
});
export type IdentityRules = z.infer<typeof identityRules>;

/** An identifier as the identity stage knows it: normalised and valid. `id` is the node id of this identifier. */
export const identifier = z.object({ id: nodeId, kind: z.string(), value: z.string() });
export type Identifier = z.infer<typeof identifier>;

export const linkState = z
  .enum(['active', 'limited', 'shared', 'severed'])
  .describe(
    'active joins; limited: refused by a cardinality limit; shared: a shared device; severed: undone by a person',
  );
export type LinkState = z.infer<typeof linkState>;

export const identityLink = z.object({
  a: nodeId,
  b: nodeId,
  state: linkState,
  rule: z.string().describe('same_event, alias, manual…'),
  count: z.number().int(),
  firstSeq: z.number().int().describe('Position in the event log of the first evidence'),
  firstSeen: instant,
  lastSeen: instant,
});
export type IdentityLink = z.infer<typeof identityLink>;

export const identityChange = z.object({
  seq: z.number().int(),
  at: instant,
  kind: z.enum(['created', 'merged', 'split', 'refused', 'shared', 'linked', 'severed']),
  rule: z.string(),
  person: nodeId,
  other: nodeId.nullable(),
  detail: z.string(),
  /** Who decided; null when a rule did. */
  by: z.string().nullable(),
});

/** Everything One-ID knows of one person: what names them, why it belongs together, and what happened. */
export const personIdentity = z.object({
  person: nodeId,
  identifiers: z.array(
    identifier.extend({ firstSeen: instant, lastSeen: instant, shared: z.boolean(), events: z.number().int() }),
  ),
  links: z.array(identityLink),
  /** Identifiers of other persons that links in state limited, shared or severed lead to. */
  outside: z.array(identifier.extend({ person: nodeId })),
  history: z.array(identityChange),
});
export type PersonIdentity = z.infer<typeof personIdentity>;

/** Which identifiers to take out of a person: every link between them and the rest is severed. */
export const unmergeRequest = z.object({
  identifiers: z.array(nodeId).min(1).max(1000),
  reason: z.string().max(500).default(''),
});
export type UnmergeRequest = z.infer<typeof unmergeRequest>;

export const linkRequest = z.object({ a: nodeId, b: nodeId, reason: z.string().max(500).default('') });

export const personPart = z.object({
  person: nodeId.describe('The id this part will carry'),
  isNew: z.boolean(),
  identifiers: z.array(identifier),
  events: z.number().int(),
});

/** What an unmerge or a link would do, or has done. */
export const identityEffect = z.object({
  severed: z.array(identityLink),
  parts: z.array(personPart),
  changed: z.boolean(),
});
export type IdentityEffect = z.infer<typeof identityEffect>;

/** What other rules would do to the persons of today, from replaying every recorded observation. */
export const rulesDryRun = z.object({
  observations: z.number().int(),
  personsBefore: z.number().int(),
  personsAfter: z.number().int(),
  wouldMerge: z.number().int().describe('Persons of today that would join another'),
  wouldSplit: z.number().int().describe('Persons of today that would come apart'),
  unchanged: z.number().int(),
  sample: z.array(
    z.object({ kind: z.enum(['merge', 'split']), persons: z.array(nodeId), identifiers: z.array(identifier) }),
  ),
});
export type RulesDryRun = z.infer<typeof rulesDryRun>;
