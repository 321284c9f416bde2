// `npm start` on a fresh clone: installs if needed, builds the console if stale, starts the server.
import { spawn } from 'node:child_process';
import { ensureConsole, ensureInstalled, nodeArguments, nodeEnvironment, root } from './prepare.mjs';

ensureInstalled();
ensureConsole();
const server = spawn(process.execPath, [...nodeArguments, 'apps/server/src/main.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...nodeEnvironment, GUANXI_DATA: process.env.GUANXI_DATA ?? `${root}/data` },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
