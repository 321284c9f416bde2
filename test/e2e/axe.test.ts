import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { root } from '../../scripts/prepare.mjs';
import { findChromium } from '../support/chromium.ts';
import { barriersOf } from './axe.ts';
import { customerOf, openDemo } from './demo.ts';
import {
  clippedTables,
  coveredControls,
  cutTexts,
  durationsOf,
  focusOf,
  interactiveIn,
  shiftsOf,
  widthsOf,
} from './looks.ts';
import { inTurn, TURN } from '../support/turns.ts';
import { PATIENCE_MS, type Session } from './session.ts';

const chromium = findChromium();
if (!chromium) process.stdout.write('Whether the screens have barriers is not tested: no Chromium was found.\n');

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

/** Every path of the router: a new screen is looked at without being named here. */
const PATHS = [
  ...readFileSync(join(root, 'apps/web/src/app/router.tsx'), 'utf8').matchAll(/^ {2}path: '([^']+)',$/gm),
].map(([, path]) => path!);
/** Where most of the day is spent. */
const MAIN = ['/', '/customers', '/customers/$id', '/graph', '/data/live', '/data/quarantine'];
const LAPTOP = { width: 1280, height: 800 };
/** From a tablet held upright to a screen on the wall. */
const WIDTHS = [768, 1280, 1920, 3840];
/** Pages follow a window that changes within a frame or two. */
const SETTLES_MS = 60;
/** A folder that pictures of all of it go to, where one is named. */
const LOOKS = process.env['E2E_LOOKS'];

