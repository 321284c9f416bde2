import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeArguments, nodeEnvironment, root } from '../../scripts/prepare.mjs';
import { createWorld } from '../conformance/product/world.ts';
import { sendBatch } from '../support/send.ts';

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a script of this repository to its end. */
export function run(script: string, args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const child = spawn(process.execPath, [...nodeArguments, script, ...args], {
    cwd: root,
    env: { ...nodeEnvironment, GUANXI_LOG_LEVEL: 'error', GUANXI_DEMO: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  return new Promise((done) => child.once('exit', (code) => done({ code, output, errors })));
}

/** Why nobody can sit at a terminal here; null where somebody can. */
export function missingTerminal(): string | null {
  const { stdout } = spawnSync('script', ['--version']);
  return String(stdout ?? '').includes('util-linux') ? null : 'there is no script of util-linux, which makes terminals';
}

/** Runs it at a terminal of its own, where somebody types `answer` once it asks. What it prints is all in `output`. */
export function runAtTerminal(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
  { asks, answer }: { asks: string; answer: string },
): Promise<Ran> {
  const quoted = [process.execPath, ...nodeArguments, script, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], {
    cwd: root,
    env: { ...nodeEnvironment, GUANXI_LOG_LEVEL: 'error', GUANXI_DEMO: 'off', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let answered = false;
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (answered || !output.includes(asks)) return;
    answered = true;
    child.stdin.write(`${answer}\n`);
  });
  return new Promise((done) => child.once('exit', (code) => done({ code, output, errors: '' })));
}

/** Everything that is derived and what it is derived by, once it is; with a place, the log is cut there first. */
export async function stateOf(env: Record<string, string>, place?: number): Promise<Record<string, unknown>> {
  const args = place === undefined ? [] : [String(place)];
  const { output, errors } = await run('test/support/print-state.ts', args, env);
  if (!output) throw new Error(errors);
  return JSON.parse(output) as Record<string, unknown>;
}

/** Folders that go when the test file has ended. */
export function folders(): { make(): string; remove(): void } {
  const made: string[] = [];
  return {
    make() {
      made.push(mkdtempSync(join(tmpdir(), 'guanxi-transfer-')));
      return made.at(-1)!;
    },
    remove: () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })),
  };
}

/** Without the crowd, which proves nothing here. */
export const requests = createWorld().requests.slice(4);

export async function send(url: string, keys: readonly string[], from: number, to: number): Promise<void> {
  for (const [n, { batch }] of requests.slice(from, to).entries()) await sendBatch(url, keys[n % keys.length]!, batch);
}
