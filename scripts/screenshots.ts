// `npm run screenshots`: the pictures of docs/images, taken of a server with the example shop in it, in both languages.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@guanxi/contracts';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../test/support/chromium.ts';
import { enterConsole } from '../test/support/enter.ts';
import { type ServerProcess, startServerProcess } from '../test/support/server.ts';
import { ensureConsole, root } from './prepare.mjs';

const LANGUAGES = ['en', 'zh'] as const;
type Language = (typeof LANGUAGES)[number];
const EXAMPLE = join(root, 'examples/online-retail/OnlineRetail.csv.zst');
const IMAGES = join(root, 'docs/images');
const CUSTOMER = '17850';
const FRIEND = '12583';
const MOST_BYTES = 250_000;
/** Lines and labels are drawn within this time after the last answer has come. */
const SETTLE_MS = 1500;

const TEXT = {
  en: { source: 'Website', find: 'Choose a file', check: 'Check 1,000 rows', added: 'Added to cart' },
  zh: { source: '官网', find: '选择文件', check: '检查前 1,000 行', added: '加入购物车' },
} as const;

interface Shop {
  readonly url: string;
  readonly api: Client;
  readonly customer: string;
  readonly friend: string;
  /** `from:to:type` of what the customer bought most of. */
  readonly relation: string;
}

async function shopAt({ url, api }: ServerProcess): Promise<Shop> {
  const idOf = async (search: string) => (await api.customers({ query: { search } })).items[0]!.id;
  const customer = await idOf(CUSTOMER);
  const { edges } = await api.customerNetwork({ params: { id: customer }, query: { edgeTypes: 'bought' } });
  const { from, to, type } = edges.sort((a, b) => b.weight - a.weight)[0]!;
  return { url, api, customer, friend: await idOf(FRIEND), relation: `${from}:${to}:${type}` };
}

/** What visitors of the shop's site do while the live view is looked at. */
async function visit({ url, api }: Shop): Promise<void> {
  const products = (await api.graphSearch({ query: { q: 'LUNCH BAG', types: 'product', limit: 8 } })).items;
  const { writeKey } = (await api.sources()).items.find(({ id }) => id === 'default')!;
  const steps = ['Product Viewed', 'Product Viewed', 'Product Added', 'Products Searched', 'Order Completed'];
  for (let at = 0; at < 40; at += 1) {
    const { key, label } = products[at % products.length]!;
    const event = steps[at % steps.length]!;
    const product = { product_id: key, name: label, quantity: 1 + (at % 3) };
    const properties = {
      'Products Searched': { query: 'lunch bag' },
      // One of them without its number: the shop's site is as careless as others.
      'Order Completed': { ...(at % 20 === 9 ? {} : { order_id: `W-${7000 + at}` }), products: [product] },
    }[event] ?? { ...product, price: 1.65 };
    const body = {
      type: 'track',
      event,
      userId: `web-${100 + (at % 9)}`,
      properties,
      context: { page: { path: '/' } },
    };
    const response = await fetch(`${url}/v1/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${writeKey}:`)}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`an event was answered with ${response.status}`);
  }
}

/** Each picture by its name: how the page comes to look like it. */
const PICTURES: Readonly<Record<string, (page: Page, shop: Shop, language: Language) => Promise<void>>> = {
  async customer(page, { customer, relation }) {
    await page.goto(`/customers/${customer}?edge=${relation}`);
    await page.locator('.thread-step').nth(2).click();
    await page.locator('.made').waitFor();
  },
  async graph(page, { customer, friend }) {
    await page.goto(`/graph?n=${customer},${friend}&p=${customer}:${friend}:5:4:product.person`);
    await page.getByRole('application').waitFor();
  },
  async import(page, _, language) {
    await page.goto('/data/import');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: TEXT[language].find }).click();
    await (await chooser).setFiles(EXAMPLE);
    await page.getByRole('button', { name: TEXT[language].check }).waitFor({ timeout: 60_000 });
  },
  async live(page, shop, language) {
    await page.goto('/data/live');
    await visit(shop);
    await page.waitForTimeout(SETTLE_MS);
    await page.getByRole('row').filter({ hasText: TEXT[language].added }).first().click();
    await page.locator('.made').waitFor();
  },
  async home(page) {
    await page.goto('/');
    await page.locator('.loop').waitFor();
  },
};

async function take(browser: Browser, shop: Shop, language: Language): Promise<void> {
  const sources = (await shop.api.sources()).items;
  const site = sources.find(({ id }) => id === 'default')!;
  await shop.api.sourceUpdate({ params: { id: site.id }, body: { name: TEXT[language].source } });
  const context = await browser.newContext({ baseURL: shop.url, viewport: { width: 1440, height: 900 } });
  await context.addInitScript(
    `localStorage.setItem('guanxi.preferences', '${JSON.stringify({ theme: 'light', language, navCollapsed: false })}')`,
  );
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`${language}: ${error.message}`));
  await enterConsole(page);
  for (const [name, open] of Object.entries(PICTURES)) {
    await open(page, shop, language);
    await page.waitForLoadState('load');
    await page.mouse.move(0, 0);
    await page.waitForTimeout(SETTLE_MS);
    const path = join(IMAGES, `${name}${language === 'en' ? '' : `-${language}`}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    const { size } = statSync(path);
    console.log(`${path} ${Math.round(size / 1000)} KB`);
    if (size > MOST_BYTES) throw new Error(`${name} is larger than ${MOST_BYTES / 1000} KB`);
  }
  await context.close();
}

const chromium = findChromium();
if (!chromium) throw new Error('No Chromium: apt-get install chromium fonts-noto-cjk, or set GUANXI_CHROMIUM');
ensureConsole();
const folder = mkdtempSync(join(tmpdir(), 'guanxi-screenshots-'));
const server = await startServerProcess(folder);
const browser = await launchChromium(chromium);
try {
  const { status } = spawnSync(
    process.execPath,
    ['apps/cli/bin/guanxi.mjs', 'import', 'examples/online-retail', '--url', server.url],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, GUANXI_DATA: folder } },
  );
  if (status !== 0) throw new Error('the example was not imported');
  const shop = await shopAt(server);
  for (const language of LANGUAGES) await take(browser, shop, language);
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
