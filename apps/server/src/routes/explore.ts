import { UserError } from '@guanxi/engine/platform';
import type { FastifyReply } from 'fastify';
import type { Guanxi } from '../compose.ts';
import type { Caller, Handlers } from './handler.ts';

/** Aborted when the client leaves before it was answered, so that nobody's long question goes on. */
function whoAsks({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once(
    'close',
    () => raw.writableEnded || gone.abort(new UserError('invalid', 'cancelled', 'Whoever asked has gone')),
  );
  return gone.signal;
}

/** Others save a copy: nobody finds a scene changed that they made and did not touch. */
async function refuseOthers(id: string, { scenes }: Guanxi, { actor, permissions }: Caller): Promise<void> {
  const owner = await scenes.ownerOf(id);
  if (permissions.has('users.manage') || (owner.kind === actor.kind && owner.id === actor.id)) return;
  throw new UserError('forbidden', 'not_own_scene', 'Only who made a scene and administrators change it', {
    remedy: 'Save it as a scene of your own.',
  });
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
  async sceneUpdate({ params, body }, guanxi, caller) {
    await refuseOthers(params.id, guanxi, caller);
    return guanxi.scenes.update(params.id, body, caller.actor);
  },
  async sceneDelete({ params, query }, guanxi, caller) {
    await refuseOthers(params.id, guanxi, caller);
    return guanxi.scenes.remove(params.id, query.version, caller.actor);
  },
  async sceneRestore({ params }, guanxi, caller) {
    await refuseOthers(params.id, guanxi, caller);
    return guanxi.scenes.restore(params.id, caller.actor);
  },
};
