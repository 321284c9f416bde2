import type { CaseSpec } from '../harness.ts';

const count = (name: string, unit: string, meaning: string): CaseSpec => ({
  name,
  unit,
  better: 'higher',
  goal: null,
  origin: '',
  meaning,
});
const never = (name: string, meaning: string, origin: string): CaseSpec => ({
  name,
  unit: 'events',
  better: 'equal',
  goal: 0,
  origin,
  meaning,
});

/** What no fault may do to an acknowledged event. */
export const promises: readonly CaseSpec[] = [
  never('lost', 'Acknowledged and not in the graph in the end', 'an acknowledged event is never lost.'),
  never('doubled', 'Had their effect more than once', 'nor has it its effect twice.'),
  never(
    'disordered',
    'Stand in the log before one that the same customer had sent earlier',
    "order of each user is kept, as RudderStack's TestEventOrderGuarantee asks.",
  ),
  never('misplaced', 'Belong to another person than the same customer’s other events', 'one customer is one person.'),
];

export const cases: readonly CaseSpec[] = [
  {
    ...count(
      'kills',
      'kills',
      'SIGKILL to the server while it ingests, processes a backlog, imports, rebuilds, starts',
    ),
    goal: 25,
    origin: 'enough to hit every stage.',
  },
  count('full_disks', 'times', 'Times the disk was full while events came'),
  count('acknowledged', 'events', 'Events acknowledged, and rows imported'),
  ...promises,
  {
    name: 'recovery_p50_ms',
    unit: 'ms',
    better: 'lower',
    goal: null,
    origin: '',
    meaning: 'From the kill until an event is acknowledged again, the start of the process included; the median',
  },
  {
    name: 'recovery_p95_ms',
    unit: 'ms',
    better: 'lower',
    goal: 10_000,
    origin: "within the patience of a client's retries.",
    meaning: 'The same, 95 of 100 kills',
  },
  {
    name: 'disk_recovery_ms',
    unit: 'ms',
    better: 'lower',
    goal: 10_000,
    origin: 'it goes on by itself once there is room.',
    meaning: 'From there being room on the disk again until an event is acknowledged',
  },
];
