import { UndirectedGraph } from 'graphology';
import louvain from 'graphology-communities-louvain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Leiden } from './leiden.ts';
import { modularityOf, networkOf, type NumberedEdge } from './network.ts';
import { randomFrom, steadily } from './steady.ts';

/** Zachary's karate club (1977): of each member the later members they meet. */
const KARATE: readonly (readonly number[])[] = [
  [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31],
  [2, 3, 7, 13, 17, 19, 21, 30],
  [3, 7, 8, 9, 13, 27, 28, 32],
  [7, 12, 13],
  [6, 10],
  [6, 10, 16],
  [16],
  [],
  [30, 32, 33],
  [33],
  ...[[], [], []],
  [33],
  [32, 33],
  [32, 33],
  ...[[], []],
  [32, 33],
  [33],
  [32, 33],
  [],
  [32, 33],
  [25, 27, 29, 32, 33],
  [25, 27, 31],
  [31],
  [29, 33],
  [33],
  [31, 33],
  [32, 33],
  [32, 33],
  [32, 33],
  [33],
  [],
];
const karate = KARATE.flatMap((others, a) => others.map((b) => ({ a, b, weight: 1 })));

async function communitiesOf(order: number, edges: readonly NumberedEdge[], seed = 1, resolution = 1) {
  const network = networkOf(order, edges);
  const leiden = new Leiden(network, { resolution, seed });
  expect(await steadily(leiden.run())).toBe(true);
  return { network, groups: leiden.groups, modularity: modularityOf(network, leiden.groups, resolution) };
}

function graphOf(order: number, edges: readonly NumberedEdge[]): UndirectedGraph {
  const graph = new UndirectedGraph();
  for (let node = 0; node < order; node++) graph.addNode(node);
  for (const { a, b, weight } of edges) graph.addEdge(a, b, { weight });
  return graph;
}

/** Whether each community is one piece. */
function arePieces(order: number, edges: readonly NumberedEdge[], groups: Int32Array): boolean {
  const piece = Int32Array.from({ length: order }, (_, node) => node);
  const root = (node: number): number => (piece[node] === node ? node : (piece[node] = root(piece[node]!)));
  for (const { a, b } of edges) if (groups[a] === groups[b]) piece[root(a)] = root(b);
  const roots = new Map<number, number>();
  return [...groups].every((group, node) => {
    const known = roots.get(group);
    if (known === undefined) roots.set(group, root(node));
    return known === undefined || known === root(node);
  });
}

test('the karate club: the best modularity that is known, as graphology measures it, and no worse than it finds', async () => {
  expect(karate).toHaveLength(78);
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const found = await Promise.all(seeds.map((seed) => communitiesOf(34, karate, seed)));
  const best = Math.max(...found.map(({ modularity }) => modularity));
  expect(best).toBeCloseTo(0.4198, 4);
  for (const { groups, modularity } of found) {
    expect(modularity).toBeGreaterThan(0.415);
    expect(new Set(groups).size).toBe(4);
  }
  const theirs = seeds.map((seed) => louvain.detailed(graphOf(34, karate), { rng: randomFrom(seed) }));
  expect(best).toBeGreaterThanOrEqual(Math.max(...theirs.map(({ modularity }) => modularity)) - 1e-9);
  for (const { communities, modularity } of theirs) {
    const same = Int32Array.from({ length: 34 }, (_, node) => communities[node]!);
    expect(modularityOf(networkOf(34, karate), same)).toBeCloseTo(modularity, 9);
  }
});

test('planted groups are found again', async () => {
  const random = randomFrom(7);
  const edges: NumberedEdge[] = [];
  for (let a = 0; a < 240; a++)
    for (let b = a + 1; b < 240; b++)
      if (random() < (a % 6 === b % 6 ? 0.35 : 0.01)) edges.push({ a, b, weight: 1 + Math.floor(random() * 3) });
  const { groups } = await communitiesOf(240, edges);
  expect(new Set(groups).size).toBe(6);
  for (let node = 0; node < 240; node++) expect(groups[node]).toBe(groups[node % 6]);
});

const someEdges = fc
  .uniqueArray(fc.tuple(fc.nat(39), fc.nat(39), fc.integer({ min: 1, max: 9 })), {
    selector: ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`,
    minLength: 1,
    maxLength: 160,
  })
  .map((list) => list.filter(([a, b]) => a !== b).map(([a, b, weight]): NumberedEdge => ({ a, b, weight })));

test('any graph: communities hang together, are the same for the same seed, and no node gains by moving', async () => {
  await fc.assert(
    fc.asyncProperty(someEdges, fc.constantFrom(0.5, 1, 2), async (edges, resolution) => {
      const { network, groups, modularity } = await communitiesOf(40, edges, 3, resolution);
      expect(arePieces(40, edges, groups)).toBe(true);
      expect([...(await communitiesOf(40, edges, 3, resolution)).groups]).toEqual([...groups]);
      for (const { a, b } of edges) {
        const moved = groups.slice();
        moved[a] = groups[b]!;
        expect(modularityOf(network, moved, resolution)).toBeLessThanOrEqual(modularity + 1e-9);
      }
    }),
    { numRuns: 60, seed: 21, endOnFailure: true },
  );
});

/** A ring of ring-like neighbourhoods with chords: it takes several levels. */
const ring = (order: number) =>
  Array.from({ length: order }, (_, at) =>
    [1, 2, 40, 100 + (at % 7)].map((step) => ({ a: at, b: (at + step) % order })),
  )
    .flat()
    .filter(({ a, b }) => a !== b)
    .map((edge) => ({ ...edge, weight: 1 }));

test('work that becomes too much keeps what it has, the same under any load', async () => {
  const network = networkOf(1000, ring(1000));
  const efforts: number[] = [];
  for (const effort of new Leiden(network, { resolution: 1, seed: 1 }).run()) efforts.push(effort);
  const all = efforts.reduce((sum, effort) => sum + effort, 0);
  expect(efforts.length).toBeGreaterThan(10);
  for (const share of [0, 0.5, 0.9]) {
    const patient = new Leiden(network, { resolution: 1, seed: 1 });
    expect(await steadily(patient.run(), { most: share * all })).toBe(false);
    const hurried = new Leiden(network, { resolution: 1, seed: 1 });
    // Others take the process for much longer than a stretch, again and again.
    const slow = (function* () {
      for (const effort of hurried.run()) {
        for (const until = performance.now() + 13; performance.now() < until;);
        yield effort;
      }
    })();
    expect(await steadily(slow, { most: share * all })).toBe(false);
    expect(hurried.groups).toEqual(patient.groups);
  }
  expect(await steadily(new Leiden(network, { resolution: 1, seed: 1 }).run(), { most: all })).toBe(true);
});

test('who has gone stops it', async () => {
  const gone = new AbortController();
  gone.abort();
  const leiden = new Leiden(networkOf(20_000, ring(20_000)), { resolution: 1, seed: 1 });
  await expect(steadily(leiden.run(), { signal: gone.signal })).rejects.toThrow(/abort/i);
});
