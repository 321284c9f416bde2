import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from './config.ts';
import { openPlatform, type Platform, type PlatformOptions } from './platform.ts';

/** A platform on a folder of its own, with both engines embedded; `close` removes the folder. One per test file. */
export async function openTestPlatform(
  overrides: Partial<Config> = {},
  options: PlatformOptions = {},
): Promise<Platform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'guanxi-test-'));
  const config = { ...readConfig({ GUANXI_DATA: dataDir, GUANXI_LOG_LEVEL: 'warn' }), ...overrides };
  const platform = await openPlatform(config, options);
  const close = platform.close;
  return {
    ...platform,
    close: async () => {
      await close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
