import { z } from 'zod';
import { instant } from './common.ts';

export const jobKind = z.enum(['import', 'rebuild', 'demo', 'backup', 'verify', 'restore', 'erasure', 'retention']);
export type JobKind = z.infer<typeof jobKind>;

/** Why everything derived is made anew: somebody asked, or rules or the ontology changed. The title of such a job. */
export const rebuildReason = z.enum(['asked', 'rules', 'ontology']);
export type RebuildReason = z.infer<typeof rebuildReason>;

export const job = z.object({
  id: z.string(),
  kind: jobKind,
  title: z
    .string()
    .describe(
      'Of an import the name of its data set, of a rebuild its reason, of the demo brand `clear` or what is loaded, of a backup, its verification and a restore the folder, of others empty',
    ),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  done: z.number().int(),
  /** Null while it is not known. */
  total: z.number().int().nullable(),
  unit: z.enum(['rows', 'events', 'bytes']),
  ratePerSecond: z.number(),
  etaSeconds: z.number().nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  /** Figures of its own: rows, events, skipped, rejected… */
  result: z.record(z.string(), z.unknown()),
  error: z.string().nullable(),
  attempt: z.number().int(),
});
export type Job = z.infer<typeof job>;
