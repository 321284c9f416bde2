import { Agent, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Quarantined } from '@guanxi/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gate, startGate } from '../../../../test/sdk/gate.ts';

const REQUESTS = 10_000;
const AT_ONCE = 24;
const seed = Number(process.env['GUANXI_SEED'] ?? Date.now() % 2 ** 31);

let gate: Gate;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
beforeAll(async () => {
  gate = await startGate({ logLevel: 'silent' });
});
afterAll(async () => {
  agent.destroy();
  await gate.close();
});

interface Attempt {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Message ids of sound events in it, which must all be kept. */
  readonly good: readonly string[];
}

function send({ path, headers, body }: Attempt): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(gate.url + path, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      // A server that has answered may stop listening to the rest of a body that is too large.
      response.on('error', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end(body);
  });
}

let goods = 0;
const goodEvent = fc
  .constant(null)
  .map(() => ({ type: 'track', event: 'Good', userId: 'u', messageId: `good-${goods++}` }));
/** Sound, though no engine would store its strings as they are. */
const oddEvent = fc.constantFrom('\u0000', '\ud800', 'a\udc00b', '\\ud83d', '关系😀').map((odd) => ({
  type: 'track', event: 'Good', userId: 'u', messageId: `good-${goods++}`, properties: { odd, [`k${odd}`]: [odd, { odd }] },
})); // prettier-ignore
const field = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    -1,

    2 ** 60,
    true,
    [],
    {},
    'x'.repeat(600),
    'NaN',
    '\u0000',
    '\ud800',
    '2024-13-45T99:99:99Z',
    'yesterday',
    9e15,
    -9e15,
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const NAMES = [
  'Order Completed',
  'Product Viewed',
  'Products Searched',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'X',
];
const wrongEvent = fc.record(
  {
    type: fc.oneof(fc.constantFrom('track', 'identify', 'page', 'screen', 'group', 'alias'), field),
    event: fc.oneof(fc.constantFrom(...NAMES), field),
    userId: field,
    anonymousId: field,
    previousId: field,
    groupId: field,
    messageId: fc.oneof(fc.uuid(), field),
    properties: fc.oneof(
      field,
      fc.record({ products: field, order_id: field, product_id: field, revenue: field }, { requiredKeys: [] }),
    ),
    traits: field,
    context: fc.oneof(
      field,
      fc.record({ traits: field, library: field, device: field, page: field }, { requiredKeys: [] }),
    ),
    timestamp: field,
    originalTimestamp: field,
    sentAt: field,
    distinct_id: field,
    uuid: field,
    offset: field,
  },
  { requiredKeys: [] },
);

const withGood = (texts: readonly string[], good: readonly { messageId: string }[]) => ({
  body: `{"batch":[${[...texts, ...good.map((event) => JSON.stringify(event))].join(',')}]}`,
  good: good.map(({ messageId }) => messageId),
});
const goodList = fc.array(fc.oneof(goodEvent, oddEvent), { maxLength: 3 });
const nested = fc
  .record({
    depth: fc.constantFrom(10, 63, 63, 64, 64, 65, 65, 1000, 1000, 50_000),
    open: fc.constantFrom('{"a":', '[', '{"__proto__":'),
  })
  .map(
    ({ depth, open }) =>
      `{"type":"track","event":"Deep","userId":"u","properties":${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}}`,
  );
const polluting = fc.constantFrom(
  '{"type":"track","event":"P","userId":"u","__proto__":{"polluted":1},"properties":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
  '{"__proto__":{"type":"track","event":"P","userId":"u"}}',
  '{"type":"identify","userId":"u","traits":{"__proto__":{"polluted":1}},"context":{"traits":{"__proto__":{"polluted":1}}}}',
);
const large = fc
  .integer({ min: 32 << 10, max: 40 << 10 })
  .map((size) =>
    JSON.stringify({ type: 'track', event: 'Large', userId: 'u', properties: { pad: '填'.repeat(size / 3) } }),
  );
const wrongTexts = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: wrongEvent.map((event) => JSON.stringify(event)) },
    { weight: 8, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: nested },
    { weight: 2, arbitrary: polluting },
    { weight: 1, arbitrary: large },
  ),
  { minLength: 1, maxLength: 4 },
);
const mixed = fc.tuple(wrongTexts, goodList).map(([texts, good]) => withGood(texts, good));

