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
