import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ClickHouse,
  createLogger,
  idArray,
  logTable,
  nodeIdOf,
  openClickHouseLog,
  openServedClickHouse,
  renderTable,
  stagedName,
  type Table,
} from '../../packages/engine/src/platform/index.ts';
import { CLUSTER_OF_REPLICAS, type ClickHouseCluster, startClickHouseCluster } from '../support/clickhouse-server.ts';

const events: Table = {
  name: 'visits',
  columns: { person: 'UInt64', product: 'UInt64', amount: 'Decimal(38, 4)' },
  engine: 'MergeTree',
  orderBy: ['person', 'product'],
  shardBy: 'person',
  persons: ['person'],
};
const totals: Table = {
  name: 'totals',
  columns: { person: 'UInt64', visits: 'SimpleAggregateFunction(sum, UInt64)' },
  engine: 'AggregatingMergeTree',
  orderBy: ['person'],
  shardBy: 'person',
  persons: ['person'],
};
const PERSONS = 2000;
const rows = Array.from({ length: 10_000 }, (_, i) => ({
  person: nodeIdOf('person', String(i % PERSONS)),
  product: i % 100,
  amount: 0.1,
}));

let cluster: ClickHouseCluster;
/** The cluster as the product sees it, and each shard by itself. */
let whole: ClickHouse;
let shards: ClickHouse[];

beforeAll(async () => {
  cluster = await startClickHouseCluster(2);
  whole = await openServedClickHouse(cluster.shards[0]!.url, cluster.name);
  shards = await Promise.all(cluster.shards.map((shard) => openServedClickHouse(shard.url, undefined)));
  await whole.create([events, totals]);
  await whole.insert('visits', rows, { token: 'batch-1' });
});
afterAll(async () => {
  for (const clickhouse of [whole, ...(shards ?? [])]) await clickhouse?.close();
  await cluster?.stop();
});

const countOn = async (clickhouse: ClickHouse, table: string) =>
  (await clickhouse.query<{ n: number }>(`SELECT count() AS n FROM ${table}`))[0]!.n;

test('a table is one local table on every shard and a distributed one over them', async () => {
  const [local, distributed] = renderTable(events, { kind: 'sharded', cluster: cluster.name });
  expect(local).toMatch(/^CREATE TABLE IF NOT EXISTS visits_local /);
  expect(distributed).toContain(
    `CREATE TABLE IF NOT EXISTS visits AS visits_local\nENGINE = Distributed('${cluster.name}', currentDatabase(), 'visits_local', toUInt64(person))`,
  );
  const engines = `SELECT name, engine FROM system.tables WHERE database = currentDatabase() AND name LIKE 'visits%' ORDER BY name`;
  for (const shard of shards)
    expect(await shard.query(engines)).toEqual([
      { name: 'visits', engine: 'Distributed' },
      { name: 'visits_local', engine: 'MergeTree' },
    ]);
});

test('a cluster with replicas is refused: tables are made for one copy of each shard', async () => {
  await expect(openServedClickHouse(cluster.shards[0]!.url, CLUSTER_OF_REPLICAS)).rejects.toMatchObject({
    code: 'cluster_has_replicas',
  });
});

test('what was gathered beside tables takes their place on every shard', async () => {
  const kept: Table = { ...events, name: 'kept' };
  const all = async () =>
    (await whole.query('SELECT toString(person) AS person FROM kept ORDER BY kept.person')).length;
  await whole.create([kept]);
  await whole.insert('kept', rows.slice(0, 10));
  await whole.stage([kept]);
  await whole.insert(stagedName('kept'), rows.slice(0, 500));
  expect(await all()).toBe(10);
  for (let i = 0; i < 2; i++) await whole.promote(['kept']);
  expect(await all()).toBe(500);
  for (const shard of shards) {
    expect(await countOn(shard, 'kept_local')).toBeGreaterThan(0);
    expect(
      await shard.query("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%restored%'"),
    ).toEqual([]);
  }
  await whole.insert('kept', rows.slice(500, 1000));
  expect(await all()).toBe(1000);
});

test('rows spread over the shards, those of one person stay together', async () => {
  const counts = await Promise.all(shards.map((shard) => countOn(shard, 'visits_local')));
  expect(counts[0]! + counts[1]!).toBe(rows.length);
  expect(Math.min(...counts)).toBeGreaterThan(rows.length * 0.4);
  const persons = await Promise.all(
    shards.map(async (shard) => {
      const found = await shard.query<{ n: number }>('SELECT uniqExact(person) AS n FROM visits_local');
      return found[0]!.n;
    }),
  );
  expect(persons[0]! + persons[1]!).toBe(PERSONS);
});

