#!/usr/bin/env node
// The `guanxi` command: runs the TypeScript of apps/cli with the thread pool the embedded engine needs.
import { spawn } from 'node:child_process';
import { ensureInstalled, nodeArguments, nodeEnvironment, root } from '../../../scripts/prepare.mjs';

ensureInstalled();
const main = new URL('../src/main.ts', import.meta.url).pathname;
const child = spawn(process.execPath, [...nodeArguments, main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // The loader is found from the project; paths in arguments stay those of the caller's folder.
  env: { ...nodeEnvironment, GUANXI_DATA: process.env.GUANXI_DATA ?? `${root}data`, GUANXI_CALLED_FROM: process.cwd() },
  cwd: root,
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
