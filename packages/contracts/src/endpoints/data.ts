import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { instant, limitOf, pageOf } from '../common.ts';
import { eventDetail, eventSummary, quarantineCode, quarantined, sourceMend, verdict } from '../event.ts';
import { source } from '../system.ts';

const byId = z.object({ id: z.string().min(1).max(100) });
const cursor = z.string().max(200).optional();

/** Sources, events, quarantine. */
export const dataEndpoints = {
  sources: {
    method: 'GET',
    allow: 'data.read',
    path: '/api/sources',
    tag: 'data',
    summary: 'Sources with freshness, volume and rejects',
    response: z.object({ items: z.array(source) }),
  },
  sourceCreate: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/sources',
    tag: 'data',
    summary: 'A new source with a write key',
    body: z.object({ name: z.string().trim().min(1).max(100) }),
    response: source,
  },
  sourceUpdate: {
    method: 'PUT',
    allow: 'data.manage',
    path: '/api/sources/:id',
    tag: 'data',
    summary: 'Rename, switch on or off, or mend a source',
    params: byId,
    body: z.object({
      name: z.string().trim().min(1).max(100).optional(),
      enabled: z.boolean().optional(),
      mends: z.array(sourceMend).max(200).optional(),
    }),
    response: source,
  },
  sourceVolume: {
    method: 'GET',
    allow: 'data.read',
    path: '/api/sources/:id/volume',
    tag: 'data',
    summary: 'Accepted and rejected events per slice of time',
    params: byId,
    query: z.object({
      hours: z.coerce
        .number()
        .int()
        .min(1)
        .max(24 * 90)
        .default(24),
    }),
    response: z.object({
      items: z.array(z.object({ start: instant, accepted: z.number().int(), quarantined: z.number().int() })),
    }),
  },
  live: {
    method: 'GET',
    allow: 'data.read',
    path: '/api/live',
    tag: 'data',
    summary: 'Events as they come, as server-sent events',
    streams: 'events',
    response: eventSummary,
  },
  events: {
    method: 'GET',
    allow: 'data.read',
    path: '/api/events',
    tag: 'data',
    summary: 'Events, newest first',
    response: pageOf(eventSummary),
    query: z.object({
      source: z.string().optional(),
      name: z.string().optional(),
      verdict: verdict.optional(),
      limit: limitOf(1000, 100),
      cursor,
    }),
  },
  event: {
    method: 'GET',
    allow: 'customers.read',
    path: '/api/events/:seq',
    tag: 'data',
    summary: 'One event as it came, and what it made of the graph',
    params: z.object({ seq: z.coerce.number().int().min(1) }),
    response: eventDetail,
  },
  quarantine: {
    method: 'GET',
    allow: 'data.read',
    path: '/api/quarantine',
    tag: 'data',
    summary: 'Events that were not accepted, each with its reason',
    query: z.object({
      status: quarantined.shape.status.default('waiting'),
      code: quarantineCode.optional(),
      source: z.string().optional(),
      order: z.enum(['newest', 'oldest']).default('newest').describe('By the time they came'),
      limit: limitOf(500, 50),
      cursor,
    }),
    response: pageOf(quarantined).extend({
      groups: z.array(
        z.object({
          code: quarantineCode,
          field: z.string(),
          name: z.string(),
          sourceId: z.string(),
          count: z.number().int(),
        }),
      ),
      total: z.number().int(),
    }),
  },
  quarantineItem: {
    method: 'GET',
    allow: 'data.read',
    path: '/api/quarantine/:id',
    tag: 'data',
    summary: 'One of them whole',
    params: byId,
    response: quarantined,
  },
  quarantineReplay: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/quarantine/replay',
    tag: 'data',
    summary: "Check waiting events again under their sources' mends of now; those that pass enter the log",
    body: z.object({
      ids: z.array(z.string()).max(1000).optional(),
      source: z.string().optional(),
      code: quarantineCode.optional(),
      dryRun: z.boolean().default(false),
      mends: z.array(sourceMend).max(200).optional().describe('With dryRun: mends to try instead of the saved ones'),
    }),
    response: z.object({
      tried: z.number().int(),
      passed: z.number().int(),
      stillFailing: z.number().int(),
      sample: z.array(quarantined),
    }),
  },
  quarantineDismiss: {
    method: 'POST',
    allow: 'data.manage',
    path: '/api/quarantine/dismiss',
    tag: 'data',
    summary: 'Put waiting events aside for good',
    body: z.object({ ids: z.array(z.string()).min(1).max(1000) }),
    response: z.object({ dismissed: z.number().int() }),
  },
} as const satisfies Record<string, Endpoint>;
