import type { GraphEdge, PathResult } from '@guanxi/contracts';
import { useMemo, useRef } from 'react';
import { edgeKey, groupBy } from '../../ui/edges.ts';
import { useNames } from '../../ui/useOntology.ts';
import type { CanvasEdge, CanvasNode } from './GraphCanvas.tsx';
import { layOut, type Positions } from './layout.ts';
import { useNodeName } from './NodeSearch.tsx';
import type { SceneData } from './useSceneData.ts';

const pairOf = (edge: GraphEdge) => (edge.from < edge.to ? `${edge.from},${edge.to}` : `${edge.to},${edge.from}`);

/** Relations between the same two nodes are drawn as one line, named and opened by the strongest. */
function lines(
  edges: readonly GraphEdge[],
  onPath: ReadonlySet<string>,
  nameOf: (type: string) => string,
): CanvasEdge[] {
  const heaviest = Math.max(...edges.map((edge) => edge.weight), 1);
  return [...groupBy(edges, pairOf).values()].map((pair) => {
    const sorted = pair.toSorted(
      (a, b) => Number(onPath.has(edgeKey(b))) - Number(onPath.has(edgeKey(a))) || b.weight - a.weight,
    );
    const first = sorted[0] as GraphEdge;
    return {
      id: edgeKey(first),
      from: first.from,
      to: first.to,
      size: 1 + 3 * Math.sqrt(Math.max(first.weight, 0) / heaviest),
      label: sorted.map((edge) => nameOf(edge.type)).join(' · '),
      onPath: onPath.has(edgeKey(first)),
    };
  });
}

/** Paths side by side from left to right: where their nodes begin, and, where there is nothing else, stay. */
function pathPlaces(result: PathResult | undefined): Positions {
  const places: Positions = new Map();
  const paths = result?.paths ?? [];
  paths.forEach((path, lane) =>
    path.nodes.forEach((id, step) => {
      const end = step === 0 || step === path.hops;
      const y = end ? 0 : ((paths.length - 1) / 2 - lane) * 60;
      if (!places.has(id)) places.set(id, { x: -120 + (240 * step) / Math.max(1, path.hops), y });
    }),
  );
  return places;
}

/** Places and names for the canvas. Nodes keep their place while others come and go; `round` lays everything out anew. */
export function useDrawing(data: SceneData, round: number): { nodes: CanvasNode[]; edges: CanvasEdge[] } {
  const names = useNames();
  const nameOf = useNodeName();
  const kept = useRef<{ round: number; positions: Positions }>({ round, positions: new Map() });
  const { nodes, edges, onPath, path } = data;
  const positions = useMemo(() => {
    const before: Positions = kept.current.round === round ? kept.current.positions : new Map();
    const ids = nodes.map((node) => node.id);
    const settled = ids.every((id) => before.has(id));
    const lanes = pathPlaces(path);
    const alone = lanes.size > 0 && ids.every((id) => lanes.has(id));
    const placed = alone
      ? lanes
      : settled && ids.length > 0
        ? before
        : layOut(ids, edges, new Map([...lanes, ...before]));
    kept.current = { round, positions: new Map([...before, ...placed]) };
    return placed;
  }, [nodes, edges, path, round]);
  return useMemo(() => {
    const degree = new Map<string, number>();
    for (const edge of edges) for (const id of [edge.from, edge.to]) degree.set(id, (degree.get(id) ?? 0) + 1);
    return {
      nodes: nodes.map((node) => ({
        id: node.id,
        ...(positions.get(node.id) ?? { x: 0, y: 0 }),
        size: Math.min(18, 6 + 1.6 * Math.sqrt(degree.get(node.id) ?? 0)),
        label: nameOf(node),
        family: names.family(node.type),
        onPath: onPath.has(node.id),
      })),
      edges: lines(edges, onPath, names.edgeType),
    };
  }, [nodes, edges, positions, onPath, names, nameOf]);
}
