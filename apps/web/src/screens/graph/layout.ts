import forceAtlas2 from 'graphology-layout-forceatlas2';
import iterate from 'graphology-layout-forceatlas2/iterate.js';

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

/** What is to be laid out in arrays alone, which go to a worker and back without being copied. */
export interface LayoutWork {
  /** x and y of each node, in the order of the nodes. */
  readonly places: Float32Array<ArrayBuffer>;
  readonly fixed: Uint8Array<ArrayBuffer>;
  /** For each two nodes with relations between them the places of both among the nodes. */
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
}

/** Relations between the same two nodes pull as one, with their weights together. */
function pairsOf({ nodes, edges }: LayoutRequest): Pick<LayoutWork, 'ends' | 'weights'> {
  const at = new Map(nodes.map((id, index) => [id, index]));
  const pairs = new Map<number, number>();
  for (const { from, to, weight } of edges) {
    const [a, b] = [at.get(from), at.get(to)];
    if (a === undefined || b === undefined || a === b) continue;
    const key = Math.min(a, b) * nodes.length + Math.max(a, b);
    pairs.set(key, (pairs.get(key) ?? 0) + Math.max(0, weight));
  }
  const ends = new Uint32Array(2 * pairs.size);
  const weights = new Float32Array(pairs.size);
  let pair = 0;
  for (const [key, weight] of pairs) {
    ends[2 * pair] = Math.floor(key / nodes.length);
    ends[2 * pair + 1] = key % nodes.length;
    weights[pair] = Math.log2(1 + weight);
    pair += 1;
  }
  return { ends, weights };
}

/** A node that was placed before starts there, a new one beside a neighbour that was, and otherwise where its id says. */
export function workOf(request: LayoutRequest): LayoutWork {
  const { nodes, edges, before, fixed } = request;
  const anchors = new Map<string, { x: number; y: number }>();
  for (const { from, to } of edges) {
    const a = before.get(from);
    const b = before.get(to);
    if (a && !b && !anchors.has(to)) anchors.set(to, a);
    if (b && !a && !anchors.has(from)) anchors.set(from, b);
  }
  const places = new Float32Array(2 * nodes.length);
  nodes.forEach((id, at) => {
    const seed = seedOf(id);
    const anchor = anchors.get(id);
    const start = before.get(id) ?? (anchor ? { x: anchor.x + seed.x * 0.2, y: anchor.y + seed.y * 0.2 } : seed);
    places.set([start.x, start.y], 2 * at);
  });
  return { places, fixed: Uint8Array.from(nodes, (id) => (fixed?.has(id) ? 1 : 0)), ...pairsOf(request) };
}

/** How the layout's own matrices are laid out: numbers of a node, numbers of an edge. */
const [OF_NODE, OF_EDGE] = [10, 3];
const [MASS, CONVERGENCE, SIZE, FIXED] = [6, 7, 8, 9];

function matricesOf({ places, fixed, ends, weights }: LayoutWork) {
  const nodes = new Float32Array(OF_NODE * fixed.length);
  const edges = new Float32Array(OF_EDGE * weights.length);
  fixed.forEach((held, at) => {
    nodes.set([places[2 * at]!, places[2 * at + 1]!], OF_NODE * at);
    for (const one of [MASS, CONVERGENCE, SIZE]) nodes[OF_NODE * at + one] = 1;
    nodes[OF_NODE * at + FIXED] = held;
  });
  weights.forEach((weight, at) => {
    const [a, b] = [OF_NODE * ends[2 * at]!, OF_NODE * ends[2 * at + 1]!];
    nodes[a + MASS]! += weight;
    nodes[b + MASS]! += weight;
    edges.set([a, b, weight], OF_EDGE * at);
  });
  return { nodes, edges };
}

/** Places nodes by force (ForceAtlas2), without chance, in rounds between which something else may be done. */
export function* layingOut(work: LayoutWork): Generator<undefined, Float32Array<ArrayBuffer>> {
  const order = work.fixed.length;
  const { nodes, edges } = matricesOf(work);
  const settings = {
    ...{ linLogMode: false, outboundAttractionDistribution: false, adjustSizes: false, barnesHutTheta: 0.5 },
    ...forceAtlas2.inferSettings(Math.max(order, 2)),
    gravity: 0.5,
    scalingRatio: 20,
    slowDown: 1.5,
    edgeWeightInfluence: 0.4,
    barnesHutOptimize: order > 500,
  };
  if (order > 1)
    for (let round = roundsFor(order); round > 0; round -= 1) {
      iterate(settings, nodes, edges);
      yield;
    }
  for (let at = 0; at < order; at += 1) work.places.set([nodes[OF_NODE * at]!, nodes[OF_NODE * at + 1]!], 2 * at);
  return work.places;
}

/** Places in the order of the nodes, by id. */
export const positionsOf = (nodes: readonly string[], places: Float32Array): Positions =>
  new Map(nodes.map((id, at) => [id, { x: places[2 * at]!, y: places[2 * at + 1]! }]));

/** The whole layout at once. */
export function layOut(request: LayoutRequest): Positions {
  const rounds = layingOut(workOf(request));
  for (;;) {
    const { done, value } = rounds.next();
    if (done) return positionsOf(request.nodes, value);
  }
}
