import { z } from 'zod';
import { instant } from './common.ts';
import { jobKind } from './jobs.ts';

const whole = z.number().int();

/** A figure of the last seven days beside the seven before, and of each of the last 28 days. */
export const homeFigure = z.object({
  now: z.number(),
  before: z.number().nullable().describe('Null where nothing is known of the seven days before'),
  days: z.array(z.number()).describe('Days of 24 hours; the last ends at `at`'),
});
export type HomeFigure = z.infer<typeof homeFigure>;

/** What Home tells in figures. Events count by when they were received, people by when they did something. */
export const home = z.object({
  at: instant.describe('When it was counted; the last 24 hours and seven days end here'),
  dayFrom: instant,
  weekFrom: instant,
  day: z
    .object({
      received: whole.describe('Events that passed the gate: accepted and duplicates'),
      accepted: whole,
      duplicates: whole.describe('Events that had come before; they change nothing'),
      quarantined: whole,
      newCustomers: whole,
      activeCustomers: whole,
    })
    .describe('The last 24 hours'),
  accepted: homeFigure,
  duplicates: homeFigure,
  quarantined: homeFigure,
  quarantinedShare: homeFigure.describe('Of all events that came; the days as well'),
  newCustomers: homeFigure,
  activeCustomers: homeFigure,
});
export type Home = z.infer<typeof home>;

const ofSource = { sourceId: z.string(), sourceName: z.string() };
const stageName = z.enum(['identity', 'graph']);

/** What somebody should look at, with what is needed to tell it and to go where it is mended. */
export const alert = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('rejects_rising'),
    ...ofSource,
    share: z.number().describe('Of the last 24 hours'),
    usual: z.number().nullable().describe('Of the seven days before; null where nothing came'),
    count: whole,
  }),
  z.object({
    code: z.literal('source_silent'),
    ...ofSource,
    hours: whole,
    usualHours: whole.describe('Its longest silence of the last weeks before this one'),
  }),
  z.object({ code: z.literal('stage_behind'), stage: stageName, lag: whole, seconds: whole }),
  z.object({ code: z.literal('stage_broken'), stage: stageName, message: z.string() }),
  z.object({ code: z.literal('engine_away'), engine: z.enum(['clickhouse', 'postgres']), message: z.string() }),
  z.object({ code: z.literal('job_failed'), id: z.string(), kind: jobKind, title: z.string(), at: instant }),
]);
export type Alert = z.infer<typeof alert>;
