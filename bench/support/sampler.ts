import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** What a process holds at one moment. */
export interface Sample {
  /** Seconds since the sampling began. */
  readonly at: number;
  readonly rssMb: number;
  readonly files: number;
  readonly diskMb: number;
}

/** Memory of a process now, in MB of 2^20 bytes; NaN where the system does not tell (it does on Linux). */
export function memoryOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
  } catch {
    return Number.NaN;
  }
}

function filesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return Number.NaN;
  }
}

/** Blocks that a folder holds, in MB of 2^20 bytes; files that vanish meanwhile do not count. */
export function diskOf(folder: string): number {
  let blocks = 0;
  const walk = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const full = join(path, entry.name);
      try {
        if (entry.isDirectory()) walk(full);
        else blocks += statSync(full).blocks;
      } catch {
        continue;
      }
    }
  };
  walk(folder);
  return (blocks * 512) / 2 ** 20;
}

/** Samples until told to stop, every `everyMs`. */
export function sample(pid: number, folder: string, everyMs: number): { stop(): Promise<Sample[]> } {
  const samples: Sample[] = [];
  const began = performance.now();
  let over = false;
  const take = () =>
    samples.push({
      at: (performance.now() - began) / 1000,
      rssMb: memoryOf(pid),
      files: filesOf(pid),
      diskMb: diskOf(folder),
    });
  const running = (async () => {
    while (!over) {
      take();
      await pause(everyMs);
    }
    take();
  })();
  return {
    async stop() {
      over = true;
      await running;
      return samples;
    },
  };
}

/**
 * Slope of y over x by the median of the slopes of all pairs (Theil 1950, Sen 1968): a few odd samples, such as a merge
 * that is under way, do not bend it.
 */
export function slope(points: readonly (readonly [number, number])[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i++)
    for (let j = i + 1; j < points.length; j++) {
      const dx = points[j]![0] - points[i]![0];
      if (dx > 0) slopes.push((points[j]![1] - points[i]![1]) / dx);
    }
  slopes.sort((a, b) => a - b);
  return slopes.length === 0 ? 0 : slopes[Math.floor(slopes.length / 2)]!;
}

/** The values over time in a line of text. */
export const series = (samples: readonly Sample[], key: 'rssMb' | 'files' | 'diskMb', most = 24): string =>
  samples
    .filter((_, index) => index % Math.ceil(samples.length / most) === 0)
    .map((each) => Math.round(each[key]))
    .join(' ');
