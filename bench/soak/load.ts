import { lagOf, drained, type RunningServer } from '../support/server.ts';
import { startWorker } from '../support/child.ts';
import type { LoadOrder, LoadReport } from '../support/load.ts';
import { type Sample, sample } from '../support/sampler.ts';

const BATCH = 50;
const SLICE_SECONDS = 10;

export interface Soaked {
  /** Events a second the server takes and carries to the graph, all out. */
  readonly maximum: number;
  readonly offered: number;
  readonly acknowledged: number;
  /** How many of these while it was sampled. */
  readonly during: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly samples: readonly Sample[];
  /** Events behind, at the end of each slice of the load. */
  readonly lags: readonly number[];
}

/** A steady load of a share of what the server can carry, for some seconds, sampled. */
export async function soak(
  server: RunningServer,
  writeKey: string,
  { seconds, share, log }: { seconds: number; share: number; log(text: string): void },
): Promise<Soaked> {
  const loader = startWorker<LoadOrder, LoadReport>('../support/load.ts', import.meta.url);
  const target = { host: server.host, port: server.port, writeKey, batch: BATCH, connections: 16 };
  try {
    let seed = 0;
    const trial = async () => {
      const began = performance.now();
      const report = await loader.ask({ ...target, seed: ++seed, events: 40_000, rate: null });
      await drained(server);
      return { report, rate: report.events / ((performance.now() - began) / 1000) };
    };
    const trials = [await trial(), await trial()];
    const maximum = trials.at(-1)!.rate;
    const offered = maximum * share;
    log(`maximum ${Math.round(maximum)} events/s from the wire to the graph; ${Math.round(offered)}/s from now on`);
    let acknowledged = trials.reduce((sum, { report }) => sum + report.events, 0);
    const before = acknowledged;
    const statuses: Record<string, number> = {};
    const lags: number[] = [];
    const sampling = sample(server.pid, server.dataDir, Math.max(1000, (seconds * 1000) / 180));
    const began = performance.now();
    while ((performance.now() - began) / 1000 < seconds) {
      const events = Math.round((offered * SLICE_SECONDS) / BATCH) * BATCH;
      const report = await loader.ask({ ...target, seed: ++seed, events, rate: offered / BATCH });
      acknowledged += report.events;
      for (const [status, count] of Object.entries(report.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
      lags.push((await lagOf(server)).lag);
    }
    await drained(server);
    return {
      maximum,
      offered,
      acknowledged,
      during: acknowledged - before,
      statuses,
      samples: await sampling.stop(),
      lags,
    };
  } finally {
    await loader.stop();
  }
}
