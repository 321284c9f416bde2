// What one question may cost, as the settings say: a heavier one is refused by name, and the engine answers the next.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClickHouse, openClickHouse, readConfig, vaultOf } from '../../packages/engine/src/platform/index.ts';
import { startClickHouseServer } from '../support/clickhouse-server.ts';

const LIMITS = { GUANXI_QUERY_TIMEOUT_SECONDS: '1', GUANXI_QUERY_MEMORY_MB: '64' };
const HEAVY = {
  time: 'SELECT sum(cityHash64(number)) AS sum FROM numbers(1000000000000)',
  memory: 'SELECT length(groupArray(number)) AS length FROM numbers(100000000)',
};

describe.each(['chDB in this process', 'a ClickHouse server'])('%s', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-limits-'));
  let clickhouse: ClickHouse;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const server = name === 'a ClickHouse server' ? await startClickHouseServer() : null;
    if (server) stops.push(() => server.stop());
    const config = readConfig({
      GUANXI_DATA: folder,
      ...LIMITS,
      ...(server ? { GUANXI_CLICKHOUSE_URL: server.url } : {}),
    });
    clickhouse = await openClickHouse(config, vaultOf(Buffer.alloc(32)));
    stops.push(() => clickhouse.close());
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(Object.entries(HEAVY))(
    'a question that needs too much %s is refused, and the next is answered',
    async (_, sql) => {
      await expect(clickhouse.query(sql)).rejects.toMatchObject({ kind: 'too_large', code: 'query_too_heavy' });
      expect(await clickhouse.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    },
  );

  test('work of the product itself is not measured by what a question may cost', async () => {
    const sql = 'SELECT length(groupArray(number)) AS length FROM numbers(20000000)';
    await expect(clickhouse.query(sql)).rejects.toMatchObject({ code: 'query_too_heavy' });
    expect(await clickhouse.query(sql, {}, { lane: 'river' })).toEqual([{ length: 20_000_000 }]);
  });
});
