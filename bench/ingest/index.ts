import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type Measured, median, percentile, type RunOptions, type Suite } from '../harness.ts';
import { startWorker, type Worker } from '../support/child.ts';
import { drained, lagOf, type RunningServer, startServer } from '../support/server.ts';
import { cases } from './cases.ts';
import type { LoadOrder, LoadReport } from '../support/load.ts';
import type { PeerOrder, PeerReport } from './peer.ts';
import { probeUntil } from './visible.ts';

const ROUNDS = 5;
const BATCH = 100;
/** Requests of ours, and inserts of the peer, under way at once. */
const CONNECTIONS = 16;
const OFFERED = 3300;

interface Bench {
  readonly server: RunningServer;
  readonly writeKey: string;
  readonly scale: number;
  readonly log: RunOptions['log'];
  load(order: Pick<LoadOrder, 'events' | 'batch' | 'connections' | 'rate'> & { seed?: number }): Promise<LoadReport>;
  readonly peer: Worker<PeerOrder, PeerReport>;
  /** A seed nobody has used yet. */
  seed(): number;
}

/** Refused or broken requests would make the others look fast. */
function allAcknowledged(report: LoadReport): LoadReport {
  const others = Object.entries(report.statuses).filter(([status]) => status !== '200');
  if (others.length > 0) throw new Error(`Not every request was acknowledged: ${JSON.stringify(report.statuses)}`);
  return report;
}

const figures = (report: LoadReport) =>
  `${Math.round(report.events / report.seconds)} events/s, p50 ${report.p50.toFixed(1)}, p95 ${report.p95.toFixed(1)}, p99 ${report.p99.toFixed(1)}, max ${report.max.toFixed(1)} ms`;

/**
 * Processor time of the server since `before` (of `cpuSeconds`), per event, with all work on these events done. Unlike
 * every other figure it hardly depends on what else the machine does.
 */
const processorTime = (server: RunningServer, before: number, events: number) =>
  `${(((server.cpuSeconds() - before) / events) * 1000).toFixed(3)} ms of the server's processor time per event, graph included`;

/** The time until a backlog is in the graph, nothing arriving. */
async function drainRate(server: RunningServer): Promise<{ events: number; seconds: number }> {
  const before = await lagOf(server);
  const started = performance.now();
  await drained(server);
  return { events: before.lag, seconds: (performance.now() - started) / 1000 };
}

async function batches(bench: Bench): Promise<Measured[]> {
  const events = Math.max(BATCH * 20, Math.round(30_000 * bench.scale));
  const ours: LoadReport[] = [];
  const theirs: PeerReport[] = [];
  const drains: { events: number; seconds: number }[] = [];
  const before = bench.server.cpuSeconds();
  for (let round = 0; round <= ROUNDS; round++) {
    const work = { events, batch: BATCH, connections: CONNECTIONS, seed: bench.seed() };
    const report = allAcknowledged(await bench.load({ ...work, rate: null }));
    const drain = await drainRate(bench.server);
    const peer = await bench.peer.ask(work);
    bench.log(
      `batches of ${BATCH}${round === 0 ? ', warm-up' : ''}: ${figures(report)}; drained ${drain.events} in ${drain.seconds.toFixed(1)} s; bare insert ${Math.round(peer.events / peer.seconds)} events/s`,
    );
    if (round === 0) continue;
    ours.push(report);
    theirs.push(peer);
    drains.push(drain);
  }
  const note = processorTime(bench.server, before, events * (ROUNDS + 1));
  const of = (value: (report: LoadReport) => number) => median(ours.map(value));
  const sum = (key: 'events' | 'seconds') => drains.reduce((total, drain) => total + drain[key], 0);
  return [
    {
      name: 'batch_ack',
      value: of(({ events: acknowledged, seconds }) => acknowledged / seconds),
      peerValue: median(theirs.map((peer) => peer.events / peer.seconds)),
      runs: ROUNDS,
      note,
    },
    { name: 'batch_p50_ms', value: of(({ p50 }) => p50), runs: ROUNDS },
    {
      name: 'batch_p95_ms',
      value: of(({ p95 }) => p95),
      peerValue: median(theirs.map(({ p95 }) => p95)),
      runs: ROUNDS,
    },
    { name: 'batch_p99_ms', value: of(({ p99 }) => p99), runs: ROUNDS },
    { name: 'drained', value: sum('events') / sum('seconds'), runs: ROUNDS },
  ];
}

