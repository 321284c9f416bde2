// `npm test`: everything the tests need, the tests, and a last line that counts them. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { kafkaJars } from './kafka.mjs';
import { ensureConsole, ensureInstalled, nodeEnvironment, root } from './prepare.mjs';

/** Programs of the system that some tests need; those tests skip themselves where they are missing. */
const OPTIONAL = [
  {
    name: 'Chromium',
    found: () => process.env.GUANXI_CHROMIUM || ['chromium', 'chromium-browser', 'google-chrome'].some(onPath),
    without: 'the tests of the console in a browser',
    remedy: 'apt-get install chromium fonts-noto-cjk, or set GUANXI_CHROMIUM to its path',
  },
  {
    name: 'PostgreSQL',
    found: () => onPath('pg_ctl') || debianPostgres(),
    without: 'the conformance suite on a PostgreSQL server (PGlite is tested)',
    remedy: 'apt-get install postgresql',
  },
  {
    name: 'Kafka',
    found: () => onPath('java') && kafkaJars(),
    without: 'the tests of the event log on Kafka',
    remedy: 'apt-get install default-jre-headless maven, then node scripts/kafka.mjs',
  },
];

const onPath = (program) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));

function debianPostgres() {
  const folder = '/usr/lib/postgresql';
  return existsSync(folder) && readdirSync(folder).some((version) => existsSync(join(folder, version, 'bin/pg_ctl')));
}

/** Passed, failed and skipped tests. A file that could not even be loaded counts as one that failed. */
function countsOf(report) {
  const sums = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) sums.failed++;
    for (const { status } of file.assertionResults)
      sums[status === 'passed' || status === 'failed' ? status : 'skipped']++;
  }
  return sums;
}

function printSkipped(report) {
  for (const file of report.testResults) {
    const skipped = file.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed');
    if (skipped.length > 0) console.log(`skipped in ${relative(root, file.name)}: ${skipped.length}`);
  }
}

// Whatever happens, the last line counts: a console that does not build, say, is a failure and not a silence.
let counts = { passed: 0, failed: 1, skipped: 0 };
process.on('exit', () => console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`));

ensureInstalled();
ensureConsole();

const folder = mkdtempSync(join(tmpdir(), 'guanxi-tests-'));
const reportFile = join(folder, 'report.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: nodeEnvironment,
});
const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : null;
rmSync(folder, { recursive: true, force: true });

if (report) printSkipped(report);
for (const { name, found, without, remedy } of OPTIONAL)
  if (!found()) console.log(`${name} is not installed: ${without} did not run. To run them: ${remedy}.`);
if (report) counts = countsOf(report);
process.exitCode = status ?? 1;
