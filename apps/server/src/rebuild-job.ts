import { identityRules, ontology } from '@guanxi/contracts';
import type { JobHandler } from '@guanxi/engine/platform';
import type { River, RiverParts } from '@guanxi/engine/river';
import { z } from 'zod';

/** New rules or a new ontology take effect with the rebuild that applies them, never before. */
const rebuildParams = z.object({ rules: identityRules.optional(), ontology: ontology.optional() });

const PROGRESS_MS = 200;

/** Empties everything derived and waits until the log has been replayed. Cancelling stops the waiting, not the replay. */
export function rebuildHandler({
  identity,
  graph,
  river,
}: Pick<RiverParts, 'identity' | 'graph'> & { river: River }): JobHandler {
  return async ({ params, saved, signal, progress, save }) => {
    const { rules, ontology: changed } = rebuildParams.parse(params);
    let target = saved as number | null;
    if (target === null) {
      target = await river.rebuild(async () => {
        if (rules) await identity.setRules(rules);
        if (changed) await graph.setOntology(changed);
      });
      await save(target);
    }
    for (;;) {
      const done = river.state().graph.position;
      progress({ done: Math.min(done, target), total: target });
      if (done >= target) break;
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, PROGRESS_MS));
    }
    return { events: river.state().accepted, duplicates: river.state().duplicates };
  };
}
