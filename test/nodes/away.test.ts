// A shard, PostgreSQL and the leading process are taken away in turn while customers send to two processes: they are
// told to come again, nothing acknowledged is lost, and everything goes on by itself.
import { expect, test } from 'vitest';
import { endure, FAULTS } from '../../bench/cluster/faults.ts';
import { missingPostgres } from '../support/postgres-server.ts';

const missing = missingPostgres();

test.skipIf(missing !== null)(
  `${FAULTS.join(', ')} away${missing ? ` (${missing})` : ''}`,
  { timeout: 240_000 },
  async () => {
    const outcome = await endure({ each: 1, users: 20, awayMs: 2000, log: () => undefined });
    expect(outcome.findings).toMatchObject({ lost: 0, doubled: 0, disordered: 0, misplaced: 0 });
    expect(outcome.findings.acknowledged).toBeGreaterThan(200);
    expect(outcome.faults).toEqual({ shard: 1, postgres: 1, leader: 1 });
    // They were refused, politely; whoever talked to the process that died got no answer.
    expect(outcome.statuses['503']).toBeGreaterThan(0);
    expect(Object.keys(outcome.statuses).filter((status) => !['200', '429', '503', 'none'].includes(status))).toEqual(
      [],
    );
    // Both shards hold a part of the log.
    expect(Math.min(...outcome.rows)).toBeGreaterThan(0);
  },
);
