// The embedded PostgreSQL without room for its journal panics, and in this process nobody else would start it again.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fill, mountSmall } from '../../bench/crash/disk.ts';
import { openEmbeddedPostgres } from '../../packages/engine/src/platform/index.ts';

const ROUNDS = 2;
const SIZE_MB = 160;
const AWAY = { kind: 'unavailable', code: 'postgres_away' };

test(
  'PostgreSQL in this process, its journal without room: away, whatever is asked, and back with all that was committed',
  { timeout: 120_000 },
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'guanxi-journal-'));
    const refusal = mountSmall(folder, SIZE_MB);
    if (refusal) {
      rmSync(folder, { recursive: true });
      return context.skip(refusal);
    }
    const postgres = await openEmbeddedPostgres(join(folder, 'postgres'));
    try {
      await postgres.query('CREATE TABLE item (id int PRIMARY KEY, text text)');
      const committed: number[] = [];
      let next = 0;
      const add = async () => {
        const id = next++;
        await postgres.query('INSERT INTO item VALUES ($1, $2)', [id, randomBytes(20_000).toString('base64')]);
        committed.push(id);
      };
      const change = () =>
        postgres.transaction((statements) => statements.query("UPDATE item SET text = text || '+' WHERE id < 3"));
      let panics = 0;
      for (let round = 0; round < ROUNDS; round++) {
        await add();
        const ballast = join(folder, `ballast-${round}`);
        fill(ballast);
        // A new file of the journal, as one is begun every 16 MB.
        const works = [
          () => postgres.query('SELECT pg_switch_wal()'),
          add,
          change,
          () => postgres.query('SELECT 1'),
          add,
        ];
        for (let n = 0; n < 4; n++) {
          const outcomes = await Promise.allSettled(works.map((work) => work()));
          for (const outcome of outcomes)
            if (outcome.status === 'rejected') {
              expect(outcome.reason).toMatchObject(AWAY);
              if (((outcome.reason as Error).cause as { severity?: string }).severity === 'PANIC') panics++;
            }
        }
        rmSync(ballast);
        await expect.poll(() => add().then(() => 'back', String), { timeout: 20_000 }).toBe('back');
        const rows = await postgres.query<{ id: number }>('SELECT id FROM item ORDER BY id');
        expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(committed));
      }
      expect(panics).toBeGreaterThan(0);
    } finally {
      await postgres.close();
      spawnSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
