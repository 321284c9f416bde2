import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Measured, RunOptions } from '../harness.ts';
import { sample, series } from '../support/sampler.ts';
import { startServer } from '../support/server.ts';
import { growth, typical } from './flat.ts';

const DAYS = 30;
/** Real seconds in which the days pass. */
const SECONDS = 300;
const LEAST_SECONDS = 30;

/** Lets a server on this folder do nothing for a month of its own clock, and looks what the doing nothing costs. */
export async function idle(folder: string, { scale, log }: RunOptions): Promise<Measured[]> {
  const seconds = Math.max(LEAST_SECONDS, SECONDS * scale);
  const factor = (DAYS * 86_400) / seconds;
  const preload = fileURLToPath(new URL('compress.mjs', import.meta.url));
  const server = await startServer(
    { NODE_OPTIONS: `--import ${preload}`, GUANXI_SOAK_FACTOR: String(factor) },
    { folder },
  );
  try {
    process.kill(server.pid, 'SIGUSR2');
    const sampling = sample(server.pid, folder, Math.max(500, (seconds * 1000) / 120));
    await pause(seconds * 1000);
    const samples = await sampling.stop();
    const ready = await fetch(`${server.url}/ready`);
    if (!ready.ok) throw new Error(`After a month of idling the server is not ready: ${await ready.text()}`);
    log(`idle: ${DAYS} days in ${seconds} s, memory ${series(samples, 'rssMb', 8)} MB`);
    return [
      {
        name: 'idle_days',
        value: DAYS,
        runs: 1,
        note: `in ${seconds} s, clock and timers ${Math.round(factor)} times as fast`,
      },
      {
        name: 'idle_rss_growth',
        value: (100 * growth(samples, 'rssMb')) / typical(samples, 'rssMb'),
        runs: samples.length,
        note: `memory over time: ${series(samples, 'rssMb')} MB`,
      },
      {
        name: 'idle_disk_growth',
        value: (100 * growth(samples, 'diskMb')) / typical(samples, 'diskMb'),
        runs: samples.length,
        note: `disk over time: ${series(samples, 'diskMb')} MB`,
      },
    ];
  } finally {
    await server.stop();
  }
}
