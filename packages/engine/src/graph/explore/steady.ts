import { setImmediate as breathe } from 'node:timers/promises';

/** Longer than this at a stretch, and answers to others would wait noticeably. */
const STRETCH_MS = 12;

export interface Patience {
  /** Who asked has gone. */
  readonly signal?: AbortSignal | undefined;
  readonly milliseconds: number;
}

/**
 * Runs a computation that pauses now and then, letting everything else of the process go on in between. False where it
 * ran out of time; throws what the signal says when who asked has gone.
 */
export async function steadily(work: Iterator<unknown>, { signal, milliseconds }: Patience): Promise<boolean> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const pause = performance.now() + STRETCH_MS;
    while (performance.now() < pause) if (work.next().done) return true;
    if (performance.now() > end) return false;
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
