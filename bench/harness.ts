import { cpus, totalmem } from 'node:os';

/** What is measured, which way is better, and how good it must be: the goal stands beside the case, with its origin. */
export interface CaseSpec {
  readonly name: string;
  readonly unit: string;
  /** `equal`: the value must be the goal. */
  readonly better: 'higher' | 'lower' | 'equal';
  /** Null where the case only tells. */
  readonly goal: number | null;
  /** Where the goal comes from. */
  readonly origin: string;
  readonly meaning: string;
  /** Who did the same work in the same run. */
  readonly peer?: string;
}

/** What one case came to. */
export interface Measured {
  readonly name: string;
  /** The median of the runs, unless the case says otherwise. */
  readonly value: number;
  readonly runs: number;
  readonly peerValue?: number;
  /** Why the peer could not run here. */
  readonly peerMissing?: string;
  readonly note?: string;
}

export interface RunOptions {
  /** A name of the suite's `sets`. */
  readonly set: string;
  /** Multiplies the amount of work; 1 is what the goals are for. */
  readonly scale: number;
  /** A data folder to keep what is loaded in and to find it in the next time, for suites that say so. */
  readonly data?: string;
  /** Tells how far the suite is. */
  log(text: string): void;
}

export interface Suite {
  readonly name: string;
  readonly summary: string;
  /** Data sets to choose from and what each is; the first is taken when none is named. */
  readonly sets: Readonly<Record<string, string>>;
  readonly cases: readonly CaseSpec[];
  run(options: RunOptions): Promise<Measured[]>;
}

/** One case as it stands in the result line. */
export interface CaseResult {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly better: CaseSpec['better'];
  readonly goal: number | null;
  readonly origin: string;
  readonly meaning: string;
  readonly peer: string | null;
  readonly peer_value: number | null;
  readonly ratio: number | null;
  readonly runs: number;
  readonly note?: string;
}

/** The last line that a suite prints. */
export interface SuiteResult {
  readonly suite: string;
  readonly set: string;
  readonly scale: number;
  readonly date: string;
  readonly node: string;
  readonly machine: { readonly cpus: number; readonly memory_gb: number; readonly model: string };
  readonly cases: readonly CaseResult[];
}

/** The value below which a share of the sorted values lies (nearest rank); NaN of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

const rounded = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(4)) : value);

/** Whether a case reached its goal; null where it has none. */
export function reached({ better, goal, value }: Pick<CaseResult, 'better' | 'goal' | 'value'>): boolean | null {
  if (goal === null) return null;
  if (better === 'equal') return value === goal;
  return better === 'higher' ? value >= goal : value <= goal;
}

function toResult(spec: CaseSpec, measured: Measured): CaseResult {
  const { value, peerValue, peerMissing, note, runs } = measured;
  const exact = spec.better === 'equal';
  return {
    name: spec.name,
    unit: spec.unit,
    value: exact ? value : rounded(value),
    better: spec.better,
    goal: spec.goal,
    origin: spec.origin,
    meaning: spec.meaning,
    peer: spec.peer ? [spec.peer, peerMissing && `(not run: ${peerMissing})`].filter(Boolean).join(' ') : null,
    peer_value: peerValue === undefined ? null : rounded(peerValue),
    ratio: peerValue === undefined ? null : rounded(value / peerValue),
    runs,
    ...(note === undefined ? {} : { note }),
  };
}

/** Runs a suite and gives the line it ends with. Throws when the suite forgot a case or measured an undeclared one. */
export async function runSuite(suite: Suite, options: RunOptions): Promise<SuiteResult> {
  const measured = await suite.run(options);
  const names = suite.cases.map((spec) => spec.name);
  const odd = measured.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  if (odd.length > 0) throw new Error(`${suite.name} measured what it does not declare: ${odd.join(', ')}`);
  const cases = suite.cases.map((spec) => {
    const found = measured.find(({ name }) => name === spec.name);
    if (!found) throw new Error(`${suite.name} did not measure ${spec.name}`);
    return toResult(spec, found);
  });
  return {
    suite: suite.name,
    set: options.set,
    scale: options.scale,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    machine: {
      cpus: cpus().length,
      memory_gb: Math.round(totalmem() / 2 ** 30),
      model: cpus()[0]?.model.trim() ?? 'unknown',
    },
    cases,
  };
}
