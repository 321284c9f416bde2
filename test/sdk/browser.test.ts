import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Gate, startGate } from './gate.ts';

const require = createRequire(new URL('../../apps/server/package.json', import.meta.url));
const inPackage = (name: string, file: string) => {
  const main = require.resolve(name);
  return join(main.slice(0, main.lastIndexOf(`${name}/`) + name.length), file);
};
/** The files that a site would serve, as they were published. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/segment.js': inPackage('@segment/analytics-next', 'dist/umd/index.js'),
  '/rudder.js': inPackage('@rudderstack/analytics-js', 'dist/npm/modern/bundled/umd/index.js'),
  '/posthog.js': inPackage('posthog-js', 'dist/array.js'),
};
const ARGS = [
  '--headless', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
  // Without it the page knows that it is driven by a program, and some clients send nothing for robots.
  '--disable-blink-features=AutomationControlled',
]; // prettier-ignore
const NEAR_MS = 10_000;

interface SegmentClient {
  page(name: string): Promise<unknown>;
  screen(name: string): Promise<unknown>;
  alias(to: string, from: string): Promise<unknown>;
  identify(id: string, traits: object): Promise<unknown>;
  track(event: string, properties: object): Promise<unknown>;
  group(id: string, traits: object): Promise<unknown>;
}
interface RudderClient {
  load(key: string, url: string, options: object): void;
  ready(then: () => void): void;
  page(category: string, name: string): void;
  identify(id: string, traits: object): void;
  track(event: string, properties: object): void;
  group(id: string, traits: object): void;
  alias(to: string, from: string): void;
}
interface PostHogClient {
  init(token: string, options: object): void;
  get_distinct_id(): string;
  capture(event: string, properties: object): void;
  identify(id: string, traits: object): void;
}
/** What the scripts leave behind in a page. */
interface Published {
  AnalyticsNext: { AnalyticsBrowser: { load(settings: object, options: object): Promise<[SegmentClient]> } };
  rudderanalytics: { RudderAnalytics: new () => RudderClient };
  posthog: PostHogClient;
}

let gate: Gate;
let site: Server;
let siteUrl: string;
let browser: Browser;
let page: Page;
/** Requests to anywhere else than the site and the server; the browser never makes them. */
let elsewhere: string[];
let errors: string[];

const serveSite = () =>
  createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    const script = SCRIPTS[path];
    if (script)
      return response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(readFileSync(script));
    const [, client] = path.split('/');
    return response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(
        `<!doctype html><title>商品详情</title><meta charset="utf-8"><script src="/${client}.js"></script><h1>shop</h1>`,
      );
  });

beforeAll(async () => {
  gate = await startGate();
  site = serveSite();
  await new Promise<void>((ready) => site.listen(0, '127.0.0.1', ready));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await gate?.close();
});
beforeEach(async () => {
  gate.mark();
  elsewhere = [];
  errors = [];
  // So do they for a browser that says it has no head.
  const userAgent = (await browser.version()).replace(
    /^(\d+).*/,
    'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$1.0.0.0 Safari/537.36',
  );
  page = await (await browser.newContext({ userAgent })).newPage();
  await page.route(
    (url) => url.origin !== siteUrl && url.origin !== gate.url,
    (route) => {
      elsewhere.push(route.request().url());
      return route.abort();
    },
  );
  page.on('pageerror', (error) => errors.push(error.message));
});
afterEach(async () => {
  await page.context().close();
  expect(errors).toEqual([]);
  expect(elsewhere).toEqual([]);
});

const byType = <T extends { type: string }>(events: readonly T[]) =>
  Object.fromEntries(events.map((event) => [event.type, event]));

for (const strategy of ['standard', 'batching'] as const)
  test(`@segment/analytics-next, ${strategy}`, async () => {
    await page.goto(`${siteUrl}/segment/item?utm_source=weibo`);
    await page.evaluate(
      async ({ writeKey, url, strategy }) => {
        const { AnalyticsBrowser } = (globalThis as unknown as Published).AnalyticsNext;
        const deliveryStrategy = { strategy, config: strategy === 'batching' ? { size: 10, timeout: 300 } : undefined };
        const [client] = await AnalyticsBrowser.load(
          { writeKey, cdnURL: url },
          { integrations: { 'Segment.io': { deliveryStrategy } } },
        );
        await client.page('详情');
        await client.alias('u10', 'u10-before');
        await client.identify('u10', { email: 'Li@Example.com' });
        await client.track('Product Viewed', { product_id: 'p10', name: '精华' });
        await client.group('g10', { name: 'G' });
        await client.screen('Home');
      },
      { writeKey: gate.writeKey, url: gate.url, strategy },
    );
    const events = byType(await gate.waitFor(6));
    const { anonymousId } = events['page']!;
    expect(anonymousId).toMatch(/^[0-9a-f-]{36}$/);
    expect(events['page']).toMatchObject({
      name: '详情',
      channel: 'web',
      userId: null,
      properties: { title: '商品详情', path: '/segment/item' },
    });
    expect(events['page']!.context).toMatchObject({ campaign: { source: 'weibo' }, library: { name: 'analytics.js' } });
    expect(events['identify']).toMatchObject({ userId: 'u10', anonymousId, traits: { email: 'Li@Example.com' } });
    expect(events['track']).toMatchObject({
      name: 'Product Viewed',
      userId: 'u10',
      anonymousId,
      properties: { product_id: 'p10' },
    });
    expect(events['group']).toMatchObject({ groupId: 'g10', traits: { name: 'G' } });
    expect(events['alias']).toMatchObject({ userId: 'u10', previousId: 'u10-before' });
    expect(events['screen']).toMatchObject({ name: 'Home' });
    for (const event of Object.values(events)) {
      expect(event.messageId).toMatch(/^ajs-next-/);
      expect(Math.abs(event.time - Date.now())).toBeLessThan(NEAR_MS);
    }
  });

