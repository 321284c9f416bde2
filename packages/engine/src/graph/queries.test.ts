import type { JsonObject, NodeId } from '@guanxi/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { createGraph, type Graph } from './graph.ts';
import { defaultLimits, type GraphLimits } from './limits.ts';
import {
  allPaths,
  type OracleEdge,
  oracleEdges,
  type OracleFilter,
  toGraphEdge,
  weightOf,
  within,
} from './oracle.testing.ts';
import { openWorld, type World } from './testing.ts';

let platform: Platform;
let world: World;
/** The same graph by all its ways of reading: in memory, joined in the engine, and with everything taken for a hub. */
let readers: Record<'memory' | 'middles' | 'hubs', Graph>;
beforeAll(async () => {
  platform = await openTestPlatform();
  world = await openWorld(platform);
  const reader = (limits: Partial<GraphLimits>) =>
    createGraph(platform, world.identity, { ...defaultLimits, ...limits });
  readers = {
    memory: world.graph,
    middles: await reader({ middles: 0 }),
    hubs: await reader({ neighbourhood: 1, firstHop: 1, middles: 0 }),
  };
});
afterAll(() => platform.close());

const start = Date.UTC(2026, 0, 1);
const minute = 60_000;

// Every question is a handful of statements on real engines.
vi.setConfig({ testTimeout: 240_000 });

/** Visits with and without a login, so that persons of several anchors come about. */
const visit: fc.Arbitrary<JsonObject> = fc
  .record({
    user: fc.option(fc.integer({ min: 0, max: 3 })),
    device: fc.option(fc.integer({ min: 0, max: 4 })),
    product: fc.integer({ min: 0, max: 5 }),
    other: fc.integer({ min: 0, max: 5 }),
    amount: fc.integer({ min: 1, max: 99_999 }).map((value) => value / 1000),
    at: fc.integer({ min: 0, max: 9 }),
    kind: fc.constantFrom('view', 'order', 'search', 'add'),
  })
  .map(({ user, device, product, other, amount, at, kind }): JsonObject => {
    const who: JsonObject = {
      ...(user === null ? {} : { userId: `u${user}` }),
      ...(device === null && user !== null ? {} : { anonymousId: `d${device ?? 9}` }),
      timestamp: new Date(start + at * minute).toISOString(),
    };
    const item = { product_id: `p${product}`, quantity: amount, brand: `b${other % 3}` };
    if (kind === 'search')
      return { type: 'track', event: 'Products Searched', properties: { query: `q${other}` }, ...who };
    if (kind === 'view') return { type: 'track', event: 'Product Viewed', properties: item, ...who };
    if (kind === 'add') return { type: 'track', event: 'Product Added', properties: item, ...who };
    const products = [item, { product_id: `p${other}`, quantity: 1 }];
    return { type: 'track', event: 'Order Completed', properties: { order_id: `o${other}`, products }, ...who };
  });

