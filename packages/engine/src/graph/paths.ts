import type { GraphEdge, PathQuery, PathResult } from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { type ClickHouse, idArray } from '../platform/index.ts';
import { addEdges, type EdgeFilter, filterParams, rawEdges, type RawEdge, windowOf } from './edges.ts';
import { type GraphTools, POINT_READ } from './labels.ts';
import type { GraphLimits } from './limits.ts';
import { enumeratePaths, type FoundPath } from './path-enumerate.ts';
import { meetHere, meetOneApart, type Meetings, type MeetQuery, meetTwoApart } from './path-meet.ts';
import { Side } from './path-sides.ts';
import { notFound, type Place, placeOf } from './persons.ts';

interface Search {
  readonly clickhouse: ClickHouse;
  readonly near: Side;
  readonly far: Side;
  readonly filter: EdgeFilter;
  readonly k: number;
  readonly limits: GraphLimits;
}

/** Brings the sides so near to each other that paths of this length can be found; false where that is too much. */
async function approach({ near, far }: Search, length: number): Promise<boolean> {
  const reach = () => Math.max(near.depth, Number(near.hub)) + Math.max(far.depth, Number(far.hub)) + 2;
  while (reach() < length) {
    const size = (side: Side) => side.levels.at(-1)!.best.size;
    const sides = [near, far].filter((side) => !side.hub).sort((a, b) => size(a) - size(b));
    let moved = false;
    for (const side of sides) if (!moved) moved = await side.advance();
    if (!moved) return false;
  }
  return true;
}

/** From which level of either side to look for paths of a length: as deep as is held, hubs only where they must be. */
function levelsFor({ near, far }: Search, length: number): { near: number; far: number } {
  // No level holds an end of the path, so walks meet before they are there.
  const levels = { near: Math.min(near.depth, length - 1), far: Math.min(far.depth, length - 1) };
  while (levels.near + levels.far > length) levels[levels.near >= levels.far ? 'near' : 'far']--;
  for (const side of ['near', 'far'] as const)
    if (length - levels.near - levels.far > 2 && { near, far }[side].hub) levels[side] = 1;
  return levels;
}

const MEET = [
  (_: ClickHouse, query: MeetQuery): Promise<Meetings> => Promise.resolve(meetHere(query)),
  meetOneApart,
  meetTwoApart,
];

async function pathsOfLength(search: Search, length: number): Promise<{ paths: FoundPath[]; cut: boolean }> {
  const { clickhouse, near, far, filter, k, limits } = search;
  const levels = levelsFor(search, length);
  const ends = [near.end.id, far.end.id];
  // More than asked for: a walk may turn out to pass a node twice.
  const limit = 3 * k + 20;
  const meetings = await MEET[length - levels.near - levels.far]!(clickhouse, {
    ...{ near, far, ends, filter, limit, limits },
    ...{ nearLevel: levels.near, farLevel: levels.far },
  });
  const { paths, cut } = enumeratePaths(near, far, levels, meetings.bridges);
  const best = paths.slice(0, k);
  const uncertain = meetings.bound !== null && (best.length < k || best.at(-1)!.weight < meetings.bound);
  return { paths: best, cut: cut || uncertain };
}

/** Whether a statement was stopped by its `max_execution_time`. */
export const isTimeout = (error: unknown) => (error as { type?: string } | null)?.type === 'TIMEOUT_EXCEEDED';

/** Lengths one after the other, so that the first paths found are the shortest. */
async function search(space: Search, maxHops: number): Promise<{ paths: FoundPath[]; truncated: boolean }> {
  const { near, far, k } = space;
  const paths: FoundPath[] = [];
  let truncated = false;
  try {
    await Promise.all([near.advance(), far.advance()]);
    for (let length = 1; length <= maxHops && paths.length < k; length++) {
      if (!(await approach(space, length))) return { paths, truncated: true };
      const found = await pathsOfLength({ ...space, k: k - paths.length }, length);
      paths.push(...found.paths);
      truncated ||= found.cut;
    }
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return { paths, truncated: true };
  }
  return { paths, truncated };
}

