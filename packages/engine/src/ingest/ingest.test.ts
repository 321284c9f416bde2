import { gzipSync } from 'node:zlib';
import type { Json, JsonObject } from '@guanxi/contracts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LogRecord, type Platform, UserError } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import {
  type Address,
  type CanonicalEvent,
  createIngest,
  type Ingest,
  readEvent,
  subjectOf,
  wireEventOf,
} from './index.ts';

const NOW = Date.parse('2026-03-01T08:00:00.000Z');
const clock = { at: NOW, now: () => clock.at };
let platform: Platform;
let ingest: Ingest;
let writeKey: string;
let from = 0;

beforeAll(async () => {
  platform = await openTestPlatform({ maxPendingEvents: 1000 }, { clock });
  ingest = await createIngest(platform);
  writeKey = (await ingest.sources.list())[0]!.writeKey;
});
afterAll(() => platform.close());
beforeEach(() => {
  clock.at = NOW;
  from = platform.log.head();
});

const BATCH: Address = { dialect: 'segment', type: null };
const POSTHOG: Address = { dialect: 'posthog', type: null };
const send = (
  body: Json | Uint8Array,
  address: Address = BATCH,
  more: { sentAt?: string; anonymousId?: string } = {},
) =>
  ingest.acceptRequest({
    address,
    body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
    keys: [writeKey],
    ...more,
  });
const records = (): Promise<LogRecord[]> => platform.log.read(from, 10_000);
const events = async (): Promise<CanonicalEvent[]> => (await records()).map(readEvent);
const one = async (event: JsonObject, batch: JsonObject = {}, address: Address = BATCH): Promise<CanonicalEvent> => {
  from = platform.log.head();
  const outcome = await send({ batch: [event], ...batch }, address);
  expect(outcome.issues).toEqual([]);
  return (await events())[0]!;
};
const track: JsonObject = { type: 'track', event: 'E', userId: 'u' };
const iso = (ms: number) => new Date(ms).toISOString();
const failure = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof UserError ? { kind: error.kind, code: error.code } : error;
};

test.each<[string, JsonObject, JsonObject, number]>([
  ['nothing said: when it came', {}, {}, NOW],
  [
    'a wrong clock cancels out',
    { timestamp: '2001-01-01T00:00:00Z', sentAt: '2001-01-01T00:01:00Z' },
    {},
    NOW - 60_000,
  ],
  [
    'originalTimestamp',
    { originalTimestamp: '2001-01-01T00:00:00Z', sentAt: '2001-01-01T00:01:00Z' },
    {},
    NOW - 60_000,
  ],
  [
    "the event's sentAt goes before the batch's",
    { timestamp: iso(NOW - 9000), sentAt: iso(NOW - 1000) },
    { sentAt: iso(NOW - 5000) },
    NOW - 8000,
  ],
  ["the batch's sentAt", { timestamp: iso(NOW - 9000) }, { sentAt: iso(NOW - 5000) }, NOW - 4000],
  [
    'an unreadable sentAt is none',
    { timestamp: iso(NOW - 9000), sentAt: 'soon' },
    { sentAt: iso(NOW - 5000) },
    NOW - 4000,
  ],
  ['no sentAt: no shift', { timestamp: '2024-02-29T10:00:00.000Z' }, {}, Date.parse('2024-02-29T10:00:00Z')],
  ['a zone', { timestamp: '2024-02-29T18:00:00+08:00' }, {}, Date.parse('2024-02-29T10:00:00Z')],
  ['no zone is UTC', { timestamp: '2024-02-29 10:00:00' }, {}, Date.parse('2024-02-29T10:00:00Z')],
  ['microseconds', { timestamp: '2024-02-29T10:00:00.123456Z' }, {}, Date.parse('2024-02-29T10:00:00.123Z')],
  ['a day', { timestamp: '2024-02-29' }, {}, Date.parse('2024-02-29T00:00:00Z')],
  ['milliseconds', { timestamp: 1_709_200_800_000 }, {}, 1_709_200_800_000],
  ['seconds', { timestamp: 1_709_200_800 }, {}, 1_709_200_800_000],
  [
    'said on purpose',
    { timestamp: '2020-01-01T00:00:00Z', originalTimestamp: iso(NOW - 2000), sentAt: iso(NOW - 1000) },
    {},
    Date.parse('2020-01-01T00:00:00Z'),
  ],
])('time: %s', async (_, event, batch, expected) => {
  expect((await one({ ...track, ...event }, batch)).time).toBe(expected);
});

