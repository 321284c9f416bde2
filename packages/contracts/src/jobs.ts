import { z } from 'zod';
import { instant } from './common.ts';

export const jobKind = z.enum(['import', 'rebuild']);
export type JobKind = z.infer<typeof jobKind>;

export const job = z.object({
  id: z.string(),
  kind: jobKind,
  title: z.string(),
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
