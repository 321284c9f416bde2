import type { Neighbourhood, NeighbourhoodQuery, NodeId } from '@guanxi/contracts';
import { type ClickHouse, idArray } from '../platform/index.ts';
import {
  addEdges,
  aliasesOf,
  type EdgeFilter,
  edgeOf,
  type EdgeRow,
  edgesWhere,
  filterParams,
  measures,
  type RawEdge,
  rawEdges,
  resolved,
  windowOf,
} from './edges.ts';
import { type GraphTools, POINT_READ } from './labels.ts';
import { notFound, type Place } from './persons.ts';

export interface GroupedRow extends EdgeRow {
  /** How many neighbours the group has. */
  readonly total: number;
}
export interface GroupedQuery {
  readonly place: Place;
  readonly filter: EdgeFilter;
  readonly order: NeighbourhoodQuery['order'];
  readonly cap: number;
}

const AT_NODE = 'node IN {nodes:Array(UInt64)}';
const ORDER: Record<NeighbourhoodQuery['order'], string> = { weight: 'weight', count: 'count', last: 'last' };

/**
 * The first neighbours of each (direction, edge type, node type), persons as they are today, with totals; for nodes of
 * any degree.
 */
export function groupInEngine(
  clickhouse: ClickHouse,
  { place, filter, order, cap }: GroupedQuery,
): Promise<GroupedRow[]> {
  const sums = measures(filter);
  return clickhouse.query<GroupedRow>(
    `SELECT direction, type, other_type, toString(id) AS other, count, weight, first, last, channels, total
     FROM (
       SELECT *, count() OVER (PARTITION BY direction, type, other_type) AS total
       FROM (
         SELECT direction, type, other_type, ${resolved('other')} AS id, ${sums.count} AS count, ${sums.weight} AS weight,
                ${sums.first} AS first, ${sums.last} AS last, ${sums.channels} AS channels
         FROM (${edgesWhere(filter, AT_NODE, '*')}) AS edge
         LEFT JOIN (${aliasesOf(edgesWhere(filter, `${AT_NODE} AND other_type = 'person'`, 'other'))}) AS alias ON alias.anchor = edge.other
         GROUP BY direction, type, other_type, id
         HAVING id != {centre:UInt64}
       )
     )
     ORDER BY direction, type, other_type, ${ORDER[order]} DESC, id
     LIMIT {cap:UInt32} BY direction, type, other_type`,
    { nodes: idArray(place.rows), centre: place.id, cap, ...filterParams(filter) },
  );
}

/** Ids in order of their numbers. */
export const byId = (a: NodeId, b: NodeId): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
const descending = <T extends string | number>(a: T, b: T): number => (a > b ? -1 : a < b ? 1 : 0);

/** The same as {@link groupInEngine} and faster, for nodes of few rows; null where there are more. */
export async function groupHere(
  { clickhouse, identity, limits }: GraphTools,
  { place, filter, order, cap }: GroupedQuery,
): Promise<GroupedRow[] | null> {
  const rows = await clickhouse.query<RawEdge>(
    rawEdges(filter, AT_NODE, limits.neighbourhood + 1),
    { nodes: idArray(place.rows), ...filterParams(filter) },
    POINT_READ,
  );
  if (rows.length > limits.neighbourhood) return null;
  const persons = await identity.personsOf(rows.filter((row) => row.other_type === 'person').map((row) => row.other));
  const own = new Set(place.rows);
  const today = (row: NodeId) => (own.has(row) ? place.id : (persons.get(row) ?? row));
  const typeOf = new Map(rows.map((row) => [today(row.other), row.other_type]));
  const groups = new Map<string, EdgeRow[]>();
  for (const edge of addEdges(rows, today)) {
    const direction = edge.from === place.id ? 'out' : 'in';
    const other = direction === 'out' ? edge.to : edge.from;
    const key = `${direction} ${edge.type}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push({ ...edge, direction, other, other_type: typeOf.get(other)! });
  }
  const inOrder = ([a]: readonly EdgeRow[], [b]: readonly EdgeRow[]) =>
    descending(a!.direction, b!.direction) || -descending(a!.type, b!.type);
  return [...groups.values()].sort(inOrder).flatMap((group) =>
    group
      .sort((a, b) => descending(a[order], b[order]) || byId(a.other, b.other))
      .slice(0, cap)
      .map((row) => ({ ...row, total: group.length })),
  );
}

function groupsOf(rows: readonly GroupedRow[]): Neighbourhood['groups'] {
  const groups = new Map<string, Neighbourhood['groups'][number]>();
  for (const { direction, type, other_type: nodeType, total } of rows) {
    const key = `${direction} ${type} ${nodeType}`;
    const group = groups.get(key);
    if (group) group.shown++;
    else groups.set(key, { edgeType: type, direction, nodeType, total, shown: 1 });
  }
  return [...groups.values()].sort((a, b) => b.total - a.total || descending(b.edgeType, a.edgeType));
}

async function grouped(tools: GraphTools, query: GroupedQuery): Promise<GroupedRow[]> {
  return (await groupHere(tools, query)) ?? (await groupInEngine(tools.clickhouse, query));
}

/** How many neighbours of which kind a node has, none of them shown. */
export async function readGroups(tools: GraphTools, place: Place): Promise<Neighbourhood['groups']> {
  const rows = await grouped(tools, { place, filter: {}, order: 'weight', cap: 1 });
  return groupsOf(rows).map((group) => ({ ...group, shown: 0 }));
}

/** What a node is connected to, by edge type and direction. Throws `not_found`. */
export async function readNeighbourhood(
  tools: GraphTools,
  place: Place,
  query: NeighbourhoodQuery,
): Promise<Neighbourhood> {
  const filter = { edgeTypes: query.edgeTypes, nodeTypes: query.nodeTypes, ...windowOf(query.from, query.to) };
  const rows = await grouped(tools, { place, filter, order: query.order, cap: query.cap });
  const others = new Map(rows.map((row) => [row.other, { id: row.other, type: row.other_type }]));
  const nodes = await tools.label([{ id: place.id, type: place.isPerson ? 'person' : null }, ...others.values()]);
  if (!nodes.has(place.id)) throw notFound();
  return {
    centre: place.id,
    nodes: [...nodes.values()],
    edges: rows.map((row) => edgeOf(place.id, row)),
    groups: groupsOf(rows),
  };
}
