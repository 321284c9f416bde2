// A steady load and a month of idling, both short: what grows with time or with events shows even so. `npm run bench --
// soak` is the same for half an hour, with tighter bounds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { idle } from '../../bench/soak/idle.ts';
import { growth, typical } from '../../bench/soak/flat.ts';
import { soak } from '../../bench/soak/load.ts';
import { startServer } from '../../bench/support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'guanxi-soak-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const quiet = () => undefined;
/** Other tests run beside this one; what leaks grows by more. */
const NOISE = 0.2;

test(
  'at 60 % of what it can carry, memory and open files stay flat and nothing is lost',
  { timeout: 300_000 },
  async () => {
    const server = await startServer({}, { folder });
    try {
      const writeKey = (await server.api.sources()).items.find(({ kind }) => kind === 'sdk')!.writeKey;
      const soaked = await soak(server, writeKey, { seconds: 60, share: 0.6, log: quiet });
      expect(Object.keys(soaked.statuses)).toEqual(['200']);
      await expect
        .poll(async () => (await server.api.status()).counts, { timeout: 10_000 })
        .toMatchObject({ events: soaked.acknowledged, duplicates: 0 });
      for (const key of ['rssMb', 'files'] as const)
        expect(growth(soaked.samples, key) / typical(soaked.samples, key), key).toBeLessThan(NOISE);
    } finally {
      await server.stop();
    }
  },
);

test('a month of idling, compressed, leaves memory and disk as they were', { timeout: 120_000 }, async () => {
  const figures = new Map(
    (await idle(folder, { set: 'shop', scale: 0.1, log: quiet })).map(({ name, value }) => [name, value]),
  );
  expect(figures.get('idle_days')).toBe(30);
  expect(figures.get('idle_rss_growth')).toBeLessThan(100 * NOISE);
  expect(figures.get('idle_disk_growth')).toBeLessThan(1);
});
