import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openEmbeddedPostgres } from './postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'guanxi-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MB = 1 << 20;

test('the journal of the embedded engine is cut while it works, and nothing is lost by that', async () => {
  const open = () => openEmbeddedPostgres(join(folder, 'postgres'), { bytes: 4 * MB, everyMs: 20 });
  const postgres = await open();
  await postgres.query('CREATE TABLE said (n int PRIMARY KEY, text text NOT NULL)');
  const journal = async () => {
    const [row] = await postgres.query<{ behind: string; written: string }>(
      `SELECT pg_current_wal_lsn() - redo_lsn AS behind, pg_current_wal_lsn() - '0/0' AS written FROM pg_control_checkpoint()`,
    );
    return { behind: Number(row!.behind), written: Number(row!.written) };
  };
  const before = await journal();
  // In transactions, as One-ID writes: a checkpoint may fall between their statements.
  for (let batch = 0; batch < 8; batch++)
    await postgres.transaction(async (statements) => {
      for (let part = 0; part < 4; part++)
        await statements.query(
          `INSERT INTO said SELECT n, repeat(md5(n::text), 30) FROM generate_series($1::int, $1::int + 999) AS n`,
          [(batch * 4 + part) * 1000],
        );
    });
  expect((await journal()).written - before.written).toBeGreaterThan(32 * MB);
  await expect.poll(async () => (await journal()).behind, { timeout: 20_000 }).toBeLessThan(5 * MB);
  await postgres.close();

  const again = await open();
  const [row] = await again.query<{ rows: string }>(
    'SELECT count(*) AS rows FROM said WHERE text = repeat(md5(n::text), 30)',
  );
  expect(Number(row!.rows)).toBe(32_000);
  await again.close();
});
