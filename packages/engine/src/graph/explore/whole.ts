import type { CommunitiesQuery, GraphScope, NodeId, Ontology } from '@guanxi/contracts';
import { UserError } from '../../platform/index.ts';
import { type EdgeFilter, edgesWhere, filterParams, rawCount, resolved, windowOf } from '../edges.ts';
import type { GraphTools } from '../labels.ts';
import { ALIASES } from '../path-sides.ts';
import { placeOf } from '../persons.ts';
import { edgesBetween, nodesOf } from './parts.ts';
import { readTies } from './reach.ts';

/** A part of the graph as numbers: nodes in the order in which they were met, and what joins any two of them. */
export interface Whole {
  readonly ids: readonly NodeId[];
  /** Null where only the graph knows. */
  readonly types: readonly (string | null)[];
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly events: number }[];
  /** Share of what was asked for. */
  readonly share: number;
  readonly truncated: boolean;
}

class Gather {
  readonly ids: NodeId[] = [];
  readonly types: (string | null)[] = [];
  readonly #numbers = new Map<NodeId, number>();
  readonly #pairs = new Map<string, { a: number; b: number; events: number }>();

  node(id: NodeId, type: string | null): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.ids.length);
    this.ids.push(id);
    this.types.push(type);
    return this.ids.length - 1;
  }

  pair(from: number, to: number, events: number): void {
    if (from === to) return;
    const [a, b] = from < to ? [from, to] : [to, from];
    const key = `${a} ${b}`;
    const known = this.#pairs.get(key);
    if (known) known.events += events;
    else this.#pairs.set(key, { a, b, events });
  }

  whole(share: number, truncated: boolean): Whole {
    return { ids: this.ids, types: this.types, pairs: [...this.#pairs.values()], share, truncated };
  }
}

/** The types of relations between two node types, by direction as seen from the first. */
function relationsBetween(ontology: Ontology, a: string, b: string, wanted: readonly string[] | undefined) {
  const types = Object.entries(ontology.edgeTypes).filter(([type]) => wanted?.includes(type) ?? true);
  return {
    out: types.filter(([, { from, to }]) => from === a && to === b).map(([type]) => type),
    in: types.filter(([, { from, to }]) => from === b && to === a).map(([type]) => type),
  };
}

interface TypesQuery {
  readonly a: string;
  readonly b: string;
  readonly filter: EdgeFilter;
  readonly relations: { readonly out: readonly string[]; readonly in: readonly string[] };
}

/**
 * The relations between two types. Where there are more than the limit, whole nodes of the first type are taken in the
 * order of their ids: these are hashes, so it is a sample without preference, and the engine reads no more than that.
 */
async function betweenTypes({ clickhouse, limits }: GraphTools, { a, b, filter, relations }: TypesQuery) {
  const condition =
    "((direction = 'out' AND type IN {types_out:Array(String)}) OR (direction = 'in' AND type IN {types_in:Array(String)}))";
  const person = (type: string, column: string, alias: string) =>
    type === 'person' ? resolved(column, alias) : column;
  const join = (type: string, column: string, alias: string) =>
    type === 'person' ? `LEFT JOIN (${ALIASES}) AS ${alias} ON ${alias}.anchor = ${column}` : '';
  const rows = await clickhouse.query<{ row: NodeId; near: NodeId; far: NodeId; count: number }>(
    `SELECT toString(edge.node) AS row, toString(${person(a, 'edge.node', 'first')}) AS near,
            toString(${person(b, 'edge.other', 'second')}) AS far, edge.count AS count
     FROM (${edgesWhere(filter, condition, `node, other, ${rawCount(filter)}`)} ORDER BY node LIMIT ${limits.partEdges + 1}) AS edge
     ${join(a, 'edge.node', 'first')} ${join(b, 'edge.other', 'second')}
     ORDER BY edge.node, edge.other`,
    { types_out: relations.out, types_in: relations.in, ...filterParams(filter) },
    { settings: { max_execution_time: 20 } },
  );
  const cut = rows.length > limits.partEdges;
  // The last node may have more relations than were read.
  const last = cut ? rows.at(-1)!.row : null;
  const gather = new Gather();
  for (const { row, near, far, count } of rows)
    if (row !== last) gather.pair(gather.node(near, a), gather.node(far, b), count);
  return gather.whole(last === null ? 1 : Number(last) / 2 ** 63, false);
}

/** Given nodes with the relations between them. */
async function betweenNodes(tools: GraphTools, ids: readonly NodeId[], filter: EdgeFilter, truncated: boolean) {
  const nodes = await nodesOf(tools.identity, ids);
  const { edges, cut } = await edgesBetween(tools, nodes, filter);
  const gather = new Gather();
  const number = (id: NodeId) => gather.node(id, nodes.persons.has(id) ? 'person' : null);
  for (const id of nodes.ids) number(id);
  for (const { from, to, count } of edges) gather.pair(number(from), number(to), count);
  return gather.whole(1, truncated || cut);
}

/** What lies within some hops of a node; of busy nodes the strongest neighbours, of each hop the first nodes. */
async function around(tools: GraphTools, { id, hops }: Extract<GraphScope, { kind: 'around' }>, filter: EdgeFilter) {
  const { clickhouse, identity, limits } = tools;
  const start = (await placeOf(identity, id)).id;
  const found = new Set([start]);
  let front = [start];
  let truncated = false;
  for (let hop = 1; hop <= hops && front.length > 0; hop++) {
    const ties = await readTies(clickhouse, identity, { nodes: front, filter, along: null, fanout: limits.fanout });
    truncated ||= ties.some(({ total }) => total > limits.fanout);
    const fresh = [...new Set(ties.sort((x, y) => y.count - x.count).map(({ to }) => to))].filter(
      (node) => !found.has(node),
    );
    const kept = fresh.slice(0, limits.partNodes - found.size);
    for (const node of kept) found.add(node);
    front = kept.slice(0, limits.front);
    truncated ||= kept.length < fresh.length || (hop < hops && front.length < kept.length);
  }
  return betweenNodes(tools, [...found], filter, truncated);
}

/** Reads the part of the graph that a query is about. Throws `no_such_relation` for types that nothing joins. */
export async function readWhole(
  tools: GraphTools,
  { scope, edgeTypes, from, to }: CommunitiesQuery,
  ontology: Ontology,
  nodeCounts: () => Promise<Readonly<Record<string, number>>>,
): Promise<Whole> {
  const filter: EdgeFilter = { ...windowOf(from, to) };
  if (scope.kind === 'nodes') return betweenNodes(tools, scope.ids, { ...filter, edgeTypes }, false);
  if (scope.kind === 'around') return around(tools, scope, { ...filter, edgeTypes });
  const whole = (a: string, b: string) => {
    const relations = relationsBetween(ontology, a, b, edgeTypes);
    if (relations.out.length + relations.in.length === 0)
      throw new UserError('invalid', 'no_such_relation', 'No relation joins these two types', {
        where: 'scope',
        remedy: 'Choose two types that the ontology joins by a relation.',
      });
    return betweenTypes(tools, { a, b, filter, relations });
  };
  const [a, b] = scope.a < scope.b ? [scope.a, scope.b] : [scope.b, scope.a];
  const first = await whole(a, b);
  if (first.share === 1) return first;
  // Sampled are nodes of the type of which there are more: of the other, a few could have all relations.
  const counts = await nodeCounts();
  return (counts[a] ?? 0) >= (counts[b] ?? 0) ? first : whole(b, a);
}
