import { z } from 'zod';
import { nodeId } from './common.ts';
import { customer } from './customer.ts';
import { eventDetail, quarantined } from './event.ts';
import { personIdentity } from './identity.ts';

/** Of whom or what plain values are asked for. */
export const revealSubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('customer'), id: nodeId }),
  z.object({ kind: z.literal('event'), id: z.string().regex(/^\d{1,15}$/) }),
  z.object({ kind: z.literal('quarantined'), id: z.string().min(1).max(100) }),
]);
export type RevealSubject = z.infer<typeof revealSubject>;

export const revealRequest = z.object({
  subject: revealSubject,
  /** Kinds of identifiers and names of traits; all when absent. Of events only all. */
  fields: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
  reason: z.string().trim().min(5).max(500),
});
export type RevealRequest = z.infer<typeof revealRequest>;

/** The subject's own answers, unmasked in what was asked for; null where they are not the subject's. */
export const revealed = z.object({
  customer: customer.nullable(),
  identity: personIdentity.nullable(),
  event: eventDetail.nullable(),
  quarantined: quarantined.nullable(),
});
export type Revealed = z.infer<typeof revealed>;
