import type { ActorRef, IdentityEffect } from '@guanxi/contracts';
import { type DecisionItem, type IdentityDecision, parseDecision } from '@guanxi/engine/identity';
import { type CanonicalEvent, readEvent } from '@guanxi/engine/ingest';
import type { Guanxi } from '../compose.ts';
import type { Handlers } from './handler.ts';

/** A decision is durable in the log before it takes effect, and is answered once it has. */
async function decide(decision: IdentityDecision, { platform, river }: Guanxi, by: ActorRef): Promise<void> {
  const entry = {
    kind: 'decision',
    sourceId: by.id,
    receivedAt: platform.clock.now(),
    sentAt: null,
    payload: JSON.stringify(decision),
  } as const;
  const [seq] = await platform.log.append([entry]);
  await river.waitFor(seq!);
}

const REPLAY_RECORDS = 1000;

const isEvent = (item: CanonicalEvent | DecisionItem): item is CanonicalEvent => !('decision' in item);

/** What One-ID was told, in the order of the log: events that were not duplicates, and decisions. */
async function* loggedItems({ platform, ingest }: Guanxi): AsyncGenerator<(CanonicalEvent | DecisionItem)[]> {
  for (let after = 0; ;) {
    const records = await platform.log.read(after, REPLAY_RECORDS);
    if (records.length === 0) return;
    after = records.at(-1)!.seq;
    const items = records.map((record) =>
      record.kind === 'event'
        ? readEvent(record)
        : { decision: parseDecision(record.payload), seq: record.seq, at: record.receivedAt },
    );
    const duplicates = await ingest.dedup.duplicatesOf(items.filter(isEvent));
    yield items.filter((item) => !duplicates.has(item.seq));
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
  identityRulesUpdate: ({ body }, { platform }) => platform.jobs.submit('rebuild', 'rules', { rules: body }, 'events'),
  identityDryRun: ({ body }, guanxi) => guanxi.identity.dryRun(body, loggedItems(guanxi)),
  customerIdentity: ({ params }, { identity }) => identity.person(params.id),
  unmergePreview: ({ params, body }, { identity }) => identity.previewUnmerge(params.id, body),
  async unmerge({ params, body }, guanxi, { actor }): Promise<IdentityEffect> {
    const decision = await guanxi.identity.decideUnmerge(params.id, body, actor.name);
    const effect = await guanxi.identity.previewUnmerge(params.id, body);
    if (effect.changed) await decide(decision, guanxi, actor);
    return effect;
  },
  async linkIdentifiers({ body }, guanxi, { actor }): Promise<IdentityEffect> {
    const decision = await guanxi.identity.decideLink(body, actor.name);
    const effect = await guanxi.identity.previewLink(body.a, body.b);
    if (effect.changed) await decide(decision, guanxi, actor);
    return effect;
  },
};
