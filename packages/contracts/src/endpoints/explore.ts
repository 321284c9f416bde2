import { z } from 'zod';
import { nodeId } from '../common.ts';
import type { Endpoint } from '../endpoint.ts';
import {
  betweenQuery,
  communities,
  communitiesQuery,
  histogram,
  histogramQuery,
  influence,
  influenceQuery,
  partOfGraph,
} from '../explore.ts';
import { scene, sceneContent, sceneName, sceneRow } from '../scene.ts';

const byScene = z.object({ id: z.uuid() });
const version = z.coerce.number().int().min(1).describe('The version that is changed');

/** Questions about larger parts of the graph, which are bodies because they may name many nodes; saved explorations. */
export const exploreEndpoints = {
  graphInfluence: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/graph/nodes/:id/influence',
    tag: 'graph',
    summary: 'What a node reaches along relations, and how surely',
    params: z.object({ id: nodeId }),
    query: influenceQuery,
    response: influence,
  },
  graphCommunities: {
    method: 'POST',
    allow: 'graph.read',
    path: '/api/graph/communities',
    tag: 'graph',
    summary: 'Groups of nodes that are closer among themselves than to others',
    body: communitiesQuery,
    response: communities,
  },
  graphCommunity: {
    method: 'POST',
    allow: 'graph.read',
    path: '/api/graph/communities/members',
    tag: 'graph',
    summary: 'The strongest nodes of one community, with the relations between them',
    body: communitiesQuery.extend({ member: nodeId, limit: z.number().int().min(1).max(5000).default(1000) }),
    response: partOfGraph,
  },
  graphBetween: {
    method: 'POST',
    allow: 'graph.read',
    path: '/api/graph/between',
    tag: 'graph',
    summary: 'The relations between given nodes',
    body: betweenQuery,
    response: partOfGraph,
  },
  graphHistogram: {
    method: 'POST',
    allow: 'graph.read',
    path: '/api/graph/histogram',
    tag: 'graph',
    summary: 'When the relations between given nodes happened',
    body: histogramQuery,
    response: histogram,
  },
  scenes: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/scenes',
    tag: 'graph',
    summary: 'Saved explorations, the last changed first',
    response: z.object({ items: z.array(sceneRow) }),
  },
  scene: {
    method: 'GET',
    allow: 'graph.read',
    path: '/api/scenes/:id',
    tag: 'graph',
    summary: 'One saved exploration',
    params: byScene,
    response: scene,
  },
  sceneCreate: {
    method: 'POST',
    allow: 'scenes.write',
    path: '/api/scenes',
    tag: 'graph',
    summary: 'Save an exploration',
    body: z.object({ name: sceneName, content: sceneContent }),
    response: sceneRow,
  },
  sceneUpdate: {
    method: 'PUT',
    allow: 'scenes.write',
    path: '/api/scenes/:id',
    tag: 'graph',
    summary: 'Rename a scene or save it anew; refused when somebody else changed it meanwhile',
    params: byScene,
    body: z.object({ version, name: sceneName.optional(), content: sceneContent.optional() }),
    response: sceneRow,
  },
  sceneDelete: {
    method: 'DELETE',
    allow: 'scenes.write',
    path: '/api/scenes/:id',
    tag: 'graph',
    summary: 'Delete a scene; it can be restored for a week',
    params: byScene,
    query: z.object({ version }),
    response: sceneRow,
  },
  sceneRestore: {
    method: 'POST',
    allow: 'scenes.write',
    path: '/api/scenes/:id/restore',
    tag: 'graph',
    summary: 'Take a deletion back',
    params: byScene,
    response: sceneRow,
  },
} as const satisfies Record<string, Endpoint>;
