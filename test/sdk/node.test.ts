import { Analytics } from '@segment/analytics-node';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { PostHog } from 'posthog-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gate, startGate } from './gate.ts';

let gate: Gate;
beforeAll(async () => {
  gate = await startGate();
});
afterAll(() => gate.close());
beforeEach(() => gate.mark());

/** Long enough ago that a client's clock cannot be meant, to the millisecond. */
const THEN = new Date('2024-02-29T12:34:56.789Z');
const NEAR_MS = 5000;
const byType = <T extends { type: string }>(events: readonly T[]) =>
  Object.fromEntries(events.map((event) => [event.type, event]));

test('@segment/analytics-node: all six calls, with its own ids and times', async () => {
  const client = new Analytics({ writeKey: gate.writeKey, host: gate.url, flushAt: 20, disable: false });
  const failures: unknown[] = [];
  client.on('error', (error) => failures.push(error));
  client.identify({ userId: 'u1', traits: { email: 'li@example.com', name: '李雷' } });
  client.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: { order_id: 'o1', revenue: 19.9 },
    messageId: 'own-id',
    timestamp: THEN,
  });
  client.page({ userId: 'u1', name: '首页', properties: { url: 'https://shop.example/' } });
  client.screen({ anonymousId: 'a1', name: 'Home' });
  client.group({ userId: 'u1', groupId: 'g1', traits: { name: '公司' } });
  client.alias({ userId: 'u1', previousId: 'a1' });
  await client.closeAndFlush();
  const events = byType(await gate.waitFor(6));
  expect(failures).toEqual([]);
  expect(events['track']).toMatchObject({
    name: 'Order Completed',
    messageId: 'own-id',
    userId: 'u1',
    properties: { order_id: 'o1', revenue: 19.9 },
    channel: 'server',
  });
  expect(Math.abs(events['track']!.time - THEN.getTime())).toBeLessThan(NEAR_MS);
  expect(events['identify']).toMatchObject({ name: 'identify', traits: { email: 'li@example.com', name: '李雷' } });
  expect(Math.abs(events['identify']!.time - Date.now())).toBeLessThan(NEAR_MS);
  expect(events['page']).toMatchObject({ name: '首页', properties: { url: 'https://shop.example/' } });
  expect(events['screen']).toMatchObject({ name: 'Home', anonymousId: 'a1', userId: null });
  expect(events['group']).toMatchObject({ groupId: 'g1', traits: { name: '公司' } });
  expect(events['alias']).toMatchObject({ userId: 'u1', previousId: 'a1' });
  expect(Object.values(events).every((event) => /^[\w-]{6,}$/.test(event.messageId))).toBe(true);
});

test('@segment/analytics-node is told of an unknown write key', async () => {
  const client = new Analytics({ writeKey: 'nobody', host: gate.url, maxRetries: 0 });
  const failed = new Promise<{ code: string }>((resolve) =>
    client.on('error', (error) => resolve(error as { code: string })),
  );
  client.track({ userId: 'u1', event: 'Lost' });
  await client.closeAndFlush();
  expect((await failed).code).toBe('delivery_failure');
  expect(await gate.events()).toEqual([]);
});

for (const gzip of [true, false])
  test(`@rudderstack/rudder-sdk-node with gzip ${gzip}`, async () => {
    const client = new RudderAnalytics(gate.writeKey, { dataPlaneUrl: gate.url, gzip, flushAt: 20 });
    const sent: Promise<void>[] = [];
    const done = () => {
      let settle: (error?: unknown) => void;
      sent.push(new Promise((resolve, reject) => (settle = (error) => (error ? reject(error) : resolve()))));
      return (error?: unknown) => settle(error);
    };
    client.identify({ userId: 'u2', traits: { phone: '13800138000' } }, done());
    client.track({ userId: 'u2', event: 'Product Viewed', properties: { product_id: 'p1' } }, done());
    client.track({ userId: 'u2', event: 'Order Completed', properties: { order_id: 'o2' }, timestamp: THEN }, done());
    client.page({ userId: 'u2', name: 'Detail' }, done());
    client.group({ userId: 'u2', groupId: 'g2' }, done());
    client.alias({ userId: 'u2', previousId: 'a2' }, done());
    await client.flush();
    await Promise.all(sent);
    const events = await gate.waitFor(6);
    expect(events.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      'alias alias', 'group group', 'identify identify', 'page Detail', 'track Order Completed', 'track Product Viewed',
    ]); // prettier-ignore
    expect(events.every(({ userId, channel }) => userId === 'u2' && channel === 'server')).toBe(true);
    expect(events.find(({ type }) => type === 'identify')!.traits).toMatchObject({ phone: '13800138000' });
    expect(events.find(({ name }) => name === 'Order Completed')!.time).toBe(THEN.getTime());
    expect(Math.abs(events.find(({ name }) => name === 'Product Viewed')!.time - Date.now())).toBeLessThan(NEAR_MS);
    expect(events.find(({ type }) => type === 'alias')!.previousId).toBe('a2');
  });

for (const disableCompression of [true, false])
  test(`posthog-node ${disableCompression ? 'without' : 'with'} compression`, async () => {
    const client = new PostHog(gate.writeKey, { host: gate.url, flushAt: 50, disableCompression, disableGeoip: true });
    const failures: unknown[] = [];
    client.on('error', (error) => failures.push(error));
    const uuid = disableCompression ? '0190a1b2-0000-7000-8000-000000000001' : '0190a1b2-0000-7000-8000-000000000002';
    client.identify({ distinctId: 'u3', properties: { email: 'han@example.com' } });
    client.capture({
      distinctId: 'u3',
      event: 'Products Searched',
      properties: { query: '敏感肌修护', $set: { city: '上海' } },
      uuid,
      timestamp: THEN,
    });
    client.capture({
      distinctId: 'u3',
      event: '$pageview',
      properties: { $current_url: 'https://shop.example/a?b=1', $pathname: '/a' },
    });
    client.alias({ distinctId: 'u3', alias: 'device-3' });
    client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { size: 5 } });
    await client.shutdown();
    const events = byType(await gate.waitFor(5));
    expect(failures).toEqual([]);
    expect(events['identify']).toMatchObject({ userId: 'u3', traits: { email: 'han@example.com' } });
    expect(events['track']).toMatchObject({
      name: 'Products Searched',
      messageId: uuid,
      userId: 'u3',
      properties: { query: '敏感肌修护' },
      traits: { city: '上海' },
    });
    expect(Math.abs(events['track']!.time - THEN.getTime())).toBeLessThan(NEAR_MS);
    expect(events['page']).toMatchObject({
      userId: 'u3',
      properties: { url: 'https://shop.example/a?b=1', path: '/a' },
    });
    expect(events['alias']).toMatchObject({ userId: 'u3', previousId: 'device-3' });
    expect(events['group']).toMatchObject({ groupId: 'acme', userId: null, traits: { size: 5, groupType: 'company' } });
  });

test('posthog-node is answered without flags', async () => {
  const client = new PostHog(gate.writeKey, { host: gate.url });
  expect(await client.getAllFlags('u3')).toEqual({});
  await client.shutdown();
});
