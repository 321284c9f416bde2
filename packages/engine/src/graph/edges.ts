import type { GraphEdge, NodeId } from '@guanxi/contracts';
import type { Params } from '../platform/index.ts';

/** Which edges count. Instants in milliseconds, both ends included. */
export interface EdgeFilter {
  readonly edgeTypes?: readonly string[] | undefined;
  /** Types of the node at the other end. */
  readonly nodeTypes?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The instants of a query; a window makes counts and weights exact within it, from the events themselves. */
export function windowOf(from: string | undefined, to: string | undefined): Pick<EdgeFilter, 'from' | 'to'> {
  return { from: from === undefined ? undefined : Date.parse(from), to: to === undefined ? undefined : Date.parse(to) };
}

export const filterParams = (filter: EdgeFilter): Params => ({
  ...(filter.edgeTypes ? { edge_types: filter.edgeTypes } : {}),
  ...(filter.nodeTypes ? { node_types: filter.nodeTypes } : {}),
  ...(filter.from === undefined ? {} : { from: filter.from }),
  ...(filter.to === undefined ? {} : { to: filter.to }),
});

const hasWindow = (filter: EdgeFilter) => filter.from !== undefined || filter.to !== undefined;

/**
 * A SELECT of `columns` over the edges as seen from nodes for which `condition` holds. Rows are partial sums: add them
 * up. Both sources have the columns node, direction, type, other_type, other and weight.
 */
export function edgesWhere(filter: EdgeFilter, condition: string, columns: string): string {
  const conditions = [condition];
  if (filter.edgeTypes) conditions.push('type IN {edge_types:Array(String)}');
  if (filter.nodeTypes) conditions.push('other_type IN {node_types:Array(String)}');
  if (filter.from !== undefined) conditions.push('time >= fromUnixTimestamp64Milli({from:Int64})');
  if (filter.to !== undefined) conditions.push('time <= fromUnixTimestamp64Milli({to:Int64})');
  const table = hasWindow(filter) ? 'edge_event' : 'adjacency';
  return `SELECT ${columns} FROM ${table} WHERE ${conditions.join(' AND ')}`;
}

/** What an edge adds up, by source. */
export function measures(filter: EdgeFilter): {
  count: string;
  weight: string;
  first: string;
  last: string;
  channels: string;
} {
  return hasWindow(filter)
    ? {
        count: 'count()',
        weight: 'sum(weight)',
        first: 'min(time)',
        last: 'max(time)',
        channels: 'groupUniqArray(channel)',
      }
    : {
        count: 'sum(count)',
        weight: 'sum(weight)',
        first: 'min(first)',
        last: 'max(last)',
        channels: 'groupUniqArrayArray(channels)',
      };
}

/** The columns count, first, last and channels of single rows, which are partial sums. */
const rawMeasures = (filter: EdgeFilter): string =>
  hasWindow(filter)
    ? 'toUInt64(1) AS count, time AS first, time AS last, [toString(channel)] AS channels'
    : 'count, first, last, channels';

/** The count of a single row, which is a partial sum. */
export const rawCount = (filter: EdgeFilter): string => (hasWindow(filter) ? 'toUInt64(1) AS count' : 'count');

/** Today's person of each anchor of `anchors` (a SELECT) that One-ID ever joined to another; others are their own. */
export const aliasesOf = (anchors: string): string =>
  `SELECT anchor, argMax(person, version) AS person FROM person_alias WHERE anchor GLOBAL IN (${anchors}) GROUP BY anchor`;

/** The person of `column` after a LEFT JOIN of aliases named `alias`. */
export const resolved = (column: string, alias = 'alias'): string =>
  `if(${alias}.person = 0, ${column}, ${alias}.person)`;

export interface EdgeRow {
  readonly direction: 'out' | 'in';
  readonly type: string;
  readonly other_type: string;
  readonly other: NodeId;
  readonly count: number;
  readonly weight: number;
  readonly first: string;
  readonly last: string;
  readonly channels: string[];
}

/** The edge as it points, from a row seen from `node`. */
export function edgeOf(node: NodeId, row: EdgeRow): GraphEdge {
  const [from, to] = row.direction === 'out' ? [node, row.other] : [row.other, node];
  return {
    from,
    to,
    type: row.type,
    count: row.count,
    weight: row.weight,
    first: row.first,
    last: row.last,
    channels: [...row.channels].sort(),
  };
}

/** One row of an edge as seen from `node`, a partial sum. */
export interface RawEdge extends Omit<EdgeRow, 'weight'> {
  readonly node: NodeId;
  /** In ten-thousandths, as text. */
  readonly scaled: string;
}

/** A SELECT of {@link RawEdge}. */
export const rawEdges = (filter: EdgeFilter, condition: string, limit?: number): string =>
  `SELECT toString(edge.node) AS node, direction, type, other_type, toString(edge.other) AS other, count, first, last, channels,
          toString(toInt128(weight * 10000)) AS scaled
   FROM (${edgesWhere(filter, condition, `node, direction, type, other_type, other, weight, ${rawMeasures(filter)}`)}${
     limit === undefined ? '' : ` LIMIT ${limit}`
   }) AS edge`;

/** By type, then from and to; ids as text, for the order need only be the same every time. */
const inOrder = (a: GraphEdge, b: GraphEdge): number =>
  a.type < b.type ? -1 : a.type > b.type ? 1 : a.from < b.from ? -1 : a.from > b.from ? 1 : a.to < b.to ? -1 : 1;

/**
 * Adds rows up to edges between nodes as they are `today`, in an order of their own: rows come in any. An edge of a node
 * to itself is left out.
 */
export function addEdges(rows: readonly RawEdge[], today: (row: NodeId) => NodeId): GraphEdge[] {
  const sums = new Map<string, { edge: GraphEdge; scaled: bigint }>();
  for (const row of rows) {
    const [node, other] = [today(row.node), today(row.other)];
    if (node === other) continue;
    const edge = edgeOf(node, { ...row, other, weight: 0 });
    const key = `${edge.type} ${edge.from} ${edge.to}`;
    const known = sums.get(key);
    const scaled = BigInt(row.scaled) + (known?.scaled ?? 0n);
    sums.set(key, { edge: known ? joined(known.edge, edge) : edge, scaled });
  }
  return [...sums.values()].map(({ edge, scaled }) => ({ ...edge, weight: Number(scaled) / 10_000 })).sort(inOrder);
}

const joined = (a: GraphEdge, b: GraphEdge): GraphEdge => ({
  ...a,
  count: a.count + b.count,
  first: a.first < b.first ? a.first : b.first,
  last: a.last > b.last ? a.last : b.last,
  channels: [...new Set([...a.channels, ...b.channels])].sort(),
});
