import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { ordersFile } from './orders.ts';
import { openSession, PATIENCE_MS, pixelsOf, sees, type Session } from './session.ts';

const chromium = findChromium();
if (!chromium)
  process.stdout.write(
    'The console in a browser is not tested: no Chromium was found. Install it (apt-get install chromium ' +
      'fonts-noto-cjk) or set GUANXI_CHROMIUM to its path.\n',
  );

const FILE = ordersFile();
/** The colour of a person in the light theme: only the canvas of the graph draws it in discs. */
const PERSON = [3, 153, 164] as const;
const ROUTES = [
  ['/', '首页', 'Home'],
  ['/data/sources', '来源', 'Sources'],
  ['/data/live', '实时', 'Live'],
  ['/data/import', '导入文件', 'Import a file'],
  ['/data/quarantine', '隔离区', 'Quarantine'],
  ['/data/identity', '身份规则', 'Identity rules'],
  ['/customers', '客户', 'Customers'],
  ['/graph', '图谱', 'Graph'],
  ['/settings/jobs', '任务', 'Jobs'],
  ['/settings/ontology', '本体', 'Ontology'],
  ['/settings/status', '状态', 'Status'],
  ['/settings/members', '成员与角色', 'Members & roles'],
  ['/settings/keys', 'API 密钥', 'API keys'],
  ['/settings/account', '我的账号', 'My account'],
] as const;

/** What of an element is asked here; the types of a document are not known outside of a browser. */
interface Matching {
  matches(selector: string): boolean;
}

