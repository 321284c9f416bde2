import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type CaseSpec, type Measured, percentile, type RunOptions, type Suite } from '../harness.ts';
import { drained, type RunningServer, startServer } from '../support/server.ts';
import {
  type Answered,
  customerQuestions,
  exploreQuestions,
  listQuestions,
  neighbourQuestions,
  pathQuestions,
  type Question,
  screenQuestions,
  searchQuestions,
  somePeople,
  timesOf,
} from './questions.ts';

const PEOPLE = 200_000;
const ASKED = 30;
const EXPLORED = 6;
/** Home's figures and whole-store counts are kept for some seconds. */
const FORGOTTEN_MS = 11_000;
const ROUNDS = 5;

async function loadBrand(server: RunningServer, people: number, log: RunOptions['log']): Promise<void> {
  const { id } = await server.api.demoLoad({ body: { people, seed: 1 } });
  for (let told = 0; ;) {
    const { state, error, done, total } = await server.api.job({ params: { id } });
    if (state === 'done') break;
    if (state === 'failed' || state === 'cancelled') throw new Error(`the load ${state}: ${error ?? ''}`);
    if (Date.now() - told > 30_000) {
      told = Date.now();
      log(`loading: ${done} of ${total ?? '…'} events`);
    }
    await pause(300);
  }
  await drained(server);
}

/** Home's figures, counted anew each time. */
async function* homeQuestions(api: RunningServer['api']): AsyncGenerator<Question> {
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await pause(FORGOTTEN_MS);
    yield { name: 'home', ask: () => api.home() };
  }
}

async function inTurn(questions: AsyncIterable<Question>): Promise<Answered[]> {
  const times: Answered[] = [];
  for await (const question of questions) times.push(...(await timesOf([question])));
  return times.sort((a, b) => a.ms - b.ms);
}

async function measureAll(server: RunningServer, log: RunOptions['log']): Promise<Measured[]> {
  const { api } = server;
  const measured: Measured[] = [];
  const add = async (name: string, ask: () => Promise<Answered[]>) => {
    const cpuBefore = server.cpuSeconds();
    const times = await ask();
    const cpu = ((server.cpuSeconds() - cpuBefore) * 1000) / times.length;
    const values = times.map(({ ms }) => ms);
    const slowest = times.at(-1)!;
    const [p50, p95] = [percentile(values, 0.5), percentile(values, 0.95)];
    const note = `p50 ${p50.toFixed(0)} ms, slowest ${slowest.ms.toFixed(0)} ms (${slowest.name}); ${cpu.toFixed(0)} ms of processor time each`;
    log(`${name}: p95 ${p95.toFixed(0)} ms, ${note}`);
    measured.push({ name: `${name}_p95_ms`, value: p95, runs: values.length, note });
  };
  // What whoever signs in first after a start waits for.
  const opening = [
    { name: 'status', ask: () => api.status() },
    { name: 'home', ask: () => api.home() },
  ];
  await add('first', () => timesOf(opening));
  const people = await somePeople(api, ASKED);
  const ids = people.map(({ id }) => id);
  const newest = Date.parse((await api.customers({ query: { order: 'last_seen', limit: 1 } })).items[0]!.lastSeen);
  const customers = (search: string) => api.customers({ query: { search, limit: 50 } });
  const named = (q: string) => api.graphSearch({ query: { q } });
  await add('list', () => timesOf(listQuestions(api, newest)));
  await add('search', () => timesOf(searchQuestions(people, customers)));
  await add('graph_search', () => timesOf(searchQuestions(people, named)));
  await add('customer', () => timesOf(customerQuestions(api, people)));
  await add('neighbours', () => timesOf(neighbourQuestions(api, ids)));
  await add('path', () => timesOf(pathQuestions(api, ids)));
  await add('explore', () => timesOf(exploreQuestions(api, ids.slice(0, EXPLORED))));
  await add('screens', () => timesOf(Array.from({ length: ROUNDS }, () => screenQuestions(api)).flat()));
  await add('home', () => inTurn(homeQuestions(api)));
  return measured;
}

/** Loads the brand into a folder that has nothing yet. */
async function fill(folder: string, people: number, log: RunOptions['log']): Promise<void> {
  if (existsSync(join(folder, 'guanxi.key'))) return log(`as ${folder} has it`);
  const server = await startServer({ GUANXI_DEMO: 'off' }, { folder });
  try {
    await loadBrand(server, people, log);
  } finally {
    await server.stop();
  }
}

async function run({ scale, data, log }: RunOptions): Promise<Measured[]> {
  const folder = data ?? mkdtempSync(join(tmpdir(), 'guanxi-bench-people-'));
  try {
    await fill(folder, Math.max(50, Math.round(PEOPLE * scale)), log);
    // Started anew, so that nothing is kept of the load.
    const server = await startServer({ GUANXI_DEMO: 'off' }, { folder });
    try {
      const measured = await measureAll(server, log);
      const { counts } = await server.api.status();
      log(`${counts.customers} customers, ${counts.events} events`);
      return [{ name: 'customers', value: counts.customers, runs: 1 }, ...measured];
    } finally {
      await server.stop();
    }
  } finally {
    if (data === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

const QUICK =
  'what answers within some tenth of a second does not interrupt (Nielsen, 1993); the first call, nothing kept.';
const answered = (name: string, goal: number | null, meaning: string): CaseSpec => ({
  name: `${name}_p95_ms`,
  unit: 'ms',
  better: 'lower',
  goal,
  origin: goal === null ? '' : QUICK,
  meaning,
});

export const suite: Suite = {
  name: 'people',
  summary: 'what the screens of the console ask the API for, on a brand of 200,000 people, first calls',
  sets: { brand: '18 months of the demo brand; --scale multiplies its people, --data keeps them in a folder' },
  cases: [
    { name: 'customers', unit: 'customers', better: 'higher', goal: null, origin: '', meaning: 'There are so many' },
    answered('first', null, 'Status and Home’s figures as the very first questions after a start'),
    answered('list', 150, 'A page of the customer list: three orders, five filters, first and following pages'),
    answered('search', 150, 'Customers by name or number: whole, by the beginning, by a part, and such as nobody has'),
    answered('graph_search', 150, 'The same texts in the explorer, where everything that has a name is looked for'),
    answered('customer', 300, 'All tabs of a customer’s page at once: traits, timeline, network, identity, consent'),
    answered('neighbours', 150, 'The neighbourhood of a customer in the explorer'),
    answered('path', 300, 'The shortest path between two customers'),
    answered('explore', null, 'Influence of a customer, communities within two hops'),
    answered('screens', 300, 'Status, alerts, sources, events, quarantine, jobs, audit log'),
    answered('home', 300, 'Home’s figures when nobody has asked for a while'),
  ],
  run,
};
