import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { limitOf, listOf, nodeId, pageOf } from '../common.ts';
import {
  commonNeighbours,
  commonQuery,
  edgeEvidence,
  graphNode,
  neighbourhood,
  neighbourhoodQuery,
  nodeDetail,
  pathQuery,
  pathResult,
} from '../graph.ts';
import { job } from '../jobs.ts';
import { ontology } from '../ontology.ts';

const byNode = z.object({ id: nodeId });
const cursor = z.string().max(200).optional();

/** The knowledge graph. */
export const graphEndpoints = {
  graphSearch: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/graph/search',
    tag: 'graph',
    summary: 'Nodes by key, title or identifier',
    query: z.object({ q: z.string().min(1).max(200), types: listOf.optional(), limit: limitOf(50, 20) }),
    response: z.object({ items: z.array(graphNode) }),
  },
  graphNode: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/graph/nodes/:id',
    tag: 'graph',
    summary: 'One node with attributes and what it is connected to',
    params: byNode,
    response: nodeDetail,
  },
  graphNeighbours: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/graph/nodes/:id/neighbours',
    tag: 'graph',
    summary: 'Neighbours by type, capped and ordered',
    params: byNode,
    query: neighbourhoodQuery,
    response: neighbourhood,
  },
  graphPath: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/graph/paths',
    tag: 'graph',
    summary: 'The shortest path, or the k shortest',
    query: pathQuery,
    response: pathResult,
  },
  graphCommon: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/graph/common',
    tag: 'graph',
    summary: 'What two nodes have in common',
    query: commonQuery,
    response: commonNeighbours,
  },
  edgeEvents: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/graph/edges/events',
    tag: 'graph',
    summary: 'The events behind an edge',
    response: pageOf(edgeEvidence),
    query: z.object({ from: nodeId, to: nodeId, type: z.string().max(40), limit: limitOf(500, 50), cursor }),
  },
  ontology: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/ontology',
    tag: 'graph',
    summary: 'Node types, edge types and what makes them',
    response: ontology,
  },
  ontologyUpdate: {
    method: 'PUT',
    allow: 'ontology.manage',
    path: '/api/ontology',
    tag: 'graph',
    summary: 'Change the graph and rebuild it by replay',
    body: ontology,
    response: job,
  },
} as const satisfies Record<string, Endpoint>;
