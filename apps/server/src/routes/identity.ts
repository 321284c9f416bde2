import type { IdentityEffect } from '@guanxi/contracts';
import type { IdentityDecision } from '@guanxi/engine/identity';
import { readEvent } from '@guanxi/engine/ingest';
import type { Guanxi } from '../compose.ts';
import type { Handlers } from './handler.ts';

/** A decision is durable in the log before it takes effect, and is answered once it has. */
async function decide(decision: IdentityDecision, { platform, river }: Guanxi): Promise<void> {
  const entry = {
    kind: 'decision',
    sourceId: 'console',
    receivedAt: platform.clock.now(),
    sentAt: null,
    payload: JSON.stringify(decision),
  } as const;
  const [seq] = await platform.log.append([entry]);
  await river.waitFor(seq!);
}

const REPLAY_EVENTS = 5000;

/** Every accepted event of the log, in order, for a dry run. */
async function* loggedEvents({ platform, ingest }: Guanxi) {
  for (let after = 0; ;) {
    const records = await platform.log.read(after, REPLAY_EVENTS);
    if (records.length === 0) return;
    after = records.at(-1)!.seq;
    const events = records.filter(({ kind }) => kind === 'event').map(readEvent);
    const duplicates = await ingest.dedup.duplicatesOf(events);
    yield events.filter((event) => !duplicates.has(event.seq));
  }
}

export const identityHandlers: Handlers<
  | 'identityRules'
  | 'identityRulesUpdate'
  | 'identityDryRun'
  | 'customerIdentity'
  | 'unmergePreview'
  | 'unmerge'
  | 'linkIdentifiers'
> = {
  identityRules: async (_, { identity }) => identity.rules(),
  identityRulesUpdate: ({ body }, { platform }) =>
    platform.jobs.submit('rebuild', 'Rebuild with new One-ID rules', { rules: body }, 'events'),
  identityDryRun: ({ body }, guanxi) => guanxi.identity.dryRun(body, loggedEvents(guanxi)),
  customerIdentity: ({ params }, { identity }) => identity.person(params.id),
  unmergePreview: ({ params, body }, { identity }) => identity.previewUnmerge(params.id, body),
  async unmerge({ params, body }, guanxi): Promise<IdentityEffect> {
    const effect = await guanxi.identity.previewUnmerge(params.id, body);
    if (effect.changed)
      await decide(
        { kind: 'unmerge', person: params.id, identifiers: body.identifiers, reason: body.reason, by: 'console' },
        guanxi,
      );
    return effect;
  },
  async linkIdentifiers({ body }, guanxi): Promise<IdentityEffect> {
    const effect = await guanxi.identity.previewLink(body.a, body.b);
    if (effect.changed)
      await decide({ kind: 'link', a: body.a, b: body.b, reason: body.reason, by: 'console' }, guanxi);
    return effect;
  },
};
