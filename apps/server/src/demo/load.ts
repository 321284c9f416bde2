import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoOptions, type JsonObject } from '@guanxi/contracts';
import { createWorld, DEMO_FILES, DEMO_STREAMS, FILES, type FileName, shardCount, STREAMS } from '@guanxi/demo';
import type { JobRun } from '@guanxi/engine/platform';
import { z } from 'zod';
import type { DemoParts } from './parts.ts';
import { type MadeShard, makeShards } from './shards.ts';

/** What is loaded: every option said. */
export const loadParams = demoOptions.required();

const saved = z.object({
  shard: z.number().int(),
  events: z.number().int(),
  quarantined: z.number().int(),
  unreadable: z.number().int(),
});
type Figures = z.infer<typeof saved>;

/** How many events the log may be ahead of the graph: enough that neither waits for the other. */
const LEAD = 12_000;
/** Events of the company itself, and of each person, by which the whole is guessed before the first shards are counted. */
const GUESS = { company: 5800, person: 16.5 };
const POLL_MS = 150;

interface Loading {
  readonly parts: DemoParts;
  readonly run: JobRun;
  readonly folder: string;
  readonly sources: ReadonlyMap<string, string>;
  readonly figures: Figures;
}

/** Sources of the demo brand by their names. */
async function sourcesOf({ ingest }: DemoParts): Promise<Map<string, string>> {
  const wanted = [
    ...FILES.map((file) => ({ source: DEMO_FILES[file].source, kind: 'file' as const })),
    ...STREAMS.map((stream) => DEMO_STREAMS[stream]),
  ];
  const found = new Map<string, string>();
  for (const { source, kind } of wanted)
    found.set(source, (await ingest.sources.generated.ensureGenerated(source, kind)).id);
  return found;
}

/**
 * Events of a file bear the time of the export that night, as if each night's export had been fetched: what a file says
 * of years ago came then.
 */
const thatNight = (event: JsonObject): JsonObject => ({ ...event, receivedAt: event['timestamp'] ?? null });

async function takeFile(name: FileName, text: string, loading: Loading): Promise<void> {
  const { parts, run, folder, sources, figures } = loading;
  const path = join(folder, `${name}.csv`);
  await writeFile(path, text);
  const gate = {
    sources: { ensureFileSource: async (source: string) => ({ id: sources.get(source)! }) },
    acceptEvents: async (sourceId: string, events: readonly JsonObject[]) => {
      const outcome = await parts.ingest.acceptEvents(sourceId, events.map(thatNight), {
        lasting: true,
        archived: true,
      });
      figures.events += outcome.accepted;
      return outcome;
    },
  };
  const within: JobRun = { ...run, saved: null, progress: () => undefined, save: async () => undefined };
  const result = await parts.imports.local.run(path, DEMO_FILES[name].mapping, within, gate);
  figures.unreadable += result.errors;
  figures.quarantined += result.quarantined;
}

async function takeShard({ files, batches }: MadeShard, loading: Loading): Promise<void> {
  const { parts, run, sources, figures } = loading;
  for (const { file, text } of files) await takeFile(file, text, loading);
  for (const { stream, json } of batches) {
    run.signal.throwIfAborted();
    const sourceId = sources.get(DEMO_STREAMS[stream].source)!;
    const events = JSON.parse(json) as JsonObject[];
    const { accepted, quarantined } = await parts.ingest.acceptEvents(sourceId, events, {
      lasting: true,
      archived: true,
    });
    figures.events += accepted;
    figures.quarantined += quarantined;
  }
}

/**
 * Loads the demo brand through the doors that everybody's data come by: shard after shard, files through their mappings,
 * events through the gate. An attempt that was cut short goes on with the shard it was at; what of that shard had come
 * already is known by its message ids and changes nothing.
 */
export async function loadDemo(parts: DemoParts, run: JobRun): Promise<Record<string, unknown>> {
  const options = loadParams.parse(run.params);
  const shards = shardCount(createWorld(options));
  const figures = saved.nullable().parse(run.saved) ?? { shard: 0, events: 0, quarantined: 0, unreadable: 0 };
  const folder = await mkdtemp(join(parts.platform.config.dataDir, 'demo-'));
  try {
    const loading: Loading = { parts, run, folder, sources: await sourcesOf(parts), figures };
    for await (const shard of makeShards(options, figures.shard, shards)) {
      await parts.river.throttle(LEAD);
      run.signal.throwIfAborted();
      await takeShard(shard, loading);
      figures.shard++;
      await run.save({ ...figures });
      run.progress({ done: figures.events, total: expected(figures, shards, options.people), result: { ...figures } });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await caughtUp(parts, run, figures);
  return { ...figures };
}

/** How many events there will be: guessed at first, from what has come as soon as that says more. */
function expected({ shard, events }: Figures, shards: number, people: number): number {
  const guess = GUESS.company + GUESS.person * people;
  const rest = (shards - shard) / Math.max(1, shards - 1);
  return Math.round(
    shard < 4 ? Math.max(guess, events) : events + ((events - GUESS.company) / (shard - 1)) * rest * (shards - 1),
  );
}

async function caughtUp({ platform, river }: DemoParts, run: JobRun, figures: Figures): Promise<void> {
  const target = platform.log.head();
  for (;;) {
    const left = target - river.state().graph.position;
    run.progress({ done: figures.events - Math.max(0, left), total: figures.events, result: { ...figures } });
    if (left <= 0) return;
    run.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
