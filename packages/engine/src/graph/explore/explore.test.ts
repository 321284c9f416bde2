import type { CommunitiesQuery, InfluenceQuery, JsonObject, NodeId } from '@guanxi/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Platform } from '../../platform/index.ts';
import { nodeIdOf } from '../../platform/index.ts';
import { openTestPlatform } from '../../platform/testing.ts';
import { createGraph } from '../graph.ts';
import { defaultLimits } from '../limits.ts';
import { type OracleEdge, oracleEdges, toGraphEdge, within } from '../oracle.testing.ts';
import { openWorld, type World } from '../testing.ts';

let platform: Platform;
let world: World;
beforeAll(async () => {
  platform = await openTestPlatform();
  world = await openWorld(platform);
});
afterAll(() => platform.close());

vi.setConfig({ testTimeout: 240_000 });

const start = Date.UTC(2026, 0, 1);
const minute = 60_000;
const at = (minutes: number) => new Date(start + minutes * minute).toISOString();

const visit = fc
  .record({
    user: fc.option(fc.nat(3)),
    device: fc.option(fc.nat(4)),
    product: fc.nat(5),
    minutes: fc.nat(9),
    event: fc.constantFrom('Product Viewed', 'Product Added'),
  })
  .map(({ user, device, product, minutes, event }): JsonObject => ({
    type: 'track',
    event,
    ...(user === null ? {} : { userId: `u${user}` }),
    ...(device === null && user !== null ? {} : { anonymousId: `d${device ?? 9}` }),
    timestamp: at(minutes),
    properties: { product_id: `p${product}`, brand: `b${product % 2}`, quantity: 1 },
  }));

async function build(visits: readonly JsonObject[]): Promise<OracleEdge[]> {
  await world.reset();
  return oracleEdges(world, await world.feed([...visits]));
}

interface Ask {
  readonly along?: string[] | undefined;
  readonly from?: number;
  readonly to?: number;
}
const asks: readonly Ask[] = [
  {},
  { along: ['viewed'] },
  { along: ['viewed:out', 'added_to_cart'] },
  { from: start + 2 * minute, to: start + 7 * minute },
];

/** What is passed on between any two nodes: the events of all relations that are followed. */
function chancesOf(edges: readonly OracleEdge[], ask: Ask, chance: number): Map<NodeId, Map<NodeId, number>> {
  const events = new Map<NodeId, Map<NodeId, number>>();
  const follow = (type: string, direction: string) =>
    ask.along?.some((item) => item === type || item === `${type}:${direction}`) ?? true;
  for (const edge of within(edges, { from: ask.from, to: ask.to }))
    for (const [a, b, direction] of [
      [edge.from, edge.to, 'out'],
      [edge.to, edge.from, 'in'],
    ] as const) {
      if (a === b || !follow(edge.type, direction)) continue;
      const row = events.get(a) ?? new Map<NodeId, number>();
      events.set(a, row.set(b, (row.get(b) ?? 0) + edge.events.length));
    }
  return new Map(
    [...events].map(([a, row]) => [a, new Map([...row].map(([b, count]) => [b, 1 - (1 - chance) ** count]))]),
  );
}

/** The best product of chances over all simple paths within the hops. */
function bestPaths(chances: Map<NodeId, Map<NodeId, number>>, from: NodeId, maxHops: number): Map<NodeId, number> {
  const best = new Map<NodeId, number>();
  const walk = (path: readonly NodeId[], strength: number) => {
    for (const [to, chance] of chances.get(path.at(-1)!) ?? []) {
      if (path.includes(to)) continue;
      best.set(to, Math.max(best.get(to) ?? 0, strength * chance));
      if (path.length < maxHops) walk([...path, to], strength * chance);
    }
  };
  walk([from], 1);
  return best;
}

const question = (ask: Ask, more: Partial<InfluenceQuery>): InfluenceQuery => ({
  ...{ chance: 0.3, maxHops: 3, limit: 500, along: ask.along },
  ...(ask.from === undefined ? {} : { from: new Date(ask.from).toISOString() }),
  ...(ask.to === undefined ? {} : { to: new Date(ask.to).toISOString() }),
  ...more,
});

