import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from './tables.ts';
import { idArray } from './clickhouse.ts';
import { nodeIdOf } from './ids.ts';
import type { JobRun } from './jobs.ts';
import type { Platform } from './platform.ts';
import { openTestPlatform } from './testing.ts';

let platform: Platform;
const sums: Table = {
  name: 'sums',
  columns: {
    id: 'UInt64',
    total: 'SimpleAggregateFunction(sum, Decimal(38, 4))',
    at: "SimpleAggregateFunction(max, DateTime64(3, 'UTC'))",
  },
  engine: 'AggregatingMergeTree',
  orderBy: ['id'],
  shardBy: 'id',
  persons: [],
};

beforeAll(async () => {
  platform = await openTestPlatform({ maxPendingEvents: 1000 });
  await platform.clickhouse.create([sums]);
});
afterAll(() => platform.close());

const entry = (payload: string) => ({
  kind: 'event' as const,
  sourceId: 's',
  receivedAt: 1_700_000_000_123,
  sentAt: null,
  payload,
});

test('an insert repeated under its token has no second effect, and the next insert is not swallowed', async () => {
  const { clickhouse } = platform;
  const id = nodeIdOf('product', '85123A');
  for (let i = 0; i < 3; i++) await clickhouse.insert('sums', [{ id, total: 0.1, at: 5 }], { token: 'a' });
  await clickhouse.insert('sums', [{ id, total: 0.2, at: 5 }]);
  await clickhouse.insert('sums', [{ id, total: 0.2, at: 5 }], { token: 'b' });
  const rows = await clickhouse.query<{ id: string; total: number; at: string }>(
    'SELECT toString(id) AS id, sum(total) AS total, max(at) AS at FROM sums WHERE id IN {ids:Array(UInt64)} GROUP BY id',
    { ids: idArray([id]) },
  );
  expect(rows).toEqual([{ id, total: 0.5, at: '1970-01-01T00:00:00.005Z' }]);
});

test('the log gives places in order, keeps every byte, and refuses more than it may hold', async () => {
  const { log } = platform;
  const payloads = ['{"a":"\\u0000\\n\'\\\\"}', '{"b":"关系 {x:String} ?"}', '{"c":1}'];
  const places = (await Promise.all(payloads.map((payload) => log.append([entry(payload)])))).flat();
  expect(places).toEqual([1, 2, 3]);
  expect((await log.read(0, 10)).map((record) => record.payload)).toEqual(payloads);
  expect((await log.read(1, 1))[0]).toMatchObject({ seq: 2, receivedAt: 1_700_000_000_123, sentAt: null });
  const flood = Array.from({ length: 5 }, () => log.append(Array.from({ length: 400 }, () => entry('{}'))));
  const outcomes = await Promise.allSettled(flood);
  expect(outcomes.filter((outcome) => outcome.status === 'rejected').length).toBe(3);
  expect(log.head()).toBe(803);
});

test('a transaction that throws leaves nothing behind', async () => {
  const { postgres } = platform;
  await postgres.query('CREATE TABLE scratch (id bigint)');
  await expect(
    postgres.transaction(async (statements) => {
      await statements.query('INSERT INTO scratch VALUES (1)');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await postgres.query('SELECT * FROM scratch')).toEqual([]);
});

test('a job reports progress, can be cancelled, and goes on from what it saved', async () => {
  const { jobs } = platform;
  const work = async (run: JobRun) => {
    const from = (run.saved as number | null) ?? 0;
    run.progress({ done: from, total: 10 });
    if (from > 0) return { from };
    await run.save(7);
    run.progress({ done: 7 });
    await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(new Error('aborted'))));
    return {};
  };
  await jobs.start({
    import: work,
    rebuild: work,
    demo: work,
    backup: work,
    verify: work,
    restore: work,
    erasure: work,
    retention: work,
  });
  const { id } = await jobs.submit('import', 'test', {}, 'rows');
  await expect.poll(async () => (await jobs.get(id)).state, { timeout: 10_000 }).toBe('running');
  await expect.poll(async () => (await jobs.cancel(id)).state, { timeout: 10_000 }).toBe('cancelled');
  await jobs.retry(id);
  await expect.poll(async () => (await jobs.get(id)).state, { timeout: 10_000 }).toBe('done');
  expect((await jobs.get(id)).result).toEqual({ from: 7 });
});

test('a table of an older version gets the columns it lacks and keeps its rows', async () => {
  const { clickhouse } = platform;
  const older: Table = {
    name: 'aged',
    columns: { id: 'UInt64' },
    engine: 'MergeTree',
    orderBy: ['id'],
    shardBy: 'id',
    persons: [],
  };
  await clickhouse.create([older]);
  await clickhouse.insert('aged', [{ id: 1 }]);
  await clickhouse.create([{ ...older, columns: { id: 'UInt64', note: 'String' } }]);
  await clickhouse.insert('aged', [{ id: 2, note: 'new' }]);
  expect(await clickhouse.query('SELECT id, note FROM aged ORDER BY id')).toEqual([
    { id: 1, note: '' },
    { id: 2, note: 'new' },
  ]);
});
