import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createGraph, type Graph } from '../../packages/engine/src/graph/index.ts';
import { createIdentity } from '../../packages/engine/src/identity/index.ts';
import { type ClickHouse, openPlatform, readConfig } from '../../packages/engine/src/platform/index.ts';
import { type CaseSpec, type Measured, median, percentile, type RunOptions, type Suite } from '../harness.ts';
import { generate } from './generate.ts';

const ROUNDS = 3;
const NEIGHBOURHOODS = 300;
/** Of these random pairs, those with a path within four hops are asked for. */
const PAIRS = 250;
const MOST_PAIRS = 150;
const HOPS = 4;

const ORIGIN = 'docs/architecture.md, a graph that answers while somebody looks at it, on 2 cores';
const cases: readonly CaseSpec[] = [
  {
    name: 'neighbourhood_p95_ms',
    unit: 'ms',
    better: 'lower',
    goal: 20,
    origin: ORIGIN,
    meaning: 'The neighbourhood of a random node, 40 of each kind with labels: 95 % within',
  },
  {
    name: 'path4_p95_ms',
    unit: 'ms',
    better: 'lower',
    goal: 300,
    origin: ORIGIN,
    meaning: 'The heaviest shortest path between two random nodes at most 4 hops apart: 95 % within',
  },
  {
    name: 'busy_neighbourhood_p95_ms',
    unit: 'ms',
    better: 'lower',
    goal: null,
    origin: '',
    meaning: 'The same for nodes drawn by their edges, so that those with many come often',
  },
  {
    name: 'hub_neighbourhood_ms',
    unit: 'ms',
    better: 'lower',
    goal: null,
    origin: '',
    meaning: 'The neighbourhood of the node with the most edges of all',
  },
  {
    name: 'generate_seconds',
    unit: 's',
    better: 'lower',
    goal: null,
    origin: '',
    meaning: 'Making the graph inside the engine',
  },
];

interface Timed {
  readonly sorted: number[];
  /** Processor time of the whole process per question, which hardly depends on what else the machine does. */
  readonly processorMs: number;
}

async function timed<T>(questions: readonly T[], ask: (question: T) => Promise<unknown>): Promise<Timed> {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (const question of questions) {
    const start = performance.now();
    await ask(question);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  return { sorted: times.sort((a, b) => a - b), processorMs: (user + system) / 1000 / questions.length };
}

/** The p95 of several rounds after a warm-up: their median, with what a question costs the processor. */
async function p95Of<T>(
  name: string,
  questions: readonly T[],
  ask: (question: T) => Promise<unknown>,
): Promise<Measured> {
  await timed(questions, ask);
  const rounds: Timed[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await timed(questions, ask));
  const middle = (share: number) => median(rounds.map(({ sorted }) => percentile(sorted, share)));
  const processor = median(rounds.map(({ processorMs }) => processorMs));
  return {
    name,
    value: middle(0.95),
    runs: ROUNDS,
    note: `${questions.length} questions; p50 ${middle(0.5).toFixed(1)}, p99 ${middle(0.99).toFixed(1)} ms; ${processor.toFixed(1)} ms of processor time each`,
  };
}

const idsFrom = async (clickhouse: ClickHouse, sql: string, limit: number) =>
  (await clickhouse.query<{ id: string }>(`${sql} LIMIT ${limit}`)).map(({ id }) => id);

async function pairsOf(graph: Graph, ids: readonly string[]): Promise<{ from: string; to: string }[]> {
  const pairs: { from: string; to: string }[] = [];
  for (let index = 0; index + 1 < ids.length && pairs.length < MOST_PAIRS; index += 2) {
    const pair = { from: ids[index]!, to: ids[index + 1]! };
    const { paths } = await graph.paths({ ...pair, k: 1, maxHops: HOPS });
    if (paths.length > 0) pairs.push(pair);
  }
  return pairs;
}

async function measure(graph: Graph, clickhouse: ClickHouse, log: RunOptions['log']): Promise<Measured[]> {
  const look = (id: string) => graph.neighbourhood(id, { cap: 40, order: 'weight' });
  const random = 'SELECT toString(node.id) AS id FROM node ORDER BY cityHash64(node.id, 7)';
  const nodes = await idsFrom(clickhouse, random, NEIGHBOURHOODS);
  const byEdges = 'SELECT toString(node) AS id FROM adjacency ORDER BY cityHash64(node, other, 5)';
  const busy = await idsFrom(clickhouse, byEdges, NEIGHBOURHOODS);
  const most = 'SELECT toString(node) AS id FROM adjacency GROUP BY node ORDER BY count() DESC';
  const [hub] = await idsFrom(clickhouse, most, 1);
  const pairs = await pairsOf(graph, await idsFrom(clickhouse, random.replace('7)', '8)'), PAIRS * 2));
  log(`${pairs.length} random pairs are at most ${HOPS} hops apart`);
  const results = [
    await p95Of('neighbourhood_p95_ms', nodes, look),
    await p95Of('busy_neighbourhood_p95_ms', busy, look),
    await p95Of('hub_neighbourhood_ms', Array<string>(5).fill(hub!), look),
    await p95Of('path4_p95_ms', pairs, (pair) => graph.paths({ ...pair, k: 1, maxHops: HOPS })),
  ];
  for (const { name, value, note } of results) log(`${name} ${value.toFixed(1)}; ${note}`);
  return results;
}

async function run({ scale, log }: RunOptions): Promise<Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-bench-graph-'));
  const platform = await openPlatform(readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }));
  try {
    const graph = await createGraph(platform, await createIdentity(platform));
    const { nodes, edges, seconds } = await generate(platform.clickhouse, scale);
    log(`${nodes} nodes, ${edges} edges, made in ${seconds.toFixed(1)} s`);
    return [
      ...(await measure(graph, platform.clickhouse, log)),
      { name: 'generate_seconds', value: seconds, runs: 1, note: `${nodes} nodes, ${edges} edges` },
    ];
  } finally {
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How fast the graph answers at a million nodes and ten million edges of power-law degrees. */
export const suite: Suite = {
  name: 'graph',
  summary: 'Neighbourhoods and paths on a graph of a million nodes and ten million edges',
  sets: { generated: 'persons, products, orders and what ties them, degrees by a power law; the same every time' },
  cases,
  run,
};