test('influence: likeliest paths as all paths gone through give them; merged persons, relations, directions, windows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(visit, { minLength: 6, maxLength: 30 }), async (visits) => {
      const edges = await build(visits);
      const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort();
      for (const id of ids.slice(0, 3))
        for (const ask of asks) {
          const found = await world.graph.influence(id, question(ask, {}));
          const expected = bestPaths(chancesOf(edges, ask, 0.3), id, 3);
          expect(found.truncated).toBe(false);
          expect(found.items.map((item) => item.id).sort()).toEqual([...expected.keys()].sort());
          for (const item of found.items) {
            expect(item.strength).toBeCloseTo(expected.get(item.id)!, 9);
            // Any path at all is at least as likely as the likeliest, up to the error of the runs.
            expect(item.probability).toBeGreaterThan(item.strength - 0.06);
            const drawn = item.path.slice(1).map((to, step) => [item.path[step], to]);
            for (const [a, b] of drawn)
              expect(found.edges.some(({ from, to }) => (from === a && to === b) || (from === b && to === a))).toBe(
                true,
              );
          }
          expect(found.hops.reduce((sum, { nodes }) => sum + nodes, 0)).toBe(expected.size);
          expect(found.hops.reduce((sum, hop) => sum + hop.expected, 0)).toBeCloseTo(found.expected, 9);
          const shares = found.items.reduce((sum, { probability }) => sum + probability, 0);
          expect(shares).toBeCloseTo(found.expected, 9);
        }
    }),
    { numRuns: 6, seed: 41, endOnFailure: true },
  );
});

test('influence of certain relations reaches all there is; of one hop exactly what was expected', async () => {
  const edges = await build([
    { type: 'track', event: 'Product Viewed', userId: 'a', properties: { product_id: 'x' }, timestamp: at(0) },
    { type: 'track', event: 'Product Viewed', userId: 'b', properties: { product_id: 'x' }, timestamp: at(1) },
    { type: 'track', event: 'Product Viewed', userId: 'b', properties: { product_id: 'y' }, timestamp: at(2) },
  ]);
  const a = (await world.identity.search('a', 1))[0]!;
  const b = (await world.identity.search('b', 1))[0]!;
  const [x, y] = [nodeIdOf('product', 'x'), nodeIdOf('product', 'y')];
  expect(edges).toHaveLength(3);
  const sure = await world.graph.influence(a, question({}, { chance: 1 }));
  expect(new Map(sure.items.map(({ id, probability, path }) => [id, { probability, path }]))).toEqual(
    new Map([
      [x, { probability: 1, path: [a, x] }],
      [b, { probability: 1, path: [a, x, b] }],
      [y, { probability: 1, path: [a, x, b, y] }],
    ]),
  );
  expect(sure).toMatchObject({ expected: 3, standardError: 0 });
  expect(sure.hops.map(({ nodes, expected }) => ({ nodes, expected }))).toEqual([
    { nodes: 1, expected: 1 },
    { nodes: 1, expected: 1 },
    { nodes: 1, expected: 1 },
  ]);
  const one = await world.graph.influence(a, question({}, { chance: 0.25, maxHops: 1 }));
  expect(Math.abs(one.expected - 0.25)).toBeLessThan(5 * one.standardError);
  await expect(world.graph.influence('12345', question({}, {}))).rejects.toMatchObject({ code: 'no_such_node' });
});

test('influence tells when it left out neighbours of a busy node, and never holds more than the limit', async () => {
  await build(
    Array.from({ length: 30 }, (_, index): JsonObject => ({
      ...{ type: 'track', event: 'Product Viewed', userId: `many${index}`, timestamp: at(index) },
      properties: { product_id: 'hub' },
    })),
  );
  const small = await createGraph(platform, world.identity, { ...defaultLimits, fanout: 4 });
  const found = await small.influence(nodeIdOf('product', 'hub'), question({ along: ['viewed'] }, { maxHops: 1 }));
  expect(found.truncated).toBe(true);
  expect(found.items).toHaveLength(4);
});

/** Customers of three tastes, each viewing products of its own, and now and then another's. */
const tastes = (): JsonObject[] => {
  const events: JsonObject[] = [];
  for (let user = 0; user < 30; user++)
    for (let view = 0; view < 4; view++) {
      const taste = user % 3;
      const product = view === 3 && user % 10 === 0 ? `t${(taste + 1) % 3}-0` : `t${taste}-${(user + view) % 5}`;
      const properties = { product_id: product, name: `Thing ${product}` };
      events.push({ type: 'track', event: 'Product Viewed', userId: `c${user}`, properties, timestamp: at(view) });
    }
  return events;
};
const whole: CommunitiesQuery = { scope: { kind: 'types', a: 'person', b: 'product' }, resolution: 1 };

