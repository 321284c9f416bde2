import type { GraphEdge } from '@guanxi/contracts';
import { useMemo } from 'react';
import { edgeKey, groupBy } from '../../ui/edges.ts';
import { useNames } from '../../ui/useOntology.ts';
import type { CanvasEdge, CanvasNode } from './canvasTypes.ts';
import type { Positions } from './layout.ts';
import { useNodeName } from './NodeSearch.tsx';
import type { Pin } from './scene.ts';
import type { SceneData } from './useSceneData.ts';

const pairOf = (edge: GraphEdge) => (edge.from < edge.to ? `${edge.from},${edge.to}` : `${edge.to},${edge.from}`);

/** Relations between the same two nodes are drawn as one line, named and opened by the strongest. */
function lines(
  edges: readonly GraphEdge[],
  isOn: (edge: GraphEdge) => boolean,
  nameOf: (type: string) => string,
): CanvasEdge[] {
  const heaviest = edges.reduce((most, edge) => Math.max(most, edge.weight), 1);
  return [...groupBy(edges, pairOf).values()].map((pair) => {
    const sorted = pair.toSorted((a, b) => Number(isOn(b)) - Number(isOn(a)) || b.weight - a.weight);
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
  readonly places: Positions;
  readonly pins: readonly Pin[];
  /** Up to which hop influence is shown; what it reaches later is faint. */
  readonly step: number;
}
export interface Drawing {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
}

/** What stands on the canvas: nodes that have a place, with their names, sizes and marks. */
export function useDrawing({ data, places, pins, step }: DrawingQuery): Drawing {
  const names = useNames();
  const nameOf = useNodeName();
  const { nodes, edges, all } = data;
  const pinned = useMemo(() => new Set(pins.map(({ id }) => id)), [pins]);
  return useMemo(() => {
    const degree = new Map<string, number>();
    for (const edge of edges) for (const id of [edge.from, edge.to]) degree.set(id, (degree.get(id) ?? 0) + 1);
    const hopOf = (id: string) => all.hops.get(id);
    const reached = (id: string) => all.hops.size === 0 || (hopOf(id) ?? Infinity) <= step;
    const carries = (edge: GraphEdge) =>
      all.carrying.has(edgeKey(edge)) && Math.max(hopOf(edge.from) ?? Infinity, hopOf(edge.to) ?? Infinity) <= step;
    return {
      nodes: nodes.flatMap((node): CanvasNode[] => {
        const at = places.get(node.id);
        if (!at) return [];
        return [
          {
            ...{ id: node.id, x: at.x, y: at.y, label: nameOf(node), family: names.family(node.type) },
            size: Math.min(18, 6 + 1.6 * Math.sqrt(degree.get(node.id) ?? 0)),
            onPath: all.onPath.has(node.id) || hopOf(node.id) === 0,
            faint: !reached(node.id),
            pinned: pinned.has(node.id),
          },
        ];
      }),
      edges: lines(edges, (edge) => all.onPath.has(edgeKey(edge)) || carries(edge), names.edgeType),
    };
  }, [nodes, edges, places, all, names, nameOf, pinned, step]);
}
