import { UserError } from '@guanxi/engine/platform';
import type { FastifyReply } from 'fastify';
import type { Handlers } from './handler.ts';

/** Aborted when the client leaves before it was answered, so that nobody's long question goes on. */
function whoAsks({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once(
    'close',
    () => raw.writableEnded || gone.abort(new UserError('invalid', 'cancelled', 'Whoever asked has gone')),
  );
  return gone.signal;
}

export const exploreHandlers: Handlers<
  | 'graphInfluence'
  | 'graphCommunities'
  | 'graphCommunity'
  | 'graphBetween'
  | 'graphHistogram'
  | 'scenes'
  | 'scene'
  | 'sceneCreate'
  | 'sceneUpdate'
  | 'sceneDelete'
  | 'sceneRestore'
> = {
  graphInfluence: ({ params, query }, { graph }, _, { reply }) => graph.influence(params.id, query, whoAsks(reply)),
  graphCommunities: ({ body }, { graph }, _, { reply }) => graph.communities(body, whoAsks(reply)),
  graphCommunity: ({ body }, { graph }, _, { reply }) => graph.community(body, whoAsks(reply)),
  graphBetween: ({ body }, { graph }) => graph.between(body),
  graphHistogram: ({ body }, { graph }) => graph.histogram(body),
  scenes: async (_, { scenes }) => ({ items: await scenes.list() }),
  scene: ({ params }, { scenes }) => scenes.get(params.id),
  sceneCreate: ({ body }, { scenes }, { actor }) => scenes.create(body.name, body.content, actor),
  sceneUpdate: ({ params, body }, { scenes }, { actor }) => scenes.update(params.id, body, actor),
  sceneDelete: ({ params, query }, { scenes }, { actor }) => scenes.remove(params.id, query.version, actor),
  sceneRestore: ({ params }, { scenes }, { actor }) => scenes.restore(params.id, actor),
};
