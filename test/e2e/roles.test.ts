import type { Role } from '@guanxi/contracts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { enterConsole } from '../support/enter.ts';
import { customerOf, openDemo } from './demo.ts';
import { ordersFile } from './orders.ts';
import { PATIENCE_MS, pixelsOf, sees, type Session } from './session.ts';

const chromium = findChromium();
if (!chromium) process.stdout.write('What each role does in a browser is not tested: no Chromium was found.\n');

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/** The colour of a customer in the light theme. */
const PERSON = [3, 153, 164] as const;
const PASSWORD = 'lantern-quartz-violet-7';
const ROLES: Readonly<Record<Exclude<Role, 'administrator'>, { title: string; name: string }>> = {
  engineer: { title: '数据工程师', name: '周工' },
  marketer: { title: '营销人员', name: '陈一' },
  analyst: { title: '分析师', name: '吴析' },
  service: { title: '客服', name: '郑宁' },
};
const CUSTOMER_L = 'GX9900001';
const COMPLAINT = '你们家的果酸焕肤面膜用了两次脸就刺痛泛红，我是敏感肌，怎么回事？';

/** The main way of each role through the demo brand. The administrator invites them; each has a browser of their own. */
describe.skipIf(!chromium)('the roles', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openDemo(chromium!);
  });
  afterAll(() => session?.close());
  afterEach(() => expect(session.problems()).toEqual([]));

  /** Invited by the administrator on the page of members, and come in by the link. */
  async function join(role: keyof typeof ROLES): Promise<Page> {
    const { page } = session;
    const { title, name } = ROLES[role];
    await page.goto('/settings/members');
    await page.getByRole('button', { name: '邀请成员' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('邮箱').fill(`${role}@example.com`);
    await dialog.getByRole('combobox', { name: '角色' }).click();
    await page.locator('.ant-select-item-option').filter({ hasText: title, visible: true }).click();
    await dialog.getByRole('button', { name: '生成邀请链接' }).click();
    const link = (await dialog.locator('.codeblock code').textContent())!;
    const own = await session.visitor();
    await own.goto(link);
    await own.getByLabel('姓名').fill(name);
    await own.getByLabel('新密码').fill(PASSWORD);
    await own.getByRole('button', { name: '加入' }).click();
    await own.getByRole('button', { name }).waitFor();
    return own;
  }
  /** Looks somebody up by their number in the list of customers, and opens them. */
  async function openCustomer(page: Page, number: string): Promise<void> {
    await page.getByRole('navigation').getByRole('link', { name: '客户', exact: true }).click();
    await page.getByRole('textbox', { name: /姓名、手机/ }).fill(number);
    await page.getByRole('row').filter({ hasText: number }).click();
    await page.getByRole('tab', { name: '身份' }).waitFor();
  }
  const sideOf = (page: Page) => page.getByRole('complementary', { name: '证据' });
  const canvasOf = (page: Page) => page.getByRole('application', { name: /图谱，\d+ 个节点/ });
  const drawnOn = (page: Page) => canvasOf(page).getAttribute('aria-label', { timeout: PATIENCE_MS });
  const isDrawn = (page: Page) =>
    expect.poll(() => pixelsOf(page, canvasOf(page), PERSON), { timeout: PATIENCE_MS }).toBeGreaterThan(50);

  test('an engineer imports a file and watches what comes in', async () => {
    const page = await join('engineer');
    const file = ordersFile();
    const live = await page.context().newPage();
    await live.goto('/data/live');
    await live.getByRole('status').filter({ hasText: '已连接' }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: '导入', exact: true }).click();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: '选择文件' }).click();
    await (await chooser).setFiles({ name: '订单.csv', mimeType: 'text/csv', buffer: Buffer.from(file.csv) });
    await page.getByRole('button', { name: '检查前 1,000 行' }).click();
    await sees(page.getByText(/成为 \d+ 条事件/), `成为 ${file.orders + file.returns} 条事件`);
    await page.getByRole('button', { name: '开始导入' }).click();
    const row = live.getByRole('table', { name: '实时' }).getByRole('row').filter({ hasText: '完成订单' }).first();
    await row.click();
    await sees(live.getByRole('complementary', { name: '事件' }), /"order_id": "D\d+"/);
    await page.getByRole('heading', { name: '完成' }).waitFor();
    await session.settled();
    expect((await customerOf(session, 'M102')).events).toBeGreaterThan(0);
  });

  test('a marketer reads why customer L needs gentle anti-ageing, down to what she wrote', async () => {
    const page = await join('marketer');
    await openCustomer(page, CUSTOMER_L);
    await page.getByRole('heading', { level: 1, name: '林••' }).waitFor();
    const network = page.getByRole('group', { name: '林••的关系网络' });
    const card = (name: RegExp) => network.getByRole('button', { name });
    for (const sign of [/敏感肌修护/, /油痘肌护肤/, /面膜刺痛泛红/]) await card(sign).first().waitFor();
    await card(/敏感肌能用的抗老精华/).click();
    await sees(sideOf(page), /搜索.*敏感肌能用的抗老精华/);
    await card(/澄岑胜肽抗初老精华液.*收藏/).click();
    await sees(sideOf(page), /澄岑胜肽抗初老精华液/);
    await card(/修护，再考虑抗老/).click();
    const said = sideOf(page).locator('.thread-step');
    await expect.poll(() => said.count(), { timeout: PATIENCE_MS }).toBe(4);
    await said.last().click();
    await sees(sideOf(page).locator('.json').first(), COMPLAINT);
    expect(page.url()).toContain('edge=');
  });

  test('an analyst finds the way from one to another, keeps to a time, and opens what was saved by its link', async () => {
    const page = await join('analyst');
    const pick = async (box: string, number: string, name: string) => {
      await page.getByRole('combobox', { name: box }).fill(number);
      await page.locator('.ant-select-item-option').filter({ hasText: name, visible: true }).first().click();
    };
    await page.getByRole('navigation').getByRole('link', { name: '图谱' }).click();
    await pick('查找客户、商品、搜索词…', 'GX9900091', '沈••');
    await isDrawn(page);
    await page.getByRole('button', { name: '两点之间' }).click();
    await pick('终点', 'GX9900092', '陆••');
    await page.getByRole('button', { name: '查找', exact: true }).click();
    await sees(page.getByText(/第 1 条/), /2 步/);
    const whole = await drawnOn(page);
    const strip = (await page.getByRole('img', { name: /关系发生的时间/ }).boundingBox())!;
    await page.mouse.move(strip.x + strip.width * 0.5, strip.y + 12);
    await page.mouse.down();
    await page.mouse.move(strip.x + strip.width - 1, strip.y + 12, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url(), { timeout: PATIENCE_MS }).toContain('from=');
    await expect.poll(() => drawnOn(page), { timeout: PATIENCE_MS }).not.toBe(whole);
    // What is still coming would be missing in what is saved.
    await page.locator('.graph-stage[aria-busy="false"]').waitFor();
    await page.getByRole('button', { name: '场景', exact: true }).click();
    await page.getByRole('textbox', { name: '场景名称' }).fill('种草链');
    await page.getByRole('button', { name: '存为场景' }).click();
    await page.getByText('与保存时相同。').waitFor();
    const saved = await drawnOn(page);
    const scene = (await session.api.scenes()).items.find(({ name }) => name === '种草链')!;
    expect(scene.owner.name).toBe(ROLES.analyst.name);
    const other = await page.context().newPage();
    await other.goto(`/graph?s=${scene.id}`);
    await expect.poll(() => drawnOn(other), { timeout: PATIENCE_MS }).toBe(saved);
    await isDrawn(other);
  });

  test('customer service takes two people apart that a form had made one', async () => {
    const page = await join('service');
    await openCustomer(page, 'GX9900071');
    await page.getByRole('tab', { name: '身份' }).click();
    for (const own of ['user_id u-story-wangyue', 'email ', 'phone +86150', 'anonymous_id a-story-8'])
      await page.getByRole('checkbox', { name: `选择 ${own}` }).check();
    await page.getByRole('button', { name: '拆出所选 4 个' }).click();
    const dialog = page.getByRole('dialog');
    await sees(dialog, /成为 2 位客户/);
    await dialog.getByRole('textbox', { name: '原因（写入历史）' }).fill('会员表里填了别人的邮箱');
    await dialog.getByRole('button', { name: '确认拆分' }).click();
    await sees(dialog, /已断开 \d+ 条连接/);
    await dialog.getByRole('button', { name: '关闭' }).last().click();
    await session.settled();
    const [one, other] = [await customerOf(session, 'GX9900071'), await customerOf(session, 'u-story-wangyue')];
    expect(other.id).not.toBe(one.id);
    expect(one.identifiers.some(({ kind }) => kind === 'email')).toBe(false);
    await sees(
      page.getByRole('heading', { name: '历史' }).locator('xpath=ancestor::section[1]'),
      '会员表里填了别人的邮箱',
    );
  });

  test('a marketer sees no phone number of a customer; who serves them does, for a reason', async () => {
    const { id } = await customerOf(session, CUSTOMER_L);
    const page = await signIn('marketer');
    const read: Promise<string>[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith('/api/') && pathname !== '/api/live') read.push(response.text().catch(() => ''));
    });
    const texts: string[] = [];
    const look = async () => {
      await page.waitForLoadState('networkidle');
      texts.push(await page.locator('body').innerText(), await page.content());
    };
    await openCustomer(page, CUSTOMER_L);
    expect(await page.getByRole('button', { name: '已脱敏' }).isDisabled()).toBe(true);
    for (const tab of ['network', 'identity', 'traits', 'timeline']) {
      await page.goto(`/customers/${id}?tab=${tab}`);
      await look();
    }
    const timeline = page.getByRole('table', { name: '时间线' }).getByRole('row');
    for (const event of await timeline.filter({ hasText: '识别' }).all()) {
      await event.click();
      await look();
    }
    await page.goto(`/graph?n=${id}&x=${id}&sel=${id}`);
    await canvasOf(page).waitFor();
    await look();

    const phone = await revealedPhone();
    const everything = [...texts, ...(await Promise.all(read))].join('\n');
    expect(read.length).toBeGreaterThan(10);
    expect(everything).toContain(`${phone.slice(0, 3)}••••${phone.slice(-4)}`);
    for (const digits of [phone, phone.slice(-8), phone.slice(3, 9)]) expect(everything).not.toContain(digits);
  });

  /** The number of customer L, as customer service is shown it: eleven digits. */
  async function revealedPhone(): Promise<string> {
    const page = await signIn('service');
    await openCustomer(page, CUSTOMER_L);
    await page.getByRole('button', { name: '已脱敏' }).click();
    await page.getByRole('textbox', { name: /为什么需要查看/ }).fill('客户来电核对订单');
    await page.getByRole('dialog').getByRole('button', { name: '显示' }).click();
    await page.getByRole('heading', { level: 1, name: '林沐晴' }).waitFor();
    await page.getByRole('tab', { name: '身份' }).click();
    const shown = /(?<!\d)(?:\+86)?(1[3-9]\d{9})(?!\d)/;
    await sees(page.locator('main'), shown);
    return shown.exec((await page.locator('main').textContent())!)![1]!;
  }
  async function signIn(role: keyof typeof ROLES): Promise<Page> {
    const page = await session.visitor();
    await enterConsole(page, { name: '', email: `${role}@example.com`, password: PASSWORD });
    return page;
  }
});
