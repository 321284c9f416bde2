import type { NodeDetail } from '@guanxi/contracts';
import { attributeRows, knownKinds, type GraphTools, mergeAttributes, nodeRows } from './labels.ts';
import { readGroups } from './neighbourhood.ts';
import { notFound, type Place } from './persons.ts';

/** One node with its attributes, each with the event that said so, and how many neighbours of which kind it has. */
export async function readDetail(tools: GraphTools, place: Place): Promise<NodeDetail> {
  const { clickhouse, identity, label } = tools;
  const [nodes, attributes, groups, labels, identifiers] = await Promise.all([
    nodeRows(clickhouse, place.rows),
    attributeRows(clickhouse, place.rows),
    readGroups(tools, place),
    label([{ id: place.id, type: place.isPerson ? 'person' : null }]),
    place.isPerson ? identity.identifiersOf([place.id]) : new Map<string, never[]>(),
  ]);
  const node = labels.get(place.id);
  if (!node) throw notFound();
  const rows = [...nodes.values()];
  const merged = mergeAttributes(
    place.rows.flatMap((row) => attributes.get(row) ?? []),
    identifiers.get(place.id) ?? [],
    knownKinds(identity),
  );
  return {
    ...node,
    firstSeen: rows.map(({ first }) => first).sort()[0] ?? null,
    lastSeen:
      rows
        .map(({ last }) => last)
        .sort()
        .at(-1) ?? null,
    attributes: Object.fromEntries([...merged].map(([name, { value, time, seq }]) => [name, { value, time, seq }])),
    groups,
  };
}
