import type { JsonObject } from '@guanxi/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identifierIdOf, nodeIdOf, type Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { openWorld, type World } from './testing.ts';

let platform: Platform;
let world: World;
const lilei = identifierIdOf('user_id', 'u1');
const serum = nodeIdOf('product', 'p1');

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const view = (minute: number, who: JsonObject, properties: JsonObject): JsonObject => ({
  type: 'track',
  event: 'Product Viewed',
  messageId: `v${minute}`,
  timestamp: at(minute),
  properties,
  ...who,
});
const history: JsonObject[] = [
  view(0, { anonymousId: 'd1' }, { product_id: 'p1', name: 'Old Serum', price: 9 }),
  { type: 'identify', anonymousId: 'd1', timestamp: at(1), traits: { name: 'Guest', colour: 'red' } },
  view(2, { userId: 'u1' }, { product_id: 'p1', name: '敏感肌 精华液', price: 12, brand: 'B' }),
  { type: 'identify', userId: 'u1', timestamp: at(0), traits: { name: '李雷', phone: '13800138000' } },
  view(5, { userId: 'u2' }, { product_id: 'ＡＢＣ-12' }),
  { type: 'identify', userId: 'u2', timestamp: at(6), traits: { firstName: '梅梅', lastName: '韩' } },
  view(7, { userId: 'u1', anonymousId: 'd1' }, { product_id: 'p2' }),
];

beforeAll(async () => {
  platform = await openTestPlatform();
  world = await openWorld(platform);
  const entries = history.map((event) => ({
    ...{ kind: 'event' as const, sourceId: 's', receivedAt: Date.parse(event['timestamp'] as string), sentAt: null },
    payload: JSON.stringify({ event: { messageId: 'm', ...event, originalTimestamp: null } }),
  }));
  await platform.log.append(entries);
  await world.feed(history);
});
afterAll(() => platform.close());

test('a node with its attributes, each the latest, with the event that said so', async () => {
  const node = await world.graph.node(serum);
  expect(node).toMatchObject({ type: 'product', key: 'p1', label: '敏感肌 精华液', firstSeen: at(0), lastSeen: at(2) });
  expect(node.attributes).toMatchObject({
    name: { value: '敏感肌 精华液', time: at(2), seq: 3 },
    price: { value: '12', seq: 3 },
    brand: { value: 'B' },
  });
  expect(node.groups).toContainEqual({ edgeType: 'viewed', direction: 'in', nodeType: 'person', total: 1, shown: 0 });
});

test('a merged person: found by every former id, named by what is known rather than by a device', async () => {
  const today = (await world.identity.personsOf([lilei])).get(lilei)!;
  for (const id of [lilei, identifierIdOf('anonymous_id', 'd1')]) {
    const person = await world.graph.node(id);
    expect(person).toMatchObject({
      id: today,
      type: 'person',
      key: 'u1',
      label: '李雷',
      firstSeen: at(0),
      lastSeen: at(7),
    });
    expect(person.attributes['name']).toMatchObject({ value: '李雷', seq: 4 });
    expect(person.attributes['colour']).toMatchObject({ value: 'red', seq: 2 });
  }
  const names = await world.graph.labels([{ id: identifierIdOf('user_id', 'u2'), type: 'person' }]);
  expect([...names.values()][0]).toMatchObject({ key: 'u2', label: '韩梅梅' });
});

test('search by key, title, former title, words, identifier; width and case do not matter', async () => {
  const found = async (text: string, types?: string[]) =>
    (await world.graph.search(text, { types, limit: 10 })).map(({ type, key }) => `${type}:${key}`);
  expect(await found('p1')).toEqual(['product:p1']);
  expect(await found('精华')).toEqual(['product:p1']);
  expect(await found('old ser')).toEqual(['product:p1']);
  expect(await found('精华液 敏感')).toEqual(['product:p1']);
  expect(await found('abc-12')).toEqual(['product:ABC-12']);
  expect(await found('ＡＢＣ')).toEqual(['product:ABC-12']);
  expect(await found('李雷')).toEqual(['person:u1']);
  expect(await found('guest')).toEqual(['person:u1']);
  expect(await found('梅梅')).toEqual(['person:u2']);
  expect(await found('u1')).toContain('person:u1');
  expect(await found('13800138000')).toEqual(['person:u1']);
  expect(await found('p', ['product'])).toEqual(['product:p1', 'product:p2']);
  expect(await found('p', [])).toEqual([]);
  for (const nothing of ['', '  ', '\0', '%', '不存在']) expect(await found(nothing)).toEqual([]);
});

test('the events behind an edge, newest first, page by page, as they are in the log', async () => {
  const edge = { from: lilei, to: serum, type: 'viewed', limit: 1 };
  const first = await world.graph.edgeEvents(edge);
  expect(first.items).toMatchObject([
    { seq: 3, time: at(2), name: 'Product Viewed', sourceId: 's', weight: 1, event: { messageId: 'v2' } },
  ]);
  const second = await world.graph.edgeEvents({ ...edge, cursor: first.next! });
  expect(second).toMatchObject({ items: [{ seq: 1, event: { messageId: 'v0' } }], next: null });
  expect(await world.graph.edgeEvents({ ...edge, type: 'bought' })).toEqual({ items: [], next: null });
});

test('an unmerge takes the edges of the device away again and leaves no row changed', async () => {
  const rows = () => platform.clickhouse.query('SELECT * FROM adjacency FINAL ORDER BY ALL');
  const before = await rows();
  const device = identifierIdOf('anonymous_id', 'd1');
  const request = { identifiers: [device], reason: '' };
  await world.decide(await world.identity.decideUnmerge(lilei, request, 'test'));
  const own = await world.graph.neighbourhood(lilei, { edgeTypes: ['viewed'], cap: 10, order: 'weight' });
  expect(own.edges.map(({ to, count }) => [to, count]).sort()).toEqual(
    [
      [serum, 1],
      [nodeIdOf('product', 'p2'), 1],
    ].sort(),
  );
  const others = await world.graph.neighbourhood(device, { cap: 10, order: 'weight' });
  expect(others.centre).not.toBe(lilei);
  expect(others.edges.map(({ to }) => to)).toEqual([serum]);
  expect(await rows()).toEqual(before);
});
