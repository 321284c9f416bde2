import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gate, startGate } from './gate.ts';

// Request bodies of clients that do not run on Node, as they stand on the wire.

let gate: Gate;
beforeAll(async () => {
  gate = await startGate();
});
afterAll(() => gate.close());
beforeEach(() => gate.mark());

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A request whose body is sent in pieces, without saying beforehand how long it is. */
function sendChunked(path: string, headers: Record<string, string>, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      gate.url + path,
      { method: 'POST', headers: { ...headers, 'transfer-encoding': 'chunked' } },
      (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown }));
      },
    );
    request.on('error', reject);
    for (let at = 0; at < body.length; at += 100) request.write(body.subarray(at, at + 100));
    request.end();
  });
}

/**
 * The body of analytics-kotlin 1.27.0 (Maven Central `com.segment.analytics.kotlin:core`) on a JVM, captured by a server
 * that stored headers and body: `screen`, `identify`, `track`, `group`, `alias`, `flush`, with `apiHost` and `cdnHost`
 * leading to it and a `RequestFactory` whose `openConnection` speaks http. Only the write key was exchanged.
 */
const kotlinContext = {
  library: { name: 'analytics-kotlin', version: '1.27.0' },
  instanceId: '6826f5d7-41d8-4908-853f-1a732a550c26',
};
const kotlinMetadata = { bundled: [], unbundled: [], bundledIds: [] };
const kotlinBody = (writeKey: string, context: object = kotlinContext) => ({
  batch: [
    {
      name: '购物车',
      category: '商城',
      properties: { items: 2 },
      type: 'screen',
      messageId: 'a220fda2-899b-4e63-90e5-620bd155ffe5',
      anonymousId: '9d0fb68b-52a3-45a9-9d28-ef96d8bf9445',
      context,
      integrations: {},
      timestamp: '2026-11-21T23:54:55.756Z',
      _metadata: kotlinMetadata,
    },
    {
      userId: 'u20',
      traits: { phone: '13800138000', city: '杭州' },
      type: 'identify',
      messageId: 'e1bac1d8-db0f-403c-bf2b-d016575b22c8',
      anonymousId: '9d0fb68b-52a3-45a9-9d28-ef96d8bf9445',
      integrations: {},
      context,
      timestamp: '2026-11-21T23:54:55.826Z',
      _metadata: kotlinMetadata,
    },
    {
      properties: {
        order_id: 'o-20',
        total: 398.5,
        currency: 'CNY',
        products: [{ product_id: 'p20', name: '修护面膜', price: 199.25, quantity: 2 }],
      },
      event: 'Order Completed',
      type: 'track',
      messageId: 'a5e393e0-771b-4d4b-b5a3-69ed733f5311',
      anonymousId: '9d0fb68b-52a3-45a9-9d28-ef96d8bf9445',
      integrations: {},
      context,
      userId: 'u20',
      _metadata: kotlinMetadata,
      timestamp: '2026-11-21T23:54:55.878Z',
    },
    {
      groupId: 'g-1',
      traits: { name: '会员俱乐部' },
      type: 'group',
      messageId: '5bf1d531-9bda-426a-997e-a1fb4a13a7dc',
      anonymousId: '9d0fb68b-52a3-45a9-9d28-ef96d8bf9445',
      integrations: {},
      context,
      userId: 'u20',
      _metadata: kotlinMetadata,
      timestamp: '2026-11-21T23:54:55.929Z',
    },
    {
      userId: 'u21',
      previousId: 'u20',
      type: 'alias',
      messageId: '65f8e7a2-f1a6-4fef-a90b-048df9547b22',
      anonymousId: '9d0fb68b-52a3-45a9-9d28-ef96d8bf9445',
      integrations: {},
      context,
      timestamp: '2026-11-21T23:54:55.981Z',
      _metadata: kotlinMetadata,
    },
  ],
  sentAt: '2026-11-21T23:54:56.480Z',
  writeKey,
});
const kotlinHeaders = {
  'user-agent': 'analytics-kotlin/1.27.0',
  'content-encoding': 'gzip',
  'content-type': 'text/plain',
};

