import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, logTable, openEmbeddedClickHouse, type Table } from '@guanxi/engine/platform';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'guanxi-older-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sums: Table = {
  name: 'sums',
  columns: {
    id: 'UInt64',
    day: 'UInt32',
    total: 'SimpleAggregateFunction(sum, UInt64)',
    twice: 'UInt64 MATERIALIZED id * 2',
  },
  engine: 'AggregatingMergeTree',
  orderBy: ['id', 'day'],
  shardBy: 'id',
  persons: [],
};
const entries = Array.from({ length: 500 }, (_, n) => ({
  seq: n + 1,
  kind: 'event',
  received_at: 1_700_000_000_000 + n,
  sent_at: null,
  source_id: 's',
  payload: JSON.stringify({ n, note: `值 ${n}` }),
}));
const disk = { folder: join(folder, 'sealed'), key: Buffer.alloc(32, 3) };
const log = (clickhouse: ClickHouse) => clickhouse.query('SELECT * FROM event_log ORDER BY seq');
const policies = (clickhouse: ClickHouse) =>
  clickhouse.query<{ name: string; storage_policy: string }>(
    'SELECT name, storage_policy FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  );

test('tables of a folder from before are moved onto the encrypted disk, also where that broke off', async () => {
  const older = await openEmbeddedClickHouse(join(folder, 'clickhouse'));
  await older.create([logTable, sums]);
  await older.insert('event_log', entries);
  await older.insert('sums', [
    { id: 1, day: 1, total: 5 },
    { id: 1, day: 1, total: 6 },
  ]);
  const before = await log(older);
  expect((await policies(older)).map(({ storage_policy }) => storage_policy)).toEqual(['default', 'default']);
  await older.close();

  const newer = await openEmbeddedClickHouse(join(folder, 'clickhouse'), disk);
  // What a start that was ended in the middle of the copy leaves.
  await newer.command(
    `CREATE TABLE event_log_sealed AS event_log ENGINE = MergeTree ORDER BY seq SETTINGS storage_policy = 'sealed'`,
  );
  await newer.command('INSERT INTO event_log_sealed SELECT * FROM event_log WHERE seq <= 123');
  await newer.create([logTable, sums]);
  expect(await log(newer)).toEqual(before);
  expect(
    await newer.query('SELECT id, day, sum(total) AS total, any(twice) AS twice FROM sums GROUP BY id, day'),
  ).toEqual([{ id: 1, day: 1, total: 11, twice: 2 }]);
  expect(await policies(newer)).toEqual([
    { name: 'event_log', storage_policy: 'sealed' },
    { name: 'sums', storage_policy: 'sealed' },
  ]);
  // Ended after the exchange: what is left of the older table goes.
  await newer.command(`CREATE TABLE sums_sealed (id UInt64) ENGINE = MergeTree ORDER BY id`);
  await newer.create([logTable, sums]);
  expect((await policies(newer)).map(({ name }) => name)).toEqual(['event_log', 'sums']);
  await newer.insert('event_log', [{ ...entries[0]!, seq: 501 }]);
  expect(await log(newer)).toHaveLength(501);
  await newer.close();
});
