import type { JsonObject } from '@guanxi/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { nodeIdOf, type Platform, UserError } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { retail } from './templates/retail.ts';
import { openWorld, type World } from './testing.ts';

let platform: Platform;
let world: World;
beforeAll(async () => {
  platform = await openTestPlatform();
  world = await openWorld(platform);
});
afterAll(() => platform.close());
beforeEach(() => world.reset());

const track = (event: string, properties: JsonObject, who: JsonObject = { userId: 'u1' }): JsonObject => ({
  type: 'track',
  event,
  properties,
  ...who,
});

/** Everything in the graph's tables, in an order of its own, partial sums added up. */
async function contents(): Promise<unknown> {
  const ask = (sql: string) => platform.clickhouse.query(sql);
  return Promise.all([
    ask('SELECT * FROM event ORDER BY seq'),
    ask(
      'SELECT id, min(type) AS t, min(key) AS k, min(first_seen) AS f, max(last_seen) AS l, max(title) AS title FROM node GROUP BY id ORDER BY id',
    ),
    ask('SELECT node, name, value, time, seq FROM node_attribute FINAL ORDER BY node, name'),
    ask('SELECT DISTINCT text, node, type FROM node_name ORDER BY text, node'),
    ask('SELECT * FROM edge_event ORDER BY ALL'),
    ask(`SELECT node, direction, type, other_type, other, sum(count) AS c, toString(sum(weight)) AS w, min(first) AS f, max(last) AS l,
                arraySort(groupUniqArrayArray(channels)) AS channels
         FROM adjacency GROUP BY node, direction, type, other_type, other ORDER BY node, direction, type, other_type, other`),
  ]);
}

const some: fc.Arbitrary<JsonObject> = fc
  .record({
    user: fc.integer({ min: 0, max: 2 }),
    product: fc.integer({ min: 0, max: 3 }),
    kind: fc.constantFrom('view', 'order', 'identify'),
    amount: fc.constantFrom(0.1, 0.2, 1 / 3, 3, -2, 1e9),
    minute: fc.integer({ min: 0, max: 3 }),
    channel: fc.constantFrom('web', 'mobile'),
    name: fc.constantFrom('a', 'b', 'c'),
  })
  .map(({ user, product, kind, amount, minute, channel, name }) => {
    const common = { userId: `u${user}`, channel, timestamp: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() };
    const item = { product_id: `p${product}`, quantity: amount, name: `${name}${product}` };
    if (kind === 'identify') return { type: 'identify', traits: { name, level: minute }, ...common };
    return kind === 'view'
      ? { type: 'track', event: 'Product Viewed', properties: item, ...common }
      : {
          type: 'track',
          event: 'Order Completed',
          properties: { order_id: `o${minute}`, products: [item, item] },
          ...common,
        };
  });

test('the tables are the same however events are cut into batches, and however often a batch is written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(some, { minLength: 1, maxLength: 25 }),
      fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 4 }),
      async (given, cuts) => {
        await world.reset();
        const events = world.read(given);
        await world.graph.apply(events, `whole:${events[0]!.event.seq}`);
        const whole = await contents();
        await world.reset();
        const bounds = [0, ...new Set(cuts.filter((cut) => cut < events.length))].sort((a, b) => a - b);
        for (const [index, from] of bounds.entries()) {
          const batch = events.slice(from, bounds[index + 1]);
          for (let again = 0; again < 2; again++) await world.graph.apply(batch, `cut:${events[0]!.event.seq}:${from}`);
        }
        expect(await contents()).toEqual(whole);
      },
    ),
    { numRuns: 12, seed: 20260101 },
  );
});

test('hostile keys, titles, names and traits survive as they are', async () => {
  const hostile = [
    '\'"`;--',
    '{x:String}',
    '\0nul',
    '😀关系',
    '\\n\\',
    "'); DROP TABLE node; --",
    '<b>&amp;</b>',
    'a\tb\nc',
    '[1,2]',
    'null',
  ];
  await world.feed(
    hostile.flatMap((text, index) => [
      track('Product Viewed', { product_id: text, name: `title ${text}` }),
      { type: 'identify', userId: `h${index}`, traits: { [text]: text } },
    ]),
  );
  for (const text of hostile) {
    const key = text.trim();
    const node = await world.graph.node(nodeIdOf('product', key));
    expect(node).toMatchObject({ type: 'product', key, label: `title ${text}`.trim() });
    const [found] = await world.graph.search(`title ${text}`, { types: ['product'], limit: 5 });
    expect(found).toMatchObject({ key });
  }
  const [row] = await platform.clickhouse.query<{ names: number }>(
    'SELECT uniqExact(name) AS names FROM node_attribute WHERE name = value',
  );
  expect(row!.names).toBe(hostile.filter((text) => text.trim() === text).length);
});

test('filters are bound: what looks like SQL is a type that nothing has', async () => {
  const [event] = await world.feed([track('Product Viewed', { product_id: 'p1' })]);
  const types = ["viewed') OR 1=1 --", "'", '{ids:Array(UInt64)}', '\\'];
  const none = await world.graph.neighbourhood(event!.anchor!, { edgeTypes: types, cap: 10, order: 'weight' });
  expect(none.edges).toEqual([]);
  const other = nodeIdOf('product', 'p1');
  expect(
    (await world.graph.paths({ from: event!.anchor!, to: other, k: 1, maxHops: 3, edgeTypes: types })).paths,
  ).toEqual([]);
  expect((await world.graph.search('p1', { types, limit: 5 })).length).toBe(0);
  expect((await world.graph.edgeEvents({ from: event!.anchor!, to: other, type: types[0]!, limit: 5 })).items).toEqual(
    [],
  );
  await expect(
    world.graph.edgeEvents({ from: '1', to: '2', type: 'viewed', limit: 5, cursor: "0_0' OR 1" }),
  ).rejects.toThrow(UserError);
});

test('ids that are nothing answer not_found', async () => {
  for (const id of ['1', '0', '9223372036854775807']) {
    await expect(world.graph.node(id)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(world.graph.neighbourhood(id, { cap: 5, order: 'count' })).rejects.toMatchObject({
      kind: 'not_found',
    });
    await expect(world.graph.paths({ from: id, to: '2', k: 1, maxHops: 2 })).rejects.toMatchObject({
      kind: 'not_found',
    });
  }
});

test('the ontology is kept by version, checked, and used from then on', async () => {
  expect(world.graph.ontology().id).toBe('retail');
  const bad = {
    ...retail,
    projections: [
      { ...retail.projections[0]!, edges: [{ type: 'nope', from: 'person', to: 'product', weight: { constant: 1 } }] },
    ],
  };
  await expect(world.graph.setOntology(bad)).rejects.toMatchObject({
    code: 'bad_ontology',
    where: 'projections.0.edges.0',
  });
  await world.graph.setOntology({ ...retail, id: 'other', projections: [] });
  const [event] = await world.feed([track('Product Viewed', { product_id: 'p1' })]);
  expect(world.graph.effects(event!).edges).toEqual([]);
  expect(await platform.postgres.query('SELECT version FROM graph_ontology')).toHaveLength(1);
  await world.graph.setOntology(retail);
});
