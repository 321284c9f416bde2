import { type Measured, percentile, type RunOptions, type Suite } from '../harness.ts';
import { addedUp, type Findings } from '../support/ledger.ts';
import { seededRandom } from '../support/random.ts';
import { cases } from './cases.ts';
import { type FullDisk, fullDisk } from './disk.ts';
import { type Outcome, storm } from './kills.ts';

const USERS = 50;
/** Kills of each of the five phases: thirty in all. */
const EACH = 6;

const none: Findings = { acknowledged: 0, lost: 0, doubled: 0, disordered: 0, misplaced: 0 };

function measured({ kills, findings, recovery, statuses }: Outcome, disk: FullDisk | string): Measured[] {
  const killed = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const all = addedUp([findings, typeof disk === 'string' ? none : disk.findings]);
  const sorted = [...recovery].sort((a, b) => a - b);
  const answered = typeof disk === 'string' ? disk : `answered ${JSON.stringify(disk.statuses)} while full`;
  return [
    { name: 'kills', value: killed, runs: 1, note: JSON.stringify(kills) },
    { name: 'full_disks', value: typeof disk === 'string' ? 0 : 1, runs: 1, note: answered },
    { name: 'acknowledged', value: all.acknowledged, runs: 1, note: `answers by status ${JSON.stringify(statuses)}` },
    { name: 'lost', value: all.lost, runs: 1 },
    { name: 'doubled', value: all.doubled, runs: 1 },
    { name: 'disordered', value: all.disordered, runs: 1 },
    { name: 'misplaced', value: all.misplaced, runs: 1 },
    { name: 'recovery_p50_ms', value: 1000 * percentile(sorted, 0.5), runs: killed },
    { name: 'recovery_p95_ms', value: 1000 * percentile(sorted, 0.95), runs: killed },
    ...(typeof disk === 'string'
      ? [{ name: 'disk_recovery_ms', value: Number.NaN, runs: 0, note: disk }]
      : [
          {
            name: 'disk_recovery_ms',
            value: 1000 * disk.recovery,
            runs: 1,
            note: `slowest answer ${disk.slowest.toFixed(1)} s`,
          },
        ]),
  ];
}

async function run({ scale, log }: RunOptions): Promise<Measured[]> {
  const seed = Date.now() % 1_000_000;
  log(`seed ${seed}`);
  const outcome = await storm({
    each: Math.max(1, Math.round(EACH * scale)),
    users: USERS,
    importRows: 60_000,
    random: seededRandom(seed),
    log,
  });
  return measured(outcome, await fullDisk(USERS, log));
}

export const suite: Suite = {
  name: 'crash',
  summary: 'the embedded server, killed with SIGKILL again and again in the middle of everything, and on a full disk',
  sets: { storm: '50 customers who each send one event after the other until it is acknowledged' },
  cases,
  run,
};
