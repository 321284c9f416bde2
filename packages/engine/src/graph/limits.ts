/** What is small enough to be read into memory; everything larger is left to the engine. Measured in rows or nodes. */
export interface GraphLimits {
  /** Edges of a node whose neighbourhood is added up here. */
  readonly neighbourhood: number;
  /** Edges of an end of a path; a node with more is a hub. */
  readonly firstHop: number;
  /** Edges of all nodes that a path search goes on from. */
  readonly laterHop: number;
  /** Nodes in the middle of a path search that are listed before they are ranked. */
  readonly middles: number;
  /** Neighbours of a node that influence, and what lies around it, are followed to; the strongest. */
  readonly fanout: number;
  /** Nodes of one hop that are followed on from. */
  readonly front: number;
  /** Nodes and relations of a part of the graph that is looked at as a whole. */
  readonly partNodes: number;
  readonly partEdges: number;
}

export const defaultLimits: GraphLimits = {
  neighbourhood: 2000,
  firstHop: 3000,
  laterHop: 20_000,
  middles: 20_000,
  fanout: 200,
  front: 400,
  partNodes: 20_000,
  partEdges: 100_000,
};
