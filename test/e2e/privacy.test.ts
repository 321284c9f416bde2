import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { openSession, PATIENCE_MS, type Session } from './session.ts';

const chromium = findChromium();
if (!chromium) process.stdout.write('Rights of a person in the console are not tested: no Chromium was found.\n');
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
/** A folder that pictures of the screens go to, where one is named. */
const LOOKS = process.env['E2E_LOOKS'];

describe.skipIf(!chromium)('rights of a person in the console', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(chromium!);
    await session.send(
      { type: 'identify', userId: 'u-1', traits: { name: '王小明', city: '成都', email: 'ming@example.com' } },
      { type: 'identify', userId: 'u-2', traits: { name: '李雷', city: '成都' } },
      { type: 'identify', userId: 'u-3', traits: { name: '韩梅梅', city: '上海' } },
    );
  });
  afterAll(() => session?.close());
  afterEach(() => expect(session.problems()).toEqual([]));

  async function look(name: string): Promise<void> {
    if (!LOOKS) return;
    mkdirSync(LOOKS, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      await session.page.emulateMedia({ colorScheme });
      await session.page.waitForTimeout(400);
      await session.page.screenshot({ path: join(LOOKS, `${name}-${colorScheme}.png`) });
    }
    await session.page.emulateMedia({ colorScheme: 'light' });
  }

  test('a value is corrected for a reason, and what was known before stays in the history', async () => {
    const { page, api } = session;
    await session.settled();
    const { id } = (await api.customers({ query: { search: 'u-1' } })).items[0]!;
    await page.goto(`/customers/${id}?tab=consent`);
    const panel = page.locator('.panel').filter({ hasText: '更正资料' });
    await panel.getByRole('combobox', { name: '字段' }).click();
    await page.locator('.ant-select-item-option').filter({ hasText: '城市', visible: true }).click();
    await expect.poll(() => panel.getByText('成都').count(), { timeout: PATIENCE_MS }).toBe(1);
    const save = panel.getByRole('button', { name: '更正', exact: true });
    await panel.getByLabel('新值').fill('绵阳');
    expect(await save.isDisabled()).toBe(true);
    await panel.getByLabel('原因，例如：本人来电要求').fill('本人来电更正');
    await save.click();
    await expect.poll(() => panel.getByText('绵阳').count(), { timeout: PATIENCE_MS }).toBe(1);
    await look('correct');
    await panel.getByRole('button', { name: '事件' }).first().click();
    const side = page.locator('.evidence-side');
    await expect.poll(() => side.textContent(), { timeout: PATIENCE_MS }).toContain('本人来电更正');
    const { items } = await api.customerTimeline({ params: { id } });
    expect(items).toHaveLength(2);
  });

  test('an attribute gets another class, and a marketer sees it masked from then on', async () => {
    const { page, api } = session;
    await session.settled();
    const { id } = (await api.customers({ query: { search: 'u-3' } })).items[0]!;
    const { url: link } = await api.memberInvite({ body: { email: 'chen@example.com', role: 'marketer' } });
    const marketer = await session.visitor();
    await marketer.goto(link);
    await marketer.getByLabel('姓名').fill('陈一');
    await marketer.getByLabel('新密码').fill('lantern-quartz-violet-7');
    await marketer.getByRole('button', { name: '加入' }).click();
    await marketer.locator('.shell').waitFor();
    const city = async () => {
      await marketer.goto(`/customers/${id}?tab=traits`);
      return marketer.getByRole('row').filter({ hasText: '城市' }).first().textContent();
    };
    expect(await city()).toContain('上海');

    await page.goto('/settings/ontology?tab=classes');
    const choice = page.getByRole('combobox', { name: '客户 · 城市' });
    await choice.click();
    await page
      .locator('.ant-select-item-option')
      .filter({ hasText: /^个人信息$/, visible: true })
      .click();
    await look('classes');
    await page.getByRole('button', { name: '保存并重建' }).click();
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText('查看任务').waitFor();
    await expect.poll(async () => (await api.jobs()).items[0]!.state, { timeout: PATIENCE_MS }).toBe('done');
    await session.settled();
    expect((await api.ontology()).nodeTypes['person']!.attributes['city']!.pii).toBe('personal');
    expect(await city()).toMatch(/•/);
    expect(await city()).not.toContain('上海');
    await marketer.goto('/settings/ontology?tab=classes');
    expect(await marketer.getByRole('combobox').first().isDisabled()).toBe(true);
    expect(await marketer.getByRole('button', { name: '保存并重建' }).count()).toBe(0);
    await marketer.context().close();
  });

  test('customers are exported k-anonymously, and the console says which k was reached and who was left out', async () => {
    const { page } = session;
    await session.settled();
    await page.goto('/settings/status');
    const panel = page
      .locator('.panel')
      .filter({ hasText: '客户数据的形式' })
      .or(page.locator('.panel').filter({ hasText: 'k-匿名' }));
    await panel.getByText('k-匿名', { exact: true }).click();
    await panel.getByRole('spinbutton', { name: 'k' }).fill('3');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: '下载客户（CSV）' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('customers-anonymous.csv');
    await expect
      .poll(() => panel.getByRole('status').textContent(), { timeout: PATIENCE_MS })
      .toBe('已达到 k = 3（要求 3）：3 位客户，略去 0 位。');
    await look('export');
  });
});