test('header and query say when a request was sent, where the body does not', async () => {
  await send({ batch: [{ ...track, timestamp: iso(NOW - 3000) }] }, BATCH, { sentAt: iso(NOW - 1000) });
  await send({ batch: [{ ...track, timestamp: iso(NOW - 3000) }] }, BATCH, { sentAt: String(NOW - 2000) });
  expect((await events()).map(({ time }) => NOW - time)).toEqual([2000, 1000]);
});

test("the batch's context and integrations go under the event's own; traits come from both places", async () => {
  const event = await one(
    {
      type: 'identify',
      userId: 7,
      context: { ip: '1.1.1.1', traits: { city: '上海', age: 1 } },
      traits: { age: 2 },
      integrations: { A: false },
    },
    { context: { ip: '2.2.2.2', locale: 'zh-CN' }, integrations: { A: true, B: true } },
  );
  expect(event).toMatchObject({
    userId: '7',
    context: { ip: '1.1.1.1', locale: 'zh-CN' },
    traits: { city: '上海', age: 2 },
  });
  expect(wireEventOf((await records())[0]!).wire['integrations']).toEqual({ A: false, B: true });
});

test('a blank messageId is filled, another is kept, and names have one spelling', async () => {
  const blank = await one({ ...track, messageId: ' ', event: 'Favorited', properties: { product_id: 1 } });
  expect(blank.messageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(blank.name).toBe('Product Favourited');
  expect((await one({ ...track, messageId: 5 })).messageId).toBe('5');
  expect(wireEventOf((await records())[0]!).original).toMatchObject({ event: 'E' });
});

test('an address decides the type; a header names the device where the event names nobody', async () => {
  await send({ event: 'E' }, { dialect: 'segment', type: 'track' }, { anonymousId: 'device' });
  await send(
    { event: 'E', type: 'page', userId: 'u' },
    { dialect: 'segment', type: 'track' },
    { anonymousId: 'device' },
  );
  expect((await events()).map(({ type, userId, anonymousId }) => [type, userId, anonymousId])).toEqual([
    ['track', null, 'device'],
    ['track', 'u', null],
  ]);
});

const quarantineCase = (code: string, field: string, event: Json): [string, string, Json] => [code, field, event];
test.each([
  quarantineCase('not_an_object', 'body', 5),
  quarantineCase('not_an_object', 'body', [track]),
  quarantineCase('unknown_type', 'type', { userId: 'u' }),
  quarantineCase('unknown_type', 'type', { ...track, type: 'toString' }),
  quarantineCase('no_event_name', 'event', { ...track, event: '  ' }),
  quarantineCase('bad_field', 'event', { ...track, event: 5 }),
  quarantineCase('no_identifier', 'userId', { type: 'track', event: 'E', userId: '', anonymousId: null }),
  quarantineCase('no_identifier', 'previousId', { type: 'alias', userId: 'u' }),
  quarantineCase('bad_field', 'groupId', { type: 'group', userId: 'u' }),
  quarantineCase('bad_field', 'userId', { ...track, userId: {} }),
  quarantineCase('bad_field', 'userId', { ...track, userId: 2 ** 60 }),
  quarantineCase('bad_field', 'properties', { ...track, properties: 'x' }),
  quarantineCase('bad_field', 'timestamp', { ...track, timestamp: '2024-02-30T00:00:00Z' }),
  quarantineCase('bad_field', 'timestamp', { ...track, timestamp: '9999-01-01T00:00:00Z' }),
  quarantineCase('contract', 'properties.order_id', { ...track, event: 'Order Completed', properties: {} }),
  quarantineCase('contract', 'properties.order_id', { ...track, event: 'Order Completed' }),
  quarantineCase('contract', 'properties.product_id', { ...track, event: 'Viewed', properties: { name: 'x' } }),
  quarantineCase('contract', 'properties.products.1.price', {
    ...track,
    event: 'Order Completed',
    properties: { order_id: 1, products: [{ sku: 1 }, { sku: 2, price: 'dear' }] },
  }),
  quarantineCase('too_large', 'body', { ...track, properties: { pad: '填'.repeat(11_000) } }),
])('quarantine: %s at %s', async (code, field, event) => {
  const outcome = await send({ batch: [track, event, track] });
  expect(outcome).toMatchObject({ accepted: 2, quarantined: 1, issues: [{ index: 1, code, field }] });
  expect((await events()).length).toBe(2);
  const { items } = await ingest.quarantine.list({ limit: 1 });
  expect(items[0]).toMatchObject({ code, field, status: 'waiting', sourceId: 'default' });
  expect(items[0]!.message.length).toBeGreaterThan(5);
  expect(JSON.parse((await ingest.quarantine.get(items[0]!.id)).raw)).toEqual(event);
});

test('events that name somebody by e-mail, phone or device are kept', async () => {
  const bare: JsonObject = { type: 'track', event: 'E' };
  await send({
    batch: [
      { ...bare, properties: { email: 'a@b.c' } },
      { ...bare, context: { traits: { phone: 138 } } },
      { ...bare, context: { device: { id: 'd' } } },
    ],
  });
  expect((await events()).length).toBe(3);
});

test('what a careless copy or an engine would choke on is cleaned, and the original kept', async () => {
  const body = `{"batch":[{"type":"track","event":"a\\u0000b","userId":"\\ud800u","properties":{"__proto__":{"polluted":true},"ok\\u0000":"😀"}}]}`;
  await send(Buffer.from(body));
  const [record] = await records();
  const event = readEvent(record!);
  expect(event).toMatchObject({ name: 'ab', userId: '\ufffdu' });
  expect(Object.entries(event.properties)).toEqual([['ok', '😀']]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  const { original } = wireEventOf(record!);
  expect(JSON.stringify(original)).toContain('a\\u0000b');
  expect(JSON.stringify(original)).toContain('"__proto__":{"polluted":true}');
});

test('nesting has a limit, and what is nested without end is refused whole', async () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const body = (levels: number) =>
    Buffer.from(`{"batch":[{"type":"track","event":"E","userId":"u","properties":${deep(levels)}}]}`);
  expect((await send(body(60))).accepted).toBe(1);
  expect((await send(body(64))).issues[0]).toMatchObject({ code: 'bad_field', field: 'properties' });
  expect((await send(body(100_000))).issues[0]).toMatchObject({ code: 'bad_field', field: 'properties' });
});

test('a request that cannot be read is refused with its reason and kept where its sender is known', async () => {
  const before = await ingest.quarantine.count();
  expect(await failure(send(Buffer.from('{"a":')))).toEqual({ kind: 'invalid', code: 'invalid_json' });
  expect(await failure(send(Buffer.from([0x1f, 0x8b, 1, 2, 3])))).toEqual({ kind: 'invalid', code: 'bad_gzip' });
  expect(await failure(send(Buffer.from([0x7b, 0xff, 0x7d])))).toEqual({ kind: 'invalid', code: 'not_utf8' });
  expect(await failure(send(5))).toEqual({ kind: 'invalid', code: 'not_an_object' });
  expect(await failure(send({ batch: 'x' }))).toEqual({ kind: 'invalid', code: 'bad_batch' });
  expect(await ingest.quarantine.count()).toBe(before + 5);
  const { items } = await ingest.quarantine.list({ limit: 5 });
  expect(items.map(({ code }) => code)).toEqual([
    'bad_field',
    'not_an_object',
    'invalid_json',
    'invalid_json',
    'invalid_json',
  ]);
});

test('four megabytes after decompression are enough, whatever a small request inflates to', async () => {
  const small = gzipSync(Buffer.alloc(200 << 20));
  const began = performance.now();
  expect(await failure(send(small))).toEqual({ kind: 'too_large', code: 'too_large' });
  expect(performance.now() - began).toBeLessThan(1000);
  expect(await failure(send(Buffer.from(`"${'x'.repeat(4 << 20)}"`)))).toEqual({
    kind: 'too_large',
    code: 'too_large',
  });
});

test('a request of nothing but empty events is refused as a whole', async () => {
  const before = await ingest.quarantine.count();
  expect(await failure(send(Buffer.from(`{"batch":[${'{},'.repeat(1_000_000)}{}]}`)))).toEqual({
    kind: 'too_large',
    code: 'too_many_events',
  });
  expect(await ingest.quarantine.count()).toBe(before);
});

test('an unknown key is refused, a source that is off as well, and the body may hold the key', async () => {
  const request = (keys: string[], body: Json) =>
    ingest.acceptRequest({ address: BATCH, keys, body: Buffer.from(JSON.stringify(body)) });
  expect(await failure(request(['x'], { batch: [track] }))).toEqual({
    kind: 'unauthorised',
    code: 'unknown_write_key',
  });
  expect(await failure(request([], { batch: [track] }))).toEqual({ kind: 'unauthorised', code: 'unknown_write_key' });
  expect((await request(['x'], { writeKey, batch: [track] })).accepted).toBe(1);
  const made = await ingest.sources.create('第二');
  await ingest.sources.update(made.id, { enabled: false });
  expect(await failure(request([made.writeKey], { batch: [track] }))).toEqual({
    kind: 'unauthorised',
    code: 'source_disabled',
  });
  expect(await failure(ingest.sources.update('nobody', { name: 'x' }))).toEqual({
    kind: 'not_found',
    code: 'no_such_source',
  });
});

test('a server that is behind says so', async () => {
  const many = Array.from({ length: 400 }, () => track);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => failure(send({ batch: many }))));
  expect(outcomes.filter((outcome) => outcome === null).length).toBeGreaterThanOrEqual(1);
  expect(outcomes.filter((outcome) => outcome !== null)).toContainEqual({ kind: 'busy', code: 'busy' });
});