const BOMB = gzipSync(Buffer.alloc(64 << 20));
const JSON_BOMB = gzipSync(Buffer.from(`{"batch":[${'{},'.repeat(3 << 20)}{}]}`));
const noGood = (body: fc.Arbitrary<Buffer>) => body.map((bytes) => ({ bytes, good: [] as readonly string[] }));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const contents = fc.oneof(
  { weight: 40, arbitrary: mixed.map(({ body, good }) => ({ bytes: Buffer.from(body), good })) },
  { weight: 15, arbitrary: mixed.map(({ body, good }) => ({ bytes: gzipSync(body), good })) },
  { weight: 8, arbitrary: noGood(bytes) },
  { weight: 8, arbitrary: noGood(fc.tuple(mixed, fc.double({ min: 0, max: 0.99, noNaN: true })).map(([{ body }, part]) => Buffer.from(body.slice(0, body.length * part)))) },
  { weight: 5, arbitrary: noGood(fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)))) },
  { weight: 5, arbitrary: noGood(bytes.map((random) => Buffer.concat([Buffer.from([0x1f, 0x8b]), random]))) },
  { weight: 4, arbitrary: noGood(fc.tuple(mixed, fc.nat(60)).map(([{ body }, cut]) => gzipSync(body).subarray(0, -1 - cut))) },
  { weight: 4, arbitrary: noGood(bytes.map((random) => Buffer.concat([Buffer.from('{"type":"track","event":"'), Buffer.from([0xff, 0xc3, 0x28]), random, Buffer.from('"}')]))) },
  { weight: 4, arbitrary: noGood(fc.string().map((text) => Buffer.from(`data=${text}`))) },
  { weight: 3, arbitrary: noGood(nested.map((text) => Buffer.from(text))) },
  { weight: 1, arbitrary: noGood(fc.constantFrom(BOMB, JSON_BOMB, Buffer.from('['.repeat(1 << 20)), Buffer.from(`"${'x'.repeat((4 << 20) + 10)}"`), Buffer.alloc(0))) },
); // prettier-ignore

const paths = fc.constantFrom(
  '/v1/batch',
  '/v1/batch',
  '/v1/batch',
  '/v1/b',
  '/b',
  '/batch',
  '/v1/import',
  '/beacon/v1/batch',
);
const singlePaths = fc.constantFrom(
  '/v1/track',
  '/v1/identify',
  '/v1/t',
  '/a',
  '/batch/',
  '/e/',
  '/capture/',
  '/i/v0/e/',
);
const attempt = fc
  .tuple(
    contents,
    paths,
    singlePaths,
    fc.constantFrom('application/json', 'text/plain', 'garbage', 'multipart/form-data', '; ;', 'a/b; charset="'),
    fc.boolean(),
  )
  .map(
    ([content, path, singlePath, type, encoding]): Omit<Attempt, 'headers'> & { headers: Record<string, string> } => ({
      // Sound events need an address where they are events of this dialect.
      path: content.good.length > 0 ? path : singlePath,
      headers: { 'content-type': type, ...(encoding ? { 'content-encoding': 'gzip' } : {}) },
      body: content.bytes,
      good: content.good,
    }),
  );

async function quarantinedItems(): Promise<Quarantined[]> {
  const items: Quarantined[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await gate.ingest.quarantine.list({ limit: 500, cursor });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
}

test(`${REQUESTS} malformed requests, seed ${seed}: each answered, each refusal explained, every sound event kept`, async () => {
  console.log(`malformed requests: GUANXI_SEED=${seed}`); // eslint-disable-line no-console
  const authorization = `Basic ${Buffer.from(`${gate.writeKey}:`).toString('base64')}`;
  const attempts = fc
    .sample(attempt, { seed, numRuns: REQUESTS })
    .map((made) => ({ ...made, headers: { ...made.headers, authorization } }));
  const statuses = new Map<number, number>();
  const unkept: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let made = attempts[next++]; made; made = attempts[next++]) {
      const status = await send(made);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status !== 200 && made.good.length > 0) unkept.push(`${status} ${made.path}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  console.log(`answers: ${JSON.stringify(Object.fromEntries(statuses))}`); // eslint-disable-line no-console
  expect([...statuses.keys()].filter((status) => ![200, 400, 413].includes(status))).toEqual([]);
  expect(unkept).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();

  const kept = (await gate.events())
    .filter(({ messageId }) => messageId.startsWith('good-'))
    .map(({ messageId }) => messageId);
  expect(kept.toSorted()).toEqual(attempts.flatMap(({ good }) => good).toSorted());
  const items = await quarantinedItems();
  expect(items.length).toBeGreaterThan(REQUESTS / 2);
  expect(
    items.filter(
      ({ code, field, message, raw }) =>
        !code || !field || message.length < 5 || (raw === '' && code !== 'invalid_json'),
    ),
  ).toEqual([]);
}, 240_000);

test('accepted events hold nothing that an engine cannot store', async () => {
  for (const event of await gate.events()) {
    const text = JSON.stringify(event);
    expect(text).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
    expect(Object.hasOwn(event.properties, '__proto__')).toBe(false);
  }
});

test('the server still does its work', async () => {
  const response = await fetch(`${gate.url}/v1/track`, {
    method: 'POST',
    body: JSON.stringify({ writeKey: gate.writeKey, event: 'Alive', userId: 'u' }),
  });
  expect(await response.json()).toEqual({ success: true });
});
