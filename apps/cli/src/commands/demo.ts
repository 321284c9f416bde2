import type { DemoOptions } from '@guanxi/contracts';
import { ApiError, demoOptions } from '@guanxi/contracts';
import { UserError } from '@guanxi/engine/platform';
import { confirmed } from '../confirm.ts';
import type { CommonOptions, Session } from '../connect.ts';
import { Cancelled, followJob } from '../follow.ts';
import type { Messages } from '../language.ts';

export interface DemoCommandOptions extends CommonOptions {
  readonly people?: string;
  readonly seed?: string;
  readonly until?: string;
  readonly files?: string;
  readonly truth?: string;
  readonly clear?: boolean;
  readonly yes?: boolean;
}

const numberOf = (given: string): number => (/^\d+$/.test(given) ? Number(given) : Number.NaN);

/** The brand that is asked for; throws a UserError that names the option and what it may be. */
export function readDemoOptions({ people, seed, until }: DemoCommandOptions, text: Messages): DemoOptions {
  const read = demoOptions.safeParse({
    ...(people === undefined ? {} : { people: numberOf(people) }),
    ...(seed === undefined ? {} : { seed: numberOf(seed) }),
    ...(until === undefined ? {} : { until }),
  });
  if (read.success) return read.data;
  const wrong = read.error.issues[0]!.path[0] as 'people' | 'seed' | 'until';
  throw new UserError('invalid', 'bad_option', text.demo.badOption(`--${wrong}`), { remedy: text.demo.allowed[wrong] });
}

/** What the server refuses, in the reader's language. */
async function told<T>(work: Promise<T>, text: Messages): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const known = error instanceof ApiError ? text.demo.refusals[error.problem.code] : undefined;
    throw known ? new UserError('conflict', (error as ApiError).problem.code, known) : error;
  }
}

async function askClear(yes: boolean | undefined, { api, text }: Session): Promise<void> {
  const { options, clearable } = await api.demoStatus();
  // Where nothing can be cleared the server says why.
  if (yes || !clearable) return;
  if (!process.stdin.isTTY) throw new UserError('invalid', 'not_confirmed', text.demo.notConfirmed);
  if (!(await confirmed(text.demo.confirm(options?.people ?? null)))) throw new Cancelled(text.cancelled);
}

/** `guanxi demo`: loads the demo brand into the server, or clears it away. */
export async function demoCommand(options: DemoCommandOptions, session: Session): Promise<void> {
  const { api, text, json } = session;
  const wanted = readDemoOptions(options, text);
  if (options.clear) await askClear(options.yes, session);
  const started = Date.now();
  const job = await told(options.clear ? api.demoClear() : api.demoLoad({ body: wanted }), text);
  const { result } = await followJob(job, options.clear ? text.demo.clearing : text.demo.loading, session);
  const seconds = (Date.now() - started) / 1000;
  const events = Number(result['events'] ?? 0);
  if (json) console.log(JSON.stringify({ seconds, ...result }));
  else console.log((options.clear ? text.demo.cleared : text.demo.loaded)(events, seconds.toFixed(1)));
}
