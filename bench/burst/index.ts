import { setTimeout as pause } from 'node:timers/promises';
import { type CaseSpec, type Measured, percentile, type RunOptions, type Suite } from '../harness.ts';
import { startWorker } from '../support/child.ts';
import type { LoadOrder, LoadReport } from '../support/load.ts';
import { sample, series } from '../support/sampler.ts';
import { drained, type RunningServer, startServer } from '../support/server.ts';
import { drainedProbe, type Probe, probeWhile } from './probe.ts';

const BATCH = 100;
const TIMES_CAPACITY = 5;
/** More requests under way at once than the server can hold, as when every shop page retries. */
const CONNECTIONS = 400;

const cases: readonly CaseSpec[] = [
  {
    name: 'capacity',
    unit: 'events/s',
    better: 'higher',
    goal: null,
    origin: '',
    meaning: 'Events acknowledged with 16 connections kept busy, in requests of 100: what the burst is a multiple of',
  },
  {
    name: 'offered',
    unit: 'events/s',
    better: 'higher',
    goal: null,
    origin: '',
    meaning: 'Events offered during the burst',
  },
  {
    name: 'refused_share',
    unit: '%',
    better: 'higher',
    goal: null,
    origin: '',
    meaning: 'Requests of the burst answered 429',
  },
  {
    name: 'without_retry_after',
    unit: 'answers',
    better: 'equal',
    goal: 0,
    origin: 'RFC 6585: who is asked to slow down is told for how long.',
    meaning: 'Probes during the burst that were answered 429 without Retry-After',
  },
  {
    name: 'other_answers',
    unit: 'requests',
    better: 'equal',
    goal: 0,
    origin: 'a client is told yes or later, nothing else.',
    meaning: 'Requests of the burst answered neither 200 nor 429, or not at all',
  },
  {
    name: 'acknowledged',
    unit: 'events',
    better: 'higher',
    goal: null,
    origin: '',
    meaning: 'Events acknowledged in all',
  },
  {
    name: 'lost',
    unit: 'events',
    better: 'equal',
    goal: 0,
    origin: 'an acknowledged event is never lost.',
    meaning: 'Acknowledged and not counted once everything is processed',
  },
  {
    name: 'doubled',
    unit: 'events',
    better: 'equal',
    goal: 0,
    origin: 'nor has it its effect twice, and a refused one has none.',
    meaning: 'Counted and not acknowledged, or counted twice',
  },
  {
    name: 'rss_mb',
    unit: 'MB',
    better: 'lower',
    goal: 1024,
    origin: 'a burst is refused, not kept in memory.',
    meaning: "Peak memory of the server's process over the whole run",
  },
  {
    name: 'recovery_s',
    unit: 's',
    better: 'lower',
    goal: 5,
    origin: 'the shop that behaves should not suffer long for the one that does not.',
    meaning: 'From the end of the burst until five probes in a row are acknowledged within 100 ms',
  },
];

const requests = (report: LoadReport) => Object.values(report.statuses).reduce((sum, count) => sum + count, 0);

interface Burst {
  readonly capacity: number;
  readonly warm: LoadReport;
  readonly report: LoadReport;
  readonly probes: readonly Probe[];
  readonly recovery: { readonly seconds: number; readonly acknowledged: number };
}

async function burst(server: RunningServer, writeKey: string, { scale, log }: RunOptions): Promise<Burst> {
  const loader = startWorker<LoadOrder, LoadReport>('../support/load.ts', import.meta.url);
  try {
    const target = { host: server.host, port: server.port, writeKey };
    const measure = { ...target, events: Math.round(60_000 * Math.max(0.2, scale)), batch: BATCH };
    const warm = await loader.ask({ ...measure, seed: 1, connections: 16, rate: null });
    const capacity = warm.events / warm.seconds;
    log(`capacity ${Math.round(capacity)} events/s`);
    await drained(server);
    const rate = (capacity * TIMES_CAPACITY) / BATCH;
    const seconds = Math.max(2, 10 * scale);
    let over = false;
    const probing = probeWhile(server, writeKey, BATCH, () => !over);
    const order = { ...target, seed: 2, batch: BATCH, connections: CONNECTIONS, rate };
    const report = await loader.ask({ ...order, events: Math.round(rate * seconds) * BATCH });
    over = true;
    const probes = await probing;
    const recovery = await drainedProbe(server, writeKey);
    log(`${TIMES_CAPACITY} × capacity: requests by status ${JSON.stringify(report.statuses)}`);
    return { capacity, warm, report, probes, recovery };
  } finally {
    await loader.stop();
  }
}

async function run(options: RunOptions): Promise<Measured[]> {
  const server = await startServer();
  const sampling = sample(server.pid, server.dataDir, 1000);
  try {
    const writeKey = (await server.api.sources()).items.find(({ kind }) => kind === 'sdk')!.writeKey;
    const { capacity, warm, report, probes, recovery } = await burst(server, writeKey, options);
    await drained(server);
    await pause(3000);
    const { counts } = await server.api.status();
    const samples = await sampling.stop();
    const acknowledged = warm.events + report.events + probes.filter(({ status }) => status === 200).length * BATCH;
    const sent = acknowledged + recovery.acknowledged;
    const refused = report.statuses['429'] ?? 0;
    const slow = probes.map(({ ms }) => ms).sort((a, b) => a - b);
    const told = probes.filter(({ status, retryAfter }) => status === 429 && retryAfter === null).length;
    return [
      { name: 'capacity', value: capacity, runs: 1 },
      { name: 'offered', value: (requests(report) * BATCH) / report.seconds, runs: 1 },
      {
        name: 'refused_share',
        value: (100 * refused) / requests(report),
        runs: 1,
        note: `by status ${JSON.stringify(report.statuses)}`,
      },
      {
        name: 'without_retry_after',
        value: told,
        runs: probes.length,
        note: `${probes.filter(({ status }) => status === 429).length} of ${probes.length} probes answered 429; 95 of 100 answers within ${percentile(slow, 0.95).toFixed(0)} ms`,
      },
      { name: 'other_answers', value: requests(report) - refused - (report.statuses['200'] ?? 0), runs: 1 },
      { name: 'acknowledged', value: sent, runs: 1 },
      { name: 'lost', value: Math.max(0, sent - counts.events), runs: 1 },
      { name: 'doubled', value: Math.max(0, counts.events - sent) + counts.duplicates, runs: 1 },
      {
        name: 'rss_mb',
        value: server.peakMemoryMb(),
        runs: 1,
        note: `memory each second: ${series(samples, 'rssMb')} MB`,
      },
      { name: 'recovery_s', value: recovery.seconds, runs: 1 },
    ];
  } finally {
    await sampling.stop();
    await server.stop();
  }
}

export const suite: Suite = {
  name: 'burst',
  summary: 'five times as many events as the server can take: asked to wait, nothing kept in memory, nothing lost',
  sets: { shop: '20,000 visitors of a shop with 2,000 products, seeded' },
  cases,
  run,
};
