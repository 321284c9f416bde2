import type { Communities, CommunitiesQuery, GraphNode, NodeId, Ontology, PartOfGraph } from '@guanxi/contracts';
import { hashOf, UserError } from '../../platform/index.ts';
import type { GraphTools } from '../labels.ts';
import { Leiden } from './leiden.ts';
import { membersOf, modularityOf, type Network, networkOf } from './network.ts';
import { readPart } from './parts.ts';
import { steadily } from './steady.ts';
import { readWhole, type Whole } from './whole.ts';

/** Relations and nodes looked at until the division of then is taken. */
const MOST_EFFORT = 60_000_000;
const MOST_COMMUNITIES = 150;
const MOST_LINKS = 600;
const TOP = 3;
/** Divisions that are kept, so that opening a community need not find them again, and for how long. */
const KEPT = 4;
const KEPT_MS = 10 * 60_000;

interface Division {
  readonly whole: Whole;
  readonly network: Network;
  /** Communities by size, the largest first: their nodes, strongest within first. */
  readonly members: readonly Int32Array[];
  readonly communityOf: Int32Array;
  readonly modularity: number;
  readonly finished: boolean;
}

/** Relations weigh the logarithm of their events, so that one busy pair does not decide for its neighbours. */
const weightOf = (events: number) => Math.log2(1 + events);

/**
 * How strongly each node stands for its community: its weight within, times the share of its weight that is within. A
 * bestseller that everybody buys stands for nobody.
 */
function standings(network: Network, groups: Int32Array): Float64Array {
  const inner = new Float64Array(network.order);
  for (let node = 0; node < network.order; node++)
    for (let at = network.begins[node]!; at < network.begins[node + 1]!; at++)
      if (groups[network.targets[at]!] === groups[node]) inner[node]! += network.weights[at]!;
  return inner.map((weight, node) => (weight === 0 ? 0 : weight ** 2 / network.strength[node]!));
}

async function divide(whole: Whole, { resolution }: CommunitiesQuery, signal?: AbortSignal): Promise<Division> {
  const network = networkOf(
    whole.ids.length,
    whole.pairs.map(({ a, b, events }) => ({ a, b, weight: weightOf(events) })),
  );
  const leiden = new Leiden(network, { resolution, seed: 1 });
  const finished = await steadily(leiden.run(), { most: MOST_EFFORT, signal });
  const { groups } = leiden;
  const standing = standings(network, groups);
  const { begins, members } = membersOf(groups, network.order);
  const all = Array.from({ length: network.order }, (_, group) => members.slice(begins[group]!, begins[group + 1]!))
    .filter((list) => list.length > 0)
    .map((list) => list.sort((x, y) => standing[y]! - standing[x]! || x - y))
    .sort((x, y) => y.length - x.length || x[0]! - y[0]!);
  const communityOf = new Int32Array(network.order);
  all.forEach((list, index) => list.forEach((node) => (communityOf[node] = index)));
  return {
    ...{ whole, network, members: all, communityOf, finished },
    modularity: modularityOf(network, groups, resolution),
  };
}

/** Relations within and between communities. */
function crossings({ whole, communityOf }: Division, shown: number) {
  const within = new Int32Array(shown);
  const links = new Map<string, { a: number; b: number; edges: number; weight: number }>();
  for (const { a: from, b: to, events } of whole.pairs) {
    const [one, two] = [communityOf[from]!, communityOf[to]!];
    const [a, b] = one < two ? [one, two] : [two, one];
    if (a === b && a < shown) within[a]!++;
    if (a === b || b >= shown) continue;
    const link = links.get(`${a} ${b}`) ?? { a, b, edges: 0, weight: 0 };
    links.set(`${a} ${b}`, { ...link, edges: link.edges + 1, weight: link.weight + weightOf(events) });
  }
  return { within, links: [...links.values()].sort((x, y) => y.weight - x.weight).slice(0, MOST_LINKS) };
}

/** Types of nodes that only the graph knows. */
async function typed({ label }: GraphTools, whole: Whole): Promise<(number: number) => string> {
  const unknown = whole.ids.filter((_, number) => whole.types[number] === null);
  const known =
    unknown.length === 0 ? new Map<NodeId, GraphNode>() : await label(unknown.map((id) => ({ id, type: null })));
  return (number) => whole.types[number] ?? known.get(whole.ids[number]!)?.type ?? '';
}

