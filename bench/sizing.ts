import type { SuiteResult } from './harness.ts';

/** Events a day for which sizes are told. */
const VOLUMES = [100_000, 1_000_000, 10_000_000, 50_000_000];
/** The busiest minute of a shop's day over its mean, without a sale: 4. */
const PEAK = 4;
/** The share of the measured maximum that is planned with. */
const PLANNED = 0.6;
const DAYS = 30;

function valueOf(results: readonly SuiteResult[], suite: string, name: string): number {
  const found = results.findLast((result) => result.suite === suite)?.cases.find((each) => each.name === name);
  if (!found) throw new Error(`Sizing needs ${name} of the suite ${suite}: run npm run bench -- ${suite}`);
  return found.value;
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const gigabytes = (bytes: number) => (bytes / 2 ** 30 < 10 ? (bytes / 2 ** 30).toFixed(1) : whole(bytes / 2 ** 30));

function advice(peak: number, maximum: number): string {
  if (peak <= maximum * PLANNED) return 'one process with embedded engines';
  if (peak <= maximum) return 'one process, engines on machines of their own';
  const times = Math.ceil(peak / (maximum * PLANNED));
  return `engines of their own; the leading process on a machine ${times} × as fast, or fewer events at the peak (429)`;
}

/** deploy/sizing.md, computed from the last lines of `soak`, `ingest` and `crash`. */
export function renderSizing(results: readonly SuiteResult[]): string {
  const maximum = valueOf(results, 'soak', 'maximum');
  const bytes = valueOf(results, 'soak', 'bytes_per_event');
  const memory = Math.max(valueOf(results, 'soak', 'rss_mb'), valueOf(results, 'ingest', 'rss_mb'));
  const recovery = valueOf(results, 'crash', 'recovery_p95_ms');
  const { machine } = results.findLast(({ suite }) => suite === 'soak')!;
  const rows = VOLUMES.map((events) => {
    const peak = (events * PEAK) / 86_400;
    return `| ${whole(events)} | ${whole(peak)} | ${gigabytes(events * DAYS * bytes)} | ${advice(peak, maximum)} |`;
  });
  return `${[
    '# Sizing',
    'Written by `npm run bench -- sizing FILE...` from what the benchmarks measured; not edited by hand.',
    `Measured on ${machine.cpus} × ${machine.model}, ${machine.memory_gb} GB: ${whole(maximum)} events/s from the wire to the graph, all out; ${whole(bytes)} bytes on disk for an event with everything derived from it; at most ${whole(memory)} MB of memory; ${(recovery / 1000).toFixed(1)} s from a crash to the next acknowledged event (95 of 100). Planned with ${PLANNED * 100} % of the maximum and a peak of ${PEAK} times the mean.`,
    [
      '| events a day | peak, events/s | disk, GB a month (one copy) | what carries it |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n'),
    `Give each process of Guanxi ${Math.ceil((memory * 1.5) / 1024)} GB, and served engines as much as their own documentation asks for the disk above; a second shard halves the disk of each. Measure with your own events: \`npm run bench -- soak\`.`,
  ].join('\n\n')}\n`;
}
