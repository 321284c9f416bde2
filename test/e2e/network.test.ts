import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { customerOf, openDemo } from './demo.ts';
import { cutOff } from './looks.ts';
import { PATIENCE_MS, type Session } from './session.ts';

const chromium = findChromium();
if (!chromium) process.stdout.write("The picture of a customer's network is not tested: no Chromium was found.\n");

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

describe.skipIf(!chromium)("the picture of a customer's network", () => {
  let session: Session;
  let address: string;
  beforeAll(async () => {
    session = await openDemo(chromium!);
    address = `/customers/${(await customerOf(session, 'GX9900001')).id}`;
  });
  afterAll(() => session?.close());
  afterEach(() => expect(session.problems()).toEqual([]));

  /** Neighbours that have evidence, not the person and not the bundles of more. */
  const cards = (page: Page) => page.locator('.graph-card:not(.centre, .bundle)');

  test.each([
    [1280, 720],
    [1440, 900],
    [1920, 1080],
    [900, 1180],
  ])('at %i × %i no card and no label is cut off, also while evidence is open beside it', async (width, height) => {
    const { page } = session;
    await page.setViewportSize({ width, height });
    await page.goto(address);
    await cards(page).first().waitFor();
    const whole = (message: string) =>
      expect.poll(() => cutOff(page, '.graph-card, .line-label'), { timeout: PATIENCE_MS, message }).toEqual([]);
    await whole('alone');
    for (let at = 0; at < Math.min(4, await cards(page).count()); at += 1) {
      await cards(page).nth(at).click();
      await page.locator('main aside.side').waitFor();
      await page.locator('.line-label').waitFor();
      await whole(`evidence of card ${at}`);
      await page.keyboard.press('Escape');
    }
  });
});