async function singles({ load, server, scale, log }: Bench): Promise<Measured[]> {
  const events = Math.max(1000, Math.round(10_000 * scale));
  const runs: LoadReport[] = [];
  const before = server.cpuSeconds();
  for (let run = 0; run < 3; run++) {
    const report = allAcknowledged(await load({ events, batch: 1, connections: 64, rate: 1000 }));
    log(`1,000 single requests/s: ${figures(report)}`);
    runs.push(report);
    await drained(server);
  }
  const note = processorTime(server, before, events * runs.length);
  const of = (value: (report: LoadReport) => number) => median(runs.map(value));
  return [
    { name: 'single_p50_ms', value: of(({ p50 }) => p50), runs: runs.length },
    { name: 'single_p95_ms', value: of(({ p95 }) => p95), runs: runs.length, note },
    { name: 'single_p99_ms', value: of(({ p99 }) => p99), runs: runs.length },
  ];
}

/** A steady load for at least 20 seconds; the river must keep up with it. */
async function processed({ load, server, scale, log }: Bench): Promise<Measured[]> {
  const events = Math.round(OFFERED * Math.max(20, 20 * scale));
  const begin = await lagOf(server);
  const before = server.cpuSeconds();
  const lags: number[] = [];
  let over = false;
  const watch = (async () => {
    while (!over) {
      lags.push((await lagOf(server)).lag);
      await pause(1000);
    }
  })();
  const started = performance.now();
  const report = await load({ events, batch: 50, connections: 32, rate: OFFERED / 50 });
  over = true;
  const end = await lagOf(server);
  await watch;
  await drained(server);
  const seconds = (performance.now() - started) / 1000;
  const { position } = await lagOf(server);
  log(`${OFFERED} events/s offered: ${figures(report)}; lag each second ${lags.join(' ')}; at the end ${end.lag}`);
  const note = `lag ${begin.lag} at the start, at most ${Math.max(0, ...lags)}, ${end.lag} at the end; requests by status ${JSON.stringify(report.statuses)}; ${processorTime(server, before, position - begin.position)}`;
  return [
    { name: 'processed', value: (position - begin.position) / seconds, runs: 1, note },
    { name: 'processed_lag', value: end.lag, runs: 1 },
  ];
}

async function visible({ load, server, writeKey, scale, log }: Bench): Promise<Measured[]> {
  const seconds = Math.max(5, 20 * scale);
  const loading = load({ events: Math.round(1000 * seconds), batch: 10, connections: 16, rate: 100 });
  const times = await probeUntil(server, writeKey, loading);
  log(`under 1,000 events/s: ${figures(allAcknowledged(await loading))}`);
  const note = `${times.length} probes: p50 ${percentile(times, 0.5).toFixed(0)} ms, slowest ${times.at(-1)!.toFixed(0)} ms`;
  log(`visible: ${note}`);
  await drained(server);
  return [{ name: 'visible_p95_ms', value: percentile(times, 0.95), runs: times.length, note }];
}

async function run({ scale, log }: RunOptions): Promise<Measured[]> {
  const server = await startServer();
  const peerFolder = mkdtempSync(join(tmpdir(), 'guanxi-bench-peer-'));
  const loader = startWorker<LoadOrder, LoadReport>('../support/load.ts', import.meta.url);
  const peer = startWorker<PeerOrder, PeerReport>('./peer.ts', import.meta.url, [peerFolder]);
  try {
    const { items } = await server.api.sources();
    const writeKey = items.find((source) => source.kind === 'sdk')!.writeKey;
    let seed = 0;
    const { host, port } = server;
    const bench: Bench = {
      server,
      writeKey,
      scale,
      log,
      peer,
      seed: () => ++seed,
      load: (order) => loader.ask({ seed: ++seed, ...order, host, port, writeKey }),
    };
    const measured = [
      ...(await batches(bench)),
      ...(await singles(bench)),
      ...(await processed(bench)),
      ...(await visible(bench)),
    ];
    const { counts } = await server.api.status();
    const note = `${counts.events.toLocaleString('en-US')} events of ${counts.customers.toLocaleString('en-US')} customers had gone through it`;
    return [...measured, { name: 'rss_mb', value: server.peakMemoryMb(), runs: 1, note }];
  } finally {
    await loader.stop();
    await peer.stop();
    await server.stop();
    rmSync(peerFolder, { recursive: true, force: true });
  }
}

export const suite: Suite = {
  name: 'ingest',
  summary: 'the server as it starts, from the wire to the graph',
  sets: { shop: '20,000 visitors of a shop with 2,000 products, seeded' },
  cases,
  run,
};
