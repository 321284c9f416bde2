import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { barriersOf } from './axe.ts';
import { middleOf, openSession, PATIENCE_MS, pixelsOf, sees, type Session } from './session.ts';

const chromium = findChromium();
if (!chromium) process.stdout.write('The graph explorer in a browser is not tested: no Chromium was found.\n');

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** The colours of a customer and of a product in the light theme. */
const PERSON = [3, 153, 164] as const;
const PRODUCT = [212, 118, 41] as const;
const GOODS = ['氨基酸洁面乳', '神经酰胺面霜', '烟酰胺精华', '物理防晒霜', '玻尿酸面膜', '维C精华'];

/** Two circles of customers, each with goods of its own, over four months. */
const views = Array.from({ length: 48 }, (_, at) => {
  const customer = at % 12;
  const product = (customer % 2) * 3 + (Math.floor(at / 12) % 3);
  return {
    type: 'track',
    event: 'Product Viewed',
    userId: `K${100 + customer}`,
    timestamp: new Date(Date.UTC(2026, 5 + Math.floor(at / 12), 3 + customer)).toISOString(),
    properties: { product_id: `G${product}`, name: GOODS[product] },
  };
});

describe.skipIf(!chromium)('the graph explorer', () => {
  let session: Session;
  let start: string;
  beforeAll(async () => {
    session = await openSession(chromium!);
  });
  afterAll(() => session?.close());
  afterEach(() => expect(session.problems()).toEqual([]));

  const personOf = async (identifier: string) =>
    (await session.api.customers({ query: { search: identifier } })).items[0]!.id;
  const canvasOf = (page: Page) => page.getByRole('application', { name: /图谱，[\d,]+ 个节点/ });
  /** How many nodes and relations the canvas says it draws. */
  const drawnOn = async (page: Page) => {
    const label = (await canvasOf(page).getAttribute('aria-label', { timeout: PATIENCE_MS }))!;
    return (label.match(/\d+/g) ?? []).slice(0, 2).map(Number);
  };
  const drawn = () => drawnOn(session.page);
  const shows = (nodes: number, edges: number) => expect.poll(drawn, { timeout: PATIENCE_MS }).toEqual([nodes, edges]);
  const button = (name: string | RegExp) => session.page.getByRole('button', { name });
  /** K100, what they viewed, and who else viewed one of these. */
  const open = async () => {
    const product = (await session.api.graphSearch({ query: { q: 'G0', types: 'product' } })).items[0]!.id;
    await session.page.goto(`/graph?n=${start}&x=${start},${product}`);
    await shows(9, 8);
  };

  test('where nothing leads from one to the other, the nearest they share is told; else the way is drawn', async () => {
    const { page } = session;
    await session.send(...views);
    await session.settled();
    start = await personOf('K100');
    await page.goto('/graph');
    const pick = async (box: string, text: string) => {
      await page.getByRole('combobox', { name: box }).fill(text);
      await page.locator('.ant-select-item-option').filter({ hasText: text, visible: true }).first().click();
    };
    await pick('查找客户、商品、搜索词…', 'K100');
    await canvasOf(page).waitFor();
    await button('两点之间').click();
    await pick('终点', 'K102');
    await button('查找').click();
    await sees(page.getByText(/第 1 条/), /2 步/);
    await expect.poll(() => pixelsOf(page, canvasOf(page), PERSON), { timeout: PATIENCE_MS }).toBeGreaterThan(50);
    const other = await personOf('K101');
    await page.goto(`/graph?n=${start},${other}&p=${start}:${other}:3:4`);
    await page.getByText('在这些条件下没有路径', { exact: false }).waitFor();
    await page.getByRole('heading', { name: '没有路径，最近的共同邻居' }).waitFor();
  });

  test('a part of the time is chosen over the drawing, and taken back', async () => {
    const { page } = session;
    await open();
    const strip = page.getByRole('img', { name: /关系发生的时间/ });
    await strip.waitFor();
    const box = (await strip.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 1, box.y + 12, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await drawn())[1], { timeout: PATIENCE_MS }).toBeLessThan(8);
    expect(page.url()).toContain('from=');
    await button('全部时间').click();
    await shows(9, 8);
    await button('撤销').click();
    await expect.poll(async () => (await drawn())[1], { timeout: PATIENCE_MS }).toBeLessThan(8);
    await button('重做').click();
    await shows(9, 8);
  });

  test('nodes are drawn round, kept alone, and brought back; types are switched off in the legend', async () => {
    const { page } = session;
    await open();
    await button('套索选择').click();
    const box = (await canvasOf(page).boundingBox())!;
    const at = (x: number, y: number) => page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 3 });
    await at(0.5, 0.01);
    await page.mouse.down();
    for (const [x, y] of [
      [0.99, 0.01],
      [0.99, 0.99],
      [0.01, 0.99],
      [0.01, 0.01],
    ] as const)
      await at(x, y);
    await page.mouse.up();
    await page.getByRole('heading', { name: '已选 9 个' }).waitFor();
    const panel = page.getByRole('complementary', { name: '检视' });
    await panel.getByRole('button', { name: /商品 3/ }).click();
    await page.getByRole('heading', { name: '已选 3 个' }).waitFor();
    await panel.getByRole('button', { name: '只保留这些' }).click();
    await shows(3, 0);
    await page.keyboard.press('Control+z');
    await shows(9, 8);
    await button(/商品.* \/ /).click();
    await shows(6, 0);
    await button(/商品.* \/ /).click();
    await shows(9, 8);
  });

  test('a click opens the node that is under it, the relation, and on the ground nothing', async () => {
    const { page } = session;
    const product = (await session.api.graphSearch({ query: { q: 'G0', types: 'product' } })).items[0]!.id;
    await page.goto(`/graph?n=${start},${product}&b=1`);
    await shows(2, 1);
    // What has a colour is then the node alone.
    await button('小地图').click();
    const selected = () => new URL(page.url()).searchParams.get('sel');
    const middles = async () => {
      const at = [await middleOf(page, canvasOf(page), PERSON), await middleOf(page, canvasOf(page), PRODUCT)];
      const stage = (await canvasOf(page).boundingBox())!;
      return at.map((one) => (one ? { x: stage.x + one.x, y: stage.y + one.y } : null));
    };
    // The side panel takes its room from the drawing, so that all moves: places are looked up anew each time.
    const click = async (share: number, beside = 0) => {
      await expect.poll(middles, { timeout: PATIENCE_MS }).not.toContain(null);
      const [person, goods] = (await middles()) as [{ x: number; y: number }, { x: number; y: number }];
      await page.mouse.click(person.x + (goods.x - person.x) * share, person.y + (goods.y - person.y) * share + beside);
    };
    await click(0);
    await expect.poll(selected, { timeout: PATIENCE_MS }).toBe(start);
    await page.keyboard.press('Escape');
    await expect.poll(selected, { timeout: PATIENCE_MS }).toBe(null);
    await click(1);
    await expect.poll(selected, { timeout: PATIENCE_MS }).toBe(product);
    await page.keyboard.press('Escape');
    await expect.poll(selected, { timeout: PATIENCE_MS }).toBe(null);
    await click(0.5);
    await expect.poll(selected, { timeout: PATIENCE_MS }).toBe(`${start}:${product}:viewed`);
    await click(0.5, 60);
    await expect.poll(selected, { timeout: PATIENCE_MS }).toBe(null);
  });

  test('the menu of a node is reached without a mouse; hiding is undone', async () => {
    const { page } = session;
    await page.goto(`/graph?n=${start}&x=${start}&sel=${start}`);
    await shows(4, 3);
    await canvasOf(page).focus();
    await page.keyboard.press('Shift+F10');
    const menu = page.getByRole('menu', { name: '节点菜单' });
    await menu.getByRole('menuitem', { name: /浏览 · 商品 3/ }).waitFor();
    await menu.getByRole('menuitem', { name: /隐藏/ }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url(), { timeout: PATIENCE_MS }).toContain(`h=${start}`);
    await page.keyboard.press('Control+z');
    await shows(4, 3);
  });

  test('a scene is saved, opened by its link in another page as it was, and tells what is new', async () => {
    const { page, api } = session;
    await open();
    await page.getByRole('button', { name: '场景', exact: true }).click();
    await page.getByRole('textbox', { name: '场景名称' }).fill('面霜的客户');
    await button('存为场景').click();
    await page.getByText('与保存时相同。').waitFor();
    const saved = (await api.scenes()).items[0]!;
    expect(saved).toMatchObject({ name: '面霜的客户', nodes: 9, edges: 8, version: 1 });
    const legend = await page.getByRole('button', { name: / \/ / }).allTextContents();
    const other = await page.context().newPage();
    await other.goto(`/graph?s=${saved.id}`);
    await expect.poll(() => drawnOn(other), { timeout: PATIENCE_MS }).toEqual([9, 8]);
    expect(await other.getByRole('button', { name: / \/ / }).allTextContents()).toEqual(legend);
    await expect.poll(() => pixelsOf(other, canvasOf(other), PERSON), { timeout: PATIENCE_MS }).toBeGreaterThan(50);
    await session.send({ ...views[0], timestamp: undefined, properties: { product_id: 'G9', name: '新品' } });
    await session.settled();
    await other.reload();
    await other.getByRole('button', { name: '场景', exact: true }).click();
    await other.getByText('保存之后： 新增 1 个节点、新增 1 条关系').waitFor();
    await other.getByRole('button', { name: '移除 面霜的客户' }).click();
    await other.getByText('已删除「面霜的客户」').waitFor();
    expect((await api.scenes()).items).toEqual([]);
    await other.getByText('已删除「面霜的客户」').locator('..').getByRole('button', { name: '撤销' }).click();
    await expect.poll(async () => (await api.scenes()).items.length, { timeout: PATIENCE_MS }).toBe(1);
    await other.close();
  });

  test('what is drawn is taken away as a picture, as a table and as data', async () => {
    const { page } = session;
    await page.goto(`/graph?n=${start}&x=${start}`);
    await canvasOf(page).waitFor();
    const [nodes, edges] = await drawn();
    const take = async (kind: string) => {
      await button('导出画布').click();
      const coming = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: kind }).click();
      return readFileSync(await (await coming).path());
    };
    const csv = (await take('关系表（CSV）')).toString('utf8');
    expect(csv.trim().split('\r\n')).toHaveLength(edges! + 1);
    expect(csv).toContain('神经酰胺面霜');
    const json = JSON.parse((await take('节点与关系（JSON）')).toString('utf8')) as Record<string, unknown[]>;
    expect([json['nodes']!.length, json['edges']!.length]).toEqual([nodes, edges]);
    const png = await take('图片（PNG）');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    await page.goto('about:blank');
    await page.setContent(`<img style="width:1000px" src="data:image/png;base64,${png.toString('base64')}">`);
    const image = page.locator('img');
    expect(await pixelsOf(page, image, PERSON)).toBeGreaterThan(100);
    expect(await pixelsOf(page, image, [212, 118, 41])).toBeGreaterThan(100);
  });

  test('influence is told hop by hop; communities are found, and opened', async () => {
    const { page } = session;
    await page.goto(`/graph?n=${start}&sel=${start}`);
    await canvasOf(page).waitFor();
    await page.keyboard.press('i');
    await page.getByText(/预计影响 .+ 个节点/).waitFor();
    const table = page.getByRole('table').filter({ hasText: '可达' });
    expect(await table.getByRole('row').count()).toBe(4);
    await button('上一步').click();
    await page.getByText('第 2 / 3 步').waitFor();
    expect(page.url()).toContain('i=');
    await page.goto('/graph?view=groups');
    await page.getByRole('application', { name: /2 个群落/ }).waitFor();
    await button('打开').first().click();
    await expect.poll(async () => (await drawn())[0], { timeout: PATIENCE_MS }).toBeGreaterThan(8);
    expect(page.url()).toContain('gm=');
  });

  test('zooming moves for who wants it, and is done at once for who wants no motion', async () => {
    const { page } = session;
    await page.goto(`/graph?n=${start}&x=${start}`);
    await canvasOf(page).waitFor();
    await page.waitForLoadState('networkidle');
    /** How many pictures of the small map, which frames what is in sight, follow one another after a click. */
    const pictures = (name: string) =>
      page.evaluate(
        ([label]) =>
          new Promise<number>((resolve) => {
            const { document, performance, requestAnimationFrame } = globalThis as never as {
              document: { querySelector(selector: string): { toDataURL(): string; click(): void } };
              performance: { now(): number };
              requestAnimationFrame(then: () => void): void;
            };
            const map = document.querySelector('.graph-minimap');
            const seen = new Set([map.toDataURL()]);
            const begin = performance.now();
            const look = () => {
              seen.add(map.toDataURL());
              if (performance.now() - begin < 1000) requestAnimationFrame(look);
              else resolve(seen.size);
            };
            document.querySelector(`button[aria-label="${label}"]`).click();
            requestAnimationFrame(look);
          }),
        [name] as const,
      );
    // A machine with much else to do draws little of a movement: it is asked for again.
    const moved = async () => Math.max(await pictures('放大'), await pictures('缩小'));
    await expect.poll(moved, { timeout: 30_000 }).toBeGreaterThan(2);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const name of ['放大', '缩小', '适应窗口']) expect(await pictures(name), name).toBeLessThanOrEqual(2);
    await page.emulateMedia({ reducedMotion: null });
  });

  test('nobody meets a barrier in any view of the explorer', async () => {
    const { page } = session;
    const pages = [
      `/graph?n=${start}&x=${start}&sel=${start}`,
      `/graph?n=${start}&x=${start}&view=list`,
      `/graph?n=${start}&i=${start}:3:10:viewed`,
      '/graph?view=groups',
      '/graph',
    ];
    for (const address of pages) {
      await page.goto(address);
      await page.waitForLoadState('networkidle');
      for (const theme of ['切换到深色', '切换到浅色']) {
        // Colours go over into each other when the theme changes.
        await expect.poll(() => barriersOf(page), { timeout: PATIENCE_MS, message: address }).toEqual([]);
        await button(theme).click();
      }
    }
  });

  test('more than 5,000 nodes become communities by themselves, are drawn when asked for, and given up again', async () => {
    const { page, api } = session;
    const products = Array.from({ length: 6 }, (_, at) => `M${at}`);
    const crowd = products.flatMap((product_id, at) =>
      Array.from({ length: 900 }, (_, one) => ({
        ...{ type: 'track', event: 'Product Viewed', userId: `C${at}-${one}` },
        timestamp: '2026-07-01T00:00:00Z',
        properties: { product_id, name: `热门商品${at}` },
      })),
    );
    for (let at = 0; at < crowd.length; at += 450) await session.send(...crowd.slice(at, at + 450));
    await session.settled();
    const found = await Promise.all(
      products.map(async (q) => (await api.graphSearch({ query: { q, types: 'product' } })).items[0]!.id),
    );
    await page.goto(`/graph?x=${found.map((id) => `${id}:viewed:1000`).join(',')}`);
    const communities = page.getByRole('application', { name: /6 个群落/ });
    await communities.waitFor();
    await page.getByText('有 5,406 个节点，超过 5,000 个就按群落显示。').waitFor();
    const drawAll = button('仍要显示 5,406 个');
    await drawAll.click();
    await page.getByRole('application', { name: /图谱，5,406 个节点，5,400 条关系/ }).waitFor();
    await expect.poll(() => pixelsOf(page, canvasOf(page), PERSON), { timeout: PATIENCE_MS }).toBeGreaterThan(500);
    await button('返回群落').click();
    await communities.waitFor();
    // Given up at once, while it is still being laid out.
    await drawAll.click();
    await button('返回群落').click();
    await communities.waitFor();
    expect(new URL(page.url()).searchParams.get('all')).toBeNull();
  });
});
