import { z } from 'zod';
import { actorRef } from './access.ts';
import { instant, jsonObject } from './common.ts';

export const auditOutcome = z.enum(['done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof auditOutcome>;

/** Who did what to what, when: one link of the chain. Holds no customer's values. */
export const auditEntry = z.object({
  seq: z.number().int(),
  at: instant,
  actor: actorRef,
  action: z.string().describe('The endpoint that was called, or what the product did by itself'),
  subject: z.string().nullable().describe('What it was done to, by its id'),
  outcome: auditOutcome,
  detail: jsonObject,
  hash: z.string().describe('SHA-256 over the entry and the hash before it, in hexadecimal'),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** Whether the chain of audit entries is as it was written. */
export const auditVerdict = z.object({
  entries: z.number().int(),
  intact: z.boolean(),
  brokenAt: z.number().int().nullable().describe('The first entry that is altered, missing or out of place'),
  since: instant.nullable().describe('When the oldest entry that is kept was written'),
  head: z
    .string()
    .describe('Hash of the newest entry: noted elsewhere, it proves later that nothing before it changed'),
});
export type AuditVerdict = z.infer<typeof auditVerdict>;
