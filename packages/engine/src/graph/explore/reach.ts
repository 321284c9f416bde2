import type { NodeId } from '@guanxi/contracts';
import type { Identity } from '../../identity/index.ts';
import { type ClickHouse, idArray, type Params } from '../../platform/index.ts';
import { aliasesOf, type EdgeFilter, edgesWhere, filterParams, measures, resolved } from '../edges.ts';
import { lookUp } from '../path-sides.ts';

/** A relation of any of the types from one node to another, as both are today. */
export interface Tie {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly count: number;
  /** How many neighbours `from` has under the filter. */
  readonly total: number;
}

/** Relations to follow, by direction as seen from the node; every one where null. */
export type Along = { readonly out: readonly string[]; readonly in: readonly string[] } | null;

/** From `bought`, `bought:out` and `bought:in`. */
export function alongOf(list: readonly string[] | undefined): Along {
  if (!list || list.length === 0) return null;
  const to = (direction: 'out' | 'in') =>
    list.filter((item) => !item.includes(':') || item.endsWith(`:${direction}`)).map((item) => item.split(':')[0]!);
  return { out: to('out'), in: to('in') };
}

const DIRECTED = `((direction = 'out' AND type IN {along_out:Array(String)}) OR (direction = 'in' AND type IN {along_in:Array(String)}))`;

export interface TiesQuery {
  readonly nodes: readonly NodeId[];
  readonly filter: EdgeFilter;
  readonly along: Along;
  /** The most neighbours of each node; those with the most events come first, then the smallest ids. */
  readonly fanout: number;
}

/** The strongest neighbours of each node, ranked in the engine, so that of a hub no more than these are ever held. */
export async function readTies(clickhouse: ClickHouse, identity: Identity, query: TiesQuery): Promise<Tie[]> {
  const { nodes, filter, along, fanout } = query;
  const anchors = await identity.anchorsOf(nodes);
  const places = nodes.flatMap((id) => (anchors.get(id) ?? [id]).map((row) => ({ row, id })));
  const at = along ? `node IN {at_rows:Array(UInt64)} AND ${DIRECTED}` : 'node IN {at_rows:Array(UInt64)}';
  const params: Params = {
    at_rows: idArray(places.map(({ row }) => row)),
    at_ids: idArray(places.map(({ id }) => id)),
    fanout,
    ...(along ? { along_out: along.out, along_in: along.in } : {}),
    ...filterParams(filter),
  };
  return clickhouse.query<Tie>(
    `SELECT toString(near) AS from, toString(far) AS to, far_type AS type, events AS count, total
     FROM (
       SELECT *, count() OVER (PARTITION BY near) AS total
       FROM (
         SELECT ${lookUp('at', 'ids', 'edge.node')} AS near, ${resolved('edge.other')} AS far,
                any(edge.other_type) AS far_type, ${measures(filter).count} AS events
         FROM (${edgesWhere(filter, at, '*')}) AS edge
         LEFT JOIN (${aliasesOf(edgesWhere(filter, `${at} AND other_type = 'person'`, 'other'))}) AS alias
           ON alias.anchor = edge.other
         GROUP BY near, far
         HAVING near != far
       )
     )
     ORDER BY near, events DESC, far
     LIMIT {fanout:UInt32} BY near`,
    params,
    { settings: { max_execution_time: 8 } },
  );
}
