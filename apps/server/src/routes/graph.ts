import { guardedKinds } from '../guarded.ts';
import type { Handlers } from './handler.ts';

export const graphHandlers: Handlers<
  | 'graphSearch'
  | 'graphNode'
  | 'graphNeighbours'
  | 'graphPath'
  | 'graphCommon'
  | 'edgeEvents'
  | 'ontology'
  | 'ontologyUpdate'
> = {
  graphSearch: async ({ query }, guanxi, caller) => ({
    items: await guanxi.graph.search(query.q, {
      types: query.types,
      limit: query.limit,
      guarded: guardedKinds(query.q, guanxi, caller),
    }),
  }),
  graphNode: ({ params }, { graph }) => graph.node(params.id),
  graphNeighbours: ({ params, query }, { graph }) => graph.neighbourhood(params.id, query),
  graphPath: ({ query }, { graph }) => graph.paths(query),
  graphCommon: ({ query }, { graph }) => graph.common(query),
  edgeEvents: ({ query }, { graph }) => graph.edgeEvents(query),
  ontology: async (_, { graph }) => graph.ontology(),
  ontologyUpdate: ({ body }, { platform }) => platform.jobs.submit('rebuild', 'ontology', { ontology: body }, 'events'),
};
