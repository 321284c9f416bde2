// What must be there before anything runs, made when it is missing or old. Plain Node: nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
/**
 * TypeScript is run as it is. Work is cut into bounded batches, so a heap of this size is plenty; without the bound V8
 * would let garbage pile up as long as the machine has memory.
 */
export const nodeArguments = [
  '--max-old-space-size=640',
  '--max-semi-space-size=16',
  '--import',
  'tsx',
  '--disable-warning=ExperimentalWarning',
];
/** Each lane of the embedded engine takes a thread of this pool while it works. */
export const nodeEnvironment = { ...process.env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '16' };

const timeOf = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function run(command, args, env = process.env) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Guanxi needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  if (process.platform === 'win32') {
    console.error('The embedded ClickHouse has no Windows build: run Guanxi inside WSL2.');
    process.exit(1);
  }
  if (timeOf(join(root, 'node_modules/.package-lock.json')) >= timeOf(join(root, 'package-lock.json'))) return;
  console.log('Installing packages…');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) newest = Math.max(newest, timeOf(join(entry.parentPath ?? entry.path, entry.name)));
  return newest;
}

export function ensureConsole() {
  const sources = [
    ...['apps/web/src', 'packages/contracts/src'].map((folder) => newestIn(join(root, folder))),
    timeOf(join(root, 'apps/web/index.html')),
    timeOf(join(root, 'package-lock.json')),
  ];
  if (timeOf(join(root, 'apps/web/dist/index.html')) >= Math.max(...sources)) return;
  console.log('Building the console…');
  // Whoever asks may run under another mode, such as a test; what is served is always the finished console.
  run('npm', ['run', 'build', '--silent', '--workspace', '@guanxi/web', '--', '--logLevel', 'warn'], {
    ...process.env,
    NODE_ENV: 'production',
  });
}