test('@rudderstack/analytics-js', async () => {
  await page.goto(`${siteUrl}/rudder/item`);
  await page.evaluate(
    async ({ writeKey, url }) => {
      const { RudderAnalytics } = (globalThis as unknown as Published).rudderanalytics;
      const client = new RudderAnalytics();
      client.load(writeKey, url, { configUrl: url });
      await new Promise<void>((ready) => client.ready(ready));
      client.page('类目', '详情');
      client.identify('u11', { phone: '13800138000' });
      client.track('Product Added', { product_id: 'p11', price: 9.5 });
      client.group('g11', { name: 'G' });
      client.alias('u11b', 'u11');
    },
    { writeKey: gate.writeKey, url: gate.url },
  );
  const events = byType(await gate.waitFor(5));
  const { anonymousId } = events['track']!;
  expect(anonymousId).toMatch(/^[0-9a-f-]{36}$/);
  expect(events['page']).toMatchObject({ name: '详情', userId: null, anonymousId, channel: 'web' });
  expect(events['identify']).toMatchObject({ userId: 'u11', anonymousId, traits: { phone: '13800138000' } });
  expect(events['track']).toMatchObject({
    name: 'Product Added',
    userId: 'u11',
    properties: { product_id: 'p11', price: 9.5 },
  });
  expect(events['group']).toMatchObject({ groupId: 'g11', traits: { name: 'G' } });
  expect(events['alias']).toMatchObject({ userId: 'u11b', previousId: 'u11' });
  for (const event of Object.values(events)) {
    expect(event.messageId.length).toBeGreaterThan(10);
    expect(Math.abs(event.time - Date.now())).toBeLessThan(NEAR_MS);
  }
});

test('@rudderstack/analytics-js by beacon', async () => {
  await page.goto(`${siteUrl}/rudder/item`);
  await page.evaluate(
    async ({ writeKey, url }) => {
      const { RudderAnalytics } = (globalThis as unknown as Published).rudderanalytics;
      const client = new RudderAnalytics();
      client.load(writeKey, url, { configUrl: url, useBeacon: true, beaconQueueOptions: { flushQueueInterval: 200 } });
      await new Promise<void>((ready) => client.ready(ready));
      client.track('Product Favourited', { product_id: 'p12' });
    },
    { writeKey: gate.writeKey, url: gate.url },
  );
  const [event] = await gate.waitFor(1);
  expect(event).toMatchObject({
    type: 'track',
    name: 'Product Favourited',
    properties: { product_id: 'p12' },
    channel: 'web',
  });
});

test('posthog-js', async () => {
  await page.goto(`${siteUrl}/posthog/item`);
  const ids = await page.evaluate(
    async ({ token, url }) => {
      const client = (globalThis as unknown as Published).posthog;
      client.init(token, {
        api_host: url,
        autocapture: false,
        disable_session_recording: true,
        request_batching: false,
      });
      const anonymous = client.get_distinct_id();
      client.capture('Products Searched', { query: '面膜' });
      client.identify('u13', { email: 'han@example.com' });
      client.capture('Product Viewed', { product_id: 'p13' });
      return { anonymous };
    },
    { token: gate.writeKey, url: gate.url },
  );
  const events = await gate.waitFor(4);
  const named = Object.fromEntries(events.map((event) => [event.name, event]));
  expect(events.find(({ type }) => type === 'page')).toMatchObject({
    anonymousId: ids.anonymous,
    channel: 'web',
    properties: { path: '/posthog/item' },
  });
  expect(named['Products Searched']).toMatchObject({
    anonymousId: ids.anonymous,
    userId: null,
    properties: { query: '面膜' },
  });
  expect(named['identify']).toMatchObject({
    userId: 'u13',
    anonymousId: ids.anonymous,
    traits: { email: 'han@example.com' },
  });
  expect(named['Product Viewed']).toMatchObject({ userId: 'u13', properties: { product_id: 'p13' } });
  for (const event of events) {
    expect(event.messageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(event.time - Date.now())).toBeLessThan(NEAR_MS);
  }
});

test('posthog-js in batches, compressed, and on leaving the page', async () => {
  await page.goto(`${siteUrl}/posthog/item`);
  await page.evaluate(
    ({ token, url }) => {
      const client = (globalThis as unknown as Published).posthog;
      client.init(token, {
        api_host: url,
        autocapture: false,
        disable_session_recording: true,
        capture_pageview: false,
      });
      for (let index = 0; index < 5; index++) client.capture(`Event ${index}`, { index });
    },
    { token: gate.writeKey, url: gate.url },
  );
  await page.goto('about:blank');
  const events = await gate.waitFor(5);
  expect(events.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Event 0', 'Event 1', 'Event 2', 'Event 3', 'Event 4']),
  );
});
