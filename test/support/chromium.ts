import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Without a screen and without a graphics card, which the graph's canvas then has done in software. */
const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
]; // prettier-ignore
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium of this machine: `GUANXI_CHROMIUM`, else the first on the path; null where there is none. */
export function findChromium(): string | null {
  if (process.env['GUANXI_CHROMIUM']) return process.env['GUANXI_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(':').filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}

export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ARGUMENTS });
