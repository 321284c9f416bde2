import { createWriteStream, mkdirSync, writeFileSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { demoOptions } from '@guanxi/contracts';
import { createWorld, csvOf, DEMO_FILES, defaultUntil, FILES, generateShard, shardCount, STREAMS } from '@guanxi/demo';
import type { TruthSink } from '@guanxi/demo/truth';
import { UserError } from '@guanxi/engine/platform';
import type { CommonOptions, Session } from '../connect.ts';
import { followJob } from '../follow.ts';
import type { Messages } from '../language.ts';
import { ProgressBar } from '../progress.ts';

export interface DemoCommandOptions extends CommonOptions {
  readonly people?: string;
  readonly seed?: string;
  readonly until?: string;
  readonly files?: string;
  readonly truth?: string;
  readonly clear?: boolean;
}

function readOptions({ people, seed, until }: DemoCommandOptions, text: Messages) {
  const read = demoOptions.safeParse({
    ...(people === undefined ? {} : { people: Number(people) }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(until === undefined ? {} : { until }),
  });
  if (read.success) return read.data;
  throw new UserError('invalid', 'bad_option', text.demo.badOption, {
    where: `--${read.error.issues[0]?.path.join('.')}`,
  });
}

/** `guanxi demo`: loads the demo brand into the server, or clears it away. */
export async function demoCommand(options: DemoCommandOptions, session: Session): Promise<void> {
  const { api, text, json } = session;
  const started = Date.now();
  const job = options.clear ? await api.demoClear() : await api.demoLoad({ body: readOptions(options, text) });
  const { result } = await followJob(job, options.clear ? text.demo.clearing : text.demo.loading, session);
  const seconds = (Date.now() - started) / 1000;
  const events = Number(result['events'] ?? 0);
  if (json) console.log(JSON.stringify({ seconds, ...result }));
  else console.log((options.clear ? text.demo.cleared : text.demo.loaded)(events, seconds.toFixed(1)));
}

async function write(stream: WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

/** `guanxi demo --files DIR [--truth FILE]`: writes what would be loaded, and what is true behind it. Needs no server. */
export async function writeDemo(options: DemoCommandOptions, text: Messages): Promise<void> {
  const { people, seed, until = defaultUntil(Date.now()) } = readOptions(options, text);
  const world = createWorld({ people, seed, until });
  const open = new Map<string, WriteStream>();
  const at = (path: string) => {
    let stream = open.get(path);
    if (!stream) {
      mkdirSync(dirname(path), { recursive: true });
      open.set(path, (stream = createWriteStream(path)));
    }
    return stream;
  };
  const bar = new ProgressBar(text.demo.writing, text);
  const started = Date.now();
  const shards = shardCount(world);
  const folder = options.files === undefined ? null : resolve(options.files);
  for (let shard = 0; shard < shards; shard++) {
    let truth = '';
    const sink: TruthSink | undefined =
      options.truth === undefined ? undefined : (record) => (truth += `${JSON.stringify(record)}\n`);
    const made = generateShard(world, shard, sink);
    if (options.truth !== undefined) await write(at(resolve(options.truth)), truth);
    if (folder !== null) {
      for (const stream of STREAMS)
        await write(
          at(join(folder, `${stream}.jsonl`)),
          made.events[stream].map((event) => `${JSON.stringify(event)}\n`).join(''),
        );
      for (const file of FILES) {
        const whole = csvOf(file, made.rows[file]);
        await write(at(join(folder, file, `${file}.csv`)), shard === 0 ? whole : whole.slice(whole.indexOf('\n') + 1));
      }
    }
    const rate = (shard + 1) / Math.max(0.001, (Date.now() - started) / 1000);
    bar.show({ done: shard + 1, total: shards, rate: 0, etaSeconds: (shards - shard - 1) / rate });
  }
  for (const stream of open.values()) await once(stream.end(), 'finish');
  if (folder !== null)
    for (const file of FILES)
      writeFileSync(join(folder, file, 'mapping.json'), `${JSON.stringify(DEMO_FILES[file].mapping, null, 2)}\n`);
  bar.end();
  console.log(text.demo.written([...open.keys()].length));
}
