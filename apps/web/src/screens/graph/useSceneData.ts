import type { CommonNeighbours, GraphEdge, GraphNode, Neighbourhood, NodeDetail, PathResult } from '@guanxi/contracts';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { read } from '../../api/queries.ts';
import { edgeKey } from '../../ui/edges.ts';
import type { Scene } from './scene.ts';

/** More than this is not drawn; the reader is told. */
export const drawnLimit = 5_000;
export const expansionCap = 40;

export interface SceneData {
  /** All that was asked for, before hiding and filtering. */
  readonly all: { readonly nodes: ReadonlyMap<string, GraphNode>; readonly edges: ReadonlyMap<string, GraphEdge> };
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Neighbours there are in all, of the expansions. */
  readonly total: number;
  readonly shown: number;
  readonly path: PathResult | undefined;
  readonly common: CommonNeighbours | undefined;
  readonly onPath: ReadonlySet<string>;
  readonly loading: boolean;
  readonly errors: readonly { error: unknown; retry: () => void }[];
}

interface Answers {
  readonly details: readonly (NodeDetail | undefined)[];
  readonly hoods: readonly (Neighbourhood | undefined)[];
  readonly path: PathResult | undefined;
  readonly common: CommonNeighbours | undefined;
}

function merge(answers: Answers): SceneData['all'] & { onPath: Set<string> } {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const onPath = new Set<string>();
  const addNode = ({ id, type, key, label }: GraphNode) => nodes.set(id, { id, type, key, label });
  const addEdge = (edge: GraphEdge) => edges.set(edgeKey(edge), edge);
  for (const detail of answers.details) if (detail) addNode(detail);
  for (const hood of answers.hoods) {
    hood?.nodes.forEach(addNode);
    hood?.edges.forEach(addEdge);
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
  return { nodes, edges, onPath };
}

/** The queries of a scene, each of which may be under way or fail on its own. */
function useSceneQueries(scene: Scene) {
  const window = { from: scene.from, to: scene.to };
  const { path: ask, common: pair } = scene;
  const ends = [ask?.from, ask?.to, pair?.a, pair?.b].filter((id) => id !== undefined);
  const named = [...new Set([...scene.nodes, ...ends])];
  const details = useQueries({ queries: named.map((id) => read('graphNode', { params: { id } })) });
  const hoods = useQueries({
    queries: scene.expansions.map(({ id, edgeType }) =>
      read('graphNeighbours', { params: { id }, query: { cap: expansionCap, edgeTypes: edgeType, ...window } }),
    ),
  });
  const pathQuery = {
    from: ask?.from ?? '0',
    to: ask?.to ?? '0',
    k: ask?.k,
    maxHops: ask?.hops,
    nodeTypes: ask?.types.length ? ask.types.join(',') : undefined,
    since: scene.from,
    until: scene.to,
  };
  const path = useQuery({
    ...read('graphPath', { query: pathQuery }),
    enabled: !!ask,
    placeholderData: keepPreviousData,
  });
  const common = useQuery({
    ...read('graphCommon', { query: { a: pair?.a ?? '0', b: pair?.b ?? '0', limit: 50 } }),
    enabled: !!pair,
  });
  const answers: Answers = {
    details: details.map((query) => query.data),
    hoods: hoods.map((query) => query.data),
    path: ask ? path.data : undefined,
    common: pair ? common.data : undefined,
  };
  return { answers, queries: [...details, ...hoods, ...(ask ? [path] : []), ...(pair ? [common] : [])] };
}

/** Asks the server for every part of a scene, and puts the answers together. */
export function useSceneData(scene: Scene): SceneData {
  const { answers, queries } = useSceneQueries(scene);
  // The answers are stable objects: their numbers together say whether anything has changed.
  const stamp = [...answers.details, ...answers.hoods, answers.path, answers.common].map(numberOf).join();
  const latest = useRef(answers);
  latest.current = answers;
  const merged = useMemo(() => stamp && merge(latest.current), [stamp]) || empty;
  const hiddenNodes = scene.hidden.join();
  const hiddenTypes = scene.off.join();
  // Texts as dependencies: selecting a node makes a new scene, but must not draw everything anew.
  const visible = useMemo(() => {
    const hidden = new Set(hiddenNodes.split(','));
    const off = new Set(hiddenTypes.split(','));
    const nodes = [...merged.nodes.values()]
      .filter((node) => !hidden.has(node.id) && !off.has(node.type))
      .slice(0, drawnLimit);
    const kept = new Set(nodes.map((node) => node.id));
    return { nodes, edges: [...merged.edges.values()].filter((edge) => kept.has(edge.from) && kept.has(edge.to)) };
  }, [merged, hiddenNodes, hiddenTypes]);
  const groups = answers.hoods.flatMap((hood) => hood?.groups ?? []);
  return {
    all: merged,
    ...visible,
    total: groups.reduce((sum, group) => sum + group.total, 0),
    shown: groups.reduce((sum, group) => sum + group.shown, 0),
    path: answers.path,
    common: answers.common,
    onPath: merged.onPath,
    loading: queries.some((query) => query.isFetching && query.data === undefined),
    errors: queries.flatMap((query) =>
      query.isError ? [{ error: query.error, retry: () => void query.refetch() }] : [],
    ),
  };
}

const empty = { nodes: new Map<string, GraphNode>(), edges: new Map<string, GraphEdge>(), onPath: new Set<string>() };

/** A number for each object ever seen. */
const numbers = new WeakMap<object, number>();
let next = 1;
function numberOf(value: object | undefined): number {
  if (!value) return 0;
  const known = numbers.get(value);
  if (known) return known;
  numbers.set(value, next);
  return next++;
}
