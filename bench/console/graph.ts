import { performance } from 'node:perf_hooks';
import type { GraphNode } from '@guanxi/contracts';
import type { BrowserContext, Page } from 'playwright-core';
import type { CaseSpec, Measured } from '../harness.ts';
import type { RunningServer } from '../support/server.ts';

/** The most neighbours of one relation that one expansion may ask for. */
const MOST_EXPANDED = 1000;
const PATIENCE_MS = 180_000;
/** What a click sets off is over within this time. */
const CALM_MS = 800;

/** A part of the graph that has so many nodes, as the explorer's address asks for it. */
export interface Part {
  readonly nodes: number;
  readonly address: string;
}

/** Products by their number, as the catalogue has them. */
async function productsOf({ api }: RunningServer): Promise<GraphNode[]> {
  const found = await Promise.all(
    ['CC0', 'CC1'].map((q) => api.graphSearch({ query: { q, types: 'product', limit: 50 } })),
  );
  return found.flatMap(({ items }) => items);
}

/**
 * Products with those who viewed them, until exactly so many nodes are together: of the last product only as many
 * viewers are asked for as are missing. Throws where the graph has not that many.
 */
export async function partOf(server: RunningServer, wanted: number): Promise<Part> {
  let nodes: ReadonlySet<string> = new Set();
  const opened: string[] = [];
  for (const product of await productsOf(server)) {
    const along = async (cap: number) => {
      const hood = await server.api.graphNeighbours({
        params: { id: product.id },
        query: { cap, edgeTypes: 'viewed' },
      });
      return new Set([...nodes, product.id, ...hood.nodes.map(({ id }) => id)]);
    };
    let cap = MOST_EXPANDED;
    let all = await along(cap);
    if (all.size > wanted) {
      // One viewer more brings at most one node more: the cap is found by halving.
      let low = 0;
      while (cap - low > 1) {
        const middle = (low + cap) >> 1;
        if ((await along(middle)).size < wanted) low = middle;
        else cap = middle;
      }
      all = await along(cap);
    }
    if (all.size > wanted) continue;
    nodes = all;
    opened.push(`${product.id}:viewed:${cap}`);
    if (nodes.size === wanted) return { nodes: wanted, address: `/graph?x=${opened.join(',')}` };
  }
  throw new Error(`the brand's graph has ${nodes.size} products and their viewers, not ${wanted}: load more people`);
}

/** What of opening a graph one waits for, and for how long at a stretch the page answered nothing. */
export interface Opening {
  /** From the address to the frame that shows every node. */
  readonly frame: number;
  /** Until all stands where it stays. */
  readonly settled: number;
  /** The longest task of the page's own thread on the way. */
  readonly stall: number;
}

/** Runs in the page before anything else: keeps its tasks of more than 50 ms. */
const WATCH = `
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
`;
const FRAME = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))';
const LONGEST =
  '(() => { const most = Math.max(0, ...window.longTasks); window.longTasks.length = 0; return most; })()';
/** Nodes that the canvas says it draws. */
const DRAWN = `(() => {
  const label = document.querySelector('main [role="application"]')?.getAttribute('aria-label') ?? '';
  return Number((label.match(/[\\d,]+/) ?? ['0'])[0].replaceAll(',', ''));
})()`;
const SETTLED = `!document.querySelector('main [aria-busy=true]')`;

const until = (page: Page, expression: string) =>
  page.waitForFunction(expression, undefined, { timeout: PATIENCE_MS, polling: 'raf' });

async function drawnIn(page: Page, nodes: number, started: number): Promise<Opening> {
  await until(page, `document.querySelector('main canvas.sigma-nodes') && ${DRAWN} >= ${nodes}`);
  await page.evaluate(FRAME);
  const frame = performance.now() - started;
  await until(page, SETTLED);
  await page.evaluate(FRAME);
  const settled = performance.now() - started;
  const drawn = (await page.evaluate(DRAWN)) as number;
  if (drawn !== nodes) throw new Error(`the canvas draws ${drawn} nodes, not the ${nodes} that were asked for`);
  return { frame, settled, stall: (await page.evaluate(LONGEST)) as number };
}

/** Opens a part by its address, in a page that watches itself. */
export async function openGraph(page: Page, { nodes, address }: Part): Promise<Opening> {
  const started = performance.now();
  await page.goto(address);
  return drawnIn(page, nodes, started);
}

/** A part that is too much to draw: until its communities are there, and then until it is drawn all the same. */
export async function openMany(page: Page, { nodes, address }: Part): Promise<{ groups: Opening; all: Opening }> {
  const started = performance.now();
  await page.goto(address);
  const label = '仍要显示';
  await page.getByRole('button', { name: label }).waitFor({ timeout: PATIENCE_MS });
  await until(page, `document.querySelector('main canvas.sigma-nodes') && ${SETTLED}`);
  await page.evaluate(FRAME);
  const time = performance.now() - started;
  const groups = { frame: time, settled: time, stall: (await page.evaluate(LONGEST)) as number };
  const asked = performance.now();
  await page.getByRole('button', { name: label }).click();
  return { groups, all: await drawnIn(page, nodes, asked) };
}

