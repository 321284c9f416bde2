import { parentPort, workerData } from 'node:worker_threads';
import { createWorld, csvOf, type DemoOptions, FILES, generateShard, STREAMS } from '@guanxi/demo';
import { EVENTS_AT_ONCE, type MadeShard } from './shards.ts';

const world = createWorld(workerData as DemoOptions);

function made(number: number): MadeShard {
  const { rows, events } = generateShard(world, number);
  return {
    files: FILES.filter((file) => rows[file].length > 0).map((file) => ({ file, text: csvOf(file, rows[file]) })),
    batches: STREAMS.flatMap((stream) =>
      Array.from({ length: Math.ceil(events[stream].length / EVENTS_AT_ONCE) }, (_, at) => ({
        stream,
        json: JSON.stringify(events[stream].slice(at * EVENTS_AT_ONCE, (at + 1) * EVENTS_AT_ONCE)),
      })),
    ),
  };
}

parentPort!.on('message', (shard: number) => parentPort!.postMessage(made(shard)));
