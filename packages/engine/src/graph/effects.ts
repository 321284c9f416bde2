import type { EventDetail } from '@guanxi/contracts';
import { personName } from './names.ts';
import type { EffectNode, Effects } from './projection.ts';

function labelOf({ type, key, attributes }: EffectNode, titles: ReadonlyMap<string, string>): string {
  const title = titles.get(type);
  const name =
    type === 'person' ? personName((attribute) => attributes.get(attribute)) : title && attributes.get(title);
  return name || key;
}

/** What an event makes, for the view of one event beside its graph. Persons appear under the event's anchor. */
export function describeEffects(
  { nodes, edges }: Effects,
  titles: ReadonlyMap<string, string>,
): EventDetail['effects'] {
  return {
    nodes: [...nodes.values()].map((node) => ({
      id: node.id,
      type: node.type,
      key: node.key,
      label: labelOf(node, titles),
      attributes: Object.fromEntries(node.attributes),
    })),
    edges: [...edges.values()].map(({ type, from, to, weight }) => ({ from: from.id, to: to.id, type, weight })),
  };
}
