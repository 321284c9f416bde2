import type { Json, JsonObject } from '@guanxi/contracts';
import { readEvent } from '../ingest/index.ts';
import { createIdentity, type Identity, type IdentityItem } from '../identity/index.ts';
import type { Platform } from '../platform/index.ts';
import { createGraph, type Graph } from './graph.ts';
import { defaultLimits, type GraphLimits } from './limits.ts';
import type { GraphEvent } from './projection.ts';

/** Identity and graph on a platform, fed as the river feeds them. */
export interface World {
  readonly identity: Identity;
  readonly graph: Graph;
  /** Events as they would come out of the log at the next places; nothing is written. */
  read(events: readonly JsonObject[]): GraphEvent[];
  /** Through identity and into the graph, in one batch. */
  feed(events: readonly JsonObject[]): Promise<GraphEvent[]>;
  /** Resolves identity alone. */
  identify(events: readonly GraphEvent[]): Promise<void>;
  /** Plays a decision of a person. */
  decide(decision: Extract<IdentityItem, { decision: unknown }>['decision']): Promise<void>;
  reset(): Promise<void>;
}

const START = Date.parse('2026-01-01T00:00:00Z');

export async function openWorld(platform: Platform, limits: GraphLimits = defaultLimits): Promise<World> {
  const identity = await createIdentity(platform);
  const graph = await createGraph(platform, identity, limits);
  let seq = 0;
  const resolve = async (items: readonly IdentityItem[], from: number, to: number) => {
    await platform.postgres.transaction((statements) => identity.apply(items, { from, to }, statements));
    await identity.mirror({ from, to });
  };
  const world: World = {
    identity,
    graph,
    read: (events) =>
      events.map((given) => {
        seq++;
        const event: JsonObject = { messageId: `m${seq}`, ...given };
        const receivedAt = Date.parse((given['timestamp'] as Json & string) ?? '') || START + seq * 1000;
        const payload = JSON.stringify({ event: { ...event, originalTimestamp: null } });
        const read = readEvent({ seq, kind: 'event', sourceId: 'test', receivedAt, sentAt: null, payload });
        const identifiers = identity.observe(read)?.identifiers ?? [];
        return { event: read, anchor: identifiers[0]?.id ?? null, identifiers };
      }),
    async identify(events) {
      const items = events.flatMap(({ event }): IdentityItem[] => {
        const observation = identity.observe(event);
        return observation ? [{ observation }] : [];
      });
      await resolve(items, events[0]!.event.seq, events.at(-1)!.event.seq);
    },
    async feed(events) {
      const batch = world.read(events);
      await world.identify(batch);
      await graph.apply(batch, `t:${batch[0]!.event.seq}`);
      return batch;
    },
    async decide(decision) {
      seq++;
      await resolve([{ decision, seq, at: START + seq * 1000 }], seq, seq);
    },
    async reset() {
      await platform.postgres.transaction((statements) => identity.reset(statements));
      for (const { name } of identity.tables) await platform.clickhouse.truncate(name);
      await graph.reset();
    },
  };
  return world;
}
