import type { NodeId } from '@guanxi/contracts';
import { type ClickHouse, idArray, type Params, type QueryOptions } from '../platform/index.ts';
import { type EdgeFilter, edgesWhere, filterParams } from './edges.ts';
import { ALIASES, type Side } from './path-sides.ts';

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
  /** Middles up to this many are ranked here; of more, the engine returns the best. */
  readonly few: number;
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
  const reading = (start: typeof from, end: typeof to) =>
    edgesWhere(filter, `node IN ${start.rows} AND other IN ${end.rows}`, 'node, other, direction, type, weight');
  // An edge can be read from either of its ends; what counts is how many places of the table are looked up.
  const edges =
    from.size <= to.size
      ? reading(from, to)
      : `SELECT other AS node, node AS other, direction, type, weight FROM (${reading(to, from)})`;
  const rows = await clickhouse.query<{ u: NodeId; v: NodeId; w: string; bound: string }>(
    `SELECT toString(hop.u) AS u, toString(hop.v) AS v, toString(hop.w) AS w, toString(hop.bound) AS bound
     FROM (
       SELECT u, v, max(each.w) AS w, max(each.w + each.ends) AS bound FROM (
         SELECT start.id AS u, finish.id AS v, start.w + finish.w AS ends, toInt64(sum(edge.weight) * 10000) AS w
         FROM (${edges}) AS edge
         INNER JOIN (${from.table}) AS start ON start.row = edge.node
         INNER JOIN (${to.table}) AS finish ON finish.row = edge.other
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

/** The two halves of a search whose middles are not known yet, as SQL. */
function armsOf(query: MeetQuery) {
  const { near, far, nearLevel, farLevel, filter } = query;
  const [from, to] = [near.fragment(nearLevel, 'near'), far.fragment(farLevel, 'far')];
  const params: Params = { ...from.params, ...to.params, ...filterParams(filter), ends: idArray(query.ends) };
  const today = 'if(alias.person = 0, hop.other, alias.person)';
  const aliased = `LEFT JOIN (${ALIASES}) AS alias ON alias.anchor = hop.other`;
  /** Every node in the middle, without weights: one pass over both halves. */
  const middles = `
    SELECT m FROM (
      SELECT ${today} AS m, hop.side AS side FROM (
        ${edgesWhere(filter, `node IN ${from.rows}`, 'other, toUInt8(1) AS side')}
        UNION ALL ${edgesWhere(filter, `node IN ${to.rows}`, 'other, toUInt8(2) AS side')}) AS hop ${aliased})
    GROUP BY m HAVING groupBitOr(side) = 3 AND m NOT IN {ends:Array(UInt64)}`;
  const arm = (side: 1 | 2, { table, rows }: typeof from, condition: string) =>
    `SELECT toUInt8(${side}) AS side, start.id AS u, start.w AS g, edge.other AS other, edge.direction AS direction, edge.type AS type, edge.other_type AS kind, edge.weight AS weight
     FROM (${edgesWhere(filter, `node IN ${rows} AND ${condition}`, 'node, other, other_type, direction, type, weight')}) AS edge
     INNER JOIN (${table}) AS start ON start.row = edge.node`;
  /** The hops to middles from either side, each with its heaviest edge `w` and the weight `g` of the walk before. */
  const hops = (condition: string) => `
    SELECT side, u, m, any(each.kind) AS kind, max(each.g) AS g, max(each.w) AS w FROM (
      SELECT side, u, any(hop.g) AS g, any(hop.kind) AS kind, ${today} AS m, toInt64(sum(weight) * 10000) AS w
      FROM (${arm(1, from, condition)} UNION ALL ${arm(2, to, condition)}) AS hop ${aliased}
      GROUP BY side, u, m, direction, type) AS each
    GROUP BY side, u, m`;
  return { params, middles, hops };
}

export interface RankedMiddle {
  readonly m: NodeId;
  readonly type: string;
  readonly bound: string;
  readonly total: number;
}

/** The nodes in the middle with the heaviest walks over them, best first, and how many there are. */
export function rankMiddles(clickhouse: ClickHouse, query: MeetQuery): Promise<RankedMiddle[]> {
  const { params, hops } = armsOf(query);
  return clickhouse.query<RankedMiddle>(
    `SELECT toString(middle.m) AS m, type, toString(middle.bound) AS bound, total FROM (
       SELECT m, any(kind) AS type, maxIf(g + w, side = 1) + maxIf(g + w, side = 2) AS bound, count() OVER () AS total
       FROM (${hops('1')})
       WHERE m NOT IN {ends:Array(UInt64)}
       GROUP BY m HAVING countIf(side = 1) > 0 AND countIf(side = 2) > 0
       ORDER BY bound DESC, m LIMIT {limit:UInt32}) AS middle`,
    { ...params, limit: query.limit },
    TIME,
  );
}

/**
 * Two hops apart: the nodes in the middle are found in the engine, however many walks lead to them; of these, the ones
 * with the heaviest walks come back, with the hops to them.
 */
export async function meetTwoApart(clickhouse: ClickHouse, query: MeetQuery): Promise<Meetings> {
  const { params, middles, hops } = armsOf(query);
  const some = await clickhouse.query<{ id: NodeId }>(
    `SELECT toString(m) AS id FROM (${middles} LIMIT ${query.few + 1})`,
    params,
    TIME,
  );
  if (some.length === 0) return { bridges: [], bound: null };
  if (some.length <= query.few) {
    const all = await bridgesOver(
      clickhouse,
      some.map(({ id }) => id),
      hops,
      params,
      query.limit,
    );
    return { bridges: all, bound: null };
  }
  const best = await rankMiddles(clickhouse, { ...query, limit: query.limit + 1 });
  const chosen = best.slice(0, query.limit).map(({ m }) => m);
  const rest = best[query.limit];
  return {
    bridges: await bridgesOver(clickhouse, chosen, hops, params, query.limit),
    bound: rest ? BigInt(rest.bound) : null,
  };
}

interface HopRow {
  readonly side: 1 | 2;
  readonly u: NodeId;
  readonly m: NodeId;
  readonly g: string;
  readonly w: string;
}

/** The heaviest hops to each middle from either side, combined. */
async function bridgesOver(
  clickhouse: ClickHouse,
  middles: readonly NodeId[],
  hops: (condition: string) => string,
  params: Params,
  limit: number,
): Promise<Bridge[]> {
  const anchors = `SELECT anchor FROM (${ALIASES}) WHERE person IN {middles:Array(UInt64)}`;
  const rows = await clickhouse.query<HopRow>(
    `SELECT side, toString(step.u) AS u, toString(step.m) AS m, toString(step.g) AS g, toString(step.w) AS w
     FROM (${hops(`(other IN {middles:Array(UInt64)} OR other IN (${anchors}))`)}) AS step
     WHERE step.m IN {middles:Array(UInt64)}
     ORDER BY side, step.m, step.g + step.w DESC, step.u LIMIT ${limit} BY side, step.m`,
    { ...params, middles: idArray(middles) },
    TIME,
  );
  const byMiddle = new Map<NodeId, { near: HopRow[]; far: HopRow[] }>();
  for (const row of rows) {
    const sides = byMiddle.get(row.m) ?? { near: [], far: [] };
    sides[row.side === 1 ? 'near' : 'far'].push(row);
    byMiddle.set(row.m, sides);
  }
  return [...byMiddle].flatMap(([middle, { near, far }]) =>
    near.flatMap((first) =>
      far.map((second) => ({
        near: first.u,
        far: second.u,
        between: [middle],
        weight: BigInt(first.w) + BigInt(second.w),
        nearBase: BigInt(first.g),
        farBase: BigInt(second.g),
      })),
    ),
  );
}
