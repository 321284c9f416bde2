import type {
  BetweenQuery,
  CommonNeighbours,
  Communities,
  CommunitiesQuery,
  EdgeEvidence,
  EventDetail,
  GraphNode,
  Histogram,
  HistogramQuery,
  Influence,
  InfluenceQuery,
  Neighbourhood,
  NeighbourhoodQuery,
  NodeDetail,
  NodeId,
  Ontology,
  PartOfGraph,
  PathQuery,
  PathResult,
} from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { type Platform, reloadOn, type Table } from '../platform/index.ts';
import { type CommonRequest, readCommon } from './common.ts';
import { createCounts, type GraphCounts } from './counts.ts';
import { readDetail } from './detail.ts';
import { describeEffects } from './effects.ts';
import { createCommunities } from './explore/communities.ts';
import { readInfluence } from './explore/influence.ts';
import { readHistogram, readPart } from './explore/parts.ts';
import { type EdgeEventsRequest, readEdgeEvents } from './evidence.ts';
import { createLabels, type Label } from './labels.ts';
import { defaultLimits, type GraphLimits } from './limits.ts';
import { titlesOf } from './names.ts';
import { readNeighbourhood } from './neighbourhood.ts';
import { ontologyMigrations, parseOntology, readOntology, writeOntology } from './ontology-store.ts';
import { readPaths } from './paths.ts';
import { placeOf } from './persons.ts';
import { compileOntology, type GraphEvent } from './projection.ts';
import { createRepair, type GraphRepair } from './repair.ts';
import { batchRows } from './rows.ts';
import { type SearchOptions, searchNamed, searchNodes } from './search.ts';
import { writeBatch } from './store.ts';
import { graphTables } from './tables.ts';
import { retail } from './templates/retail.ts';

export interface Graph {
  readonly tables: readonly Table[];
  ontology(): Ontology;
  /** Keeps it and projects by it from now on; what was projected before stays until a rebuild. */
  setOntology(ontology: Ontology): Promise<void>;
  /** Reads the ontology again, which another process may have saved. */
  refresh(): Promise<void>;
  /** Writes what events make. Idempotent under the token; the same however events are cut into batches. */
  apply(events: readonly GraphEvent[], tokenPrefix: string): Promise<void>;
  /** What one event makes of the graph. */
  effects(event: GraphEvent): EventDetail['effects'];
  /** Takes events out of the graph as if they had never been. */
  repair(): GraphRepair;
  /** Names of nodes, persons by their ids of today. */
  labels: Label;
  /** Nodes by key, title or identifier; exact ones first, then by beginning, then by words contained. */
  search(text: string, options: SearchOptions): Promise<GraphNode[]>;
  /** Persons by their names alone, those who are called exactly so first. */
  searchNamed(text: string, limit: number): Promise<NodeId[]>;
  /** One node with its attributes. This and what follows finds persons by former ids too, and throws `not_found`. */
  node(id: NodeId): Promise<NodeDetail>;
  /** What a node is connected to, capped by edge type and direction. */
  neighbourhood(id: NodeId, query: NeighbourhoodQuery): Promise<Neighbourhood>;
  /** The k shortest simple paths: fewest hops, then greatest weight, then smallest ids. */
  paths(query: PathQuery): Promise<PathResult>;
  /** What two nodes have in common, strongest first. */
  common(request: CommonRequest): Promise<CommonNeighbours>;
  /** The events behind an edge, newest first; none for an edge that is not there. Throws `bad_cursor`. */
  edgeEvents(request: EdgeEventsRequest): Promise<{ items: EdgeEvidence[]; next: string | null }>;
  /** What a node reaches along relations, and how surely. */
  influence(id: NodeId, query: InfluenceQuery, signal?: AbortSignal): Promise<Influence>;
  /** Groups of nodes that are closer among themselves than to others. Throws `no_such_relation`. */
  communities(query: CommunitiesQuery, signal?: AbortSignal): Promise<Communities>;
  /** One of them, by a node of it: its strongest nodes and the edges between. Throws `no_such_community`. */
  community(query: CommunitiesQuery & { member: NodeId; limit: number }, signal?: AbortSignal): Promise<PartOfGraph>;
  /** The edges between nodes, persons found by former ids too; what is no node is left out. */
  between(query: BetweenQuery): Promise<PartOfGraph>;
  /** When the edges between nodes happened. */
  histogram(query: HistogramQuery): Promise<Histogram>;
  /** How many nodes and edges of each type there are, persons resolved; may be a little old on a large graph. */
  counts(): Promise<GraphCounts>;
  /** Empties all tables. The ontology stays. */
  reset(): Promise<void>;
}

/** Told when an ontology was saved. */
const ONTOLOGY = 'ontology';

/** The knowledge graph on its tables, with the saved ontology or the retail template. */
export async function createGraph(
  platform: Platform,
  identity: Identity,
  limits: GraphLimits = defaultLimits,
): Promise<Graph> {
  const { clickhouse, postgres } = platform;
  await clickhouse.create(graphTables);
  await postgres.migrate(ontologyMigrations);
  const compiled = (ontology: Ontology) => ({
    ontology,
    project: compileOntology(ontology),
    titles: titlesOf(ontology),
  });
  let current = compiled((await readOntology(postgres)) ?? retail);
  const refresh = async () => {
    current = compiled((await readOntology(postgres)) ?? retail);
  };
  reloadOn(platform, ONTOLOGY, refresh);
  const label = createLabels(clickhouse, identity);
  const tools = { clickhouse, identity, label, limits };
  const counts = createCounts(clickhouse);
  const found = createCommunities(
    tools,
    () => current.ontology,
    async () => (await counts.read()).nodes,
  );
  return {
    tables: graphTables,
    ontology: () => current.ontology,
    async setOntology(ontology) {
      const next = compiled(parseOntology(ontology));
      await writeOntology(postgres, next.ontology);
      current = next;
      await platform.signals.publish(ONTOLOGY);
    },
    refresh,
    apply: (events, tokenPrefix) =>
      writeBatch(clickhouse, batchRows(events, current.project, current.titles), tokenPrefix),
    effects: (event) => describeEffects(current.project(event), current.titles),
    repair: () => createRepair(clickhouse, current.project, current.titles),
    labels: label,
    search: (text, options) => searchNodes(tools, text, options),
    searchNamed: (text, limit) => searchNamed(tools, text, limit),
    node: async (id) => readDetail(tools, await placeOf(identity, id)),
    neighbourhood: async (id, query) => readNeighbourhood(tools, await placeOf(identity, id), query),
    paths: (query) => readPaths(tools, query),
    common: (request) => readCommon(tools, request),
    edgeEvents: (request) => readEdgeEvents(clickhouse, identity, request),
    influence: async (id, query, signal) => readInfluence(tools, await placeOf(identity, id), query, signal),
    communities: found.find,
    community: found.open,
    between: (query) => readPart(tools, query.nodes, query),
    histogram: (query) => readHistogram(tools, query),
    counts: counts.read,
    async reset() {
      for (const { name } of graphTables) await clickhouse.truncate(name);
      counts.forget();
      found.forget();
    },
  };
}
