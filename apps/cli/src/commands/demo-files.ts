import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync, rmSync, type WriteStream, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  createWorld,
  csvOf,
  DEMO_FILES,
  defaultUntil,
  FILES,
  generateShard,
  type Shard,
  shardCount,
  SHARD_PEOPLE,
  STREAMS,
} from '@guanxi/demo';
import type { TruthSink } from '@guanxi/demo/truth';
import { UserError } from '@guanxi/engine/platform';
import { Cancelled } from '../follow.ts';
import type { Messages } from '../language.ts';
import { ProgressBar } from '../progress.ts';
import { type DemoCommandOptions, readDemoOptions } from './demo.ts';

/** Files that are written piece by piece under another name, and get their own when all of them are whole. */
class Drafts {
  readonly #open = new Map<string, WriteStream>();
  #failed: Error | null = null;

  async write(path: string, text: string): Promise<void> {
    let stream = this.#open.get(path);
    if (!stream) {
      mkdirSync(dirname(path), { recursive: true });
      stream = createWriteStream(`${path}.part`);
      stream.on('error', (error) => (this.#failed ??= error));
      this.#open.set(path, stream);
    }
    // Also waits where nothing is full: whoever wants to stop this gets a turn.
    await new Promise<void>((written) => stream.write(text, () => written()));
    if (this.#failed) throw this.#failed;
  }

  async finish(): Promise<number> {
    for (const stream of this.#open.values()) await once(stream.end(), 'finish');
    for (const path of this.#open.keys()) renameSync(`${path}.part`, path);
    return this.#open.size;
  }

  discard(): void {
    for (const [path, stream] of this.#open) {
      stream.destroy();
      rmSync(`${path}.part`, { force: true });
    }
  }
}

async function writeShard(folder: string, made: Shard, first: boolean, drafts: Drafts): Promise<void> {
  for (const stream of STREAMS) {
    const lines = made.events[stream].map((event) => `${JSON.stringify(event)}\n`).join('');
    await drafts.write(join(folder, `${stream}.jsonl`), lines);
  }
  for (const file of FILES) {
    const whole = csvOf(file, made.rows[file]);
    await drafts.write(join(folder, file, `${file}.csv`), first ? whole : whole.slice(whole.indexOf('\n') + 1));
  }
}

async function writeAll(options: DemoCommandOptions, text: Messages, drafts: Drafts, stop: AbortSignal): Promise<void> {
  const { people, seed, until = defaultUntil(Date.now()) } = readDemoOptions(options, text);
  const world = createWorld({ people, seed, until });
  const bar = new ProgressBar(text.demo.writing, text);
  const started = Date.now();
  const shards = shardCount(world);
  for (let shard = 0; shard < shards; shard++) {
    let truth = '';
    const sink: TruthSink | undefined =
      options.truth === undefined ? undefined : (record) => (truth += `${JSON.stringify(record)}\n`);
    const made = generateShard(world, shard, sink);
    if (options.truth !== undefined) await drafts.write(resolve(options.truth), truth);
    if (options.files !== undefined) await writeShard(resolve(options.files), made, shard === 0, drafts);
    if (stop.aborted) throw new Cancelled(text.demo.stoppedWriting);
    // The first shard tells of the company alone.
    if (shard === 0) continue;
    const done = Math.min(people, shard * SHARD_PEOPLE);
    const rate = done / Math.max(0.001, (Date.now() - started) / 1000);
    bar.show({ done, total: people, rate, etaSeconds: (people - done) / rate });
  }
  bar.end();
}

/**
 * `guanxi demo --files DIR [--truth FILE]`: writes what would be loaded, and what is true behind it. Needs no server.
 * Holds a shard at a time. Stopped or failed, it leaves no file of its own, and those that were there as they were.
 */
export async function writeDemo(options: DemoCommandOptions, text: Messages): Promise<void> {
  if (options.clear) throw new UserError('invalid', 'bad_option', text.demo.clearOrWrite);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const drafts = new Drafts();
  try {
    await writeAll(options, text, drafts, stop.signal);
    const files = await drafts.finish();
    if (options.files !== undefined)
      for (const file of FILES)
        writeFileSync(
          join(resolve(options.files), file, 'mapping.json'),
          `${JSON.stringify(DEMO_FILES[file].mapping, null, 2)}\n`,
        );
    console.log(text.demo.written(files));
  } catch (error) {
    drafts.discard();
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof UserError) throw error;
    throw new UserError('invalid', 'cannot_write', text.demo.cannotWrite((error as Error).message));
  } finally {
    process.off('SIGINT', interrupt);
  }
}
