import { setImmediate as breathe } from 'node:timers/promises';

/** Longer than this at a stretch, and answers to others would wait noticeably. */
const STRETCH_MS = 12;

export interface Patience {
  /** Who asked has gone. */
  readonly signal?: AbortSignal | undefined;
  /** The most effort, in whatever `work` counts. Not time: the same question has the same answer under any load. */
  readonly most?: number;
}

/**
 * Runs a computation that pauses now and then, letting everything else of the process go on in between; at each pause it
 * tells the effort since the last. False where that became too much; throws what the signal says when who asked has gone.
 */
export async function steadily(
  work: Iterator<number, unknown>,
  { signal, most = Infinity }: Patience = {},
): Promise<boolean> {
  for (let effort = 0; ;) {
    const pause = performance.now() + STRETCH_MS;
    while (performance.now() < pause) {
      const step = work.next();
      if (step.done) return true;
      effort += step.value;
      if (effort > most) return false;
    }
    await breathe();
    signal?.throwIfAborted();
  }
}

/** Random numbers between 0 and 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
