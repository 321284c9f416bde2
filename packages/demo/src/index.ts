export { csvOf, DEMO_FILES, DEMO_STREAMS, type DemoFile } from './files.ts';
export { generateShard, type Shard, shardCount, SHARD_PEOPLE } from './generate.ts';
export { DIRT, FILES, type FileName, type Stream, STREAMS } from './records.ts';
export { STORIES } from './stories.ts';
export { createWorld, type DemoOptions, type World } from './world.ts';
export { defaultUntil } from './calendar.ts';
