// Known vulnerabilities of the packages we use: fails from severity high on. A registry that does not tell is no failure.
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--json', '--audit-level=high'], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
  stdio: ['ignore', 'pipe', 'ignore'],
});
let report = {};
try {
  report = JSON.parse(stdout);
} catch {
  // npm prints nothing that can be read where it could not ask at all.
}
const found = report.metadata?.vulnerabilities;
if (found) {
  for (const [name, { severity, range }] of Object.entries(report.vulnerabilities))
    if (severity === 'high' || severity === 'critical') console.error(`${severity}: ${name} ${range}`);
  console.log(`Known vulnerabilities: ${found.critical} critical, ${found.high} high, ${found.total} in all`);
  process.exitCode = found.high + found.critical > 0 ? 1 : 0;
} else console.log(`Not asked for known vulnerabilities: ${report.message?.split(' - ')[0] ?? 'no answer'}`);
