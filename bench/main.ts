import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reached, runSuite, type Suite, type SuiteResult } from './harness.ts';
import { renderReport } from './report.ts';
import { renderSizing } from './sizing.ts';
import { suites } from './suites.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const USAGE = `npm run bench -- SUITE [--set NAME] [--scale N] [--data FOLDER] [--out FILE]   measure; the last line is JSON
npm run bench -- --list                                        suites, sets, cases and goals
npm run bench -- report FILE... [--out FILE]                   write docs/benchmarks.md from such lines
npm run bench -- sizing FILE... [--out FILE]                   write deploy/sizing.md from such lines`;

function fail(text: string): never {
  console.error(text);
  process.exit(2);
}

function describe(suite: Suite): string {
  const sets = Object.entries(suite.sets).map(([name, text]) => `  --set ${name}: ${text}`);
  const cases = suite.cases.map(({ name, unit, better, goal, meaning }) => {
    const sign = { higher: '≥', lower: '≤', equal: '=' }[better];
    return `  ${name} (${unit})${goal === null ? '' : ` ${sign} ${goal}`}: ${meaning}`;
  });
  return [`${suite.name}: ${suite.summary}`, ...sets, ...cases].join('\n');
}

function show({ cases }: SuiteResult): void {
  for (const result of cases) {
    const verdict = { true: 'reached', false: 'MISSED', null: 'no goal' }[String(reached(result)) as 'true'];
    const goal = result.goal === null ? '' : ` (goal ${result.goal})`;
    const peer = result.peer_value === null ? '' : `; ${result.peer}: ${result.peer_value}, ratio ${result.ratio}`;
    console.log(`${result.name}: ${result.value} ${result.unit}${goal}: ${verdict}${peer}`);
    if (result.note) console.log(`  ${result.note}`);
  }
}

/** The result lines in files: a file may be a whole log, of which the lines that are results count. */
function readResults(files: readonly string[]): SuiteResult[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"suite":'))
      .map((line) => JSON.parse(line) as SuiteResult),
  );
}

/** Documents that are written from result lines. */
const DOCUMENTS: Readonly<Record<string, { file: string; render(results: readonly SuiteResult[]): string }>> = {
  report: { file: 'docs/benchmarks.md', render: renderReport },
  sizing: { file: 'deploy/sizing.md', render: renderSizing },
};

async function measure(
  name: string,
  options: { set?: string; scale: number; data?: string; out?: string },
): Promise<void> {
  const load = suites[name] ?? fail(`There is no suite ${name}. There are: ${Object.keys(suites).join(', ')}`);
  const suite = await load();
  const set = options.set ?? Object.keys(suite.sets)[0]!;
  if (!(set in suite.sets)) fail(`${name} has no set ${set}. It has: ${Object.keys(suite.sets).join(', ')}`);
  const log = (text: string) => console.log(`[${name}] ${text}`);
  const result = await runSuite(suite, { set, scale: options.scale, data: options.data, log });
  const line = JSON.stringify(result);
  const file = options.out ?? join(root, 'bench/results', `${name}-${set}.json`);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${line}\n`);
  show(result);
  console.log(line);
}

// Ended by a signal, the process still ends its children.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: 'string' },
    scale: { type: 'string', default: '1' },
    data: { type: 'string' },
    out: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [command, ...files] = positionals;
if (values.list) {
  for (const load of Object.values(suites)) console.log(`${describe(await load())}\n`);
} else if (command === undefined || values.help) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else if (command in DOCUMENTS) {
  if (files.length === 0) fail(USAGE);
  const { file: usual, render } = DOCUMENTS[command]!;
  const file = values.out ?? join(root, usual);
  writeFileSync(file, render(readResults(files)));
  console.log(`Wrote ${file}`);
} else {
  const scale = Number(values.scale);
  if (!(scale > 0)) fail('--scale must be a number above 0');
  await measure(command, { set: values.set, scale, data: values.data, out: values.out });
}
