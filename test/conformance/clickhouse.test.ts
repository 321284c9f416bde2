import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClickHouse,
  idArray,
  nodeIdOf,
  openEmbeddedClickHouse,
  openServedClickHouse,
  stagedName,
  type Table,
} from '../../packages/engine/src/platform/index.ts';
import { startClickHouseServer } from '../support/clickhouse-server.ts';

interface Opened {
  readonly clickhouse: ClickHouse;
  close(): Promise<void>;
}

/** Every implementation of `ClickHouse`; each must pass all that follows. */
const implementations: Readonly<Record<string, () => Promise<Opened>>> = {
  'chDB in this process': async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guanxi-conformance-'));
    const clickhouse = await openEmbeddedClickHouse(join(folder, 'clickhouse'));
    return {
      clickhouse,
      close: async () => {
        await clickhouse.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
  'a ClickHouse server over HTTP': async () => {
    const server = await startClickHouseServer();
    const clickhouse = await openServedClickHouse(server.url, undefined);
    return {
      clickhouse,
      close: async () => {
        await clickhouse.close();
        await server.stop();
      },
    };
  },
};

const items: Table = {
  name: 'items',
  columns: {
    id: 'UInt64',
    text: 'String',
    at: "DateTime64(3, 'UTC')",
    amount: 'Decimal(38, 4)',
    maybe: 'Nullable(Int64)',
    tags: 'Array(String)',
    pairs: 'Array(Tuple(kind String, value String))',
  },
  engine: 'MergeTree',
  orderBy: ['id'],
  shardBy: 'id',
  persons: [],
};
const latest: Table = {
  name: 'latest',
  columns: { id: 'UInt64', text: 'String', version: 'UInt64' },
  engine: { replacing: 'version' },
  orderBy: ['id'],
  shardBy: 'id',
  persons: [],
  durable: true,
  granularity: 256,
  indexes: ['by_text text TYPE bloom_filter GRANULARITY 1'],
};
const sums: Table = {
  name: 'sums',
  columns: { id: 'UInt64', total: 'SimpleAggregateFunction(sum, Decimal(38, 4))' },
  engine: 'AggregatingMergeTree',
  orderBy: ['id'],
  shardBy: 'id',
  persons: [],
};

const item = (id: string | number, text = '') => ({
  id,
  text,
  at: 1_700_000_000_123,
  amount: '0.1',
  maybe: null,
  tags: [] as string[],
  pairs: [] as object[],
});

/** Text that breaks code which builds SQL, JSON or TSV by hand. */
const HOSTILE = [
  '',
  "'; DROP TABLE items; --",
  '\\',
  "\\'",
  '\\N',
  '\0',
  'a\tb\nc\rd\be\ff\vg',
  '{text:String} {p0:Array(UInt64)} ?',
  '"quoted" `back` $1 %s ${x}',
  'FORMAT JSONEachRow\n{"id":1}',
  'SETTINGS max_threads = 1',
  '关系 客户数据平台 👩‍👩‍👧‍👦 é e\u0301 \u202e \ufeff \u2028',
  '\\ud800 is text here',
  'x'.repeat(70_000),
];

describe.each(Object.entries(implementations))('%s', (_, open) => {
  let opened: Opened;
  let clickhouse: ClickHouse;
  beforeAll(async () => {
    opened = await open();
    clickhouse = opened.clickhouse;
    await clickhouse.create([items, latest, sums]);
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    for (const { name } of [items, latest, sums]) await clickhouse.truncate(name);
  });
  const count = async (table = 'items') =>
    (await clickhouse.query<{ n: number }>(`SELECT count() AS n FROM ${table}`))[0]!.n;

  test('create leaves what is there, and says the version', async () => {
    await clickhouse.insert('items', [item(1)]);
    await clickhouse.create([items, latest, sums]);
    expect(await count()).toBe(1);
    expect(clickhouse.version).toMatch(/^\d+\.\d+/);
  });

  test('rows come back as they went in', async () => {
    const rows = [
      { ...item('1', 'one'), maybe: -5, tags: ['a', "b'"], pairs: [{ kind: 'phone', value: '+86138' }] },
      item('2'),
    ];
    await clickhouse.insert('items', rows);
    const sql =
      'SELECT toString(id) AS id, text, toUnixTimestamp64Milli(at) AS at, toString(amount) AS amount, maybe, tags, pairs FROM items ORDER BY items.id';
    expect(await clickhouse.query(sql)).toEqual(rows);
    expect(await clickhouse.query('SELECT id FROM items WHERE 0')).toEqual([]);
    await clickhouse.insert('items', []);
    expect(await count()).toBe(2);
  });

  test('63-bit ids keep every digit, one by one and in lists', async () => {
    const ids = ['9223372036854775807', '9007199254740993', nodeIdOf('product', '85123A'), '0'];
    await clickhouse.insert(
      'items',
      ids.map((id) => item(id)),
    );
    const found = await clickhouse.query<{ id: string }>(
      'SELECT toString(id) AS id FROM items WHERE id IN {ids:Array(UInt64)} ORDER BY items.id DESC',
      { ids: idArray(ids.slice(0, 3)) },
    );
    expect(found.map((row) => row.id).sort()).toEqual(ids.slice(0, 3).sort());
    expect(await clickhouse.query('SELECT count() AS n FROM items WHERE id = {id:UInt64}', { id: ids[0] })).toEqual([
      { n: 1 },
    ]);
    expect(
      await clickhouse.query('SELECT id FROM items WHERE id IN {ids:Array(UInt64)}', { ids: idArray([]) }),
    ).toEqual([]);
  });

  test('instants are ISO 8601 in UTC with milliseconds, numbers and decimals are numbers', async () => {
    await clickhouse.insert('items', [item(1)]);
    expect(
      await clickhouse.query(
        'SELECT at, toStartOfDay(at) AS day, amount, toInt64(-7) AS whole, avg(id) OVER () AS mean, true AS yes, now64(3) > at AS later FROM items',
      ),
    ).toEqual([
      {
        at: '2023-11-14T22:13:20.123Z',
        day: expect.stringMatching(/^2023-11-14T00:00:00(\.000)?Z$/),
        amount: 0.1,
        whole: -7,
        mean: 1,
        yes: true,
        later: 1,
      },
    ]);
    const bound = await clickhouse.query<{ n: number }>(
      "SELECT count() AS n FROM items WHERE at = {at:DateTime64(3, 'UTC')}",
      { at: 1_700_000_000_123 },
    );
    expect(bound).toEqual([{ n: 1 }]);
  });

  test('ten thousand tenths add up to a thousand, whatever their order', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ id: i % 3, total: 0.1 }));
    await clickhouse.insert('sums', rows.slice(0, 5000));
    await clickhouse.insert('sums', rows.slice(5000));
    expect(await clickhouse.query('SELECT sum(total) AS total FROM sums')).toEqual([{ total: 1000 }]);
  });

  test('hostile text survives inserting and binding', async () => {
    await clickhouse.insert(
      'items',
      HOSTILE.map((text, i) => ({ ...item(i, text), tags: [text], pairs: [{ kind: text, value: text }] })),
    );
    const rows = await clickhouse.query<{ text: string; tags: string[]; pairs: unknown }>(
      'SELECT text, tags, pairs FROM items ORDER BY id',
    );
    expect(rows).toEqual(HOSTILE.map((text) => ({ text, tags: [text], pairs: [{ kind: text, value: text }] })));
    for (const text of HOSTILE) {
      const found = await clickhouse.query(
        'SELECT count() AS n, {text:String} AS same FROM items WHERE text = {text:String}',
        {
          text,
        },
      );
      expect(found).toEqual([{ n: 1, same: text }]);
    }
    const all = await clickhouse.query('SELECT count() AS n FROM items WHERE text IN {texts:Array(String)}', {
      texts: HOSTILE,
    });
    expect(all).toEqual([{ n: HOSTILE.length }]);
  });

  test('half a surrogate pair becomes U+FFFD and does not sink the rows beside it', async () => {
    await clickhouse.insert('items', [item(1, 'a\ud83db\\ud83d'), item(2, 'fine \ud83d\ude00')]);
    expect(await clickhouse.query('SELECT text FROM items ORDER BY id')).toEqual([
      { text: 'a\ufffdb\\ud83d' },
      { text: 'fine 😀' },
    ]);
    expect(await clickhouse.query('SELECT {text:String} AS text', { text: 'a\ud83db' })).toEqual([
      { text: 'a\ufffdb' },
    ]);
  });

  test('an insert repeated under its token has no second effect; another token or none has', async () => {
    for (let i = 0; i < 3; i++) await clickhouse.insert('sums', [{ id: 1, total: 1 }], { token: "it's:1-5" });
    await clickhouse.insert('sums', [{ id: 1, total: 10 }]);
    await clickhouse.insert('sums', [{ id: 1, total: 10 }]);
    await clickhouse.insert('sums', [{ id: 1, total: 100 }], { token: 'other' });
    await clickhouse.insert('latest', [{ id: 1, text: 'x', version: 1 }], { token: "it's:1-5" });
    expect(await clickhouse.query('SELECT sum(total) AS total FROM sums')).toEqual([{ total: 121 }]);
    expect(await count('latest')).toBe(1);
  });

  test('lines of JSON go in by the order of the columns that are named, and once under their token', async () => {
    const lines = HOSTILE.map((text, i) => JSON.stringify([text, String(9_007_199_254_740_993n + BigInt(i)), [text]]));
    for (let i = 0; i < 2; i++)
      await clickhouse.insertLines('items', ['text', 'id', 'tags'], lines, { token: 'lines' });
    const rows = await clickhouse.query<{ id: string; text: string; tags: string[]; maybe: null }>(
      'SELECT toString(id) AS id, text, tags, maybe FROM items ORDER BY items.id',
    );
    expect(rows).toEqual(
      HOSTILE.map((text, i) => ({ id: String(9_007_199_254_740_993n + BigInt(i)), text, tags: [text], maybe: null })),
    );
    const one = [JSON.stringify(['more', '1', []])];
    for (let i = 0; i < 2; i++) await clickhouse.insertLines('items', ['text', 'id', 'tags'], one);
    await clickhouse.insertLines('items', ['text'], []);
    expect(await count()).toBe(HOSTILE.length + 2);
    await expect(clickhouse.insertLines('items', ['id'], ['["no number"]'])).rejects.toThrow();
    await expect(clickhouse.insertLines('items', ['id'], ['[1', '[2]'])).rejects.toThrow();
    expect(await count()).toBe(HOSTILE.length + 2);
  });

  test('what was declared is told, each table once and as it was declared last', async () => {
    expect(clickhouse.declared()).toEqual([items, latest, sums]);
    const wider: Table = { ...sums, columns: { ...sums.columns, late: 'UInt8' } };
    await clickhouse.create([wider]);
    expect(clickhouse.declared()).toEqual([items, latest, wider]);
    await clickhouse.recreate([sums]);
    expect(clickhouse.declared()).toEqual([items, latest, sums]);
    await clickhouse.insert('sums', [{ id: 1, total: 1 }]);
    expect(await count('sums')).toBe(1);
  });

  test('what was gathered beside tables takes their place, as often as it is asked to, or goes', async () => {
    const staged = stagedName('items');
    await clickhouse.insert('items', [item(1, 'before')]);
    await clickhouse.stage([items, latest]);
    await clickhouse.insert(staged, [item(2, 'thrown away')]);
    await clickhouse.unstage();
    await expect(count(staged)).rejects.toThrow();
    await clickhouse.stage([items, latest]);
    await clickhouse.insert(staged, [item(3, 'after'), item(4, 'after')]);
    expect(await clickhouse.query('SELECT text FROM items')).toEqual([{ text: 'before' }]);
    expect(clickhouse.declared()).toEqual([items, latest, sums]);
    for (let i = 0; i < 2; i++) {
      await clickhouse.promote(['items', 'latest']);
      expect(await clickhouse.query('SELECT id, text FROM items ORDER BY id')).toEqual([
        { id: 3, text: 'after' },
        { id: 4, text: 'after' },
      ]);
    }
    await clickhouse.insert('latest', [{ id: 1, text: 'x', version: 1 }]);
    expect(await count('latest')).toBe(1);
    await expect(count(staged)).rejects.toThrow();
  });

  test('settings hold for their statement alone', async () => {
    const value = async (lane: 'log' | 'river' | 'read', settings?: Record<string, number>) =>
      (
        await clickhouse.query<{ value: string }>(
          "SELECT toString(getSetting('max_block_size')) AS value",
          {},
          {
            lane,
            ...(settings ? { settings } : {}),
          },
        )
      )[0]!.value;
    const before = await value('river');
    expect(await value('river', { max_block_size: 777 })).toBe('777');
    for (const lane of ['log', 'river', 'read', 'read', 'read'] as const) expect(await value(lane)).toBe(before);
  });

  test('of several versions FINAL shows the last', async () => {
    await clickhouse.insert('latest', [{ id: 1, text: 'old', version: 1 }]);
    await clickhouse.insert('latest', [{ id: 1, text: 'new', version: 2 }]);
    expect(await clickhouse.query('SELECT text FROM latest FINAL')).toEqual([{ text: 'new' }]);
  });

  test('truncate empties the table, and new rows go in', async () => {
    await clickhouse.insert('items', [item(1), item(2)], { token: 't' });
    await clickhouse.truncate('items');
    expect(await count()).toBe(0);
    await clickhouse.truncate('no_such_table');
    await clickhouse.insert('items', [item(3)], { token: 't2' });
    expect(await count()).toBe(1);
  });

  test('a large insert goes in whole', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => item(i, `${i}`.padStart(400, '关系')));
    await clickhouse.insert('items', rows);
    const [row] = await clickhouse.query('SELECT count() AS n, uniqExact(text) AS texts FROM items');
    expect(row).toEqual({ n: 20_000, texts: 20_000 });
  });

  test('what fails is thrown as the error it is, and the connection goes on', async () => {
    await expect(clickhouse.query('SELECT no_such_column FROM items')).rejects.toThrow(/no_such_column/);
    await expect(clickhouse.command('CREATE TABLE nonsense')).rejects.toThrow(/CREATE query/);
    await expect(clickhouse.insert('items', [{ id: 'not a number' }])).rejects.toThrow();
    await expect(clickhouse.insert('no_such_table', [{ id: 1 }])).rejects.toThrow(/no_such_table/);
    expect(await clickhouse.query('SELECT count() AS n FROM items')).toEqual([{ n: 0 }]);
  });

  test('a query that fails after its first rows leaves none of them to the next', async () => {
    for (let i = 0; i < 3; i++) {
      const failing = clickhouse.query('SELECT throwIf(number = 150000) FROM numbers(200000)', {}, { lane: 'river' });
      const next = clickhouse.query('SELECT 1 AS one', {}, { lane: 'river' });
      await expect(failing).rejects.toThrow(/throwIf/);
      expect(await next).toEqual([{ one: 1 }]);
      expect(await clickhouse.query('SELECT 2 AS two', {}, { lane: 'river' })).toEqual([{ two: 2 }]);
    }
  });

  test('lanes work at the same time', async () => {
    const lanes = ['log', 'river', 'read'] as const;
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2
          ? clickhouse.insert('items', [item(i)], { lane: lanes[i % 3]! })
          : clickhouse.query('SELECT count() FROM items'),
      ),
    );
    expect(await count()).toBe(15);
  });
});