async function expectKotlinEvents() {
  const events = await gate.waitFor(5);
  expect(events.map(({ type, name, userId }) => [type, name, userId])).toEqual([
    ['screen', '购物车', null],
    ['identify', 'identify', 'u20'],
    ['track', 'Order Completed', 'u20'],
    ['group', 'group', 'u20'],
    ['alias', 'alias', 'u21'],
  ]);
  expect(events.map(({ messageId }) => messageId.slice(0, 8))).toEqual([
    'a220fda2',
    'e1bac1d8',
    'a5e393e0',
    '5bf1d531',
    '65f8e7a2',
  ]);
  const [screen, identify, order, group, alias] = events;
  expect(screen!.properties).toEqual({ items: 2, category: '商城' });
  expect(identify!.traits).toEqual({ city: '杭州', phone: '13800138000' });
  expect(order!.properties).toEqual({
    order_id: 'o-20',
    total: 398.5,
    currency: 'CNY',
    products: [{ product_id: 'p20', name: '修护面膜', price: 199.25, quantity: 2 }],
  });
  expect(group).toMatchObject({ groupId: 'g-1', traits: { name: '会员俱乐部' } });
  expect(alias!.previousId).toBe('u20');
  expect(events.every(({ channel, anonymousId }) => channel === 'mobile' && anonymousId?.startsWith('9d0fb68b'))).toBe(
    true,
  );
  // How long before it was sent each happened, as the client's clock says.
  expect(events.map(({ time, receivedAt }) => receivedAt - time)).toEqual([724, 654, 602, 551, 499]);
  return events;
}

for (const path of ['/v1/b', '/b'])
  test(`analytics-kotlin at ${path}: gzip, text/plain, the key in the body alone`, async () => {
    const before = Date.now();
    const response = await fetch(gate.url + path, {
      method: 'POST',
      headers: kotlinHeaders,
      body: new Uint8Array(gzipSync(JSON.stringify(kotlinBody(gate.writeKey)))),
    });
    expect([response.status, await response.json()]).toEqual([200, { success: true }]);
    const events = await expectKotlinEvents();
    expect(events[0]!.receivedAt).toBeGreaterThanOrEqual(before);
  });

test('analytics-kotlin with what its Android client adds to the context, sent in pieces', async () => {
  const android = {
    ...kotlinContext,
    app: { name: '商城', version: '5.1.0', namespace: 'com.example.shop', build: '51' },
    device: { id: '1f1f1f1f-android', manufacturer: 'HUAWEI', model: 'NOH-AN00', name: 'HWNOH', type: 'android' },
    locale: 'zh-CN',
    network: { cellular: false, wifi: true, bluetooth: false },
    os: { name: 'Android', version: '12' },
    screen: { density: 3, height: 2568, width: 1224 },
    timezone: 'Asia/Shanghai',
  };
  const body = gzipSync(JSON.stringify(kotlinBody(gate.writeKey, android)));
  expect(await sendChunked('/v1/b', kotlinHeaders, body)).toEqual({ status: 200, body: { success: true } });
  await expectKotlinEvents();
});

test('analytics-kotlin is given settings that lead back here', async () => {
  for (const path of [`/projects/${gate.writeKey}/settings`, `/v1/projects/${gate.writeKey}/settings`]) {
    const answer = await (await fetch(gate.url + path)).json();
    expect(answer).toEqual({
      integrations: {
        'Segment.io': { apiKey: gate.writeKey, apiHost: `${new URL(gate.url).host}/v1`, protocol: 'http' },
      },
      metrics: { sampleRate: 0 },
    });
  }
});

const pythonBody = (writeKey: string) => ({
  batch: [
    {
      integrations: {},
      anonymousId: null,
      timestamp: '2026-11-21T23:25:11.438+00:00',
      context: { library: { name: 'analytics-python', version: '2.4.0' } },
      type: 'identify',
      userId: 'py-1',
      traits: { email: 'py@example.com', name: '李雷' },
      messageId: 'beee2f51-6724-4dc7-8191-25f51bced865',
    },
    {
      integrations: {},
      anonymousId: null,
      properties: { order_id: 'o-1', products: [{ product_id: 'p1', quantity: 1 }] },
      timestamp: '2026-11-21T23:25:11.438+00:00',
      context: { library: { name: 'analytics-python', version: '2.4.0' } },
      userId: 'py-1',
      type: 'track',
      event: 'Order Completed',
      messageId: '7ac8a027-7a0e-4a3b-90a5-07de67dcb0ad',
    },
  ],
  sentAt: '2026-11-21T23:25:11.938368+00:00',
  writeKey,
});

