import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@guanxi/contracts';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { ensureConsole } from '../../scripts/prepare.mjs';
import { launchChromium } from '../support/chromium.ts';
import { enterConsole } from '../support/enter.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';
import { sendBatch } from '../support/send.ts';

/** What a page needs of the browser inside `evaluate`, where the types of a document are not known. */
export type InPage = Record<string, never>;

/** A server of its own with the built console, a page that looks at it, and everything that went wrong in that page. */
export interface Session {
  readonly url: string;
  readonly api: Client;
  /** Calls as the command line of this machine does. */
  readonly fetch: typeof fetch;
  readonly page: Page;
  /** A page of somebody else, in a browser of their own that knows nothing of the first. */
  visitor(): Promise<Page>;
  /** Errors of scripts, of the console, of requests, in all these pages; emptied when told. */
  problems(): string[];
  /** Sends events as a client would, with the default source's key. */
  send(...events: object[]): Promise<void>;
  /** Waits until identity and graph have seen everything that was received. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * How long something may take before it counts as not coming. Not how fast it is: other work of the machine must not
 * decide what passes.
 */
export const PATIENCE_MS = 30_000;

/** Writes down what a user would see in the browser's own tools. Requests that the page took back are none of it. */
function watch(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') problems.push(`${reason}: ${request.url()}`);
  });
}

async function pageOf(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    colorScheme: 'light',
    timezoneId: 'Asia/Shanghai',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}

export async function openSession(chromium: string): Promise<Session> {
  ensureConsole();
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-console-'));
  const server: ServerProcess = await startServerProcess(folder);
  const browser = await launchChromium(chromium);
  const { api } = server;
  const problems: string[] = [];
  const visitor = async () => {
    const page = await pageOf(browser, server.url);
    watch(page, problems);
    return page;
  };
  const page = await visitor();
  await enterConsole(page);
  const writeKey = (await api.sources()).items.find((source) => source.id === 'default')!.writeKey;
  return {
    url: server.url,
    api,
    fetch: server.fetch,
    page,
    visitor,
    problems: () => problems.splice(0),
    send: (...batch) => sendBatch(server.url, writeKey, batch),
    async settled() {
      await expect
        .poll(async () => (await api.status()).stages.map((stage) => stage.lag), { timeout: PATIENCE_MS })
        .toEqual([0, 0, 0]);
    },
    async close() {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the text of an element is, or contains, what is expected. */
export const sees = (locator: Locator, text: string | RegExp): Promise<void> =>
  expect
    .poll(async () => (await locator.first().textContent({ timeout: PATIENCE_MS })) ?? '', { timeout: PATIENCE_MS })
    .toMatch(typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text);

type Colour = readonly [number, number, number];

/** How many pixels of an element are close to a colour, as the screen shows them, and where in it their middle is. */
async function spotsOf(page: Page, locator: Locator, [r, g, b]: Colour) {
  const picture = (await locator.screenshot()).toString('base64');
  return page.evaluate(
    async ({ picture, r, g, b }) => {
      const { Image, OffscreenCanvas } = globalThis as never as {
        Image: new () => { src: string; width: number; height: number; decode(): Promise<void> };
        OffscreenCanvas: new (
          width: number,
          height: number,
        ) => {
          getContext(kind: '2d'): {
            drawImage(image: unknown, x: number, y: number): void;
            getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
          };
        };
      };
      const image = new Image();
      image.src = `data:image/png;base64,${picture}`;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const found = { count: 0, x: 0, y: 0 };
      for (let at = 0; at < data.length; at += 4)
        if (Math.abs(data[at]! - r) + Math.abs(data[at + 1]! - g) + Math.abs(data[at + 2]! - b) < 24) {
          found.count += 1;
          found.x += (at / 4) % image.width;
          found.y += Math.floor(at / 4 / image.width);
        }
      return found;
    },
    { picture, r, g, b },
  );
}

/** Pixels of an element that are close to a colour, as the screen shows them. */
export const pixelsOf = async (page: Page, locator: Locator, colour: Colour): Promise<number> =>
  (await spotsOf(page, locator, colour)).count;

/** The middle of all that has a colour in an element, from its upper left corner; null where there is hardly any. */
export async function middleOf(page: Page, locator: Locator, colour: Colour): Promise<{ x: number; y: number } | null> {
  const { count, x, y } = await spotsOf(page, locator, colour);
  return count < 20 ? null : { x: x / count, y: y / count };
}
