import type { GraphEdge, GraphNode } from '@guanxi/contracts';
import { useMemo } from 'react';
import { edgeKey } from '../../ui/edges.ts';
import { useNames } from '../../ui/useOntology.ts';
import type { CanvasEdge, CanvasNode } from './canvasTypes.ts';
import type { Positions } from './layout.ts';
import { useNodeName } from './NodeSearch.tsx';
import type { SceneData } from './useSceneData.ts';

/** Relations between the same two nodes, either way round. Thousands are told apart by numbers, texts would be slow. */
function pairsOf(edges: readonly GraphEdge[], numbers: ReadonlyMap<string, number>): GraphEdge[][] {
  const pairs = new Map<number, GraphEdge[]>();
  for (const edge of edges) {
    const [a, b] = [numbers.get(edge.from)!, numbers.get(edge.to)!];
    const key = Math.min(a, b) * numbers.size + Math.max(a, b);
    const pair = pairs.get(key);
    if (pair) pair.push(edge);
    else pairs.set(key, [edge]);
  }
  return [...pairs.values()];
}

/** Relations between the same two nodes are drawn as one line, named and opened by the strongest. */
function lines(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  isOn: (edge: GraphEdge) => boolean,
  nameOf: (type: string) => string,
): CanvasEdge[] {
  const heaviest = edges.reduce((most, edge) => Math.max(most, edge.weight), 1);
  return pairsOf(edges, new Map(nodes.map(({ id }, at) => [id, at]))).map((pair) => {
    const sorted =
      pair.length === 1 ? pair : pair.sort((a, b) => Number(isOn(b)) - Number(isOn(a)) || b.weight - a.weight);
    const first = sorted[0] as GraphEdge;
    return {
      id: edgeKey(first),
      from: first.from,
      to: first.to,
      size: 1 + 3 * Math.sqrt(Math.max(first.weight, 0) / heaviest),
      label: sorted.map((edge) => nameOf(edge.type)).join(' · '),
      onPath: isOn(first),
    };
  });
}

interface DrawingQuery {
  readonly data: SceneData;
  /** What of it stands on the canvas. */
  readonly shown: Pick<SceneData, 'nodes' | 'edges'>;
  readonly places: Positions;
  /** Up to which hop influence is shown; what it reaches later is faint. */
  readonly step: number;
}
export interface Drawing {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
}

/** What stands on the canvas: nodes that have a place, with their names, sizes and marks. */
export function useDrawing({ data, shown, places, step }: DrawingQuery): Drawing {
  const names = useNames();
  const nameOf = useNodeName();
  const { all } = data;
  const { nodes, edges } = shown;
  // Nodes move without anything else about them changing, so that the lines stay the same objects.
  const still = useMemo(() => {
    const degree = new Map<string, number>();
    for (const edge of edges) for (const id of [edge.from, edge.to]) degree.set(id, (degree.get(id) ?? 0) + 1);
    const hopOf = (id: string) => all.hops.get(id);
    const reached = (id: string) => all.hops.size === 0 || (hopOf(id) ?? Infinity) <= step;
    const carries = (edge: GraphEdge) =>
      all.carrying.has(edgeKey(edge)) && Math.max(hopOf(edge.from) ?? Infinity, hopOf(edge.to) ?? Infinity) <= step;
    const told = all.onPath.size > 0 || all.carrying.size > 0;
    const isOn = (edge: GraphEdge) => told && (all.onPath.has(edgeKey(edge)) || carries(edge));
    return {
      nodes: nodes.map((node) => ({
        ...{ id: node.id, label: nameOf(node), family: names.family(node.type) },
        size: Math.min(18, 6 + 1.6 * Math.sqrt(degree.get(node.id) ?? 0)),
        onPath: all.onPath.has(node.id) || hopOf(node.id) === 0,
        faint: !reached(node.id),
      })),
      edges: lines(nodes, edges, isOn, names.edgeType),
    };
  }, [nodes, edges, all, names, nameOf, step]);
  return useMemo(
    () => ({
      nodes: still.nodes.flatMap((node): CanvasNode[] => {
        const at = places.get(node.id);
        return at ? [{ ...node, x: at.x, y: at.y }] : [];
      }),
      edges: still.edges,
    }),
    [still, places],
  );
}