test("PostHog's events get Segment's shape, and the original is kept", async () => {
  const anonymous = await one(
    {
      event: '$pageview',
      uuid: 'p1',
      offset: 1500,
      properties: {
        distinct_id: 'dev',
        $device_id: 'dev',
        $current_url: 'https://a.b/c',
        $pathname: '/c',
        $lib: 'web',
        token: writeKey,
      },
    },
    {},
    POSTHOG,
  );
  expect(anonymous).toMatchObject({
    type: 'page',
    anonymousId: 'dev',
    userId: null,
    messageId: 'p1',
    channel: 'web',
    time: NOW - 1500,
    properties: { url: 'https://a.b/c', path: '/c' },
  });
  expect(anonymous.properties['token']).toBeUndefined();
  expect(wireEventOf((await records())[0]!).original).toMatchObject({ event: '$pageview' });
  const identify = await one(
    {
      event: '$identify',
      uuid: 'p2',
      distinct_id: 'u',
      properties: { $anon_distinct_id: 'dev', $device_id: 'dev', $set_once: { first: 1, city: 'a' } },
      $set: { city: 'b' },
    },
    { sent_at: iso(NOW) },
    POSTHOG,
  );
  expect(identify).toMatchObject({
    type: 'identify',
    userId: 'u',
    anonymousId: 'dev',
    traits: { first: 1, city: 'b' },
  });
  const alias = await one(
    { event: '$create_alias', uuid: 'p3', distinct_id: 'u', properties: { alias: 'old' } },
    {},
    POSTHOG,
  );
  expect(alias).toMatchObject({ type: 'alias', userId: 'u', previousId: 'old' });
  const unshifted = await one(
    { event: 'E', uuid: 'p4', distinct_id: 'u', timestamp: iso(NOW - 5000), properties: { $ignore_sent_at: true } },
    { sent_at: iso(NOW - 4000) },
    POSTHOG,
  );
  expect(unshifted.time).toBe(NOW - 5000);
});

