// `npm run bench -- SUITE [--set NAME] [--scale N]`: runs bench/main.ts, installing what lacks.
import { spawn } from 'node:child_process';
import { ensureInstalled, nodeArguments, nodeEnvironment, root } from '../scripts/prepare.mjs';

ensureInstalled();
const child = spawn(process.execPath, [...nodeArguments, 'bench/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: nodeEnvironment,
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
