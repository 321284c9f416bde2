import type { CommonNeighbours, GraphEdge, GraphNode, Influence, PathResult } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { call } from '../../api/queries.ts';
import { edgeKey } from '../../ui/edges.ts';
import type { Scene } from './scene.ts';
import { type Answers, mergeAnswers, type Merged, type SceneQuery, useSceneQueries } from './sceneQueries.ts';

/** More than this becomes communities, unless the reader wants it drawn all the same, up to the second figure. */
export const drawnLimit = 5_000;
export const mostDrawn = 20_000;

export interface SceneData {
  /** All that was asked for, before hiding and filtering. */
  readonly all: Merged;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** How many nodes the filters leave, of which `nodes` holds as many as may be drawn. */
  readonly left: number;
  /** Neighbours there are in all, of the expansions. */
  readonly total: number;
  readonly shown: number;
  readonly path: PathResult | undefined;
  readonly common: CommonNeighbours | undefined;
  readonly influence: Influence | undefined;
  readonly loading: boolean;
  readonly running: readonly SceneQuery[];
  readonly errors: readonly { error: unknown; retry: () => void }[];
}

const empty: Merged = { nodes: new Map(), edges: new Map(), onPath: new Set(), hops: new Map(), carrying: new Set() };

/** The relations among what is drawn, where the scene wants them too. */
function useBetween(scene: Scene, nodes: readonly GraphNode[], stamp: string) {
  const wanted = scene.between && nodes.length > 1 && nodes.length <= drawnLimit;
  const key = ['graphBetween', stamp, scene.from, scene.to] as const;
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      call('graphBetween', { body: { nodes: nodes.map(({ id }) => id), from: scene.from, to: scene.to } }, signal),
    enabled: wanted,
    staleTime: 60_000,
  });
  return { key, query, edges: wanted ? query.data?.edges : undefined, wanted };
}

/** What the filters of a scene leave. */
function visibleOf(merged: Merged, scene: Scene): readonly GraphNode[] {
  const hidden = new Set(scene.hidden);
  const off = new Set(scene.off);
  const only = new Set(scene.only);
  return [...merged.nodes.values()].filter(
    (node) => !hidden.has(node.id) && !off.has(node.type) && (only.size === 0 || only.has(node.id)),
  );
}

function edgesAmong(merged: Merged, nodes: readonly GraphNode[], more: readonly GraphEdge[] | undefined): GraphEdge[] {
  const kept = new Set(nodes.map((node) => node.id));
  const edges = new Map(merged.edges);
  for (const edge of more ?? []) if (!edges.has(edgeKey(edge))) edges.set(edgeKey(edge), edge);
  return [...edges.values()].filter((edge) => kept.has(edge.from) && kept.has(edge.to));
}

/** While more answers are on their way, those that come are put together no more often than this. */
const gatherMs = 400;

/** A stamp that changes at once when nothing more is coming, else now and then: each change draws everything anew. */
function useGathered(stamp: string, more: boolean): string {
  const [taken, take] = useState(stamp);
  const last = useRef(-Infinity);
  useEffect(() => {
    if (stamp === taken) return;
    const now = () => {
      last.current = performance.now();
      take(stamp);
    };
    const timer = setTimeout(now, more ? Math.max(0, last.current + gatherMs - performance.now()) : 0);
    return () => clearTimeout(timer);
  }, [stamp, taken, more]);
  return more ? taken : stamp;
}

/** Asks the server for every part of a scene, and puts the answers together. */
export function useSceneData(scene: Scene): SceneData {
  const { answers, queries } = useSceneQueries(scene);
  // The answers are stable objects: their numbers together say whether anything has changed.
  const stamp = useGathered(
    stampOf(answers),
    queries.some(({ query }) => query.isFetching),
  );
  const latest = useRef({ answers, scene });
  latest.current = { answers, scene };
  const merged = useMemo(() => (stamp ? mergeAnswers(latest.current.answers) : empty), [stamp]);
  // Texts as dependencies: selecting a node makes a new scene, but must not draw everything anew.
  const filters = [scene.hidden.join(), scene.off.join(), scene.only.join()].join('|');
  const left = useMemo(() => {
    void filters;
    return visibleOf(merged, latest.current.scene);
  }, [merged, filters]);
  const nodes = useMemo(() => left.slice(0, scene.all ? mostDrawn : drawnLimit), [left, scene.all]);
  const between = useBetween(scene, nodes, `${stamp}|${filters}`);
  const edges = useMemo(() => edgesAmong(merged, nodes, between.edges), [merged, nodes, between.edges]);
  const asked: readonly SceneQuery[] = between.wanted
    ? [...queries, { stage: 'between', key: between.key, query: between.query }]
    : queries;
  const running = asked.filter(
    ({ query }) => query.isFetching && (query.data === undefined || query.isPlaceholderData),
  );
  const groups = answers.hoods.flatMap((hood) => hood?.groups ?? []);
  return {
    ...{ all: merged, nodes, edges, left: left.length, running },
    total: groups.reduce((sum, group) => sum + group.total, 0),
    shown: groups.reduce((sum, group) => sum + group.shown, 0),
    ...{ path: answers.path, common: answers.common, influence: answers.influence },
    loading: running.length > 0,
    errors: asked.flatMap(({ query }) =>
      query.isError ? [{ error: query.error, retry: () => void query.refetch() }] : [],
    ),
  };
}

const stampOf = ({ details, hoods, parts, path, common, influence }: Answers) =>
  [...details, ...hoods, ...parts, path, common, influence].map(numberOf).join();

const numbers = new WeakMap<object, number>();
let next = 1;
/** A number for each object ever seen, so that large ones are told apart without being read. */
export function numberOf(value: object | undefined): number {
  if (!value) return 0;
  const known = numbers.get(value);
  if (known) return known;
  numbers.set(value, next);
  return next++;
}
