import type { CommonNeighbours, NodeId } from '@guanxi/contracts';
import { idArray } from '../platform/index.ts';
import { addEdges, filterParams, type RawEdge, rawEdges } from './edges.ts';
import type { GraphTools } from './labels.ts';
import { rankMiddles } from './path-meet.ts';
import { Side } from './path-sides.ts';
import { notFound, placeOf } from './persons.ts';

export interface CommonRequest {
  readonly a: NodeId;
  readonly b: NodeId;
  readonly edgeTypes?: readonly string[] | undefined;
  readonly nodeTypes?: readonly string[] | undefined;
  readonly limit: number;
}

/** What two nodes have in common, the strongest ties first, with the edges on either side. Throws `not_found`. */
export async function readCommon(tools: GraphTools, request: CommonRequest): Promise<CommonNeighbours> {
  const { clickhouse, identity, label, limits } = tools;
  const filter = { edgeTypes: request.edgeTypes, nodeTypes: request.nodeTypes };
  const places = [await placeOf(identity, request.a), await placeOf(identity, request.b)] as const;
  const known = await label(places.map(({ id, isPerson }) => ({ id, type: isPerson ? 'person' : null })));
  if (places.some(({ id }) => !known.has(id))) throw notFound();
  const ends = places.map(({ id }) => id);
  const [near, far] = places.map((place) => new Side(clickhouse, identity, place, new Set(ends), filter, limits)) as [
    Side,
    Side,
  ];
  const ranked = await rankMiddles(clickhouse, {
    ...{ near, far, nearLevel: 0, farLevel: 0, ends, filter },
    limit: request.limit,
    limits,
  });
  const middles = ranked.map(({ m }) => m);
  const anchors = await identity.anchorsOf(middles);
  const today = new Map(
    [
      ...middles.map((id) => [id, anchors.get(id) ?? [id]] as const),
      ...places.map(({ id, rows }) => [id, rows] as const),
    ].flatMap(([id, rows]) => rows.map((row) => [row, id] as const)),
  );
  const rows = middles.flatMap((id) => anchors.get(id) ?? [id]);
  const edgesTo = async (index: 0 | 1) => {
    const found = await clickhouse.query<RawEdge>(
      rawEdges(filter, 'node IN {nodes:Array(UInt64)} AND other IN {others:Array(UInt64)}'),
      { nodes: idArray(places[index].rows), others: idArray(rows), ...filterParams(filter) },
    );
    return addEdges(found, (row) => today.get(row) ?? row);
  };
  const [a, b] = middles.length === 0 ? [[], []] : await Promise.all([edgesTo(0), edgesTo(1)]);
  const types = new Map(ranked.map(({ m, type }) => [m, type]));
  const nodes = await label(middles.map((id) => ({ id, type: types.get(id)! })));
  const touching = (edges: typeof a, id: NodeId) => edges.filter(({ from, to }) => from === id || to === id);
  return {
    total: ranked[0]?.total ?? 0,
    items: middles.flatMap((id) => {
      const node = nodes.get(id);
      return node ? [{ node, a: touching(a, id), b: touching(b, id) }] : [];
    }),
  };
}
