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

type Bundle = EgoPick['bundles'][number];

/** Relations of the centre by type and direction, the strongest first. */
function queuesOf({ centre, edges }: Neighbourhood): Map<string, GraphEdge[]> {
  const queues = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    if (edge.from !== centre && edge.to !== centre) continue;
    const key = `${edge.type}:${edge.from === centre ? 'out' : 'in'}`;
    const queue = queues.get(key);
    if (queue) queue.push(edge);
    else queues.set(key, [edge]);
  }
  for (const queue of queues.values()) queue.sort((a, b) => b.weight - a.weight || a.to.localeCompare(b.to));
  return queues;
}

/** One of each relation in turn, at most `most`, of what merely happened a share of them. */
function chooseInTurn(
  { centre }: Neighbourhood,
  queues: ReadonlyMap<string, readonly GraphEdge[]>,
  most: number,
  happened: ReadonlySet<string>,
  chosen: Set<string>,
): void {
  let happenedLeft = Math.max(3, Math.floor(most * happenedShare));
  const longest = Math.max(0, ...[...queues.values()].map((queue) => queue.length));
  for (let turn = 0; turn < longest; turn += 1)
    for (const queue of queues.values()) {
      const edge = queue[turn];
      if (chosen.size >= most) return;
      if (!edge) continue;
      const other = otherEnd(edge, centre);
      if (chosen.has(other) || (happened.has(other) && happenedLeft === 0)) continue;
      chosen.add(other);
      if (happened.has(other)) happenedLeft -= 1;
    }
}

/** How many more of each group there are than chosen; who is alone in being left out is chosen, a card is a card. */
function bundlesOf(
  { centre, groups, nodes }: Neighbourhood,
  queues: ReadonlyMap<string, readonly GraphEdge[]>,
  chosen: Set<string>,
): Bundle[] {
  const types = new Map(nodes.map(({ id, type }) => [id, type]));
  const othersOf = ({ edgeType, direction, nodeType }: Neighbourhood['groups'][number]) =>
    (queues.get(`${edgeType}:${direction}`) ?? [])
      .map((edge) => otherEnd(edge, centre))
      .filter((id) => types.get(id) === nodeType);
  const moreOf = (group: Neighbourhood['groups'][number], others: readonly string[]) =>
    group.total - others.filter((id) => chosen.has(id)).length;
  const alone = () => {
    for (const group of groups) {
      const others = othersOf(group);
      const left = others.find((id) => !chosen.has(id));
      if (left !== undefined && moreOf(group, others) === 1) return left;
    }
    return undefined;
  };
  // Who is chosen may be of several groups, in each of which another one may then be alone.
  for (let left = alone(); left !== undefined; left = alone()) chosen.add(left);
  return groups.flatMap((group) => {
    const more = moreOf(group, othersOf(group));
    const { edgeType, direction, nodeType } = group;
    return more > 0 ? [{ key: `${edgeType}:${direction}:${nodeType}`, edgeType, direction, nodeType, more }] : [];
  });
}

/**
 * Chooses neighbours for at most `room` cards, those that say how many more there are among them: one of each relation
 * in turn, so that no kind crowds out another; `first` is one of them in any case. Neighbours give way until there is
 * room for the cards of those left out, and no card stands for a single one.
 */
export function pickEgo(
  hood: Neighbourhood,
  room: number,
  familyOf: (nodeType: string) => NodeFamily,
  first?: string,
): EgoPick {
  const queues = queuesOf(hood);
  const happened = new Set(
    hood.nodes.filter((node) => node.type !== 'person' && familyOf(node.type) === 'event').map(({ id }) => id),
  );
  for (let most = room; ; most -= 1) {
    const chosen = new Set<string>();
    if (first && hood.nodes.some((node) => node.id === first)) chosen.add(first);
    chooseInTurn(hood, queues, most, happened, chosen);
    const bundles = bundlesOf(hood, queues, chosen);
    if (chosen.size + bundles.length > room && most > 1) continue;
    const nodes = hood.nodes.filter((node) => chosen.has(node.id));
    const kept = new Set([...chosen, hood.centre]);
    return { nodes, edges: hood.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to)), bundles };
  }
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