describe.skipIf(!chromium)('the looks of every screen', () => {
  let session: Session;
  let customer: string;
  beforeAll(async () => {
    session = await openDemo(chromium!);
    customer = (await customerOf(session, 'GX9900001')).id;
    await session.page.setViewportSize(LAPTOP);
    await session.api.backup({ body: { folder: 'whole' } });
  });
  afterAll(() => session?.close());
  // In light and Chinese, whatever the one before ended with.
  beforeEach(() => session.page.evaluate(`localStorage.removeItem('guanxi.preferences')`));
  afterEach(() => expect(session.problems()).toEqual([]));

  const button = (name: string) => session.page.getByRole('button', { name, exact: true });
  async function show(path: string, page: Page = session.page): Promise<void> {
    // Whoever adds a path with another parameter says here what stands for it.
    const address = path.replace('/customers/$id', `/customers/${customer}`);
    expect(address).not.toContain('$');
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
  }
  async function picture(name: string): Promise<void> {
    if (LOOKS) await session.page.screenshot({ path: join(LOOKS, `${name.replace(/[^a-z0-9]+/gi, '-')}.png`) });
  }
  /** Opens a page and each of its tabs, one after the other. */
  async function eachView(path: string, look: (view: string) => Promise<void>): Promise<void> {
    const { page } = session;
    await show(path);
    const tabs = page.locator('main [role="tab"]');
    const count = await tabs.count();
    for (let at = 0; at < Math.max(1, count); at += 1) {
      if (at > 0) {
        await tabs.nth(at).click();
        await page.waitForLoadState('networkidle');
      }
      await look(count > 0 ? `${path}, tab ${at + 1}` : path);
    }
  }

  test('the router is read', () => {
    expect(PATHS.length).toBeGreaterThan(10);
    for (const path of MAIN) expect(PATHS).toContain(path);
  });

  test.each(PATHS)('%s: nobody meets a barrier, in light and dark, in both languages', async (path) => {
    const { page } = session;
    const none = (message: string) =>
      // Colours go over into each other when the theme changes.
      expect.poll(() => barriersOf(page), { timeout: PATIENCE_MS, message }).toEqual([]);
    await eachView(path, async (view) => {
      await none(`${view}, light`);
      await button('切换到深色').click();
      await button('English').click();
      await button('Switch to light').waitFor();
      await none(`${view}, dark`);
      await picture(`${view}-en-dark`);
      await button('Switch to light').click();
      await button('中文').click();
    });
  });

  test('nor on the way in', async () => {
    const context = await session.page.context().browser()!.newContext({ baseURL: session.url, locale: 'zh-CN' });
    const page = await context.newPage();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const address of ['/', '/join#no-such-link']) {
        await page.goto(address);
        await page.locator('.entrance-card').waitFor();
        await page.waitForLoadState('networkidle');
        const message = `${address}, ${colorScheme}`;
        await expect.poll(() => barriersOf(page), { timeout: PATIENCE_MS, message }).toEqual([]);
      }
    }
    await context.close();
  });

  test('nor in what opens over a page', { timeout: 120_000 }, async () => {
    const { page } = session;
    const tab = (name: string) => page.getByRole('tab', { name }).click();
    const openings: readonly (readonly [string, () => Promise<void>])[] = [
      ['/', () => page.keyboard.press('/')],
      ['/', () => page.keyboard.press('?')],
      ['/settings/members', () => button('邀请成员').click()],
      ['/settings/keys', () => button('创建 API 密钥').first().click()],
      ['/data/sources', () => button('新建来源').first().click()],
      ['/settings/status', () => button('恢复 whole').click()],
      ['/customers/$id', () => button('已脱敏').click()],
      ['/customers/$id', () => tab('同意与隐私').then(() => button('抹除此人…').click())],
    ];
    for (const [at, [path, open]] of openings.entries()) {
      await show(path);
      await open();
      await page.getByRole('dialog').waitFor();
      const colorScheme = inTurn(['light', 'dark'] as const, at + TURN);
      await page.emulateMedia({ colorScheme });
      const message = `over ${path}, ${colorScheme}`;
      await expect.poll(() => barriersOf(page), { timeout: PATIENCE_MS, message }).toEqual([]);
      expect(await cutTexts(page, '[role="dialog"], dialog'), message).toEqual([]);
      await picture(message);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test(
    'at any width no page scrolls sideways, wide tables scroll in a box of their own, nothing is cut or covered',
    { timeout: 180_000 },
    async () => {
      const { page } = session;
      const seen: string[] = [];
      for (const path of PATHS)
        await eachView(path, async (view) => {
          for (const width of WIDTHS.filter((_, index) => index % 2 === TURN % 2)) {
            await page.setViewportSize({ width, height: width < LAPTOP.width ? 1024 : Math.round((width * 9) / 16) });
            await page.waitForTimeout(SETTLES_MS);
            const at = `${view} at ${width}`;
            for (const { of, scroll, client } of await widthsOf(page))
              if (scroll > client) seen.push(`${at}: ${of} is ${scroll} wide`);
            const found = [
              await clippedTables(page),
              await cutTexts(page, 'main, .nav, .topbar'),
              await coveredControls(page),
            ];
            seen.push(...found.flat().map((one) => `${at}: ${one}`));
            await picture(`${view}-${width}`);
          }
          await page.setViewportSize(LAPTOP);
        });
      expect(seen).toEqual([]);
    },
  );

  test('Tab reaches all of the shell, and shows where it is', async () => {
    const { page } = session;
    await show('/customers');
    const all = await interactiveIn(page, '.shell > .skip, .nav, .topbar');
    expect(all.length).toBeGreaterThan(15);
    const reached: string[] = [];
    for (let step = 0; step < all.length + 5; step += 1) {
      await page.keyboard.press('Tab');
      const focus = await focusOf(page);
      if (focus.inMain) break;
      reached.push(focus.name);
      await expect.poll(async () => (await focusOf(page)).visible, { message: focus.name }).toBe(true);
    }
    expect(reached).toEqual(all);
  });

  test('who wants no motion gets none', async () => {
    const { page } = session;
    await show('/');
    expect(Math.max(...(await durationsOf(page)))).toBeGreaterThan(50);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const path of MAIN) {
      await show(path);
      expect(Math.max(...(await durationsOf(page))), path).toBeLessThan(1);
    }
    await page.keyboard.press('/');
    await page.getByRole('dialog').waitFor();
    expect(Math.max(...(await durationsOf(page)))).toBeLessThan(1);
    await page.emulateMedia({ reducedMotion: null });
  });

  test.each(MAIN)('%s: what is there stays where it is while the rest comes', async (path) => {
    await show(path);
    const shifts = await shiftsOf(session.page);
    process.stdout.write(`layout shift of ${path}: ${shifts.toFixed(4)}\n`);
    expect(shifts).toBeLessThan(0.1);
  });
});
