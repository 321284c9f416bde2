import Graph from 'graphology';
import forceAtlas2 from 'graphology-layout-forceatlas2';

export type Positions = Map<string, { x: number; y: number }>;

/** Two numbers from an id, the same every time: where a node begins. */
export function seedOf(id: string): { x: number; y: number } {
  let a = 2166136261;
  let b = 40503;
  for (let at = 0; at < id.length; at += 1) {
    a = Math.imul(a ^ id.charCodeAt(at), 16777619);
    b = Math.imul(b + id.charCodeAt(at), 2654435761) ^ (b >>> 13);
  }
  const angle = ((a >>> 0) / 4294967296) * 2 * Math.PI;
  const radius = 20 + 80 * Math.sqrt((b >>> 0) / 4294967296);
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
}

const roundsFor = (order: number) => (order <= 200 ? 700 : order <= 1000 ? 250 : order <= 5000 ? 100 : 50);

export interface LayoutRequest {
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly weight: number }[];
  readonly before: Positions;
  /** Nodes that stay where they were put. */
  readonly fixed?: ReadonlySet<string>;
}

/**
 * Places nodes by force, without chance: a node that was placed before starts there, a new one beside a neighbour that
 * was, and otherwise where its id says.
 */
export function layOut({ nodes, edges, before, fixed }: LayoutRequest): Positions {
  const graph = new Graph({ multi: false, type: 'undirected' });
  const anchors = new Map<string, { x: number; y: number }>();
  for (const { from, to } of edges) {
    const a = before.get(from);
    const b = before.get(to);
    if (a && !b && !anchors.has(to)) anchors.set(to, a);
    if (b && !a && !anchors.has(from)) anchors.set(from, b);
  }
  for (const id of nodes) {
    const seed = seedOf(id);
    const anchor = anchors.get(id);
    const start = before.get(id) ?? (anchor ? { x: anchor.x + seed.x * 0.2, y: anchor.y + seed.y * 0.2 } : seed);
    graph.addNode(id, { ...start, fixed: fixed?.has(id) ?? false });
  }
  for (const { from, to, weight } of edges)
    if (from !== to && graph.hasNode(from) && graph.hasNode(to) && !graph.hasEdge(from, to))
      graph.addEdge(from, to, { weight: Math.log2(1 + weight) });
  const settings = {
    ...forceAtlas2.inferSettings(Math.max(graph.order, 2)),
    gravity: 0.5,
    scalingRatio: 20,
    slowDown: 1.5,
    edgeWeightInfluence: 0.4,
    barnesHutOptimize: graph.order > 500,
  };
  if (graph.order > 1) forceAtlas2.assign(graph, { iterations: roundsFor(graph.order), settings });
  const placed: Positions = new Map();
  graph.forEachNode((id, attributes) => placed.set(id, { x: attributes['x'] as number, y: attributes['y'] as number }));
  return placed;
}
