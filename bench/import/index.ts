import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Measured, RunOptions, Suite } from '../harness.ts';
import { drained, root, startServer } from '../support/server.ts';

const EXAMPLE = 'examples/online-retail';
const RUNS = 3;

/** Starts a fresh server, imports the example as a user would, and waits until all of it is in the graph. */
async function importOnce(log: RunOptions['log']): Promise<{ seconds: number; customers: number; memory: number }> {
  const server = await startServer();
  try {
    const started = performance.now();
    await promisify(execFile)(process.execPath, ['apps/cli/bin/guanxi.mjs', 'import', EXAMPLE], {
      cwd: root,
      maxBuffer: 1 << 26,
      env: { ...process.env, GUANXI_DATA: server.dataDir },
    });
    await drained(server);
    const seconds = (performance.now() - started) / 1000;
    // Counts are refreshed every few seconds.
    await pause(5000);
    const { counts } = await server.api.status();
    const memory = server.peakMemoryMb();
    log(`${seconds.toFixed(1)} s, ${counts.events} events, ${counts.customers} customers, ${Math.round(memory)} MB`);
    return { seconds, customers: counts.knownCustomers, memory };
  } finally {
    await server.stop();
  }
}

async function run({ log }: RunOptions): Promise<Measured[]> {
  if (!existsSync(join(root, EXAMPLE))) throw new Error(`${EXAMPLE} is missing`);
  const runs = [];
  // The first run is the first start of a new user: nothing warm is what this suite measures.
  for (let i = 0; i < RUNS; i++) runs.push(await importOnce(log));
  const seconds = runs.map((each) => each.seconds).sort((a, b) => a - b);
  return [
    { name: 'seconds', value: seconds[Math.floor(RUNS / 2)]!, runs: RUNS },
    { name: 'customers', value: runs[0]!.customers, runs: RUNS },
    { name: 'rss_mb', value: Math.max(...runs.map((each) => each.memory)), runs: RUNS },
  ];
}

export const suite: Suite = {
  name: 'import',
  summary: 'the example of a year of a shop, from the command to the graph, on an empty data folder',
  sets: { 'online-retail': 'UCI Online Retail: 541,909 rows of 25,900 invoices' },
  cases: [
    {
      name: 'seconds',
      unit: 's',
      better: 'lower',
      goal: 45,
      origin: 'a new user sees a real shop before the coffee is ready.',
      meaning: 'From the command until every row is in the graph',
    },
    {
      name: 'customers',
      unit: 'customers',
      better: 'equal',
      goal: 4372,
      origin: 'the customers that the data set itself names.',
      meaning: 'Customers that came out of it',
    },
    {
      name: 'rss_mb',
      unit: 'MB',
      better: 'lower',
      goal: null,
      origin: '',
      meaning: 'The most memory the server ever held',
    },
  ],
  run,
};