test('events of a file: remembered for ever, of the channel file, refused ones once', async () => {
  const source = await ingest.sources.ensureFileSource('orders.csv');
  expect((await ingest.sources.ensureFileSource('orders.csv')).id).toBe(source.id);
  const rows: JsonObject[] = [
    { ...track, messageId: 'r1', properties: { pad: 'x'.repeat(40_000) } },
    { ...track, messageId: 'r2', event: '' },
  ];
  const before = await ingest.quarantine.count();
  for (let round = 0; round < 2; round++)
    expect(await ingest.acceptEvents(source.id, rows, { lasting: true, maxEventBytes: 100_000 })).toEqual({
      accepted: 1,
      quarantined: 1,
    });
  expect(await ingest.quarantine.count()).toBe(before + 1);
  expect((await events())[0]).toMatchObject({ sourceId: source.id, messageId: 'r1', lasting: true, channel: 'file' });
});

test('subjects say what an event was about, in 120 characters', async () => {
  const subject = async (properties: JsonObject) => subjectOf(await one({ ...track, properties }));
  expect(await subject({ products: [{ name: '精华' }, { sku: 's2' }], order_id: 'o' })).toBe('精华, s2');
  expect(await subject({ query: '敏感肌\n修护' })).toBe('敏感肌 修护');
  expect((await subject({ title: '😀'.repeat(100) })).length).toBeLessThanOrEqual(120);
  expect(await subject({})).toBe('');
  const named = async (event: string, properties: JsonObject) => subjectOf(await one({ ...track, event, properties }));
  expect(await named('Topic Joined', { topic: '油痘肌护肤' })).toBe('油痘肌护肤');
  const ticket = { ticket_id: 'T1', order_id: 'O1' };
  expect(await named('Service Ticket Opened', { ...ticket, subject: '面膜刺痛泛红' })).toBe('面膜刺痛泛红');
  expect(await named('Service Ticket', ticket)).toBe('T1');
  expect(await named('Share Opened', { share_id: 'S1', url: 'https://example.com' })).toBe('S1');
});

