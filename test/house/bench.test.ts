import { expect, test } from 'vitest';
import { median, percentile, reached, runSuite, type Suite } from '../../bench/harness.ts';
import { renderReport } from '../../bench/report.ts';
import { suites } from '../../bench/suites.ts';

/** Names that readers of the result lines rely on. */
const RELIED_ON: Readonly<Record<string, readonly string[]>> = {
  ingest: ['batch_ack', 'processed', 'single_p95_ms', 'visible_p95_ms', 'rss_mb'],
  import: ['seconds', 'customers'],
  demo: ['seconds', 'events', 'rss_mb'],
  console: ['cached_p50_ms', 'cached_p95_ms', 'graph_1k_ms', 'graph_5k_ms'],
  graph: ['neighbourhood_p95_ms', 'path4_p95_ms'],
  crash: ['kills', 'acknowledged', 'lost', 'doubled', 'recovery_p95_ms'],
};

test.each(Object.keys(suites))('%s declares its cases, each goal with its origin', async (name) => {
  const suite = await suites[name]!();
  expect(suite.name).toBe(name);
  const names = suite.cases.map((spec) => spec.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining([...(RELIED_ON[name] ?? [])]));
  expect(suite.cases.filter(({ goal, origin }) => goal !== null && origin.length < 10)).toEqual([]);
  expect(Object.keys(suite.sets).length).toBeGreaterThan(0);
});

const suite: Suite = {
  name: 'sample',
  summary: 'two cases',
  sets: { one: 'the only set' },
  cases: [
    {
      name: 'speed',
      unit: 'x/s',
      better: 'higher',
      goal: 10,
      origin: 'said so.',
      meaning: 'How | fast',
      peer: 'other',
    },
    { name: 'count', unit: 'x', better: 'equal', goal: 3, origin: 'it is three.', meaning: 'How many' },
  ],
  run: async () => [
    { name: 'count', value: 4, runs: 1 },
    { name: 'speed', value: 12.34567, peerValue: 24.69134, runs: 3 },
  ],
};
const options = { set: 'one', scale: 1, log: () => undefined };

test('a suite ends with one line: machine, values, goals, peers', async () => {
  const result = await runSuite(suite, options);
  expect(result).toMatchObject({
    suite: 'sample',
    machine: { cpus: expect.any(Number), memory_gb: expect.any(Number) },
    cases: [
      {
        name: 'speed',
        value: 12.35,
        goal: 10,
        better: 'higher',
        peer: 'other',
        peer_value: 24.69,
        ratio: 0.5,
        runs: 3,
      },
      { name: 'count', value: 4, goal: 3, better: 'equal', peer: null, peer_value: null, ratio: null },
    ],
  });
  expect(result.cases.map(reached)).toEqual([true, false]);
  expect(JSON.stringify(result)).not.toContain('\n');
  await expect(runSuite({ ...suite, run: async () => [] }, options)).rejects.toThrow('did not measure speed');
});

test('the report shows every case with its goal; the last result of a suite counts', async () => {
  const result = await runSuite(suite, options);
  const text = renderReport([{ ...result, date: 'of old' }, result]);
  expect(text).not.toContain('of old');
  expect(text).toContain('| `speed` | 12.35 x/s | ≥ 10 ✓ | 24.69: other (ratio 0.5) | How \\| fast |');
  expect(text).toContain('| `count` | 4 x | = 3 ✗ | – | How many |');
});

test('a peer that could not run is named with the reason', async () => {
  const run = async () => [
    { name: 'count', value: 3, runs: 1 },
    { name: 'speed', value: 1, peerMissing: 'no such package', runs: 1 },
  ];
  const [speed] = (await runSuite({ ...suite, run }, options)).cases;
  expect(speed).toMatchObject({ peer: 'other (not run: no such package)', peer_value: null, ratio: null });
});

test('percentiles are nearest rank', () => {
  const sorted = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0, 0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share))).toEqual([1, 50, 95, 99, 100]);
  expect(percentile([7], 0.95)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
  expect(median([3, 1, 2])).toBe(2);
});
