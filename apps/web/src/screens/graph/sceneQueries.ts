import type {
  CommonNeighbours,
  CommunitiesQuery,
  GraphEdge,
  GraphNode,
  Influence,
  Neighbourhood,
  NodeDetail,
  PartOfGraph,
  PathResult,
} from '@guanxi/contracts';
import { keepPreviousData, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { read } from '../../api/queries.ts';
import { edgeKey } from '../../ui/edges.ts';
import { useNames } from '../../ui/useOntology.ts';
import type { Scene } from './scene.ts';

export const expansionCap = 40;
/** Nodes of an opened community that are drawn. */
const communityCap = 1000;

export interface Answers {
  readonly details: readonly (NodeDetail | undefined)[];
  readonly hoods: readonly (Neighbourhood | undefined)[];
  readonly parts: readonly (PartOfGraph | undefined)[];
  readonly path: PathResult | undefined;
  readonly common: CommonNeighbours | undefined;
  readonly influence: Influence | undefined;
}

/** What is being asked, as the reader may call it. */
export type StageName = 'node' | 'expansion' | 'community' | 'path' | 'common' | 'influence' | 'between' | 'layout';

export interface SceneQuery {
  readonly stage: StageName;
  readonly key: readonly unknown[];
  readonly query: UseQueryResult;
}

/** The communities of a scene as the server is asked for them; null while what is drawn is not known. */
export function communitiesQuery(scene: Scene, drawn: readonly string[]): CommunitiesQuery | null {
  if (!scene.groups) return null;
  const { scope, resolution } = scene.groups;
  if (scope.kind === 'drawn' && drawn.length === 0) return null;
  return {
    scope: scope.kind === 'drawn' ? { kind: 'nodes', ids: drawn.slice(0, 20_000) } : scope,
    resolution: resolution / 10,
    from: scene.from,
    to: scene.to,
  };
}

const along = (item: string) => item.replace('~', ':');

function askOf(scene: Scene, allTypes: readonly string[] | undefined) {
  const { path, influence } = scene;
  const left = path?.without.length ? allTypes?.filter((type) => !path.without.includes(type)) : path?.types;
  return {
    path: read('graphPath', {
      query: {
        ...{ from: path?.from ?? '0', to: path?.to ?? '0', k: path?.k, maxHops: path?.hops },
        nodeTypes: left?.length ? left.join(',') : undefined,
        ...{ since: scene.from, until: scene.to },
      },
    }),
    influence: read('graphInfluence', {
      params: { id: influence?.id ?? '0' },
      query: {
        ...{ maxHops: influence?.hops, chance: (influence?.chance ?? 10) / 100, limit: 60 },
        along: influence?.along.length ? influence.along.map(along).join(',') : undefined,
        ...{ from: scene.from, to: scene.to },
      },
    }),
    pathReady: !!path && (path.without.length === 0 || !!allTypes),
  };
}

/** The queries of a scene, each of which may be under way or fail on its own. */
export function useSceneQueries(scene: Scene): { answers: Answers; queries: readonly SceneQuery[] } {
  const names = useNames();
  const window = { from: scene.from, to: scene.to };
  const { path: route, common: pair } = scene;
  const ends = [route?.from, route?.to, pair?.a, pair?.b, scene.influence?.id].filter((id) => id !== undefined);
  const asks = askOf(scene, names.ontology && Object.keys(names.ontology.nodeTypes));
  const nodeReads = [...new Set([...scene.nodes, ...ends])].map((id) => read('graphNode', { params: { id } }));
  const hoodReads = scene.expansions.map(({ id, edgeType, cap = expansionCap, order }) =>
    read('graphNeighbours', { params: { id }, query: { cap, order, edgeTypes: edgeType, ...window } }),
  );
  const groups = scene.groups && scene.groups.scope.kind !== 'drawn' ? communitiesQuery(scene, []) : null;
  const partReads = scene.opened.map((member) =>
    read('graphCommunity', {
      body: { ...(groups ?? { scope: { kind: 'nodes', ids: [member] } }), member, limit: communityCap },
    }),
  );
  const details = useQueries({ queries: nodeReads });
  const hoods = useQueries({ queries: hoodReads });
  const parts = useQueries({ queries: partReads.map((one) => ({ ...one, enabled: !!groups })) });
  const path = useQuery({ ...asks.path, enabled: asks.pathReady, placeholderData: keepPreviousData });
  // Where nothing leads from one to the other, what they share is the next best answer.
  const apart =
    route && path.data?.paths.length === 0 && !path.isPlaceholderData ? { a: route.from, b: route.to } : null;
  const shared = pair ?? apart;
  const commonRead = read('graphCommon', { query: { a: shared?.a ?? '0', b: shared?.b ?? '0', limit: 50 } });
  const common = useQuery({ ...commonRead, enabled: !!shared });
  const influence = useQuery({ ...asks.influence, enabled: !!scene.influence, placeholderData: keepPreviousData });
  const named = (stage: StageName, reads: readonly { queryKey: readonly unknown[] }[], list: readonly unknown[]) =>
    reads.map(({ queryKey }, at): SceneQuery => ({ stage, key: queryKey, query: list[at] as UseQueryResult }));
  return {
    answers: {
      details: details.map((query) => query.data),
      hoods: hoods.map((query) => query.data),
      parts: groups ? parts.map((query) => query.data) : [],
      path: route ? path.data : undefined,
      common: shared ? common.data : undefined,
      influence: scene.influence ? influence.data : undefined,
    },
    queries: [
      ...named('node', nodeReads, details),
      ...named('expansion', hoodReads, hoods),
      ...(groups ? named('community', partReads, parts) : []),
      ...(route ? named('path', [asks.path], [path]) : []),
      ...(shared ? named('common', [commonRead], [common]) : []),
      ...(scene.influence ? named('influence', [asks.influence], [influence]) : []),
    ],
  };
}

export interface Merged {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: ReadonlyMap<string, GraphEdge>;
  readonly onPath: ReadonlySet<string>;
  /** After how many hops influence reaches nodes. */
  readonly hops: ReadonlyMap<string, number>;
  /** Relations that carry influence along its likeliest paths. */
  readonly carrying: ReadonlySet<string>;
}

export function mergeAnswers(answers: Answers): Merged {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const onPath = new Set<string>();
  const hops = new Map<string, number>();
  const carrying = new Set<string>();
  const addNode = ({ id, type, key, label }: GraphNode) => nodes.set(id, { id, type, key, label });
  const addEdge = (edge: GraphEdge) => edges.set(edgeKey(edge), edge);
  for (const detail of answers.details) if (detail) addNode(detail);
  for (const part of [...answers.hoods, ...answers.parts]) {
    part?.nodes.forEach(addNode);
    part?.edges.forEach(addEdge);
  }
  answers.path?.nodes.forEach(addNode);
  for (const path of answers.path?.paths ?? []) {
    path.nodes.forEach((id) => onPath.add(id));
    for (const edge of path.edges) {
      addEdge(edge);
      onPath.add(edgeKey(edge));
    }
  }
  for (const item of answers.common?.items ?? []) {
    addNode(item.node);
    [...item.a, ...item.b].forEach(addEdge);
  }
  const { influence } = answers;
  if (influence) {
    influence.nodes.forEach(addNode);
    influence.edges.forEach(addEdge);
    influence.edges.forEach((edge) => carrying.add(edgeKey(edge)));
    hops.set(influence.start, 0);
    // A node on somebody else's likeliest path is reached by it no later than by its own.
    for (const { path } of influence.items)
      path.forEach((id, hop) => hops.set(id, Math.min(hop, hops.get(id) ?? Infinity)));
  }
  return { nodes, edges, onPath, hops, carrying };
}
