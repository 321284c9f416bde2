import type { JsonObject, Quarantined, SourceMend } from '@guanxi/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { createIngest, type Ingest, readEvent, wireEventOf } from './index.ts';

const NOW = Date.parse('2026-03-01T08:00:00.000Z');
const clock = { at: NOW, now: () => clock.at };
let platform: Platform;
let ingest: Ingest;
beforeAll(async () => {
  platform = await openTestPlatform({}, { clock });
  ingest = await createIngest(platform);
});
afterAll(() => platform.close());

async function sourceWith(batch: readonly unknown[]): Promise<string> {
  const { id, writeKey } = await ingest.sources.create('shop');
  await sendTo(writeKey, batch);
  return id;
}
const sendTo = (writeKey: string, batch: readonly unknown[]) =>
  ingest.acceptRequest({
    address: { dialect: 'segment', type: null },
    keys: [writeKey],
    body: Buffer.from(JSON.stringify({ batch })),
  });
const logged = async (source: string) =>
  (await platform.log.read(0, 100_000)).filter(({ sourceId }) => sourceId === source);
const waiting = async (source: string) => (await ingest.quarantine.list({ source })).total;
const order = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'track',
  event: 'Order Completed',
  userId: 'u',
  properties,
  ...more,
});

test('mend, try, replay: those that pass enter the log once, however often it is asked', async () => {
  clock.at = NOW;
  const source = await sourceWith([
    order({ orderNo: 'o1' }, { timestamp: '2001-01-01T00:00:00Z', sentAt: '2001-01-01T00:01:00Z' }),
    order({ orderNo: 'o2' }, { messageId: 'm2' }),
    order({}),
  ]);
  expect(await waiting(source)).toBe(3);
  const mends: SourceMend[] = [
    { event: 'Order Completed', change: { kind: 'move', from: 'properties.orderNo', to: 'properties.order_id' } },
  ];
  clock.at = NOW + 86_400_000;

  const tried = await ingest.quarantine.replay({ source, dryRun: true, mends });
  expect(tried).toMatchObject({ tried: 3, passed: 2, stillFailing: 1 });
  expect(tried.sample).toMatchObject([{ code: 'contract', field: 'properties.order_id' }]);
  expect(await logged(source)).toEqual([]);
  expect((await ingest.quarantine.replay({ source })).passed).toBe(0);

  await ingest.sources.update(source, { mends });
  const replays = await Promise.all([1, 2, 3].map(() => ingest.quarantine.replay({ source })));
  expect(replays.map(({ passed }) => passed).toSorted()).toEqual([0, 0, 2]);
  const records = await logged(source);
  const [first, second] = records.map(readEvent);
  expect(records.length).toBe(2);
  expect(first).toMatchObject({
    properties: { order_id: 'o1' },
    lasting: true,
    receivedAt: clock.at,
    time: NOW - 60_000,
  });
  expect(first!.messageId).toMatch(/^quarantine-\d+$/);
  expect(second).toMatchObject({ messageId: 'm2', properties: { order_id: 'o2' }, time: NOW });
  expect(wireEventOf(records[0]!).original).toMatchObject({ properties: { orderNo: 'o1' } });
  expect(await waiting(source)).toBe(1);
  expect((await ingest.quarantine.list({ source, status: 'replayed' })).total).toBe(2);
});

test("a source's mends are applied to what comes later", async () => {
  const { id, writeKey } = await ingest.sources.create('mended');
  await ingest.sources.update(id, {
    mends: [
      { event: '下单', change: { kind: 'rename_event', to: 'Order Completed' } },
      { event: 'Order Completed', change: { kind: 'move', from: 'properties.items', to: 'properties.products' } },
      {
        event: 'Order Completed',
        change: { kind: 'move', from: 'properties.products.*.id', to: 'properties.products.*.product_id' },
      },
      { change: { kind: 'set', path: 'context.shop', value: 'tmall' } },
      { change: { kind: 'remove', path: 'properties.secret' } },
    ],
  });
  const event = {
    type: 'track',
    event: '下单',
    userId: 'u',
    properties: { order_id: 1, secret: 's', items: [{ id: 'p1' }, { id: 'p2' }] },
  };
  await ingest.acceptRequest({
    address: { dialect: 'segment', type: null },
    keys: [writeKey],
    body: Buffer.from(JSON.stringify({ batch: [event] })),
  });
  const [record] = await logged(id);
  expect(readEvent(record!)).toMatchObject({
    name: 'Order Completed',
    context: { shop: 'tmall' },
    properties: { order_id: 1, products: [{ product_id: 'p1' }, { product_id: 'p2' }] },
  });
  expect(wireEventOf(record!)).toMatchObject({ original: event, wire: { properties: { order_id: 1 } } });
});

