import { z } from 'zod';
import { instant, jsonObject, listOf, nodeId } from './common.ts';

export const graphNode = z.object({ id: nodeId, type: z.string(), key: z.string(), label: z.string() });
export type GraphNode = z.infer<typeof graphNode>;

/** An edge between two nodes as they are today (persons resolved), added up over the events behind it. */
export const graphEdge = z.object({
  from: nodeId,
  to: nodeId,
  type: z.string(),
  count: z.number().int(),
  weight: z.number(),
  first: instant,
  last: instant,
  channels: z.array(z.string()),
});
export type GraphEdge = z.infer<typeof graphEdge>;

export const subgraph = z.object({ nodes: z.array(graphNode), edges: z.array(graphEdge) });
export type Subgraph = z.infer<typeof subgraph>;

export const neighbourhoodQuery = z.object({
  edgeTypes: listOf.optional(),
  nodeTypes: listOf.optional(),
  /** The most neighbours of each (edge type, direction). */
  cap: z.coerce.number().int().min(1).max(1000).default(40),
  order: z.enum(['weight', 'count', 'last']).default('weight'),
  from: instant.optional(),
  to: instant.optional(),
});
export type NeighbourhoodQuery = z.infer<typeof neighbourhoodQuery>;

export const neighbourhood = subgraph.extend({
  centre: nodeId,
  /** How many there are, of which `nodes` holds the first. */
  groups: z.array(
    z.object({
      edgeType: z.string(),
      direction: z.enum(['out', 'in']),
      nodeType: z.string(),
      total: z.number().int(),
      shown: z.number().int(),
    }),
  ),
});
export type Neighbourhood = z.infer<typeof neighbourhood>;

export const nodeDetail = graphNode.extend({
  firstSeen: instant.nullable(),
  lastSeen: instant.nullable(),
  attributes: z.record(z.string(), z.object({ value: z.string(), time: instant, seq: z.number().int() })),
  groups: neighbourhood.shape.groups,
});
export type NodeDetail = z.infer<typeof nodeDetail>;

export const pathQuery = z.object({
  from: nodeId,
  to: nodeId,
  k: z.coerce.number().int().min(1).max(20).default(1),
  maxHops: z.coerce.number().int().min(1).max(6).default(4),
  nodeTypes: listOf.optional().describe('Only through nodes of these types'),
  edgeTypes: listOf.optional(),
  since: instant.optional(),
  until: instant.optional(),
});
export type PathQuery = z.infer<typeof pathQuery>;

export const graphPath = z.object({
  nodes: z.array(nodeId),
  edges: z.array(graphEdge),
  hops: z.number().int(),
  cost: z.number(),
});
export const pathResult = z.object({
  nodes: z.array(graphNode),
  paths: z.array(graphPath),
  /** True when the search met its budget before it could say there is nothing more. */
  truncated: z.boolean(),
});
export type PathResult = z.infer<typeof pathResult>;

export const commonQuery = z.object({
  a: nodeId,
  b: nodeId,
  edgeTypes: listOf.optional(),
  nodeTypes: listOf.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export const commonNeighbours = z.object({
  total: z.number().int(),
  items: z.array(z.object({ node: graphNode, a: z.array(graphEdge), b: z.array(graphEdge) })),
});
export type CommonNeighbours = z.infer<typeof commonNeighbours>;

export const edgeEvidence = z.object({
  seq: z.number().int(),
  time: instant,
  name: z.string(),
  sourceId: z.string(),
  channel: z.string(),
  weight: z.number(),
  event: jsonObject,
});
export type EdgeEvidence = z.infer<typeof edgeEvidence>;
