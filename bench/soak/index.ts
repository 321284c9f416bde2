import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Measured, RunOptions, Suite } from '../harness.ts';
import { diskOf, type Sample, series } from '../support/sampler.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { cases } from './cases.ts';
import { growth, typical } from './flat.ts';
import { idle } from './idle.ts';
import { soak, type Soaked } from './load.ts';

const MINUTES = 30;
const LEAST_SECONDS = 90;
const SHARE = 0.6;

/** Bytes on disk for each event of the second half over those of the first: above 1, old events cost ever more. */
function diskRatio(samples: readonly Sample[], before: number): number {
  const middle = samples[Math.floor(samples.length / 2)]!;
  const last = samples.at(-1)!;
  const perSecond = (from: { at: number; diskMb: number }, to: Sample) => (to.diskMb - from.diskMb) / (to.at - from.at);
  return perSecond(middle, last) / perSecond({ at: 0, diskMb: before }, middle);
}

async function underLoad(server: RunningServer, { scale, log }: RunOptions): Promise<Measured[]> {
  const writeKey = (await server.api.sources()).items.find(({ kind }) => kind === 'sdk')!.writeKey;
  const seconds = Math.max(LEAST_SECONDS, MINUTES * 60 * scale);
  const soaked = await soak(server, writeKey, { seconds, share: SHARE, log });
  await pause(3000);
  const { counts } = await server.api.status();
  return [...figures(soaked), ...truth(soaked, counts), { name: 'rss_mb', value: server.peakMemoryMb(), runs: 1 }];
}

function figures({ maximum, offered, during, samples, lags, statuses }: Soaked): Measured[] {
  const minutes = (samples.at(-1)!.at / 60).toFixed(1);
  return [
    { name: 'maximum', value: maximum, runs: 1 },
    { name: 'offered', value: offered, runs: 1, note: `for ${minutes} minutes; by status ${JSON.stringify(statuses)}` },
    {
      name: 'rss_growth',
      value: (100 * growth(samples, 'rssMb')) / typical(samples, 'rssMb'),
      runs: samples.length,
      note: `memory over time: ${series(samples, 'rssMb')} MB`,
    },
    {
      name: 'files_growth',
      value: (100 * growth(samples, 'files')) / typical(samples, 'files'),
      runs: samples.length,
      note: `open files over time: ${series(samples, 'files')}`,
    },
    {
      name: 'disk_ratio',
      value: diskRatio(samples, samples[0]!.diskMb),
      runs: 1,
      note: `disk over time: ${series(samples, 'diskMb')} MB`,
    },
    {
      name: 'bytes_per_event',
      value: ((samples.at(-1)!.diskMb - samples[0]!.diskMb) * 2 ** 20) / during,
      runs: 1,
    },
    { name: 'lag_s', value: lags.at(-1)! / offered, runs: 1, note: `lag over time: ${lags.join(' ')} events` },
  ];
}

const truth = ({ acknowledged }: Soaked, counts: { events: number; duplicates: number }): Measured[] => [
  { name: 'acknowledged', value: acknowledged, runs: 1 },
  { name: 'lost', value: Math.max(0, acknowledged - counts.events), runs: 1 },
  { name: 'doubled', value: Math.max(0, counts.events - acknowledged) + counts.duplicates, runs: 1 },
];

async function run(options: RunOptions): Promise<Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-soak-'));
  try {
    const server = await startServer({}, { folder });
    let loaded: Measured[];
    try {
      loaded = await underLoad(server, options);
    } finally {
      await server.stop();
    }
    options.log(`${diskOf(folder).toFixed(0)} MB on disk; now idle`);
    return [...loaded, ...(await idle(folder, options))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const suite: Suite = {
  name: 'soak',
  summary: 'half an hour at 60 % of what the server can carry, then a month of idling, compressed',
  sets: { shop: '20,000 visitors of a shop with 2,000 products, seeded' },
  cases,
  run,
};
