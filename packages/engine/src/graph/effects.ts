import type { EventDetail } from '@guanxi/contracts';
import type { Effects } from './projection.ts';

/** What an event makes, for the view of one event beside its graph. Persons appear under the event's anchor. */
export function describeEffects({ nodes, edges }: Effects): EventDetail['effects'] {
  return {
    nodes: [...nodes.values()].map(({ id, type, key, attributes }) => ({
      id,
      type,
      key,
      attributes: Object.fromEntries(attributes),
    })),
    edges: [...edges.values()].map(({ type, from, to, weight }) => ({ from: from.id, to: to.id, type, weight })),
  };
}
