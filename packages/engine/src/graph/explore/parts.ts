import type { BetweenQuery, GraphEdge, Histogram, HistogramQuery, NodeId, PartOfGraph } from '@guanxi/contracts';
import type { Identity } from '../../identity/index.ts';
import { idArray, type QueryOptions } from '../../platform/index.ts';
import { addEdges, type EdgeFilter, filterParams, type RawEdge, rawEdges, windowOf } from '../edges.ts';
import type { GraphTools } from '../labels.ts';

const TIME: QueryOptions = { settings: { max_execution_time: 8 } };
const BETWEEN = "node IN {rows:Array(UInt64)} AND other IN {rows:Array(UInt64)} AND direction = 'out'";

/** Nodes as they are today, with the rows that are theirs. */
export interface Nodes {
  readonly ids: readonly NodeId[];
  readonly rows: readonly NodeId[];
  readonly persons: ReadonlySet<NodeId>;
  readonly today: (row: NodeId) => NodeId;
}

/** Finds nodes by their ids of today, or persons by former ones; each once. */
export async function nodesOf(identity: Identity, ids: readonly NodeId[]): Promise<Nodes> {
  const persons = await identity.personsOf([...new Set(ids)]);
  const current = [...new Set(ids.map((id) => persons.get(id) ?? id))];
  const anchors = await identity.anchorsOf(current);
  const rows = new Map(current.flatMap((id) => (anchors.get(id) ?? [id]).map((row) => [row, id] as const)));
  return {
    ids: current,
    rows: [...rows.keys()],
    persons: new Set(anchors.keys()),
    today: (row) => rows.get(row) ?? row,
  };
}

/** The edges between nodes, as many as the limit allows; `cut` where there are more. */
export async function edgesBetween(
  { clickhouse, limits }: GraphTools,
  nodes: Nodes,
  filter: EdgeFilter,
): Promise<{ edges: GraphEdge[]; cut: boolean }> {
  const rows = await clickhouse.query<RawEdge>(
    rawEdges(filter, BETWEEN, limits.partEdges + 1),
    { rows: idArray(nodes.rows), ...filterParams(filter) },
    TIME,
  );
  return { edges: addEdges(rows.slice(0, limits.partEdges), nodes.today), cut: rows.length > limits.partEdges };
}

/** Nodes with the edges between them. What is no node any more is left out. */
export async function readPart(
  tools: GraphTools,
  ids: readonly NodeId[],
  { edgeTypes, from, to }: Pick<BetweenQuery, 'edgeTypes' | 'from' | 'to'>,
): Promise<PartOfGraph> {
  const nodes = await nodesOf(tools.identity, ids.slice(0, tools.limits.partNodes));
  const [labels, { edges, cut }] = await Promise.all([
    tools.label(nodes.ids.map((id) => ({ id, type: nodes.persons.has(id) ? 'person' : null }))),
    edgesBetween(tools, nodes, { edgeTypes, ...windowOf(from, to) }),
  ]);
  return { nodes: [...labels.values()], edges, total: labels.size, truncated: cut };
}

/** When the edges between nodes happened, over all time, in equal slices. */
export async function readHistogram(
  { clickhouse, identity }: GraphTools,
  { nodes: ids, slices }: HistogramQuery,
): Promise<Histogram> {
  const nodes = await nodesOf(identity, ids);
  const params = { rows: idArray(nodes.rows) };
  const [span] = await clickhouse.query<{ first: number; last: number; total: number }>(
    `SELECT toUnixTimestamp64Milli(min(time)) AS first, toUnixTimestamp64Milli(max(time)) AS last, count() AS total
     FROM edge_event WHERE ${BETWEEN}`,
    params,
    TIME,
  );
  if (!span || span.total === 0) return { slices: [], total: 0 };
  const width = Math.max(1, Math.ceil((span.last - span.first + 1) / slices));
  const rows = await clickhouse.query<{ slice: number; count: number }>(
    `SELECT intDiv(toUnixTimestamp64Milli(time) - {first:Int64}, {width:Int64}) AS slice, count() AS count
     FROM edge_event WHERE ${BETWEEN} GROUP BY slice ORDER BY slice`,
    { ...params, first: span.first, width },
    TIME,
  );
  const counts = new Map(rows.map(({ slice, count }) => [slice, count]));
  const instant = (at: number) => new Date(at).toISOString();
  return {
    total: span.total,
    slices: Array.from({ length: Math.ceil((span.last - span.first + 1) / width) }, (_, slice) => ({
      start: instant(span.first + slice * width),
      end: instant(span.first + (slice + 1) * width),
      count: counts.get(slice) ?? 0,
    })),
  };
}
