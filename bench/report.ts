import { reached, type CaseResult, type SuiteResult } from './harness.ts';

const number = (value: number | null) =>
  value === null ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: 3 });
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const SIGN = { higher: '≥', lower: '≤', equal: '=' } as const;

function goalOf(result: CaseResult): string {
  const met = reached(result);
  return met === null ? '–' : `${SIGN[result.better]} ${number(result.goal)} ${met ? '✓' : '✗'}`;
}

function peerOf({ peer, peer_value, ratio }: CaseResult): string {
  if (peer === null) return '–';
  return peer_value === null ? cell(peer) : `${number(peer_value)}: ${cell(peer)} (ratio ${number(ratio)})`;
}

function section({ suite, set, scale, date, node, machine, cases }: SuiteResult): string {
  const rows = cases.map((result) =>
    [
      `\`${result.name}\``,
      `${number(result.value)} ${result.unit}`,
      goalOf(result),
      peerOf(result),
      cell(result.meaning),
    ].join(' | '),
  );
  const goals = cases
    .filter(({ goal }) => goal !== null)
    .map(({ name, origin, note }) => `- \`${name}\`: ${origin}${note ? ` Seen: ${note}` : ''}`);
  const notes = cases
    .filter(({ goal, note }) => goal === null && note)
    .map(({ name, note }) => `- \`${name}\`: ${note}`);
  const head = `${date}, ${machine.cpus} × ${machine.model}, ${machine.memory_gb} GB, Node ${node}, set \`${set}\`${scale === 1 ? '' : `, **scale ${scale}**`}`;
  return [
    `## ${suite}`,
    head,
    ['| case | value | goal | peer | what it is |', '|---|---|---|---|---|', ...rows.map((row) => `| ${row} |`)].join(
      '\n',
    ),
    goals.length + notes.length > 0 ? ['Where the goals come from:', ...goals, ...notes].join('\n') : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** docs/benchmarks.md from the last lines of suites. Of several results of one suite and set the last counts. */
export function renderReport(results: readonly SuiteResult[]): string {
  const latest = new Map(results.map((result) => [`${result.suite} ${result.set}`, result]));
  return `${[
    '# Benchmarks',
    'Written by `npm run bench -- report FILE...` from the last lines of `npm run bench -- SUITE`; not edited by hand. Every suite warms up first; ours and the peer do the same work in the same run, in turns; values are medians of the runs. ✓ and ✗ say whether a goal is reached.',
    ...[...latest.values()].map(section),
  ].join('\n\n')}\n`;
}
