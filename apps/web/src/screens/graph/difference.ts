import type { DrawnGraph, GraphEdge, GraphNode } from '@guanxi/contracts';
import { edgeKey } from '../../ui/edges.ts';

/** What has changed in the graph since a scene was saved. */
export interface Difference {
  readonly newNodes: number;
  readonly goneNodes: number;
  readonly newEdges: number;
  readonly goneEdges: number;
  /** Relations with more or fewer events than before. */
  readonly changedEdges: number;
}

export const drawnOf = (nodes: readonly GraphNode[], edges: readonly GraphEdge[]): DrawnGraph => ({
  nodes: nodes.map(({ id }) => id),
  edges: Object.fromEntries(edges.map((edge) => [edgeKey(edge), edge.count])),
});

export function differenceOf(before: DrawnGraph, now: DrawnGraph): Difference {
  const [old, fresh] = [new Set(before.nodes), new Set(now.nodes)];
  const edges = Object.entries(now.edges);
  return {
    newNodes: now.nodes.filter((id) => !old.has(id)).length,
    goneNodes: before.nodes.filter((id) => !fresh.has(id)).length,
    newEdges: edges.filter(([key]) => before.edges[key] === undefined).length,
    goneEdges: Object.keys(before.edges).filter((key) => now.edges[key] === undefined).length,
    changedEdges: edges.filter(([key, count]) => before.edges[key] !== undefined && before.edges[key] !== count).length,
  };
}

export const isSame = (difference: Difference): boolean => Object.values(difference).every((count) => count === 0);
