import type { GraphEdge, Influence, InfluenceQuery, NodeId } from '@guanxi/contracts';
import { hashOf } from '../../platform/index.ts';
import { type EdgeFilter, windowOf } from '../edges.ts';
import type { GraphTools } from '../labels.ts';
import { edgesAlong, isTimeout } from '../paths.ts';
import { notFound, type Place } from '../persons.ts';
import { type Arc, CascadeRuns, chanceOf, LikeliestPaths } from './cascade.ts';
import { alongOf, readTies } from './reach.ts';
import { steadily } from './steady.ts';

/** Runs of the cascade, and relations tried in all of them: enough for errors of a few percent. */
const RUNS = 2000;
const TRIES = 8_000_000;
/** A path less likely than this is not followed any further. */
const FAINTEST = 0.0005;

interface Spread {
  readonly arcs: Map<NodeId, Arc[]>;
  readonly paths: LikeliestPaths;
  /** Of each node its type, and after how many hops it is first met. */
  readonly met: Map<NodeId, { readonly type: string; readonly hop: number }>;
  truncated: boolean;
}

/** Reads what lies around the start hop by hop, the likeliest nodes of each hop, and the likeliest paths to them. */
async function spread({ clickhouse, identity, limits }: GraphTools, start: NodeId, query: InfluenceQuery) {
  const filter: EdgeFilter = { nodeTypes: query.nodeTypes, ...windowOf(query.from, query.to) };
  const along = alongOf(query.along);
  const found: Spread = { arcs: new Map(), paths: new LikeliestPaths(start), met: new Map(), truncated: false };
  let front = [start];
  for (let hop = 1; hop <= query.maxHops && front.length > 0; hop++) {
    const ties = await readTies(clickhouse, identity, { nodes: front, filter, along, fanout: limits.fanout }).catch(
      (error: unknown) => {
        if (!isTimeout(error)) throw error;
        return null;
      },
    );
    if (!ties) return { ...found, truncated: true };
    const fresh = new Set<NodeId>();
    for (const { from, to, type, count, total } of ties) {
      if (to === start) continue;
      if (!found.met.has(to)) {
        found.met.set(to, { type, hop });
        fresh.add(to);
      }
      found.truncated ||= total > limits.fanout;
      const arcs = found.arcs.get(from) ?? [];
      arcs.push({ to, chance: chanceOf(count, query.chance) });
      found.arcs.set(from, arcs);
    }
    found.paths.advance(found.arcs);
    const ranked = found.paths.ranked().filter((node) => fresh.has(node));
    front = ranked.filter((node) => found.paths.strengthOf(node) >= FAINTEST).slice(0, limits.front);
    found.truncated ||= hop < query.maxHops && front.length < ranked.length;
  }
  return found;
}

function hopsOf({ met }: Spread, cascade: CascadeRuns, maxHops: number): Influence['hops'] {
  return Array.from({ length: maxHops }, (_, index) => {
    const types = new Map<string, number>();
    for (const { type, hop } of met.values()) if (hop === index + 1) types.set(type, (types.get(type) ?? 0) + 1);
    return {
      hop: index + 1,
      nodes: [...types.values()].reduce((sum, nodes) => sum + nodes, 0),
      expected: cascade.atHop[index + 1]! / Math.max(1, cascade.runs),
      types: [...types].sort((a, b) => b[1] - a[1]).map(([type, nodes]) => ({ type, nodes })),
    };
  });
}

/**
 * What a node reaches: independent cascades (Kempe, Kleinberg & Tardos 2003) along relations, each of whose events
 * passes on with the given probability. Throws `not_found`.
 */
export async function readInfluence(
  tools: GraphTools,
  place: Place,
  query: InfluenceQuery,
  signal?: AbortSignal,
): Promise<Influence> {
  const { label } = tools;
  const start = place.id;
  if (!(await label([{ id: start, type: place.isPerson ? 'person' : null }])).has(start)) throw notFound();
  const found = await spread(tools, start, query);
  signal?.throwIfAborted();
  const cascade = new CascadeRuns(start, found.arcs, query.maxHops, Number(BigInt(hashOf(start)) & 0xffffffffn));
  await steadily(cascade.run(RUNS, TRIES), { signal });
  const items = found.paths
    .ranked()
    .slice(0, query.limit)
    .map((id) => ({
      id,
      probability: (cascade.reached.get(id) ?? 0) / Math.max(1, cascade.runs),
      ...found.paths.to(id),
    }));
  const ids = [...new Set([start, ...items.flatMap(({ path }) => path)])];
  const typeOf = (id: NodeId) => found.met.get(id)?.type ?? (place.isPerson ? 'person' : null);
  const [nodes, edges] = await Promise.all([
    label(ids.map((id) => ({ id, type: typeOf(id) }))),
    edgesOf(tools, items, query),
  ]);
  return {
    start,
    nodes: [...nodes.values()],
    edges,
    items: items.map(({ path, ...item }) => ({ ...item, path: [...path] })),
    hops: hopsOf(found, cascade, query.maxHops),
    expected: cascade.expected,
    standardError: cascade.standardError,
    runs: cascade.runs,
    truncated: found.truncated,
  };
}

async function edgesOf(
  { clickhouse, identity }: GraphTools,
  items: readonly { readonly path: readonly NodeId[] }[],
  query: InfluenceQuery,
): Promise<GraphEdge[]> {
  const edgeTypes = query.along?.map((item) => item.split(':')[0]!);
  const filter = { ...windowOf(query.from, query.to), ...(edgeTypes?.length ? { edgeTypes } : {}) };
  const heaviest = await edgesAlong(
    clickhouse,
    identity,
    items.map(({ path }) => ({ nodes: path })),
    filter,
  );
  const steps = items.flatMap(({ path }) => path.slice(1).map((to, index) => heaviest.get(`${path[index]} ${to}`)));
  return [...new Set(steps.filter((edge) => edge !== undefined))];
}
