import type { NodeId } from '@guanxi/contracts';
import { type ClickHouse, idArray, type Params, type QueryOptions } from '../platform/index.ts';
import { type EdgeFilter, edgesWhere, filterParams } from './edges.ts';
import type { GraphLimits } from './limits.ts';
import { ALIASES, lookUp, type Side } from './path-sides.ts';

/**
 * What joins a walk from one end to a walk from the other: from `near` over `between` to `far`. They are one node where
 * the walks meet.
 */
export interface Bridge {
  readonly near: NodeId;
  readonly far: NodeId;
  readonly between: readonly NodeId[];
  readonly weight: bigint;
  /** Weight of the walks to `near` and to `far` where these are neighbours of a hub, which are not held. */
  readonly nearBase?: bigint;
  readonly farBase?: bigint;
}
export interface Meetings {
  readonly bridges: readonly Bridge[];
  /** The greatest weight that a walk over bridges left out can have; null where none is left out. */
  readonly bound: bigint | null;
}

export interface MeetQuery {
  readonly near: Side;
  readonly far: Side;
  /** Levels of either side to start from. */
  readonly nearLevel: number;
  readonly farLevel: number;
  readonly ends: readonly NodeId[];
  readonly filter: EdgeFilter;
  /** The most meeting places wanted. */
  readonly limit: number;
  readonly limits: Pick<GraphLimits, 'middles'>;
}

/** No query of a path search may run longer. */
const TIME: QueryOptions = { settings: { max_execution_time: 8 } };

/** Within memory: both sides have come to the same nodes. */
export function meetHere({ near, far, nearLevel, farLevel }: MeetQuery): Meetings {
  const [a, b] = [near.levels[nearLevel]!.best, far.levels[farLevel]!.best];
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  const nodes = [...small.keys()].filter((node) => large.has(node));
  return { bridges: nodes.map((node) => ({ near: node, far: node, between: [], weight: 0n })), bound: null };
}

/** One hop apart: edges between a level of one side and a level of the other, each a meeting at its far node. */
export async function meetOneApart(clickhouse: ClickHouse, query: MeetQuery): Promise<Meetings> {
  const { near, far, nearLevel, farLevel, limit } = query;
  const filter = { ...query.filter, nodeTypes: undefined };
  const [from, to] = [near.fragment(nearLevel, 'near'), far.fragment(farLevel, 'far')];
  const params = { ...from.params, ...to.params, ...filterParams(filter), ends: idArray(query.ends) };
  // An edge can be read from either of its ends; what counts is how many places of the table are looked up.
  const edges =
    from.size <= to.size
      ? edgesWhere(
          filter,
          `node ${from.among} AND other ${to.among}`,
          'node AS near_row, other AS far_row, direction, type, weight',
        )
      : edgesWhere(
          filter,
          `node ${to.among} AND other ${from.among}`,
          'other AS near_row, node AS far_row, direction, type, weight',
        );
  const rows = await clickhouse.query<{ u: NodeId; v: NodeId; w: string; bound: string }>(
    `SELECT toString(hop.u) AS u, toString(hop.v) AS v, toString(hop.w) AS w, toString(hop.bound) AS bound
     FROM (
       SELECT u, v, max(each.w) AS w, max(each.w + each.ends) AS bound FROM (
         SELECT ${lookUp('near', 'ids', 'edge.near_row')} AS u, ${lookUp('far', 'ids', 'edge.far_row')} AS v,
                ${lookUp('near', 'w', 'edge.near_row')} + ${lookUp('far', 'w', 'edge.far_row')} AS ends, toInt64(sum(edge.weight) * 10000) AS w
         FROM (${edges}) AS edge
         GROUP BY u, v, ends, edge.direction, edge.type) AS each
       WHERE u != v GROUP BY u, v ORDER BY bound DESC, u, v LIMIT ${limit + 1}) AS hop`,
    params,
    TIME,
  );
  const rest = rows[limit];
  return {
    bridges: rows.slice(0, limit).map(({ u, v, w }) => ({ near: u, far: v, between: [], weight: BigInt(w) })),
    bound: rest ? BigInt(rest.bound) : null,
  };
}

/** The node that a row of middles that are bound belongs to. */
const BOUND = 'transform(hop.other, {middle_rows:Array(UInt64)}, {middle_ids:Array(UInt64)}, hop.other)';

