import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Measured, RunOptions, Suite } from '../harness.ts';
import { drained, startServer } from '../support/server.ts';

const PEOPLE = 20_000;
/** Of the brand that is measured: a fixed end, so that every run loads the same events. */
const UNTIL = '2026-03-01';

async function run({ scale, log }: RunOptions): Promise<Measured[]> {
  const people = Math.max(1, Math.round(PEOPLE * scale));
  const server = await startServer({ GUANXI_DEMO: 'off' });
  try {
    const started = performance.now();
    const { id } = await server.api.demoLoad({ body: { people, seed: 1, until: UNTIL } });
    for (;;) {
      const job = await server.api.job({ params: { id } });
      if (job.state === 'done') break;
      if (job.state === 'failed' || job.state === 'cancelled')
        throw new Error(`the load ${job.state}: ${job.error ?? ''}`);
      await pause(200);
    }
    await drained(server);
    const seconds = (performance.now() - started) / 1000;
    // Counts are refreshed every few seconds.
    await pause(5000);
    const { counts } = await server.api.status();
    const events = counts.events + counts.duplicates;
    log(`${people} people, ${events} events in ${seconds.toFixed(1)} s, ${counts.customers} customers`);
    return [
      { name: 'seconds', value: seconds, runs: 1 },
      { name: 'events', value: events, runs: 1 },
      { name: 'events_per_second', value: events / seconds, runs: 1 },
      { name: 'cpu_seconds', value: server.cpuSeconds(), runs: 1 },
      { name: 'rss_mb', value: server.peakMemoryMb(), runs: 1 },
    ];
  } finally {
    await server.stop();
  }
}

const told = { better: 'lower', goal: null, origin: '' } as const;

export const suite: Suite = {
  name: 'demo',
  summary: 'the demo brand of 20,000 people, from the request to the graph, on an empty data folder',
  sets: { brand: '18 months of the demo brand; --scale multiplies its people' },
  cases: [
    {
      name: 'seconds',
      unit: 's',
      better: 'lower',
      goal: 90,
      origin: 'who starts the product for the first time sees all of it in a minute and a half, on 2 processors.',
      meaning: 'From the request until every event is in the graph',
    },
    { name: 'events', unit: 'events', ...told, meaning: 'Events that were loaded, repeated ones with them' },
    { name: 'events_per_second', unit: 'events/s', ...told, better: 'higher', meaning: 'Of these in a second' },
    { name: 'cpu_seconds', unit: 's', ...told, meaning: 'Processor time of the server, its start with it' },
    { name: 'rss_mb', unit: 'MB', ...told, meaning: 'The most memory the server ever held' },
  ],
  run,
};
