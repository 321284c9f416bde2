import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@guanxi/engine/platform';
import { startServer } from '@guanxi/server';
import { afterAll, expect, test } from 'vitest';
import { derivedState } from './state.ts';

const folder = mkdtempSync(join(tmpdir(), 'guanxi-upgrade-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder whose derived tables are of another version is rebuilt at start, to the same state', async () => {
  const config = { ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }), port: 0 };
  const first = await startServer(config);
  const [source] = await first.guanxi.ingest.sources.list();
  const events = Array.from({ length: 40 }, (_, n) => ({
    type: 'track',
    event: 'Product Viewed',
    messageId: `m${n}`,
    userId: `u${n % 7}`,
    anonymousId: `a${n % 9}`,
    properties: { product_id: `p${n % 5}` },
  }));
  await first.guanxi.ingest.acceptEvents(source!.id, events, { lasting: false });
  await first.guanxi.river.waitFor(first.guanxi.platform.log.head());
  const before = await derivedState(first.guanxi);
  // What an older version would have left: a table of another shape, and its fingerprint.
  await first.guanxi.platform.clickhouse.command('ALTER TABLE adjacency DROP COLUMN channels');
  await first.guanxi.platform.postgres.query("UPDATE river_checkpoint SET schema = 'older'");
  await first.close();

  const second = await startServer(config);
  await second.guanxi.river.waitFor(second.guanxi.platform.log.head());
  expect(await derivedState(second.guanxi)).toEqual(before);
  expect(second.guanxi.river.state().accepted).toBe(40);
  await second.close();
});