for (const zipped of [false, true])
  test(`analytics-python with gzip ${zipped}`, async () => {
    const text = JSON.stringify(pythonBody(gate.writeKey));
    const response = await fetch(`${gate.url}/v1/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'analytics-python/2.4.0',
        authorization: `Basic ${Buffer.from(`${gate.writeKey}:`).toString('base64')}`,
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      },
      body: zipped ? new Uint8Array(gzipSync(text)) : text,
    });
    expect([response.status, await response.json()]).toEqual([200, { success: true }]);
    const [identify, order] = await gate.waitFor(2);
    expect(order).toMatchObject({
      name: 'Order Completed',
      userId: 'py-1',
      anonymousId: null,
      channel: 'server',
      messageId: '7ac8a027-7a0e-4a3b-90a5-07de67dcb0ad',
    });
    expect(order!.receivedAt - order!.time).toBe(500);
    expect(identify!.receivedAt - identify!.time).toBe(500);
    expect(identify!.traits).toEqual({ email: 'py@example.com', name: '李雷' });
  });

test('a refusal is JSON with code and message', async () => {
  const response = await fetch(`${gate.url}/v1/batch`, { method: 'POST', body: '{"batch":[],"writeKey":"nobody"}' });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ code: 'unknown_write_key', message: expect.any(String) as string });
});

test('every address answers a browser that asks before it sends', async () => {
  const paths = [
    '/v1/track',
    '/v1/t',
    '/b',
    '/batch/',
    '/e/',
    '/flags/',
    '/sourceConfig/',
    '/v1/m',
    '/pixel/v1/track',
    `/v1/projects/${gate.writeKey}/settings`,
    `/array/${gate.writeKey}/config`,
  ];
  for (const path of paths) {
    const answer = await fetch(gate.url + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,anonymousid',
      },
    });
    expect([path, answer.status]).toEqual([path, 204]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,anonymousid');
    expect(answer.headers.get('access-control-max-age')).toBe('900');
  }
});

test('settings of every dialect name no other host', async () => {
  const paths = [
    `/v1/projects/${gate.writeKey}/settings`,
    `/sourceConfig/?writeKey=${gate.writeKey}`,
    `/array/${gate.writeKey}/config`,
    `/array/${gate.writeKey}/config.js`,
    `/flags/?v=2&token=${gate.writeKey}`,
  ];
  for (const path of paths) {
    const response = await fetch(gate.url + path);
    expect([path, response.status]).toEqual([path, 200]);
    const hosts = (await response.text()).match(/[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?\/|https?:\/\/[^"]+/gi) ?? [];
    expect(hosts.filter((host) => !host.startsWith(new URL(gate.url).host))).toEqual([]);
  }
});

test('a picture in an e-mail is an event', async () => {
  const direct = await fetch(
    `${gate.url}/pixel/v1/track?writeKey=${gate.writeKey}&event=Campaign%20Opened&userId=u40&campaign_id=c1`,
  );
  expect([direct.status, direct.headers.get('content-type')]).toEqual([200, 'image/gif']);
  const data = Buffer.from(JSON.stringify({ writeKey: gate.writeKey, userId: 'u41', name: 'Landing' })).toString(
    'base64',
  );
  expect((await fetch(`${gate.url}/v1/pixel/page?data=${encodeURIComponent(data)}`)).status).toBe(200);
  const [opened, page] = await gate.waitFor(2);
  expect(opened).toMatchObject({ name: 'Campaign Opened', userId: 'u40', properties: { campaign_id: 'c1' } });
  expect(page).toMatchObject({ type: 'page', name: 'Landing', userId: 'u41' });
});

test('what clients report about themselves is thanked for', async () => {
  expect((await fetch(`${gate.url}/v1/m`, { method: 'POST', body: '{"series":[]}' })).status).toBe(204);
  expect(await gate.events()).toEqual([]);
});
