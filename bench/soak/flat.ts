import { type Sample, slope } from '../support/sampler.ts';

/** How much of the samples is looked at: the first third is warm-up, in which caches fill. */
const WARM = 1 / 3;

const settled = (samples: readonly Sample[]) => samples.slice(Math.floor(samples.length * WARM));

/** By how much a figure grows from the end of the warm-up to the last sample, by the median slope. */
export function growth(samples: readonly Sample[], key: 'rssMb' | 'files' | 'diskMb'): number {
  const part = settled(samples);
  const span = (part.at(-1)?.at ?? 0) - (part[0]?.at ?? 0);
  return slope(part.map((each) => [each.at, each[key]])) * span;
}

export function typical(samples: readonly Sample[], key: 'rssMb' | 'files' | 'diskMb'): number {
  const values = settled(samples)
    .map((each) => each[key])
    .sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}
