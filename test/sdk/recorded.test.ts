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

const kotlinContext = {
  app: { name: '商城', version: '5.1.0', namespace: 'com.example.shop', build: '51' },
  device: { id: '1f1f1f1f-android', manufacturer: 'HUAWEI', model: 'NOH-AN00', name: 'HWNOH', type: 'android' },
  library: { name: 'analytics-kotlin', version: '1.19.1' },
  locale: 'zh-CN',
  network: { cellular: false, wifi: true, bluetooth: false },
  os: { name: 'Android', version: '12' },
  screen: { density: 3, height: 2568, width: 1224 },
  timezone: 'Asia/Shanghai',
  instanceId: '5bd1a1f5-2e5e-4bd4-9b3e-6b5b8e0b9c11',
};
const kotlinBody = (writeKey: string) => ({
  writeKey,
  batch: [
    {
      properties: { product_id: 'p20', price: 199.0, name: '修护面膜' },
      event: 'Product Added',
      type: 'track',
      messageId: '8f0a7f9e-52b6-4d0e-8e5c-1c6a1c1a2b30',
      anonymousId: '2d2cb6d4-31c1-4e0c-9a8a-0f2ba4a0b111',
      context: kotlinContext,
      integrations: {},
      userId: '',
      timestamp: '2026-03-01T08:00:00.500Z',
      _metadata: { bundled: [], unbundled: [], bundledIds: [] },
    },
    {
      traits: { phone: '13800138000' },
      type: 'identify',
      messageId: '8f0a7f9e-52b6-4d0e-8e5c-1c6a1c1a2b31',
      anonymousId: '2d2cb6d4-31c1-4e0c-9a8a-0f2ba4a0b111',
      context: { ...kotlinContext, traits: { city: '杭州' } },
      integrations: {},
      userId: 'u20',
      timestamp: '2026-03-01T08:00:01.500Z',
    },
    {
      name: '购物车',
      category: '',
      properties: {},
      type: 'screen',
      messageId: '8f0a7f9e-52b6-4d0e-8e5c-1c6a1c1a2b32',
      anonymousId: '2d2cb6d4-31c1-4e0c-9a8a-0f2ba4a0b111',
      context: kotlinContext,
      integrations: {},
      userId: 'u20',
      timestamp: '2026-03-01T08:00:02.500Z',
    },
  ],
  sentAt: '2026-03-01T08:00:10.000Z',
});

for (const path of ['/v1/b', '/b'])
  test(`analytics-kotlin at ${path}: gzip, chunked, text/plain, the key in the body alone`, async () => {
    const body = gzipSync(JSON.stringify(kotlinBody(gate.writeKey)));
    const before = Date.now();
    const answer = await sendChunked(
      path,
      { 'content-type': 'text/plain', 'content-encoding': 'gzip', 'user-agent': 'analytics-kotlin/1.19.1' },
      body,
    );
    expect(answer).toEqual({ status: 200, body: { success: true } });
    const events = await gate.waitFor(3);
    expect(events.map(({ type, name, userId }) => [type, name, userId])).toEqual([
      ['track', 'Product Added', null],
      ['identify', 'identify', 'u20'],
      ['screen', '购物车', 'u20'],
    ]);
    expect(events.map(({ messageId }) => messageId.slice(-2))).toEqual(['30', '31', '32']);
    expect(events[1]!.traits).toEqual({ city: '杭州', phone: '13800138000' });
    expect(
      events.every(({ channel, anonymousId }) => channel === 'mobile' && anonymousId?.startsWith('2d2cb6d4')),
    ).toBe(true);
    // Sent 9.5, 8.5 and 7.5 seconds after they happened.
    const [first, second, third] = events.map(({ time, receivedAt }) => receivedAt - time);
    expect([first, second, third]).toEqual([9500, 8500, 7500]);
    expect(events[0]!.receivedAt).toBeGreaterThanOrEqual(before);
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
