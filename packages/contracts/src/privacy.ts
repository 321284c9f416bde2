import { z } from 'zod';
import { actorRef } from './access.ts';
import { instant, localized, nodeId } from './common.ts';
import { identifier } from './identity.ts';
import { job } from './jobs.ts';

/** Short names that data and settings share: letters, digits, `_` and `-`. */
const key = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/);

export const purpose = z.object({
  key,
  name: localized,
  /** Names by which clients' consent tools call it, for `context.consent.categoryPreferences`. */
  categories: z.array(z.string().trim().min(1).max(80)).max(50).default([]),
});
export type Purpose = z.infer<typeof purpose>;
export const consentChannel = z.object({ key, name: localized });

/** Kinds of data that are kept for a time of their own. */
export const retentionClass = z.enum(['events', 'quarantine', 'uploads', 'audit', 'jobs', 'receipts']);
export type RetentionClass = z.infer<typeof retentionClass>;
const days = z.number().int().min(1).max(36_500).nullable();

/** What an administrator decides about personal data. */
export const privacySettings = z.object({
  purposes: z.array(purpose).min(1).max(50),
  channels: z.array(consentChannel).min(1).max(50),
  /** What becomes of events of somebody who was erased: those older than the erasure, all, or none are dropped. */
  returning: z.enum(['drop_older', 'drop_all', 'accept']),
  /** Days each class is kept; null: for ever. */
  retention: z.object({
    events: days,
    quarantine: days,
    uploads: days,
    audit: days,
    jobs: days,
    receipts: days,
  } satisfies Record<RetentionClass, typeof days>),
});
export type PrivacySettings = z.infer<typeof privacySettings>;

export const consentState = z.enum(['granted', 'denied', 'unknown']);
export type ConsentState = z.infer<typeof consentState>;

/** One thing that was said about consent; `channel` null: about every channel. */
export const consentStatement = z.object({
  purpose: z.string(),
  channel: z.string().nullable(),
  granted: z.boolean(),
  time: instant,
  seq: z.number().int().describe('The event that said so'),
  sourceId: z.string(),
  from: identifier.nullable(),
  actor: z.string().nullable().describe('Who recorded it; null where the person did by themselves'),
  evidence: z.string().describe('Form, version of the policy, reason'),
});
export type ConsentStatement = z.infer<typeof consentStatement>;

export const customerConsent = z.object({
  purposes: z.array(purpose),
  channels: z.array(consentChannel),
  /** One for each purpose and channel. */
  states: z.array(
    z.object({
      purpose: z.string(),
      channel: z.string(),
      state: consentState,
      since: instant.nullable(),
      seq: z.number().int().nullable(),
    }),
  ),
  /** Every change, newest first; what only repeats the state before it is left out. */
  history: z.array(consentStatement),
});
export type CustomerConsent = z.infer<typeof customerConsent>;

export const consentUpdate = z.object({
  changes: z
    .array(
      z.object({
        purpose: z.string().max(40),
        channel: z.string().max(40).nullable().describe('Null: every channel'),
        granted: z.boolean(),
      }),
    )
    .min(1)
    .max(200),
  evidence: z.string().trim().min(1).max(500).describe('How the person said so'),
});

export type ConsentUpdate = z.infer<typeof consentUpdate>;

export const traitCorrection = z.object({
  trait: z.string().trim().min(1).max(200),
  value: z.string().trim().min(1).max(5000),
  reason: z.string().trim().min(1).max(500),
});

export type TraitCorrection = z.infer<typeof traitCorrection>;

/** What one store holds of a person. */
export const storeCount = z.object({
  store: z.string(),
  rows: z.number().int(),
  /** Rows that name the person and are another's: they stay. */
  shared: z.number().int(),
});
export const erasurePreview = z.object({ person: nodeId, counts: z.array(storeCount) });
export type ErasurePreview = z.infer<typeof erasurePreview>;

/** What was removed from one store, and what a search for it found afterwards. */
export const erasureReceipt = z.object({
  store: z.string(),
  removed: z.number().int(),
  kept: z.number().int().describe('Rows of others that name the person too'),
  left: z.number().int().describe('What the check afterwards found; 0 when everything is gone'),
  at: instant,
});
export type ErasureReceipt = z.infer<typeof erasureReceipt>;

export const erasure = z.object({
  id: z.string(),
  subject: z
    .string()
    .describe('Salted hash of the person: the same person gives the same, and nothing can be read from it'),
  requestedAt: instant,
  requestedBy: actorRef,
  reason: z.string(),
  state: z.enum(['waiting', 'done']),
  finishedAt: instant.nullable(),
  method: z.enum(['targeted', 'rebuild']).nullable(),
  receipts: z.array(erasureReceipt),
  /** Null once the job itself is past its time. */
  job: job.nullable(),
});
export type Erasure = z.infer<typeof erasure>;

export const erasureRequest = z.object({
  reason: z.string().trim().min(1).max(500).describe('Why, without personal data: it stays in the receipt'),
  confirm: nodeId.describe("The customer's number, typed again"),
});

export const retentionPreview = z.object({
  items: z.array(
    z.object({
      class: retentionClass,
      days: z.number().int().nullable(),
      /** What is older goes; null where it is kept. */
      before: instant.nullable(),
      rows: z.number().int().describe('What would go now'),
    }),
  ),
  lastRun: instant.nullable(),
});
export type RetentionPreview = z.infer<typeof retentionPreview>;
