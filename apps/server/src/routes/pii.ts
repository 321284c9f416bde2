import type { Revealed, RevealRequest } from '@guanxi/contracts';
import { type Caller } from '@guanxi/engine/access';
import type { Guanxi } from '../compose.ts';
import { eventDetail } from './data.ts';
import type { Handlers } from './handler.ts';

const NOTHING: Revealed = { customer: null, identity: null, event: null, quarantined: null };

/** What is asked for, as it is. Throws what the subject's own endpoints throw. */
async function plainOf({ subject }: RevealRequest, guanxi: Guanxi): Promise<Revealed> {
  if (subject.kind === 'event') return { ...NOTHING, event: await eventDetail(Number(subject.id), guanxi) };
  if (subject.kind === 'quarantined')
    return { ...NOTHING, quarantined: await guanxi.ingest.quarantine.get(subject.id) };
  const customer = await guanxi.profile.customer(subject.id);
  return { ...NOTHING, customer, identity: await guanxi.identity.person(customer.id) };
}

/**
 * Plain values, written down before they are given: who cannot be recorded sees nothing. What the reason says is masked
 * in the audit log, which is kept longer than the customer's data.
 */
async function reveal(body: RevealRequest, guanxi: Guanxi, { actor }: Caller): Promise<Revealed> {
  const { subject, fields, reason } = body;
  const plain = await plainOf(body, guanxi);
  await guanxi.audit.record({
    actor,
    action: 'pii.reveal',
    subject: `${subject.kind}:${subject.id}`,
    outcome: 'done',
    detail: { reason: guanxi.masking.masks().text(reason), fields: fields ?? 'all' },
  });
  if (!fields || !plain.customer || !plain.identity) return plain;
  const { masking } = guanxi;
  const masks = masking.sparing(fields);
  return {
    ...NOTHING,
    customer: masking.reply('customer', plain.customer, masks),
    identity: masking.reply('customerIdentity', plain.identity, masks),
  };
}

export const piiHandlers: Handlers<'reveal'> = { reveal: ({ body }, guanxi, caller) => reveal(body, guanxi, caller) };