test('sources show what came, per slice and per day', async () => {
  clock.at = NOW + 60 * 86_400_000;
  const { id, writeKey: key } = await ingest.sources.create('figures');
  await ingest.acceptRequest({
    address: BATCH,
    keys: [key],
    body: Buffer.from(JSON.stringify({ batch: [track, track, 5] })),
  });
  clock.at += 3_600_000;
  await ingest.acceptRequest({ address: BATCH, keys: [key], body: Buffer.from(JSON.stringify({ batch: [track] })) });
  clock.at += 24 * 3_600_000;
  const source = (await ingest.sources.list()).find((item) => item.id === id);
  expect(source).toMatchObject({
    accepted: 3,
    quarantined: 1,
    accepted24h: 1,
    quarantined24h: 0,
    lastEventAt: iso(clock.at - 24 * 3_600_000),
  });
  const volume = await ingest.sources.volume(id, 48);
  expect(volume.length).toBe(48);
  expect(volume.filter(({ accepted }) => accepted > 0).map(({ accepted, quarantined }) => [accepted, quarantined])).toEqual([[2, 1], [1, 0]]); // prettier-ignore
  const head = platform.log.head();
  const daily = async (place: number) =>
    (await ingest.daily(3, clock.at, place)).map((day) => [day.accepted, day.duplicates, day.quarantined]);
  // Of what was read, all but the one that was remembered as new has come before.
  await ingest.dedup.remember([(await events()).at(-1)!], 'figures');
  expect(await daily(head)).toEqual([[0, 0, 0], [0, 2, 1], [1, 0, 0]]); // prettier-ignore
  expect(await daily(head - 1)).toEqual([[0, 0, 0], [0, 2, 1], [0, 0, 0]]); // prettier-ignore
});

test('sources that fall silent or reject more than they used to are told, made-up and new ones are not', async () => {
  const DAY = 86_400_000;
  clock.at = NOW + 100 * DAY;
  const { id, writeKey: key } = await ingest.sources.create('habit');
  const batch = (good: number, bad: number) =>
    ingest.acceptRequest({
      address: BATCH,
      keys: [key],
      body: Buffer.from(JSON.stringify({ batch: [...Array<Json>(good).fill(track), ...Array<Json>(bad).fill(5)] })),
    });
  const told = async () => (await ingest.troubles()).filter(({ source }) => source.id === id).map(({ source: _, ...rest }) => rest); // prettier-ignore
  // Every eight hours for four days.
  for (let hour = 0; hour <= 96; hour += 8) {
    clock.at = NOW + 100 * DAY + hour * 3_600_000;
    await batch(20, 0);
  }
  const last = clock.at;
  clock.at = last + 12 * 3_600_000;
  expect(await told()).toEqual([]);
  clock.at = last + 13 * 3_600_000;
  expect(await told()).toEqual([{ code: 'source_silent', hours: 13, usualHours: 8 }]);
  await batch(0, 9);
  expect((await told()).map(({ code }) => code)).toEqual(['source_silent']);
  await batch(1, 1);
  expect(await told()).toEqual([{ code: 'rejects_rising', share: 10 / 51, usual: 0, count: 10 }]);
  await ingest.sources.update(id, { enabled: false });
  expect(await told()).toEqual([]);
});
