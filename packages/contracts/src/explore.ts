import { z } from 'zod';
import { instant, listOf, nodeId } from './common.ts';
import { graphEdge, graphNode, subgraph } from './graph.ts';

/** A relation to follow: `bought` both ways, `bought:out` as it points, `bought:in` against it. */
const along = listOf.pipe(z.array(z.string().regex(/^[a-z][a-z0-9_]{0,39}(:(out|in))?$/)));

export const influenceQuery = z.object({
  along: along.optional().describe('Relations to follow, as type, type:out or type:in; all where absent'),
  nodeTypes: listOf.optional().describe('Only to and through nodes of these types'),
  chance: z.coerce
    .number()
    .min(0.01)
    .max(1)
    .default(0.1)
    .describe('Probability that one event of a relation passes it on: the decay of a hop'),
  maxHops: z.coerce.number().int().min(1).max(5).default(3),
  /** The most nodes listed with their path. */
  limit: z.coerce.number().int().min(1).max(500).default(100),
  from: instant.optional(),
  to: instant.optional(),
});
export type InfluenceQuery = z.infer<typeof influenceQuery>;

export const influence = z.object({
  start: nodeId,
  nodes: z.array(graphNode),
  /** Of each step of the paths the heaviest relation. */
  edges: z.array(graphEdge),
  /** The nodes it reaches best, strongest first. */
  items: z.array(
    z.object({
      id: nodeId,
      /** Probability of the likeliest path, which is `path`. */
      strength: z.number(),
      /** Probability of being reached by any path within the hops. */
      probability: z.number(),
      path: z.array(nodeId),
    }),
  ),
  /** Hop by hop: nodes there are to reach, and how many of them are expected to be reached at this hop. */
  hops: z.array(
    z.object({
      hop: z.number().int(),
      nodes: z.number().int(),
      expected: z.number(),
      types: z.array(z.object({ type: z.string(), nodes: z.number().int() })),
    }),
  ),
  /** Nodes expected to be reached in all, the start not counted, with the standard error of the estimate. */
  expected: z.number(),
  standardError: z.number(),
  runs: z.number().int(),
  /** True when weaker relations of busy nodes, or weak nodes, were left out to bound the work. */
  truncated: z.boolean(),
});
export type Influence = z.infer<typeof influence>;

const someNodes = z.array(nodeId).min(1).max(20_000);
const typeName = z.string().min(1).max(40);

/** A part of the graph: two types with the relations between them, what lies around a node, or given nodes. */
export const graphScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('types'), a: typeName, b: typeName }),
  z.object({ kind: z.literal('around'), id: nodeId, hops: z.number().int().min(1).max(3) }),
  z.object({ kind: z.literal('nodes'), ids: someNodes }),
]);
export type GraphScope = z.infer<typeof graphScope>;

export const communitiesQuery = z.object({
  scope: graphScope,
  edgeTypes: z.array(typeName).max(200).optional(),
  from: instant.optional(),
  to: instant.optional(),
  /** Above 1 more and smaller communities, below fewer and larger ones. */
  resolution: z.number().min(0.1).max(10).default(1),
});
export type CommunitiesQuery = z.infer<typeof communitiesQuery>;

export const community = z.object({
  /** Its strongest node, by which it is opened. */
  id: nodeId,
  size: z.number().int(),
  /** Relations within. */
  edges: z.number().int(),
  types: z.array(z.object({ type: z.string(), nodes: z.number().int(), top: z.array(graphNode) })),
  /** The nodes it is called after: the strongest, things before persons. */
  named: z.array(graphNode),
});
export type Community = z.infer<typeof community>;

export const communities = z.object({
  items: z.array(community),
  /** How many there are, of which `items` holds the largest. */
  total: z.number().int(),
  links: z.array(z.object({ a: nodeId, b: nodeId, edges: z.number().int(), weight: z.number() })),
  modularity: z.number(),
  /** What was looked at. */
  nodes: z.number().int(),
  edges: z.number().int(),
  /** Share of the scope that was looked at; below 1 it was too large, and whole nodes were sampled by their ids. */
  share: z.number(),
  /** True when time ran out before it could get no better. */
  truncated: z.boolean(),
});
export type Communities = z.infer<typeof communities>;

export const partOfGraph = subgraph.extend({
  /** How many nodes there are, of which `nodes` holds the first. */
  total: z.number().int(),
  /** True when there are more edges than `edges` holds. */
  truncated: z.boolean(),
});
export type PartOfGraph = z.infer<typeof partOfGraph>;

export const betweenQuery = z.object({
  nodes: someNodes,
  edgeTypes: z.array(typeName).max(200).optional(),
  from: instant.optional(),
  to: instant.optional(),
});
export type BetweenQuery = z.infer<typeof betweenQuery>;

export const histogramQuery = z.object({
  nodes: someNodes,
  slices: z.number().int().min(4).max(200).default(80),
});
export type HistogramQuery = z.infer<typeof histogramQuery>;

/** Events behind the relations between nodes, in equal slices of the time from the first to the last. */
export const histogram = z.object({
  slices: z.array(z.object({ start: instant, end: instant, count: z.number().int() })),
  total: z.number().int(),
});
export type Histogram = z.infer<typeof histogram>;
