import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILES, STREAMS } from '@guanxi/demo';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateAll } from '../../packages/demo/src/testing.ts';
import { nodeArguments, nodeEnvironment, root } from '../../scripts/prepare.mjs';
import { type ServerProcess, startServerProcess } from '../support/server.ts';

const PATIENCE_MS = 180_000;
const UNTIL = '2026-03-01';
const folder = mkdtempSync(join(tmpdir(), 'guanxi-demo-cli-'));
const data = join(folder, 'data');
let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess(data);
}, PATIENCE_MS);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function start(args: readonly string[], onErrors: (errors: string, child: ChildProcess) => void = () => undefined) {
  const child = spawn(process.execPath, [...nodeArguments, 'apps/cli/src/main.ts', 'demo', ...args], {
    cwd: root,
    env: { ...nodeEnvironment, GUANXI_DATA: data, LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
    onErrors(errors, child);
  });
  return new Promise<Ran>((done) => child.once('close', (code) => done({ code, output, errors })));
}
const demo = (...args: string[]) => start(args);
/** Presses Ctrl-C as soon as the command has told how far it is. */
const interrupted = (...args: string[]) => {
  let asked = false;
  return start(args, (errors, child) => {
    if (asked || !errors.includes('%')) return;
    asked = true;
    child.kill('SIGINT');
  });
};

test('an option that cannot be is named with what it may be, in both languages; nothing is begun', async () => {
  for (const [args, told] of [
    [['--people', '0'], '--people cannot be used\n  A whole number from 1 to 1,000,000'],
    [['--people', '2e3'], '--people cannot be used'],
    [['--seed', '-1'], '--seed cannot be used\n  A whole number from 0'],
    [['--until', '2026-02-30'], '--until cannot be used\n  A date such as'],
    [['--files', join(folder, 'none'), '--people', 'many'], '--people cannot be used'],
    [['--files', join(folder, 'none'), '--clear'], '--clear goes alone'],
    [['--people', '0', '--lang', 'zh'], '--people 无法使用'],
  ] as const) {
    const { code, output, errors } = await demo(...args);
    expect(errors).toContain(told);
    expect({ code, output }).toEqual({ code: 1, output: '' });
  }
  expect(existsSync(join(folder, 'none'))).toBe(false);
  expect((await server.api.demoStatus()).state).toBe('none');
}, PATIENCE_MS); // prettier-ignore

test('the files hold the very events and rows, and the truth behind them', async () => {
  const [files, truth] = [join(folder, 'files'), join(folder, 'truth.jsonl')];
  const { code, output } = await demo('--people', '600', '--seed', '7', '--until', UNTIL, '--files', files, '--truth', truth); // prettier-ignore
  expect({ code, output }).toEqual({ code: 0, output: '13 files written. All of it is made up.\n' });
  const whole = generateAll({ people: 600, seed: 7, until: UNTIL });
  const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');
  for (const stream of STREAMS)
    expect(linesOf(join(files, `${stream}.jsonl`))).toEqual(whole.events[stream].map((event) => JSON.stringify(event)));
  for (const file of FILES) {
    expect(readdirSync(join(files, file)).sort()).toEqual([`${file}.csv`, 'mapping.json'].sort());
    expect(linesOf(join(files, file, `${file}.csv`)).slice(1)).toEqual(whole.rows[file].flatMap((row) => row.split('\n'))); // prettier-ignore
  }
  expect(linesOf(truth)).toEqual(whole.truth.map((record) => JSON.stringify(record)));
}, PATIENCE_MS); // prettier-ignore

test('stopped by Ctrl-C it leaves no half-written file, and what was there as it was', async () => {
  const files = join(folder, 'stopped');
  const truth = join(folder, 'kept.jsonl');
  writeFileSync(truth, 'earlier\n');
  const { code, errors } = await interrupted('--people', '1000000', '--files', files, '--truth', truth);
  expect(errors).toMatch(/\d+ \/ 1,000,000 {2}[\d,]+\/s {2}.*\n/);
  expect(errors).toContain('Stopped; no file has been written');
  expect(code).toBe(130);
  const left = readdirSync(files, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(left.map(({ name }) => name)).toEqual([]);
  expect(readFileSync(truth, 'utf8')).toBe('earlier\n');
}, PATIENCE_MS); // prettier-ignore

test('where nothing can be written it says so', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const { code, errors } = await demo('--people', '5', '--files', join(file, 'below'));
  expect(errors).toMatch(/^The files cannot be written: (ENOTDIR|EEXIST)/);
  expect(code).toBe(1);
}, PATIENCE_MS); // prettier-ignore

test('loading can be stopped and gone on with; clearing asks first and takes what was made up, nothing else', async () => {
  const before = (await server.api.sources()).items.map(({ id }) => id);
  const options = ['--people', '3000', '--seed', '3', '--until', UNTIL];
  const stopped = await interrupted(...options);
  expect(stopped.code).toBe(130);
  expect(await server.api.demoStatus()).toMatchObject({ state: 'stopped', options: { people: 3000, seed: 3 } });

  const other = await demo('--people', '3001', '--seed', '3', '--until', UNTIL);
  expect(other).toMatchObject({ code: 1, errors: expect.stringContaining('Other demo data are loaded') });
  const done = await demo(...options, '--json');
  expect(done.code).toBe(0);
  const { events } = JSON.parse(done.output) as { events: number };
  const { counts } = await server.api.status();
  expect(events).toBeGreaterThan(counts.events - 1);
  expect((await server.api.sources()).items.filter(({ generated }) => generated)).toHaveLength(12);

  const unasked = await demo('--clear');
  expect(unasked).toMatchObject({ code: 1, errors: expect.stringContaining('give --yes') });
  expect((await server.api.demoStatus()).state).toBe('loaded');
  const cleared = await demo('--clear', '--yes');
  expect(cleared).toMatchObject({ code: 0, output: expect.stringMatching(/^Demo data removed: \d+ events in/) });
  expect((await server.api.sources()).items.map(({ id }) => id)).toEqual(before);
  await expect.poll(async () => (await server.api.status()).counts.events, { timeout: 20_000 }).toBe(0);
  const none = await demo('--clear', '--yes', '--lang', 'zh');
  expect(none).toMatchObject({ code: 1, errors: expect.stringContaining('这里没有演示数据') });
}, 2 * PATIENCE_MS); // prettier-ignore