test('every shard answers for all of them', async () => {
  const sql = 'SELECT count() AS n, uniqExact(person) AS persons, sum(amount) AS amount FROM visits';
  for (const clickhouse of [whole, ...shards])
    expect(await clickhouse.query(sql)).toEqual([{ n: rows.length, persons: PERSONS, amount: 1000 }]);
  const ids = rows.slice(0, 10).map((row) => row.person);
  const found = await whole.query<{ person: string; n: number }>(
    'SELECT toString(person) AS person, count() AS n FROM visits WHERE person IN {ids:Array(UInt64)} GROUP BY visits.person ORDER BY person',
    { ids: idArray(ids) },
  );
  expect(found).toEqual([...ids].sort().map((person) => ({ person, n: 5 })));
});

test('subqueries and joins see all shards', async () => {
  // Persons of product 7 are on both shards, and so is what else they visited.
  const expected = await whole.query(
    'SELECT count() AS n FROM visits WHERE person GLOBAL IN (SELECT person FROM visits WHERE product = 7)',
  );
  expect(expected).toEqual([{ n: 100 }]);
  expect(
    await whole.query('SELECT count() AS n FROM visits WHERE person IN (SELECT person FROM visits WHERE product = 7)'),
  ).toEqual(expected);
  const pairs = await whole.query(
    'SELECT count() AS n FROM visits AS a JOIN visits AS b ON a.product = b.product WHERE a.person != b.person AND a.product = 7',
  );
  expect(pairs).toEqual([{ n: 100 * 100 - 20 * 25 }]);
});

test('an insert repeated under its token has no second effect on any shard', async () => {
  await whole.insert('visits', rows, { token: 'batch-1' });
  expect(await countOn(whole, 'visits')).toBe(rows.length);
  await whole.insert('visits', rows.slice(0, 100), { token: 'batch-2' });
  await whole.insert('visits', rows.slice(0, 100), { token: 'batch-2' });
  expect(await countOn(whole, 'visits')).toBe(rows.length + 100);
});

test('aggregate states merge over shards', async () => {
  const ones = rows.map(({ person }) => ({ person, visits: 1 }));
  await whole.insert('totals', ones.slice(0, 5000));
  await whole.insert('totals', ones.slice(5000));
  expect(
    await whole.query(
      'SELECT max(v) AS most, min(v) AS least FROM (SELECT person, sum(visits) AS v FROM totals GROUP BY person)',
    ),
  ).toEqual([{ most: 5, least: 5 }]);
});

test('truncate empties every shard', async () => {
  await whole.truncate('totals');
  for (const shard of shards) expect(await countOn(shard, 'totals_local')).toBe(0);
});

test('the event log keeps its order over shards, also when opened again', async () => {
  const open = () => openClickHouseLog({ clickhouse: whole, logger: createLogger('silent'), maxPending: 10_000 });
  const entryOf = (i: number) => ({
    kind: 'event' as const,
    sourceId: 's',
    receivedAt: 1_700_000_000_000 + i,
    sentAt: null,
    payload: String(i),
  });
  const log = await open();
  for (let batch = 0; batch < 10; batch++)
    await log.append(Array.from({ length: 50 }, (_, i) => entryOf(batch * 50 + i)));
  const again = await open();
  expect(again.head()).toBe(500);
  await again.append([entryOf(500)]);
  const records = await again.read(0, 1000);
  expect(records.map((record) => record.payload)).toEqual(Array.from({ length: 501 }, (_, i) => String(i)));
  expect(records.map((record) => record.seq)).toEqual(Array.from({ length: 501 }, (_, i) => i + 1));
  expect((await again.read(100, 3)).map((record) => record.seq)).toEqual([101, 102, 103]);
  for (const shard of shards) expect(await countOn(shard, `${logTable.name}_local`)).toBeGreaterThan(100);
  const places = Array.from({ length: 100 }, (_, i) => 402 + i);
  expect(await again.erase(places)).toBe(100);
  for (const shard of shards)
    expect(await shard.query('SELECT count() AS rows FROM event_log_local WHERE seq > 401')).toEqual([{ rows: 0 }]);
  expect((await again.read(0, 1000)).length).toBe(401);
  expect((await open()).head()).toBe(501);
});