async function present(tools: GraphTools, division: Division): Promise<Communities> {
  const { whole, members, network } = division;
  const shown = members.slice(0, MOST_COMMUNITIES);
  const typeOf = await typed(tools, whole);
  const { within, links } = crossings(division, shown.length);
  const groups = shown.map((list) => {
    const types = new Map<string, { nodes: number; top: number[] }>();
    for (const node of list) {
      const type = types.get(typeOf(node)) ?? { nodes: 0, top: [] };
      if (type.top.length < TOP) type.top.push(node);
      type.nodes++;
      types.set(typeOf(node), type);
    }
    return [...types].sort((x, y) => y[1].nodes - x[1].nodes);
  });
  const ids = groups.flatMap((types) =>
    types.flatMap(([type, { top }]) => top.map((node) => ({ id: whole.ids[node]!, type }))),
  );
  const labels = await tools.label(ids);
  const named = (node: number) => labels.get(whole.ids[node]!) ?? [];
  return {
    items: shown.map((list, index) => {
      const things = groups[index]!.filter(([type]) => type !== 'person').flatMap(([, { top }]) => top);
      const persons = groups[index]!.filter(([type]) => type === 'person').flatMap(([, { top }]) => top);
      const place = new Map([...list].map((node, at) => [node, at]));
      const strongest = things.sort((x, y) => place.get(x)! - place.get(y)!);
      return {
        id: whole.ids[list[0]!]!,
        size: list.length,
        edges: within[index]!,
        types: groups[index]!.map(([type, { nodes, top }]) => ({ type, nodes, top: top.flatMap(named) })),
        named: [...strongest, ...persons].slice(0, 2).flatMap(named),
      };
    }),
    total: members.length,
    links: links.map(({ a, b, ...link }) => ({ a: whole.ids[shown[a]![0]!]!, b: whole.ids[shown[b]![0]!]!, ...link })),
    modularity: division.modularity,
    nodes: network.order,
    edges: whole.pairs.length,
    share: whole.share,
    truncated: whole.truncated || !division.finished,
  };
}

export interface CommunityFinder {
  find(query: CommunitiesQuery, signal?: AbortSignal): Promise<Communities>;
  /** The community that a node is in. Throws `no_such_community` for a node that is not in the scope. */
  open(query: CommunitiesQuery & { member: NodeId; limit: number }, signal?: AbortSignal): Promise<PartOfGraph>;
  /** For when the graph was emptied. */
  forget(): void;
}

/** Finds communities, and keeps the last divisions for who opens one of them. */
export function createCommunities(
  tools: GraphTools,
  ontology: () => Ontology,
  nodeCounts: () => Promise<Readonly<Record<string, number>>>,
): CommunityFinder {
  const kept = new Map<string, { readonly division: Division; readonly at: number }>();
  const keyOf = ({ scope, edgeTypes, from, to, resolution }: CommunitiesQuery) =>
    hashOf(JSON.stringify([scope, edgeTypes ?? null, from ?? null, to ?? null, resolution]));
  const fresh = async (query: CommunitiesQuery, signal?: AbortSignal) => {
    const whole = await readWhole(tools, query, ontology(), nodeCounts);
    signal?.throwIfAborted();
    const division = await divide(whole, query, signal);
    const key = keyOf(query);
    kept.delete(key);
    kept.set(key, { division, at: performance.now() });
    for (const [old] of [...kept].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(old);
    return division;
  };
  return {
    find: async (query, signal) => present(tools, await fresh(query, signal)),
    async open(query, signal) {
      const known = kept.get(keyOf(query));
      const division = known && performance.now() - known.at < KEPT_MS ? known.division : await fresh(query, signal);
      const { whole, communityOf, members } = division;
      const number = whole.ids.indexOf(query.member);
      if (number < 0)
        throw new UserError('not_found', 'no_such_community', 'This node is in none of these communities any more', {
          remedy: 'Find the communities anew.',
        });
      const list = members[communityOf[number]!]!;
      const part = await readPart(
        tools,
        [...list.slice(0, query.limit)].map((node) => whole.ids[node]!),
        query,
      );
      return { ...part, total: list.length };
    },
    forget: () => kept.clear(),
  };
}
