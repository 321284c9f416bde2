import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { findChromium } from '../support/chromium.ts';
import { ADMINISTRATOR } from '../support/enter.ts';
import { openSession, PATIENCE_MS, sees, type Session } from './session.ts';

const chromium = findChromium();
const MEMBER = { email: 'chen@example.com', name: '陈一', password: 'lantern-quartz-violet-7' };

/** People come in, work with what their role has, and go, each in a browser of their own. */
describe.skipIf(!chromium)('accounts in the console', () => {
  let session: Session;
  let member: Page;
  beforeAll(async () => {
    session = await openSession(chromium!);
    const context = await session.page.context().browser()!.newContext({ baseURL: session.url, locale: 'zh-CN' });
    context.setDefaultTimeout(PATIENCE_MS);
    member = await context.newPage();
  });
  afterAll(() => session?.close());
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

  test('an administrator invites somebody, who joins by the link and lands where their work is', async () => {
    const { page } = session;
    await page.goto('/settings/members');
    await button(page, '邀请成员').click();
    await page.getByLabel('邮箱').fill(MEMBER.email);
    await button(page, '生成邀请链接').click();
    const link = (await page.locator('.codeblock code').textContent())!;
    expect(link.startsWith(`${session.url}/join#`)).toBe(true);
    await member.goto(link);
    await member.getByLabel('姓名').fill(MEMBER.name);
    await member.getByLabel('新密码').fill(MEMBER.password);
    await button(member, '加入').click();
    await member.locator('.shell').waitFor();
    expect(new URL(member.url()).pathname).toBe('/');
    await page.goto('/settings/members');
    await sees(page.getByRole('row').filter({ hasText: MEMBER.email }), MEMBER.name);
    await member.goto(link);
    await sees(member.getByRole('alert'), '链接已使用');
  });

  test('a marketer sees what a marketer may, and is told where they may not', async () => {
    await member.goto('/');
    const nav = member.getByRole('navigation');
    await nav.getByRole('link', { name: '客户' }).waitFor();
    for (const hidden of ['来源', '导入', '成员与角色'])
      expect(await nav.getByRole('link', { name: hidden }).count()).toBe(0);
    await member.goto('/data/sources');
    await sees(member.locator('main'), '你的角色不能查看“来源”');
    await member.goto('/settings/status');
    await member.getByText('运行中').or(member.getByText('就绪')).first().waitFor();
    expect(await button(member, '重建').count()).toBe(0);
  });

  test('an API key is shown once and may what was ticked', async () => {
    await member.goto('/settings/keys');
    await button(member, '创建 API 密钥').first().click();
    await member.getByLabel('名称').fill('报表');
    await member.getByLabel('查看状态').check();
    expect(await member.getByLabel('管理成员').count()).toBe(0);
    await member.getByRole('dialog').getByRole('button', { name: '创建 API 密钥' }).click();
    const key = (await member.locator('.codeblock code').first().textContent())!;
    const call = (path: string) => fetch(session.url + path, { headers: { authorization: `Bearer ${key}` } });
    expect([(await call('/api/status')).status, (await call('/api/customers')).status]).toEqual([200, 403]);
  });

  test('a session that ends leaves the page and what was typed, and goes on after signing in again', async () => {
    await member.goto('/customers');
    const search = member.getByRole('textbox').or(member.getByRole('searchbox')).first();
    await search.fill('13800001111');
    const { items } = await session.api.members();
    const { id } = items.find(({ email }) => email === MEMBER.email)!;
    await session.api.memberUpdate({ params: { id }, body: { role: 'service' } });
    await member.getByRole('dialog', { name: '请重新登录' }).waitFor();
    await member.getByRole('dialog').locator('input[type="password"]').fill(MEMBER.password);
    await button(member, '登录').click();
    await member.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await search.inputValue()).toBe('13800001111');
    await button(member, MEMBER.name).click();
    await sees(member.getByRole('region', { name: '账号菜单' }), '客服');
  });

  test(
    'a backup is made, verified and restored, and takes along what came after it',
    { timeout: 120_000 },
    async () => {
      const { page, api } = session;
      await page.goto('/settings/status');
      const panel = page.locator('.panel').filter({ has: page.getByRole('heading', { name: '备份与恢复' }) });
      const row = panel.getByRole('row').filter({ hasText: 'first' });
      await panel.getByRole('textbox', { name: '名称' }).fill('first');
      await panel.getByRole('button', { name: '立即备份' }).click();
      await sees(row, /完整.*尚未校验/);
      await button(page, '校验 first').click();
      await sees(row, /完整.*通过/);
      await api.memberInvite({ body: { email: 'later@example.com', role: 'analyst' } });

      await button(page, '恢复 first').click();
      const dialog = page.getByRole('dialog');
      await sees(dialog, 'before-restore-');
      const replace = dialog.getByRole('button', { name: '替换并恢复' });
      await dialog.getByRole('textbox').fill('firs');
      expect(await replace.isDisabled()).toBe(true);
      await dialog.getByRole('textbox').fill('first');
      await replace.click();
      await page.getByRole('dialog', { name: '请重新登录' }).waitFor();
      await page.getByRole('dialog').locator('input[type="password"]').fill(ADMINISTRATOR.password);
      await button(page, '登录').click();
      await sees(panel.getByRole('status'), /已恢复 .* 的备份。 此前的数据保留在 .*before-restore-\d+/);
      await sees(panel.getByRole('row').filter({ hasText: 'before-restore-' }), /完整/);
      expect((await api.members()).invitations).toEqual([]);
    },
  );

  test('an engineer makes backups, and only administrators restore them', async () => {
    const { items } = await session.api.members();
    const { id } = items.find(({ email }) => email === MEMBER.email)!;
    await session.api.memberUpdate({ params: { id }, body: { role: 'engineer' } });
    await member.goto('/settings/status');
    await member.getByLabel('邮箱').fill(MEMBER.email);
    await member.locator('input[type="password"]').fill(MEMBER.password);
    await button(member, '登录').click();
    await button(member, '立即备份').waitFor();
    await button(member, '校验 first').waitFor();
    expect(await button(member, '恢复 first').count()).toBe(0);
    const status = await member.evaluate(async () => {
      const send = (path: string, body: object) =>
        fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-guanxi': 'console' },
          body: JSON.stringify(body),
        });
      return (await send('/api/restores', { folder: 'first', replace: true })).status;
    });
    expect(status).toBe(403);
  });

  test('signing out ends at the sign-in page, which leads back to where one was', async () => {
    await member.goto('/graph');
    await button(member, MEMBER.name).click();
    await button(member, '退出登录').click();
    await member.getByRole('heading', { name: '登录关系' }).waitFor();
    await member.getByLabel('邮箱').fill(ADMINISTRATOR.email);
    await member.locator('input[type="password"]').fill('not the password');
    await button(member, '登录').click();
    await sees(member.getByRole('alert'), '邮箱或密码不正确');
    await member.locator('input[type="password"]').fill(ADMINISTRATOR.password);
    await button(member, '登录').click();
    await member.locator('.shell').waitFor();
    expect(new URL(member.url()).pathname).toBe('/graph');
  });
});