/** The heaviest edge between each pair of neighbouring nodes of the paths, under `from to` and `to from`. */
export async function edgesAlong(
  clickhouse: ClickHouse,
  identity: Identity,
  paths: readonly Pick<FoundPath, 'nodes'>[],
  filter: EdgeFilter,
): Promise<Map<string, GraphEdge>> {
  const nodes = [...new Set(paths.flatMap((path) => path.nodes))];
  const anchors = await identity.anchorsOf(nodes);
  const today = new Map(nodes.flatMap((id) => (anchors.get(id) ?? [id]).map((row) => [row, id] as const)));
  const rows = await clickhouse.query<RawEdge>(
    rawEdges(filter, "node IN {rows:Array(UInt64)} AND other IN {rows:Array(UInt64)} AND direction = 'out'"),
    { rows: idArray(today.keys()), ...filterParams(filter) },
    POINT_READ,
  );
  const heaviest = new Map<string, GraphEdge>();
  for (const edge of addEdges(rows, (row) => today.get(row) ?? row))
    for (const pair of [`${edge.from} ${edge.to}`, `${edge.to} ${edge.from}`]) {
      const known = heaviest.get(pair);
      if (!known || edge.weight > known.weight || (edge.weight === known.weight && edge.type < known.type))
        heaviest.set(pair, edge);
    }
  return heaviest;
}

/** Orders paths as they are listed: a hop costs one, and weight takes off less than half a hop. */
function costOf(hops: number, weight: bigint): number {
  const total = Number(weight) / 10_000;
  return hops - total / (1 + Math.abs(total)) / 2;
}

async function present(
  tools: Omit<GraphTools, 'limits'>,
  ends: readonly Place[],
  paths: readonly FoundPath[],
  filter: EdgeFilter,
): Promise<Omit<PathResult, 'truncated'>> {
  const everywhere = { ...filter, nodeTypes: undefined };
  const edges = await edgesAlong(tools.clickhouse, tools.identity, paths, everywhere);
  const ids = [...new Set([...ends.map(({ id }) => id), ...paths.flatMap((path) => path.nodes)])];
  const persons = await tools.identity.anchorsOf(ids);
  const nodes = await tools.label(ids.map((id) => ({ id, type: persons.has(id) ? 'person' : null })));
  for (const { id } of ends) if (!nodes.has(id)) throw notFound();
  return {
    nodes: [...nodes.values()],
    paths: paths.map(({ nodes: along, weight }) => ({
      nodes: [...along],
      edges: along.slice(1).map((to, index) => edges.get(`${along[index]} ${to}`)!),
      hops: along.length - 1,
      cost: costOf(along.length - 1, weight),
    })),
  };
}

/**
 * The k shortest simple paths: fewest hops first, then the greatest total weight (of each hop the heaviest edge), then
 * the smallest ids. `nodeTypes` and `edgeTypes` bound what lies between. Both ends are expanded towards each other and
 * the last hops are joined in the engine, so that hubs are never held in memory.
 */
export async function readPaths({ limits, ...tools }: GraphTools, query: PathQuery): Promise<PathResult> {
  const { clickhouse, identity } = tools;
  const filter = {
    edgeTypes: query.edgeTypes,
    nodeTypes: query.nodeTypes,
    ...windowOf(query.since, query.until),
  };
  const [from, to] = [await placeOf(identity, query.from), await placeOf(identity, query.to)];
  if (from.id === to.id) return { ...(await present(tools, [from], [], filter)), truncated: false };
  const ends = new Set([from.id, to.id]);
  const [near, far] = [from, to].map((end) => new Side(clickhouse, identity, end, ends, filter, limits)) as [
    Side,
    Side,
  ];
  const { paths, truncated } = await search({ clickhouse, near, far, filter, limits, k: query.k }, query.maxHops);
  return { ...(await present(tools, [from, to], paths, filter)), truncated };
}
