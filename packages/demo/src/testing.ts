import { createHash } from 'node:crypto';
import type { JsonObject } from '@guanxi/contracts';
import { generateShard, shardCount } from './generate.ts';
import { FILES, type FileName, type Stream, STREAMS } from './records.ts';
import type { TruthRecord } from './truth.ts';
import { createWorld, type DemoOptions, type World } from './world.ts';

export interface Whole {
  readonly world: World;
  readonly events: Readonly<Record<Stream, JsonObject[]>>;
  readonly rows: Readonly<Record<FileName, string[]>>;
  readonly truth: TruthRecord[];
  /** Of everything, byte for byte. */
  readonly hash: string;
}

/** A whole demo brand in memory, for tests. */
export function generateAll(options: DemoOptions): Whole {
  const world = createWorld(options);
  const events = Object.fromEntries(STREAMS.map((stream) => [stream, [] as JsonObject[]])) as Record<
    Stream,
    JsonObject[]
  >;
  const rows = Object.fromEntries(FILES.map((file) => [file, [] as string[]])) as Record<FileName, string[]>;
  const truth: TruthRecord[] = [];
  const hash = createHash('sha256');
  for (let shard = 0; shard < shardCount(world); shard++) {
    const made = generateShard(world, shard, (record) => truth.push(record));
    for (const stream of STREAMS) events[stream].push(...made.events[stream]);
    for (const file of FILES) rows[file].push(...made.rows[file]);
    hash.update(JSON.stringify(made));
  }
  hash.update(JSON.stringify(truth));
  return { world, events, rows, truth, hash: hash.digest('hex') };
}
