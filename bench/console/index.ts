import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { findChromium, launchChromium } from '../../test/support/chromium.ts';
import { enterConsole } from '../../test/support/enter.ts';
import { ensureConsole } from '../../scripts/prepare.mjs';
import { type Measured, percentile, type RunOptions, type Suite } from '../harness.ts';
import { graphCases, measureGraphs } from './graph.ts';
import { drained, type RunningServer, startServer } from '../support/server.ts';

const PEOPLE = 20_000;
const UNTIL = '2026-03-01';
const ROUNDS = 12;
/** Every page of the navigation, as it stands there. */
const LINKS = `[...document.querySelectorAll('nav a.nav-link')].map((link) => link.getAttribute('href'))`;

async function loadBrand(server: RunningServer, people: number): Promise<void> {
  const { id } = await server.api.demoLoad({ body: { people, seed: 1, until: UNTIL } });
  for (;;) {
    const { state, error } = await server.api.job({ params: { id } });
    if (state === 'done') break;
    if (state === 'failed' || state === 'cancelled') throw new Error(`the load ${state}: ${error ?? ''}`);
    await pause(300);
  }
  await drained(server);
}

/** Time until the page of an address has its heading and nothing of it is loading any more, in the page's own clock. */
async function visit(page: Page, go: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await go();
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction('document.querySelectorAll("main .skeleton, main [aria-busy=true]").length === 0');
  return performance.now() - started;
}

/** Adds up how far what is on the page jumps by itself (Layout Instability API), without what follows a click. */
const SHIFTS = `window.__shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shifted += entry.value;
}).observe({ type: 'layout-shift', buffered: true });`;
const SETTLE_MS = 500;

/** A figure of each page. */
type OfPages = { readonly to: string; readonly value: number }[];
const sorted = (pages: OfPages) => pages.map(({ value }) => value).sort((a, b) => a - b);

/** The worst pages by their names, for who wants to know where it comes from. */
function worstOf(pages: OfPages, told: (value: number) => string): string {
  const routes = [...new Set(pages.map(({ to }) => to))];
  const median = routes.map((to) => ({
    to,
    value: percentile(sorted(pages.filter((one) => one.to === to)), 0.5),
  }));
  const worst = median.sort((a, b) => b.value - a.value).slice(0, 3);
  return `most on ${worst.map(({ to, value }) => `${to} (${told(value)})`).join(', ')}`;
}

/** Opens each page by its address: the times, and how far anything jumped on it. */
async function coldVisits(page: Page, routes: readonly string[]): Promise<{ times: OfPages; shifts: OfPages }> {
  const times: OfPages = [];
  const shifts: OfPages = [];
  for (const to of routes) {
    times.push({ to, value: await visit(page, () => page.goto(to)) });
    await pause(SETTLE_MS);
    shifts.push({ to, value: (await page.evaluate('window.__shifted')) as number });
  }
  return { times, shifts };
}

/**
 * From the click on a link to the frame that shows its page, measured inside the page. The address changes before the
 * page does: what counts is that another heading is there.
 */
const CLICK = `(to) => new Promise((resolve) => {
  const started = performance.now();
  const main = document.querySelector('main');
  const before = main.querySelector('h1');
  const shown = () => main.querySelector('h1') && main.querySelector('h1') !== before;
  const settled = () => location.pathname === to && shown() && !main.querySelector('.skeleton, [aria-busy=true]');
  const look = () => (settled() ? requestAnimationFrame(() => resolve(performance.now() - started)) : requestAnimationFrame(look));
  document.querySelector('nav a[href="' + to + '"]').click();
  look();
})`;

async function cachedVisits(page: Page, routes: readonly string[]): Promise<OfPages> {
  const times: OfPages = [];
  for (let round = 0; round <= ROUNDS; round++)
    for (const to of routes) {
      const time = (await page.evaluate(`(${CLICK})(${JSON.stringify(to)})`)) as number;
      // The first round fills the caches.
      if (round > 0) times.push({ to, value: time });
      await pause(60);
    }
  return times;
}

const inMs = (value: number) => `${Math.round(value)} ms`;

/** Opening, going between and jumping of the pages. */
async function measurePages(page: Page): Promise<Measured[]> {
  const routes = (await page.evaluate(LINKS)) as string[];
  const { times: cold, shifts } = await coldVisits(page, routes);
  await visit(page, () => page.goto(routes.at(-1)!));
  const cached = await cachedVisits(page, routes);
  const [opened, gone] = [sorted(cold), sorted(cached)];
  return [
    { name: 'open_p95_ms', value: percentile(opened, 0.95), runs: opened.length, note: worstOf(cold, inMs) },
    {
      name: 'layout_shift',
      value: Math.max(...sorted(shifts)),
      runs: shifts.length,
      note: worstOf(shifts, (value) => value.toFixed(4)),
    },
    { name: 'cached_p50_ms', value: percentile(gone, 0.5), runs: gone.length },
    { name: 'cached_p95_ms', value: percentile(gone, 0.95), runs: gone.length, note: worstOf(cached, inMs) },
  ];
}

async function run({ scale, log }: RunOptions): Promise<Measured[]> {
  const chromium = findChromium();
  if (!chromium) throw new Error('no Chromium on this machine: set GUANXI_CHROMIUM');
  ensureConsole();
  const people = Math.max(50, Math.round(PEOPLE * scale));
  const server = await startServer({ GUANXI_DEMO: 'off' });
  try {
    await loadBrand(server, people);
    log(`${people} people are loaded`);
    const browser = await launchChromium(chromium);
    try {
      const context = await browser.newContext({
        baseURL: server.url,
        viewport: { width: 1440, height: 900 },
        locale: 'zh-CN',
        // Only so that the page can be asked whether it is done.
        bypassCSP: true,
      });
      const page = await context.newPage();
      await enterConsole(page);
      await page.addInitScript(SHIFTS);
      const pages = await measurePages(page);
      const customer = (await server.api.customers({ query: { search: 'GX9900001' } })).items[0]!.id;
      const person = await visit(page, () => page.goto(`/customers/${customer}`));
      return [...pages, { name: 'customer_ms', value: person, runs: 1 }, ...(await measureGraphs(context, server))];
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

const told = { unit: 'ms', better: 'lower', goal: null, origin: '' } as const;
const quick = { unit: 'ms', better: 'lower', goal: 100, origin: 'what answers within a tenth of a second feels immediate (Nielsen, 1993).' } as const; // prettier-ignore

export const suite: Suite = {
  name: 'console',
  summary: 'the console in Chromium on the demo brand: opening pages, going between them, drawing graphs',
  sets: { brand: '18 months of the demo brand; --scale multiplies its people' },
  cases: [
    { name: 'open_p95_ms', ...told, meaning: 'A main page opened by its address until its content is there' },
    {
      name: 'layout_shift',
      unit: '',
      better: 'lower',
      goal: 0.1,
      origin: 'what Web Vitals call good (cumulative layout shift).',
      meaning: 'How far what is on a main page jumps while it is opened, the worst of them',
    },
    { name: 'customer_ms', ...told, meaning: 'A customer opened by their address until the content is there' },
    { name: 'cached_p50_ms', ...quick, meaning: 'From the click to the frame with the content, page seen before' },
    { name: 'cached_p95_ms', ...quick, meaning: 'The same, 95th percentile' },
    ...graphCases,
  ],
  run,
};
