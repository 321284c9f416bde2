// A server killed with SIGKILL, again and again, in the middle of everything it does, and one whose disk is full: what
// was acknowledged is there, once, in order, with whom it belongs to.
import { expect, test } from 'vitest';
import { fullDisk } from '../../bench/crash/disk.ts';
import { PHASES, storm } from '../../bench/crash/kills.ts';
import { seededRandom } from '../../bench/support/random.ts';

const EACH = 5;
const unharmed = { lost: 0, doubled: 0, disordered: 0, misplaced: 0 };
const quiet = () => undefined;
const PATIENCE = { timeout: 180_000 };
const seed = Date.now() % 1_000_000;

test(
  `${EACH * PHASES.length} kills, in each of ${PHASES.join(', ')} (seed ${seed})`,
  { timeout: 480_000 },
  async () => {
    const random = seededRandom(seed);
    const { kills, findings, statuses } = await storm({
      each: EACH,
      users: 50,
      importRows: 20_000,
      random,
      log: quiet,
    });
    expect(Object.values(kills)).toEqual(PHASES.map(() => EACH));
    expect(findings).toMatchObject(unharmed);
    expect(findings.acknowledged).toBeGreaterThan(20_000);
    // The customers did meet a server that was away.
    expect(statuses['none']).toBeGreaterThan(EACH);
  },
);

test(
  'on a full disk events are refused with 503, and go on by themselves once there is room',
  PATIENCE,
  async (context) => {
    const outcome = await fullDisk(20, quiet);
    if (typeof outcome === 'string') return context.skip(outcome);
    expect(outcome.findings).toMatchObject(unharmed);
    expect(outcome.statuses['503']).toBeGreaterThan(0);
    expect(Object.keys(outcome.statuses).filter((status) => !['200', '503', '429'].includes(status))).toEqual([]);
  },
);