/** What the pointer does over the drawing: hovers, pans, zooms; the longest task on the way. */
export async function moveAbout(page: Page): Promise<number> {
  const canvas = (await page.locator('main [role="application"]').boundingBox())!;
  const at = (x: number, y: number) => page.mouse.move(canvas.x + canvas.width * x, canvas.y + canvas.height * y);
  await page.evaluate(LONGEST);
  for (let step = 0; step < 20; step += 1) await at(0.3 + step * 0.02, 0.4 + (step % 5) * 0.04);
  await page.mouse.down();
  for (let step = 0; step < 20; step += 1) await at(0.7 - step * 0.01, 0.5);
  await page.mouse.up();
  for (let turn = 0; turn < 6; turn += 1) {
    await page.mouse.wheel(0, turn < 3 ? -120 : 120);
    await page.evaluate(FRAME);
  }
  await page.evaluate(FRAME);
  return (await page.evaluate(LONGEST)) as number;
}

/** Points that are tried for a node under them, from the middle outwards. */
const TRIES = 200;

/** Clicks on a node: the longest task until it is selected and its panel is there. */
export async function clickNode(page: Page): Promise<number> {
  const stage = (await page.locator('main [role="application"]').boundingBox())!;
  for (let at = 0; at < TRIES; at += 1) {
    const [angle, far] = [at * 2.4, 0.35 * Math.sqrt(at / TRIES)];
    await page.evaluate(LONGEST);
    const [x, y] = [0.5 + far * Math.cos(angle), 0.5 + far * Math.sin(angle)];
    await page.mouse.click(stage.x + stage.width * x, stage.y + stage.height * y);
    await page.evaluate(FRAME);
    if (!new URL(page.url()).searchParams.has('sel')) continue;
    await until(page, `document.querySelector('.graph-side h2')`);
    await page.waitForTimeout(CALM_MS);
    return (await page.evaluate(LONGEST)) as number;
  }
  throw new Error('no node was found under the pointer');
}

const SIZES = [1000, 5000] as const;
/** More than is drawn without being asked to. */
const MANY = 8000;

/** Every graph case of the suite, in pages of their own that look at themselves. */
export async function measureGraphs(context: BrowserContext, server: RunningServer): Promise<Measured[]> {
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  const measured: Measured[] = [];
  const add = (name: string, value: number) => measured.push({ name, value, runs: 1 });
  // What the explorer is made of is loaded once, as it is for who comes back.
  await page.goto((await partOf(server, 50)).address);
  await until(page, SETTLED);
  for (const size of SIZES) {
    const { frame, settled, stall } = await openGraph(page, await partOf(server, size));
    const name = `graph_${size / 1000}k`;
    add(`${name}_ms`, frame);
    add(`${name}_settled_ms`, settled);
    add(`${name}_task_ms`, stall);
    add(`${name}_moving_task_ms`, await moveAbout(page));
    add(`${name}_click_task_ms`, await clickNode(page));
  }
  const { groups, all } = await openMany(page, await partOf(server, MANY));
  add('graph_groups_ms', groups.frame);
  add('graph_8k_ms', all.frame);
  add('graph_8k_task_ms', Math.max(groups.stall, all.stall));
  await page.close();
  return measured;
}

const told = { unit: 'ms', better: 'lower', goal: null, origin: '' } as const;
const size = (k: number): CaseSpec[] => [
  {
    name: `graph_${k}k_ms`,
    ...told,
    meaning: `Products and their viewers, ${k},000 nodes, from the address to the first frame that has them all`,
  },
  { name: `graph_${k}k_settled_ms`, ...told, meaning: 'Until every node stands where the layout puts it' },
  {
    name: `graph_${k}k_task_ms`,
    ...told,
    meaning: 'The longest task of the page on the way: so long it answers nothing',
  },
  { name: `graph_${k}k_moving_task_ms`, ...told, meaning: 'The longest task while one points, pans and zooms' },
  { name: `graph_${k}k_click_task_ms`, ...told, meaning: 'The longest task from a click on a node to its panel' },
];
export const graphCases: readonly CaseSpec[] = [
  ...SIZES.flatMap((nodes) => size(nodes / 1000)),
  {
    name: 'graph_groups_ms',
    ...told,
    meaning: 'A graph of 8,000 nodes, from the address to its communities, which take its place',
  },
  { name: 'graph_8k_ms', ...told, meaning: 'The same drawn all the same, from the click to the first frame' },
  { name: 'graph_8k_task_ms', ...told, meaning: 'The longest task of the page on the way to either' },
];
