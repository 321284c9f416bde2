import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createJobs,
  jobSeal,
  vaultOf,
  createLogger,
  jobMigrations,
  localSignals,
  openEmbeddedPostgres,
  openServedPostgres,
  type Postgres,
  systemClock,
} from '../../packages/engine/src/platform/index.ts';
import { missingPostgres, startPostgresServer } from '../support/postgres-server.ts';

interface Opened {
  readonly postgres: Postgres;
  /** Stops the engine where it is, if it is one that can; returns how it goes on. */
  readonly freeze: (() => () => void) | null;
  /** A second connection to the same data after the first is closed. */
  reopen(): Promise<Postgres>;
  close(): Promise<void>;
}

async function openEmbedded(): Promise<Opened> {
  const root = mkdtempSync(join(tmpdir(), 'guanxi-postgres-'));
  let postgres = await openEmbeddedPostgres(join(root, 'postgres'));
  return {
    postgres,
    freeze: null,
    reopen: async () => {
      await postgres.close();
      return (postgres = await openEmbeddedPostgres(join(root, 'postgres')));
    },
    close: async () => {
      await postgres.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function openServed(): Promise<Opened> {
  const server = await startPostgresServer();
  let postgres = await openServedPostgres(server.url);
  return {
    postgres,
    freeze: server.freeze,
    reopen: async () => {
      await postgres.close();
      return (postgres = await openServedPostgres(server.url));
    },
    close: async () => {
      await postgres.close();
      await server.stop();
    },
  };
}

const missing = missingPostgres();
// eslint-disable-next-line no-console -- a skip says why
if (missing) console.warn(`Skipped, the suite on a PostgreSQL server: ${missing}`);

describe.each([
  { name: 'PGlite in this process', open: openEmbedded, skip: null },
  { name: 'a PostgreSQL server', open: openServed, skip: missing },
])('$name', ({ open, skip }) => {
  const it = test.skipIf(skip !== null);
  let opened: Opened;
  let postgres: Postgres;
  beforeAll(async () => {
    if (skip !== null) return;
    opened = await open();
    postgres = opened.postgres;
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    if (skip !== null) return;
    await postgres.query('DROP TABLE IF EXISTS item, counter');
    await postgres.query('CREATE TABLE item (id bigint PRIMARY KEY, text text, doc jsonb, at timestamptz)');
  });

  it('types come back alike: int8 and numeric as text, int4 and float8 as numbers, jsonb parsed, instants as Date', async () => {
    const at = new Date('2024-02-29T12:34:56.789Z');
    await postgres.query('INSERT INTO item VALUES ($1, $2, $3, $4)', [
      '9223372036854775807',
      "it's \\ 关系 😀 $1 {x}",
      JSON.stringify({ deep: [1, { a: null }], text: '\u2028' }),
      at,
    ]);
    const rows = await postgres.query(
      'SELECT id, text, doc, at, 7::int4 AS whole, 0.5::float8 AS real, 0.10::numeric AS exact, count(*) OVER () AS n, true AS yes, NULL AS none FROM item',
    );
    expect(rows).toEqual([
      {
        id: '9223372036854775807',
        text: "it's \\ 关系 😀 $1 {x}",
        doc: { deep: [1, { a: null }], text: '\u2028' },
        at,
        whole: 7,
        real: 0.5,
        exact: '0.10',
        n: '1',
        yes: true,
        none: null,
      },
    ]);
  });

  it('sets go in and out as arrays', async () => {
    const ids = Array.from({ length: 5000 }, (_, i) => String(9007199254740993n + BigInt(i)));
    const texts = ids.map((id) => `"t{${id},}\\ NULL`);
    await postgres.query(
      'INSERT INTO item (id, text) SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT (id) DO NOTHING',
      [ids, texts],
    );
    await postgres.query(
      'INSERT INTO item (id, text) SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT (id) DO UPDATE SET text = excluded.text',
      [
        [ids[0], '5'],
        [null, ''],
      ],
    );
    const found = await postgres.query<{ id: string; text: string | null }>(
      'SELECT id, text FROM item WHERE id = ANY($1::bigint[]) ORDER BY id',
      [[ids[0], ids[4999], '5', '77']],
    );
    expect(found).toEqual([
      { id: '5', text: '' },
      { id: ids[0], text: null },
      { id: ids[4999], text: texts[4999] },
    ]);
    expect(await postgres.query('SELECT id FROM item WHERE id = ANY($1::bigint[])', [[]])).toEqual([]);
    expect(await postgres.query('SELECT array_agg(id ORDER BY id) AS ids FROM item WHERE id < 6')).toEqual([
      { ids: ['5'] },
    ]);
  });

  it('half a surrogate pair becomes U+FFFD; a NUL is refused', async () => {
    expect(await postgres.query('SELECT $1::text AS text', ['a\ud83db'])).toEqual([{ text: 'a\ufffdb' }]);
    await expect(postgres.query('SELECT $1::text AS text', ['a\0b'])).rejects.toThrow();
    expect(await postgres.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('a transaction takes effect whole or not at all', async () => {
    const answer = await postgres.transaction(async (statements) => {
      await statements.query('INSERT INTO item (id) VALUES (1)');
      return statements.query('SELECT id FROM item');
    });
    expect(answer).toEqual([{ id: '1' }]);
    const refused = postgres.transaction(async (statements) => {
      await statements.query('INSERT INTO item (id) VALUES (2)');
      await statements.query('INSERT INTO item (id) VALUES (1)');
    });
    await expect(refused).rejects.toMatchObject({ code: '23505' });
    await expect(
      postgres.transaction(async (statements) => {
        await statements.query('INSERT INTO item (id) VALUES (3)');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await postgres.query('SELECT id FROM item')).toEqual([{ id: '1' }]);
  });

  it('transactions and statements at the same time keep apart', async () => {
    await postgres.query('CREATE TABLE counter (value int NOT NULL)');
    await postgres.query('INSERT INTO counter VALUES (0)');
    const add = () =>
      postgres.transaction(async (statements) => {
        const [row] = await statements.query<{ value: number }>('SELECT value FROM counter FOR UPDATE');
        await statements.query('UPDATE counter SET value = $1', [row!.value + 1]);
      });
    const read = () => postgres.query<{ value: number }>('SELECT value FROM counter');
    const failing = () => postgres.query('SELECT 1 / 0').catch((error: Error) => error.message);
    const outcomes = await Promise.all(Array.from({ length: 60 }, (_, i) => [add, read, failing][i % 3]!()));
    expect(await read()).toEqual([{ value: 20 }]);
    expect(outcomes.filter((outcome) => outcome === 'division by zero').length).toBe(20);
  });

  it('what a transaction has not committed is not seen', async () => {
    let seen: unknown[] | null = null;
    let reading: Promise<void> | null = null;
    await postgres.transaction(async (statements) => {
      await statements.query('INSERT INTO item (id) VALUES (1)');
      reading = postgres.query('SELECT id FROM item').then((rows) => void (seen = rows));
      await new Promise((done) => setTimeout(done, 50));
      await statements.query('DELETE FROM item');
    });
    await reading;
    expect(seen).toEqual([]);
  });

  it('migrations run once, in order, each whole; those that ran before a failing one stay', async () => {
    const first = { id: 'suite-1', sql: 'CREATE TABLE made (id int); INSERT INTO made VALUES (1)' };
    const second = { id: 'suite-2', sql: 'INSERT INTO made VALUES (2)' };
    const broken = { id: 'suite-3', sql: 'INSERT INTO made VALUES (3); INSERT INTO nowhere VALUES (1)' };
    await postgres.migrate([first]);
    await postgres.migrate([first, second]);
    await expect(postgres.migrate([first, second, broken])).rejects.toThrow(/nowhere/);
    expect(await postgres.query('SELECT id FROM made ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
    await postgres.migrate([first, second, { ...broken, sql: 'INSERT INTO made VALUES (3)' }]);
    expect(await postgres.query('SELECT count(*)::int AS n FROM made')).toEqual([{ n: 3 }]);
    await postgres.query('DROP TABLE made');
  });

  it('a connection that dies is replaced, and ends only the work that used it', async () => {
    if (postgres.embedded) return;
    const dying = postgres.transaction(async (statements) => {
      const [row] = await statements.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await postgres.query('SELECT pg_terminate_backend($1)', [row!.pid]);
      // The end of the connection arrives while no statement is on its way.
      await new Promise((done) => setTimeout(done, 100));
      await statements.query('INSERT INTO item (id) VALUES (1)');
    });
    await expect(dying).rejects.toThrow();
    expect(await postgres.query('SELECT id FROM item')).toEqual([]);
  });

  it(
    'one that hangs is found out, whoever waits is told, and it all goes on by itself',
    { timeout: 60_000 },
    async () => {
      if (!opened.freeze) return;
      const began = performance.now();
      const changing = postgres.transaction(async (statements) => {
        await statements.query('INSERT INTO item (id) VALUES (1)');
        const goOn = opened.freeze!();
        try {
          // More than there are connections, and a statement on a connection of its own.
          const asked = Array.from({ length: 30 }, () => postgres.query('SELECT 1'));
          const waiting = [...asked, statements.query('SELECT 1'), postgres.whileAnswering(() => new Promise(() => 0))];
          const away = { status: 'rejected', reason: { kind: 'unavailable', code: 'postgres_away' } };
          for (const outcome of await Promise.allSettled(waiting)) expect(outcome).toMatchObject(away);
          await expect(postgres.query('SELECT 1')).rejects.toMatchObject(away.reason);
        } finally {
          goOn();
        }
        await statements.query('INSERT INTO item (id) VALUES (2)');
      });
      await expect(changing).rejects.toMatchObject({ code: 'postgres_away' });
      await expect.poll(() => postgres.query('SELECT id FROM item').catch(() => null), { timeout: 10_000 }).toEqual([]);
      // The limit of one statement is a minute.
      expect(performance.now() - began).toBeLessThan(30_000);
    },
  );

  it('one that takes its time is waited for', { timeout: 60_000 }, async () => {
    if (postgres.embedded) return;
    const slow = postgres.query('SELECT 1 AS one FROM pg_sleep(5.5)');
    expect(await postgres.query('SELECT 2 AS two')).toEqual([{ two: 2 }]);
    expect(await slow).toEqual([{ one: 1 }]);
  });

  it('jobs are handed out and finish', async () => {
    await postgres.migrate(jobMigrations);
    const logger = createLogger('silent');
    const seal = jobSeal(vaultOf(Buffer.alloc(32, 1)).cipher('jobs'));
    const jobs = createJobs({ postgres, clock: systemClock, logger, signals: localSignals(logger), seal });
    const handler = async () => ({ rows: 3 });
    const handlers = {
      import: handler,
      rebuild: handler,
      demo: handler,
      backup: handler,
      verify: handler,
      restore: handler,
      erasure: handler,
      retention: handler,
    };
    await jobs.start(handlers);
    const { id } = await jobs.submit('import', 'test', {}, 'rows');
    await expect.poll(async () => (await jobs.get(id)).state, { timeout: 20_000 }).toBe('done');
    expect((await jobs.get(id)).result).toEqual({ rows: 3 });
    await jobs.stop();
  });

  it('data is there after closing and opening again', async () => {
    await postgres.query('INSERT INTO item (id) VALUES (42)');
    postgres = await opened.reopen();
    expect(await postgres.query('SELECT id FROM item')).toEqual([{ id: '42' }]);
    expect(postgres.version).toMatch(/^\d+/);
  });
});
