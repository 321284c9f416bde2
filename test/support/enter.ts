import type { Page } from 'playwright-core';

export const ADMINISTRATOR = { name: '林知远', email: 'lin@example.com', password: 'teapot-orbit-mango-42' };

/** Comes in as people do: creates the first administrator where there is none, else signs in as them. */
export async function enterConsole(page: Page, person = ADMINISTRATOR): Promise<void> {
  await page.goto('/');
  const email = page.locator('input[autocomplete="username"]');
  await email.waitFor();
  const name = page.locator('input[autocomplete="name"]');
  if ((await name.count()) > 0) await name.fill(person.name);
  await email.fill(person.email);
  await page.locator('input[type="password"]').fill(person.password);
  await page.locator('button[type="submit"]').click();
  await page.locator('.shell').waitFor();
}
