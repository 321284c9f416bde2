// `npm run screenshots`: the pictures of docs/images, every screen in both languages and both themes, taken of a server
// with a small demo brand in it. A picture is called SCREEN-LANGUAGE-THEME.webp. Screens that are named are taken alone:
// `npm run screenshots -- home customer`.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@guanxi/contracts';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../test/support/chromium.ts';
import { enterConsole } from '../test/support/enter.ts';
import { startServerProcess } from '../test/support/server.ts';
import { ensureConsole, root } from './prepare.mjs';

const LANGUAGES = ['en', 'zh'] as const;
const THEMES = ['light', 'dark'] as const;
type Language = (typeof LANGUAGES)[number];
const PEOPLE = 600;
const SEED = 1;
const wanted = new Set(process.argv.slice(2));
const IMAGES = join(root, 'docs/images');
const EXAMPLE = join(root, 'examples/online-retail/OnlineRetail.csv.zst');
const MOST_BYTES = 6_000_000;
const QUALITY = 82;
const LOADING_MS = 180_000;
/** Lines and labels are drawn within this time after the last answer has come, and colours within that. */
const SETTLE_MS = 800;
const RECOLOUR_MS = 150;

const TEXT = {
  en: { find: 'Choose a file', check: 'Check 1,000 rows' },
  zh: { find: '选择文件', check: '检查前 1,000 行' },
} as const;

/** Whom and what the pictures are of; their stories are in docs/demo.md. */
interface Cast {
  readonly customer: string;
  readonly family: string;
  readonly blogger: string;
  readonly buyer: string;
  /** `from:to:type` of a relation of the customer. */
  readonly relation: string;
  readonly source: string;
  readonly refused: string;
}

async function castOf(api: Client): Promise<Cast> {
  const idOf = async (search: string) => (await api.customers({ query: { search } })).items[0]!.id;
  const customer = await idOf('GX9900001');
  const { edges } = await api.customerNetwork({ params: { id: customer } });
  const { from, to, type } = edges.filter((edge) => edge.type !== 'lives_in').sort((a, b) => b.weight - a.weight)[0]!;
  const sources = (await api.sources()).items.sort((a, b) => b.accepted24h - a.accepted24h);
  return {
    customer,
    family: await idOf('GX9900021'),
    blogger: await idOf('GX9900091'),
    buyer: await idOf('GX9900093'),
    relation: `${from}:${to}:${type}`,
    source: sources[0]!.id,
    refused: (await api.quarantine({ query: { limit: 1 } })).items[0]!.id,
  };
}

/** Screens by the names of their pictures: their address, and what is done there first. */
const screensOf = (cast: Cast): Readonly<Record<string, string>> => ({
  home: '/',
  sources: `/data/sources?id=${cast.source}`,
  live: '/data/live',
  quarantine: `/data/quarantine?id=${cast.refused}`,
  'identity-rules': '/data/identity',
  customers: '/customers',
  customer: `/customers/${cast.customer}?edge=${cast.relation}`,
  'customer-identity': `/customers/${cast.family}?tab=identity`,
  'customer-traits': `/customers/${cast.customer}?tab=traits`,
  'customer-consent': `/customers/${cast.customer}?tab=consent`,
  'graph-start': '/graph',
  'graph-path': `/graph?n=${cast.blogger},${cast.buyer}&p=${cast.blogger}:${cast.buyer}:5:4:product.person`,
  'graph-influence': `/graph?n=${cast.blogger}&i=${cast.blogger}`,
  members: '/settings/members',
  roles: '/settings/members?tab=roles',
  keys: '/settings/keys',
  account: '/settings/account',
  jobs: '/settings/jobs',
  ontology: '/settings/ontology',
  privacy: '/settings/privacy',
  'privacy-purposes': '/settings/privacy?tab=purposes',
  audit: '/settings/audit',
  status: '/settings/status',
});

async function wear(page: Page, theme: (typeof THEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.waitForFunction(`document.documentElement.dataset.theme === '${theme}'`);
  await page.addStyleTag({ content: '* { transition: none !important; animation: none !important }' });
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  await page.waitForTimeout(RECOLOUR_MS);
}

/** Takes what the page shows, in each theme, and leaves it in the first one. */
async function capture(page: Page, camera: CDPSession, name: string, language: Language): Promise<void> {
  if (wanted.size > 0 && !wanted.has(name)) return;
  await page.waitForLoadState('load');
  await page.mouse.move(0, 0);
  await page.waitForTimeout(SETTLE_MS);
  await page.waitForFunction(`!document.querySelector('.skeleton')`);
  for (const theme of THEMES) {
    await wear(page, theme);
    const { data } = await camera.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
    writeFileSync(join(IMAGES, `${name}-${language}-${theme}.webp`), Buffer.from(data, 'base64'));
  }
  await page.emulateMedia({ colorScheme: THEMES[0], reducedMotion: 'reduce' });
}

async function openImport(page: Page, language: Language): Promise<void> {
  await page.goto('/data/import');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: TEXT[language].find }).click();
  await (await chooser).setFiles(EXAMPLE);
  await page.getByRole('button', { name: TEXT[language].check }).waitFor({ timeout: 60_000 });
}

async function take(browser: Browser, url: string, cast: Cast, language: Language): Promise<void> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    colorScheme: THEMES[0],
    bypassCSP: true,
  });
  await context.addInitScript(
    `localStorage.setItem('guanxi.preferences', '${JSON.stringify({ theme: 'system', language, navCollapsed: false })}')`,
  );
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`${language}: ${error.message}`));
  const camera = await context.newCDPSession(page);
  await page.goto('/');
  await page.locator('input[autocomplete="username"]').waitFor();
  // Nobody is there yet when the first language is taken.
  await capture(page, camera, language === LANGUAGES[0] ? 'set-up' : 'sign-in', language);
  await enterConsole(page);
  for (const [name, path] of Object.entries(screensOf(cast))) {
    if (wanted.size > 0 && !wanted.has(name)) continue;
    await page.goto(path);
    await page.locator('.shell').waitFor();
    await capture(page, camera, name, language);
  }
  if (wanted.size === 0 || wanted.has('import')) {
    await openImport(page, language);
    await capture(page, camera, 'import', language);
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
  await server.api.demoLoad({ body: { people: PEOPLE, seed: SEED } });
  const end = Date.now() + LOADING_MS;
  for (;;) {
    const { state, job } = await server.api.demoStatus();
    if (state === 'loaded') break;
    if (job?.state === 'failed' || Date.now() > end) throw new Error(`the demo brand was not loaded: ${job?.error}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (wanted.size === 0) rmSync(IMAGES, { recursive: true, force: true });
  mkdirSync(IMAGES, { recursive: true });
  const cast = await castOf(server.api);
  for (const language of LANGUAGES) await take(browser, server.url, cast, language);
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
const names = readdirSync(IMAGES);
const bytes = names.reduce((sum, name) => sum + statSync(join(IMAGES, name)).size, 0);
console.log(`${names.length} pictures, ${(bytes / 1e6).toFixed(1)} MB`);
if (bytes > MOST_BYTES) throw new Error(`they are larger than ${MOST_BYTES / 1e6} MB`);
