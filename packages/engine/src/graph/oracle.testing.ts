import type { GraphEdge, NodeId } from '@guanxi/contracts';
import { byId } from './neighbourhood.ts';
import type { GraphEvent } from './projection.ts';
import type { World } from './testing.ts';

/** An edge of the oracle: sums over events, persons resolved, with the time and weight of each event. */
export interface OracleEdge {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly fromType: string;
  readonly toType: string;
  readonly events: { time: number; weight: number; seq: number }[];
}
export interface OracleFilter {
  readonly edgeTypes?: readonly string[] | undefined;
  readonly nodeTypes?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The graph as plain objects, from what each event makes and who persons are today. */
export async function oracleEdges(world: World, events: readonly GraphEvent[]): Promise<OracleEdge[]> {
  const anchors = events.flatMap(({ anchor }) => anchor ?? []);
  const persons = await world.identity.personsOf(anchors);
  const today = (id: NodeId) => persons.get(id) ?? id;
  const edges = new Map<string, OracleEdge>();
  for (const item of events) {
    const { nodes, edges: made } = world.graph.effects(item);
    const typeOf = new Map(nodes.map((node) => [node.id, node.type]));
    for (const { from, to, type, weight } of made) {
      const ends = { from: today(from), to: today(to), fromType: typeOf.get(from)!, toType: typeOf.get(to)! };
      const key = `${type} ${ends.from} ${ends.to}`;
      const edge = edges.get(key) ?? { ...ends, type, events: [] };
      edge.events.push({ time: item.event.time, weight, seq: item.event.seq });
      edges.set(key, edge);
    }
  }
  return [...edges.values()];
}

const scaled = (weight: number) => Math.round(weight * 10_000);
export const weightOf = (edge: OracleEdge): number =>
  edge.events.reduce((sum, event) => sum + scaled(event.weight), 0) / 10_000;

/** The edges a filter leaves, with the events within its window. */
export function within(edges: readonly OracleEdge[], { edgeTypes, from, to }: OracleFilter): OracleEdge[] {
  return edges.flatMap((edge) => {
    if (edgeTypes && !edgeTypes.includes(edge.type)) return [];
    const events = edge.events.filter(({ time }) => time >= (from ?? -Infinity) && time <= (to ?? Infinity));
    return events.length === 0 ? [] : [{ ...edge, events }];
  });
}

export const toGraphEdge = (edge: OracleEdge): Omit<GraphEdge, 'channels'> => {
  const times = edge.events.map(({ time }) => time);
  return {
    ...{ from: edge.from, to: edge.to, type: edge.type, count: edge.events.length, weight: weightOf(edge) },
    first: new Date(Math.min(...times)).toISOString(),
    last: new Date(Math.max(...times)).toISOString(),
  };
};

export interface OraclePath {
  readonly nodes: readonly NodeId[];
  readonly weight: number;
}

/** Every simple path up to a length, by walking them all: fewest hops, greatest weight, smallest ids. */
export function allPaths(
  given: readonly OracleEdge[],
  from: NodeId,
  to: NodeId,
  maxHops: number,
  filter: OracleFilter,
): OraclePath[] {
  const ties = new Map<NodeId, Map<NodeId, { weight: number; type: string }>>();
  const tie = (a: NodeId, b: NodeId, type: string, weight: number) => {
    const at = ties.get(a) ?? new Map<NodeId, { weight: number; type: string }>();
    ties.set(a, at.set(b, { type, weight: Math.max(weight, at.get(b)?.weight ?? -Infinity) }));
  };
  for (const edge of within(given, filter)) {
    tie(edge.from, edge.to, edge.toType, weightOf(edge));
    tie(edge.to, edge.from, edge.fromType, weightOf(edge));
  }
  const found: OraclePath[] = [];
  const walk = (nodes: readonly NodeId[], weight: number) => {
    for (const [next, { type, weight: more }] of ties.get(nodes.at(-1)!) ?? []) {
      if (nodes.includes(next)) continue;
      if (next === to) found.push({ nodes: [...nodes, next], weight: weight + more });
      else if (nodes.length < maxHops && (filter.nodeTypes?.includes(type) ?? true))
        walk([...nodes, next], weight + more);
    }
  };
  walk([from], 0);
  const compareIds = (a: OraclePath, b: OraclePath) =>
    a.nodes.map((id, index) => byId(id, b.nodes[index]!)).find((order) => order !== 0) ?? 0;
  return found.sort(
    (a, b) => a.nodes.length - b.nodes.length || scaled(b.weight) - scaled(a.weight) || compareIds(a, b),
  );
}