/** In the order in which a company would come to know the product; each looks at what those before brought in. */
describe.skipIf(!chromium)('the console', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(chromium!);
  });
  afterAll(() => session?.close());
  afterEach(() => expect(session.problems()).toEqual([]));

  const button = (name: string | RegExp) => session.page.getByRole('button', { name });
  const heading = (name: string | RegExp) => session.page.getByRole('heading', { name });
  const rowOf = (table: string, text: string) =>
    session.page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: text });
  const personOf = async (identifier: string) => {
    const found = (await session.api.customers({ query: { search: identifier } })).items;
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  /** All that was derived from events, line by line as the export gives it. */
  const derived = async () => {
    await session.settled();
    const kinds = ['customers', 'nodes', 'edges'] as const;
    const files = await Promise.all(
      kinds.map(async (what) => (await session.fetch(`${session.url}/api/export/${what}`)).text()),
    );
    return files.flatMap((text, at) => text.split('\n').map((line) => `${kinds[at]} ${line}`)).sort();
  };
  const counted = async (part: 'events' | 'duplicates' | 'quarantined', count: number) =>
    expect.poll(async () => (await session.api.status()).counts[part], { timeout: PATIENCE_MS }).toBe(count);

  async function upload(csv: string) {
    const { page } = session;
    await page.goto('/data/import');
    const chooser = page.waitForEvent('filechooser');
    await button('选择文件').click();
    await (await chooser).setFiles({ name: '订单.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await button('检查前 1,000 行').waitFor();
  }
  /** From choosing the file to the end of the job. */
  async function importOrders() {
    const { page } = session;
    await upload(FILE.csv);
    const phone = page.getByRole('row', { name: /手机号/ }).filter({ has: page.getByRole('combobox') });
    await expect.poll(() => phone.getByRole('combobox').first().inputValue()).toBe('context.traits.phone');
    await sees(phone, /把握大 \d+%\s*列名“手机号”即此意，取值也相符/);
    expect(await button('开始导入').isDisabled()).toBe(true);
    await button('检查前 1,000 行').click();
    await sees(page.getByText(/成为 \d+ 条事件/), `成为 ${FILE.orders + FILE.returns} 条事件`);
    await sees(page.getByText(/行有错/), '0 行有错');
    await button('开始导入').click();
    await heading('完成').waitFor();
  }

  test('an engineer imports a file by its proposed mapping; doing it again changes nothing', async () => {
    await importOrders();
    const once = await derived();
    expect(once.filter((line) => line.startsWith('customers {'))).toHaveLength(FILE.customers);
    await counted('events', FILE.orders + FILE.returns);
    await importOrders();
    expect(await derived()).toEqual(once);
    await counted('duplicates', FILE.orders + FILE.returns);
    await counted('events', FILE.orders + FILE.returns);
  });

  test('amounts of the rows of an order are added up into a field of its event', async () => {
    const { page } = session;
    const [head] = FILE.csv.split('\n');
    const row = (key: string, count: number, price: number) =>
      `D9000,M900,王小明,13900000900,${key},面霜,${count},${price},2026-07-01 09:00:00`;
    await upload([head, row('SK-01', 2, 89.5), row('SK-02', 1, 168)].join('\n'));
    await page.getByRole('tab', { name: '事件与规则' }).click();
    // The proposal adds up amounts; pieces are added by hand.
    await button('加一项合计').click();
    const sumOf = page.getByRole('combobox', { name: '相加的字段' });
    const sum = page.locator('.ant-select').filter({ has: sumOf }).nth(1);
    const factors = sum.getByRole('combobox');
    const chosen = sum.locator('.ant-select-selection-item');
    expect(await chosen.count()).toBe(1);
    await factors.press('Backspace');
    await factors.fill('quantity');
    await page.locator('.ant-select-item-option[title="quantity"]').click();
    await page.keyboard.press('Escape');
    const into = page.getByRole('textbox', { name: '写入' });
    expect(await into.nth(0).inputValue()).toBe('properties.revenue');
    await into.nth(1).fill('properties.pieces');
    await button('检查前 1,000 行').click();
    await sees(page.locator('.check-preview'), '"revenue": 347');
    await sees(page.locator('.check-preview'), '"pieces": 3');
    await button('移除 properties.revenue').click();
    await into.fill('nowhere');
    await button('检查前 1,000 行').click();
    // The browser's own notes of a refusal that was meant.
    await sees(page.getByRole('alert'), '这个目标不是事件中的位置');
    expect(session.problems().every((problem) => problem.includes('400'))).toBe(true);
  });

  test('an event is seen live as it comes, with what it became; pausing counts what comes meanwhile', async () => {
    const { page } = session;
    await page.goto('/data/live');
    await page.getByRole('status').filter({ hasText: '已连接' }).waitFor();
    const viewed = (id: string) => ({
      type: 'track',
      event: 'Product Viewed',
      userId: 'M100',
      properties: { product_id: id, name: `试用装 ${id}` },
    });
    await session.send(viewed('SK-90'));
    await rowOf('实时', '试用装 SK-90').click();
    const side = page.getByRole('complementary', { name: '事件' });
    await sees(side, '浏览商品');
    await sees(side.getByRole('list').first(), /这位客户\s*浏览.*试用装 SK-90/);
    await sees(side, '"product_id": "SK-90"');
    await page.keyboard.press('Space');
    await page.getByRole('status').filter({ hasText: '已暂停' }).waitFor();
    await session.send(viewed('SK-91'), viewed('SK-92'));
    await button(/2 条新事件/).waitFor();
    expect(await rowOf('实时', 'SK-91').count()).toBe(0);
    await page.keyboard.press('Space');
    await rowOf('实时', '试用装 SK-92').waitFor();
  });

  test('a marketer finds a customer, sees the network and opens the events behind a relation', async () => {
    const { page } = session;
    await page.goto('/customers');
    await page.getByRole('textbox', { name: /姓名、手机/ }).fill('13910000274');
    await expect.poll(() => rowOf('客户', '用户编号').count(), { timeout: PATIENCE_MS }).toBe(1);
    await rowOf('客户', 'M102').click();
    // Personal data is masked until it is asked for.
    await heading('张••').waitFor();
    await button('已脱敏').click();
    await page.getByRole('textbox', { name: /为什么需要查看/ }).fill('客户来电核对订单');
    await page.getByRole('dialog').getByRole('button', { name: '显示' }).click();
    await heading('张小明').waitFor();
    const network = page.getByRole('group', { name: '张小明的关系网络' });
    await network.getByRole('button', { name: /商品 烟酰胺精华.*购买/ }).click();
    const evidence = page.getByRole('complementary', { name: '证据' });
    await sees(evidence, /张••\s*购买\s*.*烟酰胺精华/);
    await evidence
      .getByRole('button', { name: /完成订单/ })
      .first()
      .click();
    await sees(evidence, '它在图谱中变成');
    await sees(evidence, '"product_id": "SK-03"');
    expect(page.url()).toContain('edge=');
  });

  test('choosing a time bounds network and timeline; `t` shows the same as a list', async () => {
    const { page } = session;
    await page.goto(`/customers/${(await personOf('M102')).id}`);
    const timeline = page.getByRole('table', { name: '时间线' });
    const rows = () => timeline.getByRole('row').filter({ hasText: '完成订单' }).count();
    await expect.poll(rows, { timeout: PATIENCE_MS }).toBe(3);
    const strip = (await page.getByRole('img', { name: /活动密度/ }).boundingBox())!;
    await page.mouse.move(strip.x + strip.width * 0.7, strip.y + 10);
    await page.mouse.down();
    await page.mouse.move(strip.x + strip.width - 1, strip.y + 10, { steps: 4 });
    await page.mouse.up();
    await expect.poll(rows, { timeout: PATIENCE_MS }).toBe(1);
    await page.keyboard.press('t');
    const list = page.getByRole('table', { name: '关系列表' });
    const orders = () => list.getByRole('row').filter({ hasText: '下单' }).count();
    await expect.poll(orders, { timeout: PATIENCE_MS }).toBe(1);
    await button('全部时间').click();
    await expect.poll(orders, { timeout: PATIENCE_MS }).toBe(3);
    await page.keyboard.press('t');
    await page.getByRole('group', { name: /关系网络/ }).waitFor();
  });

  test('the path between two customers is found and drawn, and comes back from the address', async () => {
    const { page } = session;
    await page.goto('/graph');
    const pick = async (box: string, text: string, choice: RegExp) => {
      await page.getByRole('combobox', { name: box }).fill(text);
      await page.getByText(choice).filter({ visible: true }).first().click();
    };
    await pick('查找客户、商品、搜索词…', 'M101', /李••/);
    await page.getByRole('application', { name: /图谱，/ }).waitFor();
    await button('两点之间').click();
    await pick('终点', 'M102', /张••/);
    await button('查找').click();
    await sees(page.getByText(/第 1 条/), /2 步/);
    const canvas = page.getByRole('application', { name: /图谱，\d+ 个节点/ });
    await expect.poll(() => pixelsOf(page, canvas, PERSON), { timeout: PATIENCE_MS }).toBeGreaterThan(100);
    const scene = async () => ({
      address: page.url(),
      drawn: await canvas.getAttribute('aria-label'),
      paths: await page.getByText(/第 \d+ 条 · /).allTextContents(),
      // How many are drawn: of how many there are is counted now and then.
      legend: (await page.getByRole('button', { name: / \/ / }).allTextContents()).map((text) => text.split(' / ')[0]),
    });
    const before = await scene();
    expect(before.paths.length).toBeGreaterThan(0);
    await page.reload();
    await expect.poll(scene, { timeout: PATIENCE_MS }).toEqual(before);
    await expect.poll(() => pixelsOf(page, canvas, PERSON), { timeout: PATIENCE_MS }).toBeGreaterThan(100);
  });

  test('a refused event tells why; a mend is tried, saved and lets it in', async () => {
    const { page, api } = session;
    const before = (await api.status()).counts.events;
    await session.send({
      type: 'track',
      event: 'Order Completed',
      userId: 'M103',
      properties: { orderNumber: 'D2000', products: [{ product_id: 'SK-01', quantity: 1 }] },
    });
    await page.goto('/data/quarantine');
    await rowOf('隔离区', '不符合事件约定').click();
    const side = page.getByRole('complementary', { name: '被隔离的事件' });
    await sees(side, 'properties.order_id');
    await sees(side, '"orderNumber": "D2000"');
    await side.getByRole('textbox', { name: '原路径' }).fill('properties.orderNumber');
    expect(await side.getByRole('textbox', { name: '新路径' }).inputValue()).toBe('properties.order_id');
    await side.getByRole('button', { name: '试运行' }).click();
    await sees(side.getByText(/会通过/), '1 条等待的事件中有 1 条会通过');
    await counted('quarantined', 1);
    await side.getByRole('button', { name: '保存' }).click();
    await side.getByRole('button', { name: '重放隔离事件' }).click();
    await page.getByText('隔离区是空的').waitFor();
    await counted('quarantined', 0);
    await counted('events', before + 1);
  });

  test('the quarantine goes by time, newest first, or the other way round', async () => {
    const { page, api } = session;
    const refused = (orderNumber: string) => ({
      type: 'track',
      event: 'Order Completed',
      userId: 'M104',
      properties: { orderNumber, products: [{ product_id: 'SK-01', price: 'x' }] },
    });
    await session.send(refused('D3000'));
    await session.send(refused('D3001'));
    await page.goto('/data/quarantine');
    const first = page.getByRole('table', { name: '隔离区' }).getByRole('row').nth(1);
    const side = page.getByRole('complementary', { name: '被隔离的事件' });
    await first.click();
    await sees(side, '"orderNumber": "D3001"');
    await side.getByRole('button', { name: '关闭' }).click();
    const time = page.getByRole('columnheader', { name: '时间' });
    expect(await time.getAttribute('aria-sort')).toBe('descending');
    const turned = page.waitForResponse((response) => response.url().includes('order=oldest'));
    await time.getByRole('button').click();
    await (await turned).finished();
    await expect.poll(() => time.getAttribute('aria-sort')).toBe('ascending');
    await first.click();
    await sees(side, '"orderNumber": "D3000"');
    expect(page.url()).toContain('order=oldest');
    await api.quarantineDismiss({ body: { ids: (await api.quarantine()).items.map(({ id }) => id) } });
  });

  test('days are chosen in the language of the console, whatever that of the browser is', async () => {
    const { page } = session;
    await page.goto('/settings/audit');
    const weekdays = async () => {
      await page.getByRole('textbox', { name: /^(自|From)$/ }).click();
      const head = page.locator('.ant-picker-content thead').first();
      await head.waitFor();
      const text = await head.textContent();
      await page.keyboard.press('Escape');
      return text;
    };
    expect(await weekdays()).toBe('一二三四五六日');
    await button('English').click();
    await heading('Audit').waitFor();
    expect(await weekdays()).toBe('MoTuWeThFrSaSu');
    await page.getByRole('textbox', { name: 'From' }).fill('2026-01-31');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('from=2026-01-31');
    await button('中文').click();
    await heading('审计').waitFor();
  });

  test('rules of identity are changed in their fields, by pointer and by keys, and taken back', async () => {
    const { page } = session;
    await page.goto('/data/identity');
    const kind = page.getByRole('row').nth(1);
    const clean = kind.getByRole('combobox', { name: '归一化' });
    await sees(clean, '不处理');
    await clean.click();
    const options = page.locator('.ant-select-item-option').filter({ hasText: '小写', visible: true });
    await options.click();
    // Tab chooses, as Enter does, while the choices are still there.
    await options.waitFor({ state: 'hidden' });
    await page.keyboard.press('Tab');
    const nature = kind.getByRole('combobox', { name: '性质' });
    await expect
      .poll(() => nature.evaluate((item) => (item as unknown as Matching).matches(':focus')), { timeout: PATIENCE_MS })
      .toBe(true);
    await sees(clean, '小写');
    await kind.getByRole('button', { name: /^事件中的位置/ }).focus();
    await page.keyboard.type('properties.login');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await sees(kind.getByRole('button', { name: /^事件中的位置/ }), 'properties.login');
    await button('还原').click();
    await sees(clean, '不处理');
    await expect.poll(() => kind.textContent(), { timeout: PATIENCE_MS }).not.toContain('properties.login');
  });

  test('two identifiers that an event joined are taken apart, and joined again', async () => {
    const { page, api } = session;
    await session.send(
      { type: 'track', event: 'Product Viewed', anonymousId: 'phone-7', properties: { product_id: 'SK-01' } },
      { type: 'identify', userId: 'M107', anonymousId: 'phone-7' },
    );
    await session.settled();
    const person = await personOf('phone-7');
    expect(person.identifiers.map(({ value }) => value)).toContain('M107');
    await page.goto(`/customers/${person.id}?tab=identity`);
    await page.getByRole('checkbox', { name: '选择 anonymous_id' }).check();
    await button('拆出所选 1 个').click();
    const dialog = page.getByRole('dialog');
    await sees(dialog, '将断开 1 条连接，成为 2 位客户');
    await sees(dialog, '新的客户');
    expect((await personOf('phone-7')).id).toBe(person.id);
    await dialog.getByRole('textbox', { name: '原因（写入历史）' }).fill('家人共用手机');
    await dialog.getByRole('button', { name: '确认拆分' }).click();
    await sees(dialog, '已断开 1 条连接');
    const alone = await personOf('phone-7');
    expect(alone.id).not.toBe(person.id);
    expect(alone.identifiers.map(({ value }) => value)).toEqual(['phone-7']);
    await dialog.getByRole('button', { name: '撤销' }).click();
    await page.getByText('已撤销拆分').waitFor();
    expect((await personOf('phone-7')).id).toBe(person.id);
    await sees(page.getByRole('heading', { name: '历史' }).locator('xpath=ancestor::section[1]'), '家人共用手机');
    expect((await api.customer({ params: { id: person.id } })).identifiers.map(({ value }) => value)).toEqual(
      person.identifiers.map(({ value }) => value),
    );
  });

  test('every screen speaks both languages and has both themes', { timeout: 180_000 }, async () => {
    const { page } = session;
    const person = await personOf('M102');
    const html = page.locator('html');
    for (const [path, zh, en] of [...ROUTES, [`/customers/${person.id}`, '张••', '张••'] as const]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: zh, exact: true }).waitFor();
      await button('切换到深色').click();
      expect(await html.getAttribute('data-theme')).toBe('dark');
      await button('English').click();
      await page.getByRole('heading', { level: 1, name: en, exact: true }).waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Quarantine', exact: true }).waitFor();
      await button('Switch to light').click();
      expect(await html.getAttribute('data-theme')).toBe('light');
      await button('中文').click();
      await page.getByRole('heading', { level: 1, name: zh, exact: true }).waitFor();
    }
  });
});
