import { createIngest, type Ingest } from '@guanxi/engine/ingest';
import { type Platform, UserError } from '@guanxi/engine/platform';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPlatform } from '../../../../packages/engine/src/platform/testing.ts';
import { ingestRoutes } from './index.ts';

let platform: Platform;
let ingest: Ingest;
let app: FastifyInstance;
let writeKey: string;
/** What the next append to the log is answered with, if anything. */
let refusal: UserError | null = null;

beforeAll(async () => {
  platform = await openTestPlatform({ corsOrigins: 'https://shop.example, https://m.shop.example' });
  const append = platform.log.append.bind(platform.log);
  const log = {
    ...platform.log,
    append: (entries: Parameters<typeof append>[0]) => (refusal ? Promise.reject(refusal) : append(entries)),
  };
  const watched = { ...platform, log };
  ingest = await createIngest(watched);
  writeKey = (await ingest.sources.list())[0]!.writeKey;
  app = fastify();
  app.post('/api/echo', async (request) => ({ body: request.body }));
  await app.register(async (scope) => ingestRoutes(scope, { ingest, platform: watched }));
});
afterAll(async () => {
  await app.close();
  await platform.close();
});

const event = { event: 'E', userId: 'u' };
const post = (url: string, payload: string | object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url, payload, headers });
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

test.each([
  ['Basic', () => post('/v1/track', event, basic(writeKey))],
  ['Bearer', () => post('/v1/track', event, { authorization: `Bearer ${writeKey}` })],
  ['writeKey', () => post('/v1/track', { ...event, writeKey })],
  ['api_key', () => post('/batch/', { api_key: writeKey, batch: [{ event: 'E', distinct_id: 'u' }] })],
  ['token', () => post('/e/', [{ event: 'E', properties: { token: writeKey, distinct_id: 'u' } }])],
  ['query', () => post(`/beacon/v1/batch?writeKey=${writeKey}`, { batch: [{ type: 'track', ...event }] })],
])('the write key as %s', async (_, request) => {
  const answer = await request();
  expect([answer.statusCode, answer.body]).toEqual([200, '{"success":true}']);
});

test.each(['', 'Basic', 'Basic ====', 'Bearer', 'Digest x', `Basic ${Buffer.from('x:y').toString('base64')}`])(
  '401 for the authorization "%s"',
  async (authorization) => {
    const answer = await post('/v1/track', event, { authorization });
    expect([answer.statusCode, answer.json()]).toMatchObject([401, { code: 'unknown_write_key' }]);
  },
);

test.each([
  ['busy', 429, '1'],
  ['unavailable', 503, '5'],
] as const)('a log that is %s: %i', async (kind, status, retryAfter) => {
  refusal = new UserError(kind, kind, 'The log is away');
  const answer = await post('/v1/track', event, { ...basic(writeKey), origin: 'https://shop.example' });
  refusal = null;
  expect([answer.statusCode, answer.json<{ code: string }>().code, answer.headers['retry-after']]).toEqual([
    status,
    kind,
    retryAfter,
  ]);
  expect(answer.headers['access-control-allow-origin']).toBe('https://shop.example');
});

test('a body that is too large is refused the same before and after decompression', async () => {
  const answer = await post('/v1/track', 'x'.repeat((4 << 20) + 1), basic(writeKey));
  expect([answer.statusCode, answer.json()]).toMatchObject([413, { code: 'too_large' }]);
});

test('what went to quarantine is said in the answer', async () => {
  const answer = await post(
    '/v1/batch',
    {
      batch: [
        { type: 'track', ...event },
        { type: 'track', userId: 'u' },
      ],
    },
    basic(writeKey),
  );
  expect(answer.json()).toEqual({
    success: true,
    quarantined: 1,
    issues: [{ index: 1, code: 'no_event_name', field: 'event', message: 'a track event needs a name' }],
  });
});

test('only listed origins may send from a page', async () => {
  const ask = (origin: string) =>
    app.inject({ method: 'OPTIONS', url: '/v1/track', headers: { origin, 'access-control-request-headers': 'x-a' } });
  expect((await ask('https://m.shop.example')).headers['access-control-allow-origin']).toBe('https://m.shop.example');
  expect((await ask('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
});

test('settings follow the address that the client used, through a proxy as well', async () => {
  const get = (headers: Record<string, string>) => app.inject({ url: `/v1/projects/${writeKey}/settings`, headers });
  const settingsOf = (answer: Awaited<ReturnType<typeof get>>) =>
    answer.json<{ integrations: Record<string, object> }>().integrations['Segment.io'];
  expect(settingsOf(await get({ host: 'cdp.example' }))).toEqual({
    apiKey: writeKey,
    apiHost: 'cdp.example/v1',
    protocol: 'http',
  });
  expect(settingsOf(await get({ host: 'cdp.example', 'x-forwarded-proto': 'https' }))).toEqual({
    apiKey: writeKey,
    apiHost: 'cdp.example/v1',
  });
  expect((await app.inject({ url: '/v1/projects/nobody/settings' })).statusCode).toBe(401);
});

test('other routes keep their own bodies', async () => {
  expect((await post('/api/echo', { a: 1 })).json()).toEqual({ body: { a: 1 } });
  expect((await post('/api/echo', 'x', { 'content-type': 'garbage/x' })).statusCode).toBe(415);
});

test('metrics count requests, events and the time to the answer', async () => {
  const text = await platform.metrics.metrics();
  for (const name of [
    'guanxi_ingest_requests_total{status="200"}',
    'guanxi_ingest_events_total{verdict="accepted"}',
    'guanxi_ingest_events_total{verdict="quarantined"}',
    'guanxi_ingest_ack_seconds_count',
  ])
    expect(text).toContain(name);
});
