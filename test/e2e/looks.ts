import type { Page } from 'playwright-core';

/** What of an element is looked at here; the types of a document are not known outside of a browser. */
interface Box {
  readonly tagName: string;
  readonly className: unknown;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly parentElement: Box | null;
  readonly textContent: string;
  getAttribute(name: string): string | null;
  closest(selector: string): Box | null;
  getClientRects(): { readonly length: number };
  querySelectorAll(selector: string): Iterable<Box>;
}
interface Style {
  readonly overflowX: string;
  readonly outlineStyle: string;
  readonly outlineWidth: string;
  readonly boxShadow: string;
  readonly transitionDuration: string;
  readonly animationName: string;
  readonly animationDuration: string;
}
interface Document {
  readonly documentElement: Box;
  readonly activeElement: Box | null;
  querySelector(selector: string): Box | null;
  querySelectorAll(selector: string): Iterable<Box>;
}
interface Window {
  readonly document: Document;
  getComputedStyle(element: Box): Style;
}

/** Widths of what a page scrolls in, beside those of what it has to show. */
export const widthsOf = (page: Page) =>
  page.evaluate(() => {
    const { document } = globalThis as never as Window;
    return [document.documentElement, document.querySelector('main')!].map((box) => ({
      of: box.tagName,
      scroll: box.scrollWidth,
      client: box.clientWidth,
    }));
  });

/** Tables of which a part can be neither seen nor scrolled to. */
export const clippedTables = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as never as Window;
    const clipped: string[] = [];
    for (const table of document.querySelectorAll('main table, main [role="table"], main [role="grid"]'))
      for (let box: Box | null = table; box && box.tagName !== 'MAIN'; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box);
        if (overflowX === 'auto' || overflowX === 'scroll') break;
        if (overflowX !== 'visible' && box.scrollWidth > box.clientWidth + 1)
          clipped.push(`${table.getAttribute('aria-label') ?? table.tagName} in ${String(box.className)}`);
      }
    return clipped;
  });

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What of some elements lies outside of a box that cuts it off, by their text; a pixel more or less does not count. */
export const cutOff = (page: Page, selector: string): Promise<string[]> =>
  page.evaluate((parts) => {
    type Item = Box & { getBoundingClientRect(): Rect };
    const { document, getComputedStyle } = globalThis as never as Window;
    const cut: string[] = [];
    for (const item of document.querySelectorAll(parts) as Iterable<Item>) {
      const own = item.getBoundingClientRect();
      for (let box = item.parentElement as Item | null; box; box = box.parentElement as Item | null) {
        const { left, top, right, bottom } = box.getBoundingClientRect();
        const outside = own.left < left - 1 || own.top < top - 1 || own.right > right + 1 || own.bottom > bottom + 1;
        if (outside && getComputedStyle(box).overflowX !== 'visible')
          cut.push(`${item.textContent.trim()} by ${String(box.className)}`);
      }
    }
    return cut;
  }, selector);

/** Names of everything that can be used in a part of the page and is seen, in its order. */
export const interactiveIn = (page: Page, selector: string): Promise<string[]> =>
  page.evaluate((parts) => {
    const { document } = globalThis as never as Window;
    const every = 'a[href], button:not(:disabled), input, select, textarea, [tabindex="0"]';
    return [...document.querySelectorAll(every)]
      .filter((item) => item.closest(parts) && item.getClientRects().length > 0)
      .map((item) => item.getAttribute('aria-label') ?? item.textContent.trim());
  }, selector);

/** What has the focus, and whether one sees it. */
export const focusOf = (page: Page) =>
  page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as never as Window;
    const item = document.activeElement!;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(item);
    return {
      name: item.getAttribute('aria-label') ?? item.textContent.trim(),
      inMain: item.closest('main') !== null || item.tagName === 'BODY',
      visible: (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== 'none',
    };
  });

/** Milliseconds that transitions and animations of the page's elements would take. */
export const durationsOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as never as Window;
    const milliseconds = (list: string) =>
      list.split(',').map((one) => Number.parseFloat(one) * (/\dms/.test(one) ? 1 : 1000));
    return [...document.querySelectorAll('body *')].flatMap((element) => {
      const style = getComputedStyle(element);
      const moves = style.animationName === 'none' ? [] : milliseconds(style.animationDuration);
      return [...milliseconds(style.transitionDuration), ...moves];
    });
  });

/** The sum of the layout shifts since the page was opened. */
export const shiftsOf = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        type Entry = { readonly value: number; readonly hadRecentInput: boolean };
        const { PerformanceObserver, setTimeout } = globalThis as never as {
          PerformanceObserver: new (take: (list: { getEntries(): Entry[] }) => void) => { observe(what: object): void };
          setTimeout: (after: () => void, ms: number) => void;
        };
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(sum), 300);
      }),
  );
