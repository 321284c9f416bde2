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

/** Texts of which a part is not seen and no sign says so: neither an ellipsis nor a way to scroll. */
export const cutTexts = (page: Page, within: string): Promise<string[]> =>
  page.evaluate((parts) => {
    type Item = Box & {
      readonly scrollHeight: number;
      readonly clientHeight: number;
      readonly childNodes: Iterable<Box & { nodeType: number }>;
    };
    type Styles = Style & {
      readonly overflowY: string;
      readonly textOverflow: string;
      readonly webkitLineClamp: string;
      readonly display: string;
      readonly position: string;
    };
    const { document, getComputedStyle } = globalThis as never as Window;
    const cut: string[] = [];
    for (const item of document.querySelectorAll(`:is(${parts}) *`) as Iterable<Item>) {
      const own = [...item.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
      if (!own || item.getClientRects().length === 0 || item.closest('.visually-hidden, svg, canvas, option')) continue;
      const { overflowX, overflowY, textOverflow, webkitLineClamp, display } = getComputedStyle(item) as Styles;
      // What is one pixel high is for screen readers, or a line.
      if (display === 'inline' || webkitLineClamp !== 'none' || item.clientHeight <= 1) continue;
      const wide = item.scrollWidth > item.clientWidth + 1 && overflowX !== 'auto' && overflowX !== 'scroll';
      const high = item.scrollHeight > item.clientHeight + 4 && /hidden|clip/.test(overflowY);
      if ((wide && textOverflow !== 'ellipsis') || high)
        cut.push(`“${item.textContent.trim().slice(0, 40)}” is cut in ${item.tagName}.${String(item.className)}`);
    }
    return cut;
  }, within);

/** Controls that something else lies over, so that a click on their middle reaches another one; or that stick out of the window's head. */
export const coveredControls = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    type Item = Box & { getBoundingClientRect(): Rect; contains(other: unknown): boolean };
    const { document, innerWidth, innerHeight } = globalThis as never as {
      document: Document & { elementFromPoint(x: number, y: number): Item | null };
      innerWidth: number;
      innerHeight: number;
    };
    const covered: string[] = [];
    for (const item of document.querySelectorAll(
      'main :is(a[href], button, input), .topbar button',
    ) as Iterable<Item>) {
      const { left, top, right, bottom } = item.getBoundingClientRect();
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      if (item.closest('.topbar') && right > innerWidth)
        covered.push(`“${item.textContent.trim().slice(0, 40)}” sticks out`);
      if (right - left < 4 || bottom - top < 4 || x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
      const hit = document.elementFromPoint(x, y);
      if (!hit || item.contains(hit) || hit.contains(item)) continue;
      const other = hit.closest('a[href], button, input');
      if (other)
        covered.push(`“${item.textContent.trim().slice(0, 40)}” lies under “${other.textContent.trim().slice(0, 40)}”`);
    }
    return covered;
  });

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