test('communities: planted tastes come back, with their sizes, names, relations within and between', async () => {
  const edges = await build(tastes());
  const found = await world.graph.communities(whole);
  expect(found).toMatchObject({ total: 3, share: 1, truncated: false, nodes: 45 });
  expect(found.items.map(({ size }) => size)).toEqual([15, 15, 15]);
  expect(found.edges).toBe(edges.length);
  const inner = found.items.reduce((sum, item) => sum + item.edges, 0);
  expect(inner + found.links.reduce((sum, link) => sum + link.edges, 0)).toBe(edges.length);
  expect(found.modularity).toBeGreaterThan(0.5);
  for (const item of found.items) {
    expect(item.types.map(({ type, nodes }) => [type, nodes])).toEqual([
      ['person', 10],
      ['product', 5],
    ]);
    const taste = new Set(
      item.types.flatMap(({ type, top }) => (type === 'product' ? top.map(({ key }) => key[1]) : [])),
    );
    expect(taste.size).toBe(1);
    expect(item.named.every(({ type, label }) => type === 'product' && label.startsWith('Thing'))).toBe(true);
    const part = await world.graph.community({ ...whole, member: item.id, limit: 1000 });
    expect(part.nodes).toHaveLength(15);
    expect(part.edges).toHaveLength(item.edges);
    const first = await world.graph.community({ ...whole, member: item.id, limit: 1 });
    expect(first.total).toBe(15);
    expect(first.nodes.map(({ id }) => id)).toEqual([item.id]);
  }
  expect(await world.graph.communities(whole)).toEqual(found);
  await expect(world.graph.community({ ...whole, member: '7', limit: 1 })).rejects.toMatchObject({
    code: 'no_such_community',
  });
});

test('communities of what lies around a node, of given nodes, and within a window', async () => {
  const edges = await build(tastes());
  const product = nodeIdOf('product', 't1-0');
  const near = await world.graph.communities({ scope: { kind: 'around', id: product, hops: 1 }, resolution: 1 });
  const persons = new Set(edges.filter(({ to }) => to === product).map(({ from }) => from));
  expect(near.nodes).toBe(persons.size + 1);
  const ids = [product, ...[...persons].slice(0, 4), '99'];
  const given = await world.graph.communities({ scope: { kind: 'nodes', ids }, resolution: 1 });
  // What is no node is alone.
  expect(given).toMatchObject({ nodes: 6, edges: 4, total: 2 });
  const early = await world.graph.communities({ ...whole, from: at(0), to: at(0) });
  expect(early.edges).toBe(within(edges, { from: start, to: start }).length);
  await expect(
    world.graph.communities({ ...whole, scope: { kind: 'types', a: 'person', b: 'brand' } }),
  ).rejects.toMatchObject({ code: 'no_such_relation' });
});

test('communities of more than fits: whole customers are sampled, and the share says how many', async () => {
  const edges = await build(tastes());
  const small = await createGraph(platform, world.identity, { ...defaultLimits, partEdges: 40 });
  const found = await small.communities(whole);
  expect(found.edges).toBeLessThanOrEqual(40);
  expect(found.edges).toBeGreaterThan(20);
  expect(found.share).toBeGreaterThan(0.1);
  expect(found.share).toBeLessThan(0.7);
  const persons = found.items.flatMap(({ types }) => types.filter(({ type }) => type === 'person'));
  const looked = persons.reduce((sum, { nodes }) => sum + nodes, 0);
  // Each with all their relations.
  expect(found.edges / looked).toBeCloseTo(edges.length / 30, 0);
});

test('edges between nodes, and when they happened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(visit, { minLength: 8, maxLength: 40 }), async (visits) => {
      const edges = await build(visits);
      const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort();
      const some = ids.filter((_, index) => index % 3 !== 0);
      const inside = edges.filter(({ from, to }) => from !== to && some.includes(from) && some.includes(to));
      const key = (edge: { type: string; from: string; to: string }) => `${edge.type} ${edge.from} ${edge.to}`;
      const sorted = <T extends { type: string; from: string; to: string }>(list: readonly T[]) =>
        [...list].sort((a, b) => key(a).localeCompare(key(b)));
      const { graph } = world;
      const part = await graph.between({ nodes: some });
      expect(sorted(part.edges.map(({ channels: _, ...edge }) => edge))).toEqual(sorted(inside.map(toGraphEdge)));
      expect(part.nodes.map(({ id }) => id).sort()).toEqual(some);
      expect(part.truncated).toBe(false);
      const times = inside.flatMap(({ events }) => events.map(({ time }) => time));
      const histogram = await graph.histogram({ nodes: some, slices: 7 });
      expect(histogram.total).toBe(times.length);
      for (const slice of histogram.slices)
        expect(slice.count).toBe(
          times.filter((time) => time >= Date.parse(slice.start) && time < Date.parse(slice.end)).length,
        );
      expect(histogram.slices.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
    }),
    { numRuns: 6, seed: 42, endOnFailure: true },
  );
});
