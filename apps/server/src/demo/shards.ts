import { Worker } from 'node:worker_threads';
import type { DemoOptions, FileName, Stream } from '@guanxi/demo';

/** As many events as one write of the log is used well by. */
export const EVENTS_AT_ONCE = 2500;
/** What a shard and what is made of it on the way take, many times over; beyond it the worker fails, not the server. */
const HEAP_MB = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 };

/** One shard as it crosses over from the worker: as text, which is cheap to hand on and taken apart batch by batch. */
export interface MadeShard {
  readonly files: readonly { readonly file: FileName; readonly text: string }[];
  /** Events as JSON arrays of `EVENTS_AT_ONCE` at most. */
  readonly batches: readonly { readonly stream: Stream; readonly json: string }[];
}

/** Shards from `first` up to `end`, made on a thread of their own: while one is used, the next is being made, no more. */
export async function* makeShards(options: DemoOptions, first: number, end: number): AsyncGenerator<MadeShard> {
  if (first >= end) return;
  const worker = new Worker(new URL('generator.mjs', import.meta.url), {
    workerData: options,
    execArgv: [],
    resourceLimits: HEAP_MB,
  });
  const make = (shard: number): Promise<MadeShard> =>
    new Promise((resolve, reject) => {
      const ended = (code: number) => reject(new Error(`the generator of the demo brand ended with ${code}`));
      const settle = () => worker.off('message', given).off('error', failed).off('exit', ended);
      const given = (made: MadeShard) => (settle(), resolve(made));
      const failed = (error: Error) => (settle(), reject(error));
      worker.on('message', given).on('error', failed).on('exit', ended);
      worker.postMessage(shard);
    });
  try {
    let next = make(first);
    for (let shard = first; shard < end; shard++) {
      const made = await next;
      if (shard + 1 < end) {
        next = make(shard + 1);
        // Who uses this one may stop meanwhile: then nobody waits for the next.
        next.catch(() => undefined);
      }
      yield made;
    }
  } finally {
    await worker.terminate();
  }
}
