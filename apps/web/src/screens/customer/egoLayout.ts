import type { GraphEdge, GraphNode, Neighbourhood, NodeFamily } from '@guanxi/contracts';

/** What is drawn around a person: the strongest neighbours of each kind in turn, and how many more there are. */
export interface EgoPick {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly bundles: readonly {
    key: string;
    edgeType: string;
    direction: 'out' | 'in';
    nodeType: string;
    more: number;
  }[];
}

const otherEnd = (edge: GraphEdge, centre: string) => (edge.from === centre ? edge.to : edge.from);

/** Of relations to what merely happened (orders, page views) only this share is drawn: a number tells a reader little. */
const happenedShare = 1 / 6;

/**
 * Chooses at most `most` neighbours: one of each relation in turn, so that no kind crowds out another; `first` is one of
 * them in any case.
 */
export function pickEgo(
  hood: Neighbourhood,
  most: number,
  familyOf: (nodeType: string) => NodeFamily,
  first?: string,
): EgoPick {
  const happened = new Set(
    hood.nodes.filter((node) => node.type !== 'person' && familyOf(node.type) === 'event').map(({ id }) => id),
  );
  let happenedLeft = Math.max(3, Math.floor(most * happenedShare));
  const queues = new Map<string, GraphEdge[]>();
  for (const edge of hood.edges) {
    if (edge.from !== hood.centre && edge.to !== hood.centre) continue;
    const key = `${edge.type}:${edge.from === hood.centre ? 'out' : 'in'}`;
    const queue = queues.get(key);
    if (queue) queue.push(edge);
    else queues.set(key, [edge]);
  }
  for (const queue of queues.values()) queue.sort((a, b) => b.weight - a.weight || a.to.localeCompare(b.to));
  const chosen = new Set<string>();
  if (first && hood.nodes.some((node) => node.id === first)) chosen.add(first);
  for (let turn = 0; chosen.size < most; turn += 1) {
    const before = chosen.size;
    let left = false;
    for (const queue of queues.values()) {
      const edge = queue[turn];
      if (!edge) continue;
      left = true;
      const other = otherEnd(edge, hood.centre);
      if (chosen.size >= most || chosen.has(other) || (happened.has(other) && happenedLeft === 0)) continue;
      chosen.add(other);
      if (happened.has(other)) happenedLeft -= 1;
    }
    if (!left && chosen.size === before) break;
  }
  const nodes = hood.nodes.filter((node) => chosen.has(node.id));
  const kept = new Set([...nodes.map((node) => node.id), hood.centre]);
  const edges = hood.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to));
  const bundles = hood.groups.flatMap((group) => {
    const queue = queues.get(`${group.edgeType}:${group.direction}`) ?? [];
    const more = group.total - queue.filter((edge) => kept.has(otherEnd(edge, hood.centre))).length;
    return more > 0
      ? [
          {
            key: `${group.edgeType}:${group.direction}:${group.nodeType}`,
            edgeType: group.edgeType,
            direction: group.direction,
            nodeType: group.nodeType,
            more,
          },
        ]
      : [];
  });
  return { nodes, edges, bundles };
}

/** What is personal stands nearest, then what is consumed, then what happened and what was done about it. */
const ringOf: Record<NodeFamily, number> = {
  identifier: 0,
  need: 0,
  product: 1,
  market: 1,
  event: 2,
  campaign: 2,
  segment: 2,
  person: 2,
};

/** Two lines of text: the names of products are long. */
export const cardSize = { width: 132, height: 38 };
export interface Ring {
  readonly rx: number;
  readonly ry: number;
}
export interface Space {
  readonly width: number;
  readonly height: number;
}

/** Cards may be drawn this small, so that more of them find room. */
const smallest = 0.84;

/** Rings that fill a space without cards of neighbouring rings touching. */
export function ringsIn({ width, height }: Space): Ring[] {
  const rx = Math.max(170, width / smallest / 2 - cardSize.width / 2 - 16);
  const ry = Math.max(70, height / smallest / 2 - cardSize.height / 2 - 16);
  const count = Math.max(1, Math.min(3, Math.floor((rx - 160) / 140) + 1, Math.floor((ry - 58) / 58) + 1));
  const inner = { rx: Math.max(160, rx * 0.34), ry: Math.max(58, ry * 0.34) };
  return Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 1 : index / (count - 1);
    return { rx: inner.rx + (rx - inner.rx) * share, ry: inner.ry + (ry - inner.ry) * share };
  });
}

/** Points that divide an ellipse into `count` arcs of the same length, from `start` (0 to 1 of the way round). */
export function spread({ rx, ry }: Ring, count: number, start: number): { x: number; y: number }[] {
  const samples = 720;
  const at = (index: number) => {
    const angle = (index / samples) * 2 * Math.PI - Math.PI / 2;
    return { x: rx * Math.cos(angle), y: ry * Math.sin(angle) };
  };
  const lengths = [0];
  for (let index = 1; index <= samples; index += 1) {
    const a = at(index - 1);
    const b = at(index);
    lengths.push((lengths[index - 1] ?? 0) + Math.hypot(b.x - a.x, b.y - a.y));
  }
  const whole = lengths[samples] ?? 1;
  return Array.from({ length: count }, (_, place) => {
    const wanted = ((((place / count + start) % 1) + 1) % 1) * whole;
    return at(
      Math.max(
        0,
        lengths.findIndex((length) => length >= wanted),
      ),
    );
  });
}

const perimeter = ({ rx, ry }: Ring) => Math.PI * (3 * (rx + ry) - Math.sqrt((3 * rx + ry) * (rx + 3 * ry)));

export interface Placed<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
}

const roomOf = (shape: Ring) => Math.max(4, Math.floor(perimeter(shape) / (cardSize.width + 4)));
export const roomIn = (rings: readonly Ring[]): number => rings.reduce((sum, shape) => sum + roomOf(shape), 0);

/** Puts items on rings in the order of their families, from the middle out, each ring as full as the next. */
export function placeOnRings<T>(
  items: readonly { item: T; family: NodeFamily }[],
  rings: readonly Ring[],
): Placed<T>[] {
  const sorted = [...items].sort((a, b) => ringOf[a.family] - ringOf[b.family] || a.family.localeCompare(b.family));
  // Few items need not be thinned out over all rings.
  const used = rings.filter((_, index) => index === 0 || roomIn(rings.slice(0, index)) < sorted.length);
  const room = roomIn(used);
  const placed: Placed<T>[] = [];
  let from = 0;
  used.forEach((shape, index) => {
    const last = index === used.length - 1;
    const count = last
      ? sorted.length - from
      : Math.min(roomOf(shape), Math.ceil((sorted.length * roomOf(shape)) / room));
    const here = sorted.slice(from, from + count);
    from += count;
    const points = spread(shape, here.length, (index % 2 === 0 ? 0.25 : 0.5) / Math.max(1, here.length));
    here.forEach(({ item }, at) => placed.push({ item, ...(points[at] ?? { x: 0, y: 0 }) }));
  });
  return placed;
}