async function build(visits: readonly JsonObject[]): Promise<OracleEdge[]> {
  await world.reset();
  const events = [];
  for (let index = 0; index < visits.length; index += 15)
    events.push(...(await world.feed(visits.slice(index, index + 15))));
  return oracleEdges(world, events);
}
const idsOf = (edges: readonly OracleEdge[]) => [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort();

const filters: readonly OracleFilter[] = [
  {},
  { edgeTypes: ['viewed', 'contains', 'placed'] },
  { nodeTypes: ['product', 'person'] },
  { from: start + 2 * minute, to: start + 6 * minute },
];
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
const typesOf = ({ edgeTypes, nodeTypes }: OracleFilter) => ({
  edgeTypes: edgeTypes && [...edgeTypes],
  nodeTypes: nodeTypes && [...nodeTypes],
});
const windowed = (filter: OracleFilter) => ({ ...typesOf(filter), from: iso(filter.from), to: iso(filter.to) });

function expectedNeighbours(edges: readonly OracleEdge[], id: NodeId, filter: OracleFilter) {
  return within(edges, filter)
    .filter((edge) => (edge.from === id) !== (edge.to === id))
    .filter((edge) => filter.nodeTypes?.includes(edge.from === id ? edge.toType : edge.fromType) ?? true);
}

const bySize = (a: { type: string; from: string; to: string }, b: typeof a) =>
  `${a.type} ${a.from} ${a.to}`.localeCompare(`${b.type} ${b.from} ${b.to}`);

describe.each(['memory', 'middles', 'hubs'] as const)('against an oracle, %s', (way) => {
  test('neighbourhoods: edges, sums, totals, caps, windows, merged persons', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { minLength: 5, maxLength: 45 }), async (visits) => {
        const edges = await build(visits);
        for (const id of idsOf(edges).slice(0, 6))
          for (const filter of filters) {
            const expected = expectedNeighbours(edges, id, filter);
            const all = await readers[way].neighbourhood(id, { ...windowed(filter), cap: 1000, order: 'weight' });
            expect(all.edges.map(({ channels: _, ...edge }) => edge).sort(bySize)).toEqual(
              expected.map(toGraphEdge).sort(bySize),
            );
            const one = await readers[way].neighbourhood(id, { ...windowed(filter), cap: 1, order: 'weight' });
            const groups = new Map<string, number[]>();
            for (const edge of expected) {
              const key = `${edge.type} ${edge.from === id ? 'out' : 'in'}`;
              groups.set(key, [...(groups.get(key) ?? []), weightOf(edge)]);
            }
            expect(new Map(one.groups.map((group) => [`${group.edgeType} ${group.direction}`, group.total]))).toEqual(
              new Map([...groups].map(([key, weights]) => [key, weights.length])),
            );
            for (const edge of one.edges)
              expect(edge.weight).toBe(Math.max(...groups.get(`${edge.type} ${edge.from === id ? 'out' : 'in'}`)!));
          }
      }),
      { numRuns: 3, seed: 11, endOnFailure: true },
    );
  });

  test('paths: shortest and k shortest simple ones, with filters and windows', async () => {
    let merged = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(visit, { minLength: 8, maxLength: 40 }),
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.nat(),
            fc.constantFrom(1, 3, 6),
            fc.constantFrom(2, 4, 5, 6),
            fc.constantFrom(...filters),
          ),
          { minLength: 6, maxLength: 6 },
        ),
        async (visits, questions) => {
          const edges = await build(visits);
          const [aliases] = await platform.clickhouse.query<{ count: number }>(
            'SELECT count() AS count FROM person_alias WHERE person != anchor',
          );
          merged += aliases!.count;
          const ids = idsOf(edges);
          for (const [a, b, k, maxHops, filter] of questions) {
            const [from, to] = [ids[a % ids.length]!, ids[b % ids.length]!];
            if (from === to) continue;
            const window = { since: iso(filter.from), until: iso(filter.to) };
            const result = await readers[way].paths({ from, to, k, maxHops, ...typesOf(filter), ...window });
            const expected = allPaths(edges, from, to, maxHops, filter).slice(0, k);
            const costs = result.paths.map(({ cost }) => cost);
            expect(costs).toEqual([...costs].sort((x, y) => x - y));
            for (const path of result.paths) {
              expect(path.edges.map((edge) => new Set([edge.from, edge.to]))).toEqual(
                path.nodes.slice(1).map((id, index) => new Set([path.nodes[index]!, id])),
              );
            }
            if (result.truncated && way === 'hubs') continue;
            expect(result.truncated).toBe(false);
            expect(result.paths.map(({ nodes }) => nodes)).toEqual(expected.map(({ nodes }) => nodes));
            expect(
              result.paths.map((path) => path.edges.reduce((sum, { weight }) => sum + weight, 0).toFixed(3)),
            ).toEqual(expected.map(({ weight }) => weight.toFixed(3)));
          }
        },
      ),
      { numRuns: 8, seed: 12, endOnFailure: true },
    );
    expect(merged).toBeGreaterThan(5);
  });

  test('common neighbours and counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { minLength: 10, maxLength: 45 }), async (visits) => {
        const edges = await build(visits);
        const ids = idsOf(edges);
        for (let index = 0; index < 4; index++) {
          const [a, b] = [ids[index]!, ids.at(-1 - index)!];
          if (a === b) continue;
          const others = (id: NodeId) =>
            new Set(expectedNeighbours(edges, id, {}).map((edge) => (edge.from === id ? edge.to : edge.from)));
          const [ofA, ofB] = [others(a), others(b)];
          const both = [...ofA].filter((id) => ofB.has(id) && id !== a && id !== b).sort();
          const found = await readers[way].common({ a, b, limit: 500 });
          expect(found.total).toBe(both.length);
          expect(found.items.map(({ node }) => node.id).sort()).toEqual(both);
          for (const item of found.items) {
            const expected = edges.filter(
              (edge) => [edge.from, edge.to].includes(a) && [edge.from, edge.to].includes(item.node.id),
            );
            expect(item.a.map(({ channels: _, ...edge }) => edge).sort(bySize)).toEqual(
              expected.map(toGraphEdge).sort(bySize),
            );
          }
        }
        const fresh = await createGraph(platform, world.identity);
        const counts = await fresh.counts();
        const types = new Map<string, number>();
        for (const edge of edges) types.set(edge.type, (types.get(edge.type) ?? 0) + 1);
        expect(counts.edges).toEqual(Object.fromEntries([...types].sort()));
        const persons = new Set(edges.flatMap((edge) => (edge.fromType === 'person' ? [edge.from] : [])));
        expect(counts.nodes['person']).toBe(persons.size);
      }),
      { numRuns: 5, seed: 13, endOnFailure: true },
    );
  });
});