test('mends cannot reach what no event has', async () => {
  for (const path of ['__proto__.polluted', 'properties.constructor.prototype.x', 'a..b', ''])
    await expect(
      ingest.sources.update('default', { mends: [{ change: { kind: 'set', path, value: 1 } }] }),
    ).rejects.toMatchObject({ code: 'bad_path' });
  await expect(
    ingest.sources.update('default', { mends: [{ change: { kind: 'move', from: 'a', to: 'b.*' } }] }),
  ).rejects.toMatchObject({ code: 'bad_path' });
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('lists: pages, groups that take positions together, filters, and long events cut', async () => {
  const wrong = (at: number) =>
    order({ order_id: 'o', products: [...Array.from({ length: at }, () => ({ sku: 's' })), { sku: 's', price: 'x' }] });
  const source = await sourceWith([
    wrong(0),
    wrong(1),
    wrong(2),
    order({ pad: 'x'.repeat(5000) }),
    { type: 'nothing' },
  ]);
  const first = await ingest.quarantine.list({ source, limit: 2 });
  const second = await ingest.quarantine.list({ source, limit: 2, cursor: first.next! });
  const third = await ingest.quarantine.list({ source, limit: 2, cursor: second.next! });
  const ids = [first, second, third].flatMap(({ items }) => items).map(({ id }) => Number(id));
  expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  expect([ids.length, third.next, first.total]).toEqual([5, null, 5]);
  expect(first.groups[0]).toEqual({
    code: 'contract',
    field: 'properties.products.*.price',
    name: 'Order Completed',
    sourceId: source,
    count: 3,
  });
  expect((await ingest.quarantine.list({ source, code: 'unknown_type' })).total).toBe(1);
  const cut = (await ingest.quarantine.list({ source })).items.find(({ raw }) => raw.includes('pad'))!;
  expect(cut.raw.length).toBe(4000);
  expect((await ingest.quarantine.get(cut.id)).raw.length).toBeGreaterThan(5000);
  await expect(ingest.quarantine.list({ cursor: 'x' })).rejects.toMatchObject({ code: 'bad_cursor' });
  await expect(ingest.quarantine.get('999999')).rejects.toMatchObject({ code: 'no_such_event' });
});

test('lists go by the time they came, whatever their numbers are, from either end', async () => {
  const { id: source, writeKey } = await ingest.sources.create('clocks');
  // Processes number what they take, each by its own clock.
  for (const [at, events] of [
    [3, 1],
    [1, 2],
    [2, 1],
  ] as const) {
    clock.at = NOW + at * 1000;
    await sendTo(
      writeKey,
      Array.from({ length: events }, () => order({ at })),
    );
  }
  clock.at = NOW;
  const read = async (order: 'newest' | 'oldest') => {
    const seconds: number[] = [];
    const ids = new Set<string>();
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await ingest.quarantine.list({ source, order, limit: 1, cursor });
      for (const { id, receivedAt } of page.items) {
        ids.add(id);
        seconds.push((Date.parse(receivedAt) - NOW) / 1000);
      }
      cursor = page.next;
    }
    expect(ids.size).toBe(4);
    return seconds;
  };
  expect(await read('newest')).toEqual([3, 2, 1, 1]);
  expect(await read('oldest')).toEqual([1, 1, 2, 3]);
});

test('what is put aside stays aside', async () => {
  const source = await sourceWith([order({}), order({})]);
  const { items } = await ingest.quarantine.list({ source });
  expect(await ingest.quarantine.dismiss([items[0]!.id])).toBe(1);
  expect(await ingest.quarantine.dismiss([items[0]!.id])).toBe(0);
  expect(await waiting(source)).toBe(1);
  expect((await ingest.quarantine.replay({ ids: [items[0]!.id] })).tried).toBe(0);
  expect((await ingest.quarantine.get(items[0]!.id)).status).toBe('dismissed');
});

test('whoever listens is told', async () => {
  const told: Quarantined[] = [];
  const stop = ingest.onQuarantined((items) => told.push(...items));
  const source = await sourceWith([{ type: 'nothing' }]);
  stop();
  await sourceWith([{ type: 'nothing' }]);
  expect(told).toMatchObject([
    { sourceId: source, code: 'unknown_type', field: 'type', status: 'waiting', raw: '{"type":"nothing"}' },
  ]);
});
