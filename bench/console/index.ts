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
const ROUTES = ['/', '/data/sources', '/data/quarantine', '/customers', '/settings/jobs', '/settings/status'] as const;

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

/** Opens each page by its address: the times, and the most that anything jumped on one of them. */
async function coldVisits(page: Page): Promise<{ times: number[]; shift: number }> {
  const times: number[] = [];
  let shift = 0;
  for (const to of ROUTES) {
    times.push(await visit(page, () => page.goto(to)));
    await pause(SETTLE_MS);
    shift = Math.max(shift, (await page.evaluate('window.__shifted')) as number);
  }
  return { times: times.sort((a, b) => a - b), shift };
}

/** From the click on a link to the frame that shows its page, measured inside the page. */
const CLICK = `(to) => new Promise((resolve) => {
  const started = performance.now();
  const main = document.querySelector('main');
  const settled = () => location.pathname === to && main.querySelector('h1') && !main.querySelector('.skeleton, [aria-busy=true]');
  const look = () => (settled() ? requestAnimationFrame(() => resolve(performance.now() - started)) : requestAnimationFrame(look));
  document.querySelector('nav a[href="' + to + '"]').click();
  look();
})`;

async function cachedVisits(page: Page): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++)
    for (const to of ROUTES) {
      const time = (await page.evaluate(`(${CLICK})(${JSON.stringify(to)})`)) as number;
      // The first round fills the caches.
      if (round > 0) times.push(time);
      await pause(60);
    }
  return times.sort((a, b) => a - b);
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
      const { times: cold, shift } = await coldVisits(page);
      await visit(page, () => page.goto('/'));
      const cached = await cachedVisits(page);
      const customer = (await server.api.customers({ query: { search: 'GX9900001' } })).items[0]!.id;
      const person = await visit(page, () => page.goto(`/customers/${customer}`));
      const graphs = await measureGraphs(context, server);
      return [
        {
          name: 'open_p95_ms',
          value: percentile(cold, 0.95),
          runs: cold.length,
        },
        { name: 'layout_shift', value: shift, runs: cold.length },
        { name: 'customer_ms', value: person, runs: 1 },
        { name: 'cached_p50_ms', value: percentile(cached, 0.5), runs: cached.length },
        { name: 'cached_p95_ms', value: percentile(cached, 0.95), runs: cached.length },
        ...graphs,
      ];
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