/** The two halves of a search whose middles are not known yet, as SQL. */
function armsOf(query: MeetQuery) {
  const { near, far, nearLevel, farLevel, filter } = query;
  const [from, to] = [near.fragment(nearLevel, 'near'), far.fragment(farLevel, 'far')];
  const params: Params = { ...from.params, ...to.params, ...filterParams(filter), ends: idArray(query.ends) };
  const today = 'if(alias.person = 0, hop.other, alias.person)';
  const aliased = `LEFT JOIN (${ALIASES}) AS alias ON alias.anchor = hop.other`;
  /** Every node in the middle with its rows, without weights: one pass over both halves. */
  const middles = `
    SELECT m, arrayPushFront(groupUniqArrayIf(row, row != m), m) AS rows FROM (
      SELECT ${today} AS m, hop.other AS row, hop.side AS side FROM (
        ${edgesWhere(filter, `node ${from.among}`, 'other, toUInt8(1) AS side')}
        UNION ALL ${edgesWhere(filter, `node ${to.among}`, 'other, toUInt8(2) AS side')}) AS hop ${aliased})
    GROUP BY m HAVING groupBitOr(side) = 3 AND m NOT IN {ends:Array(UInt64)}`;
  const arm = (side: 1 | 2, fragment: typeof from, condition: string) => {
    const columns = 'node, other, other_type AS kind, direction, type, weight';
    const edges = edgesWhere(filter, `node ${fragment.among} AND ${condition}`, columns);
    return `SELECT toUInt8(${side}) AS side, u, g, other, kind, direction, type, weight FROM (${fragment.attach(edges)})`;
  };
  /**
   * The hops to middles from either side, each with its heaviest edge `w` and the weight `g` of the walk before. Where the
   * rows of middles are bound, whom they belong to is bound beside them and not looked for again.
   */
  const hops = (bound: boolean) => {
    const condition = bound ? 'other IN {middle_rows:Array(UInt64)}' : '1';
    return `
    SELECT side, u, m, any(each.kind) AS kind, max(each.g) AS g, max(each.w) AS w FROM (
      SELECT side, u, any(hop.g) AS g, any(hop.kind) AS kind, ${bound ? BOUND : today} AS m, toInt64(sum(weight) * 10000) AS w
      FROM (${arm(1, from, condition)} UNION ALL ${arm(2, to, condition)}) AS hop ${bound ? '' : aliased}
      GROUP BY side, u, m, direction, type) AS each
    GROUP BY side, u, m`;
  };
  return { params, middles, hops };
}

/** A hop to a middle: the node before it, the weight of the walk to that node, the weight of the hop. */
type Hop = readonly [u: NodeId, g: string, w: string];

export interface RankedMiddle {
  readonly m: NodeId;
  readonly type: string;
  readonly bound: string;
  readonly total: number;
  /** The heaviest hops to it, as many as middles were asked for at most. */
  readonly near: readonly Hop[];
  readonly far: readonly Hop[];
}

const heaviest = (hops: string) =>
  `arrayMap(hop -> [toString(hop.1), toString(hop.2), toString(hop.3)],
            arraySlice(arraySort(hop -> (-(hop.2 + hop.3), hop.1), ${hops}), 1, {limit:UInt32}))`;
/** A node that can be in the middle, and the rows by which it is; its own always. */
export interface Middle {
  readonly id: NodeId;
  readonly rows: readonly NodeId[];
}

const boundOf = (middles: readonly Middle[]): Params => ({
  middle_rows: idArray(middles.flatMap(({ rows }) => rows)),
  middle_ids: idArray(middles.flatMap(({ id, rows }) => rows.map(() => id))),
});

/**
 * The nodes in the middle with the heaviest walks over them, best first, and how many there are. `among` says which can
 * be in the middle, where that is known.
 */
export function rankMiddles(
  clickhouse: ClickHouse,
  query: MeetQuery,
  among: readonly Middle[] | null = null,
): Promise<RankedMiddle[]> {
  const { params, hops } = armsOf(query);
  return clickhouse.query<RankedMiddle>(
    `SELECT toString(middle.m) AS m, type, toString(middle.bound) AS bound, total,
            ${heaviest('near_hops')} AS near, ${heaviest('far_hops')} AS far
     FROM (
       SELECT m, any(kind) AS type, maxIf(g + w, side = 1) + maxIf(g + w, side = 2) AS bound, count() OVER () AS total,
              groupArrayIf((u, g, w), side = 1) AS near_hops, groupArrayIf((u, g, w), side = 2) AS far_hops
       FROM (${hops(among !== null)})
       WHERE m NOT IN {ends:Array(UInt64)}
       GROUP BY m HAVING countIf(side = 1) > 0 AND countIf(side = 2) > 0
       ORDER BY bound DESC, m LIMIT {limit:UInt32}) AS middle`,
    { ...params, limit: query.limit, ...(among ? boundOf(among) : {}) },
    TIME,
  );
}

const bridgesOver = ({ m, near, far }: RankedMiddle): Bridge[] =>
  near.flatMap(([first, nearBase, nearWeight]) =>
    far.map(([last, farBase, farWeight]) => ({
      ...{ near: first, far: last, between: [m], weight: BigInt(nearWeight) + BigInt(farWeight) },
      ...{ nearBase: BigInt(nearBase), farBase: BigInt(farBase) },
    })),
  );

/**
 * Two hops apart: the nodes in the middle are found in the engine, however many walks lead to them; of these, the ones
 * with the heaviest walks come back, with the hops to them. To know which they are before anything is added up makes
 * that far cheaper, so they are listed first unless they are too many.
 */
export async function meetTwoApart(clickhouse: ClickHouse, query: MeetQuery): Promise<Meetings> {
  const { params, middles } = armsOf(query);
  const { middles: most } = query.limits;
  const listed = await clickhouse.query<Middle>(
    `SELECT toString(m) AS id, arrayMap(row -> toString(row), rows) AS rows FROM (${middles} LIMIT ${most + 1})`,
    params,
    TIME,
  );
  if (listed.length === 0) return { bridges: [], bound: null };
  const among = listed.length <= most ? listed : null;
  const ranked = await rankMiddles(clickhouse, { ...query, limit: query.limit + 1 }, among);
  const rest = ranked[query.limit];
  return {
    bridges: ranked.slice(0, query.limit).flatMap(bridgesOver),
    bound: rest ? BigInt(rest.bound) : null,
  };
}
