import { z } from 'zod';
import { instant } from './common.ts';
import { sourceMend } from './event.ts';

export const source = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['sdk', 'file']),
  writeKey: z.string().describe('Empty for files'),
  enabled: z.boolean(),
  createdAt: instant,
  mends: z.array(sourceMend),
  generated: z.boolean().describe('Its events are made up to show the product'),
  lastEventAt: instant.nullable(),
  accepted: z.number().int(),
  accepted24h: z.number().int(),
  quarantined: z.number().int(),
  quarantined24h: z.number().int(),
});
export type Source = z.infer<typeof source>;

/** A stage of the river: how far it is, how far it has to go. */
export const stage = z.object({
  name: z.enum(['log', 'identity', 'graph']),
  position: z.number().int(),
  head: z.number().int(),
  lag: z.number().int(),
  /** Events per second over the last ten seconds. */
  rate: z.number(),
  updatedAt: instant.nullable(),
  error: z.string().nullable(),
});
export type Stage = z.infer<typeof stage>;

export const status = z.object({
  name: z.literal('guanxi'),
  version: z.string(),
  startedAt: instant,
  ready: z.boolean(),
  rebuilding: z.boolean(),
  engines: z.object({ clickhouse: z.string(), postgres: z.string(), embedded: z.boolean() }),
  stages: z.array(stage),
  counts: z.object({
    events: z.number().int(),
    duplicates: z.number().int(),
    quarantined: z.number().int(),
    customers: z.number().int(),
    knownCustomers: z.number().int(),
    identifiers: z.number().int(),
    nodes: z.record(z.string(), z.number().int()),
    edges: z.record(z.string(), z.number().int()),
  }),
  generated: z
    .enum(['none', 'only', 'mixed'])
    .describe('Whether made-up data are shown: none, nothing else, or beside data of its own'),
});
export type Status = z.infer<typeof status>;
