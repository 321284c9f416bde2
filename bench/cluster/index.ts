import { missingPostgres } from '../../test/support/postgres-server.ts';
import { promises } from '../crash/cases.ts';
import { type Measured, percentile, type RunOptions, type Suite } from '../harness.ts';
import { endure, type Outcome } from './faults.ts';

const USERS = 50;
const EACH = 5;
const AWAY_MS = 2000;
/** What a client may be answered: taken, later, or nothing because the process is gone. */
const KNOWN = new Set(['200', '429', '503', 'none']);

function measured({ faults, findings, recovery, statuses, slowest, rssMb, rows }: Outcome): Measured[] {
  const sorted = [...recovery].sort((a, b) => a - b);
  const count = Object.values(faults).reduce((sum, each) => sum + each, 0);
  const odd = Object.entries(statuses).filter(([status]) => !KNOWN.has(status));
  return [
    { name: 'faults', value: count, runs: 1, note: JSON.stringify(faults) },
    {
      name: 'acknowledged',
      value: findings.acknowledged,
      runs: 1,
      note: `answers by status ${JSON.stringify(statuses)}; rows of the log on each shard: ${rows.join(', ')}`,
    },
    { name: 'lost', value: findings.lost, runs: 1 },
    { name: 'doubled', value: findings.doubled, runs: 1 },
    { name: 'disordered', value: findings.disordered, runs: 1 },
    { name: 'misplaced', value: findings.misplaced, runs: 1 },
    { name: 'other_answers', value: odd.reduce((sum, [, times]) => sum + times, 0), runs: 1 },
    { name: 'slowest_answer_s', value: slowest, runs: 1 },
    {
      name: 'recovery_p50_ms',
      value: 1000 * percentile(sorted, 0.5),
      runs: count,
      note: `each: ${recovery.map((seconds) => seconds.toFixed(1)).join(' ')} s`,
    },
    { name: 'recovery_p95_ms', value: 1000 * percentile(sorted, 0.95), runs: count },
    { name: 'rss_mb', value: rssMb, runs: 1 },
  ];
}

async function run({ scale, log }: RunOptions): Promise<Measured[]> {
  const missing = missingPostgres();
  if (missing) throw new Error(missing);
  return measured(await endure({ each: Math.max(1, Math.round(EACH * scale)), users: USERS, awayMs: AWAY_MS, log }));
}

export const suite: Suite = {
  name: 'cluster',
  summary:
    'two processes on two shards and PostgreSQL; shards, PostgreSQL and the leading process are taken away in turn',
  sets: { storm: '50 customers who each send one event after the other until it is acknowledged' },
  cases: [
    {
      name: 'faults',
      unit: 'faults',
      better: 'higher',
      goal: null,
      origin: '',
      meaning: 'Times a shard, PostgreSQL or the leading process was taken away, for two seconds or for good',
    },
    { name: 'acknowledged', unit: 'events', better: 'higher', goal: null, origin: '', meaning: 'Events acknowledged' },
    ...promises,
    {
      name: 'other_answers',
      unit: 'answers',
      better: 'equal',
      goal: 0,
      origin: 'a client is told yes or later, nothing else.',
      meaning: 'Answers to events that were neither 200, 429 nor 503',
    },
    {
      name: 'slowest_answer_s',
      unit: 's',
      better: 'lower',
      goal: 16,
      origin: 'docs/operations.md promises an answer within about 15 s, however an engine is away.',
      meaning: 'The slowest answer to an event',
    },
    {
      name: 'recovery_p50_ms',
      unit: 'ms',
      better: 'lower',
      goal: null,
      origin: '',
      meaning: 'From the return of the engine, or the death of the leader, until processing goes on; the median',
    },
    {
      name: 'recovery_p95_ms',
      unit: 'ms',
      better: 'lower',
      goal: 15_000,
      origin: "within the patience of a client's retries.",
      meaning: 'The same, 95 of 100 faults',
    },
    {
      name: 'rss_mb',
      unit: 'MB',
      better: 'lower',
      goal: 1024,
      origin: 'a small virtual machine; what cannot be written is refused, not kept.',
      meaning: 'Peak memory of a process',
    },
  ],
  run,
};
