import { z } from 'zod';
import { identifier } from './identity.ts';
import { eventSummary } from './event.ts';
import { instant, nodeId } from './common.ts';

export const customerRow = z.object({
  id: nodeId,
  name: z.string().describe('Best name there is: a name trait, else the strongest identifier'),
  known: z.boolean().describe('Whether anything but devices names this person'),
  identifiers: z.array(identifier),
  events: z.number().int(),
  firstSeen: instant,
  lastSeen: instant,
});
export type CustomerRow = z.infer<typeof customerRow>;

/** A trait with its winning value, where it comes from, and the values that did not win: none is lost. */
export const trait = z.object({
  name: z.string(),
  value: z.string(),
  time: instant,
  seq: z.number().int().describe('The event that said so'),
  from: identifier.nullable(),
  others: z.array(z.object({ value: z.string(), time: instant, seq: z.number().int(), from: identifier.nullable() })),
});
export type Trait = z.infer<typeof trait>;

export const customer = customerRow.extend({
  traits: z.array(trait),
  /** Events by name, most frequent first. */
  activity: z.array(z.object({ name: z.string(), count: z.number().int(), last: instant })),
});
export type Customer = z.infer<typeof customer>;

export const timeline = z.object({
  items: z.array(eventSummary),
  next: z.string().nullable(),
  total: z.number().int(),
  /** Events per equal slice of the whole life of the customer, for the density strip. */
  density: z.array(z.object({ start: instant, end: instant, count: z.number().int() })),
});
export type Timeline = z.infer<typeof timeline>;
