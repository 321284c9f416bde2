import type { JobRun } from '@guanxi/engine/platform';
import { UserError } from '@guanxi/engine/platform';
import type { DemoParts } from './parts.ts';

const PAGE = 5000;

export const ownDataCame = () =>
  new UserError('conflict', 'own_data', 'Data of your own have come in beside the demo data', {
    remedy:
      'Demo data can only be cleared while nothing else has been received: use an empty data folder for your data.',
  });

/**
 * Removes the demo brand with everything that was made of it. The log itself says whether anything else has come: it is
 * read to its head before the first record goes, and nothing that comes later is touched.
 */
export async function clearDemo({ platform, ingest, river }: DemoParts, run: JobRun): Promise<Record<string, unknown>> {
  const generated = new Set((await ingest.sources.list()).filter((source) => source.generated).map(({ id }) => id));
  const { log } = platform;
  let erased = 0;
  await river.rebuild(async () => {
    const head = log.head();
    for (let after = 0; ;) {
      const records = await log.read(after, PAGE);
      if (records.length === 0) break;
      after = records.at(-1)!.seq;
      for (const { kind, sourceId } of records) if (kind === 'event' && !generated.has(sourceId)) throw ownDataCame();
      erased += records.length;
      run.progress({ done: erased, total: Math.max(erased, head) });
    }
    await log.eraseUpTo(head);
    await ingest.quarantine.remove([...generated]);
    await ingest.sources.generated.removeGenerated();
  });
  return { events: erased };
}
