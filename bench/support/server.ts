import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client, withToken } from '@guanxi/contracts';
import { endWithUs } from './child.ts';
import { nodeArguments, nodeEnvironment } from '../../scripts/prepare.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** What Linux counts processor time in, on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;
const START_TIMEOUT_MS = 60_000;

/** The product, running in a process of its own on a temporary data folder. */
export interface RunningServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly api: Client;
  /** The most memory the process ever held, in MB of 2^20 bytes. */
  peakMemoryMb(): number;
  /** Processor time the process has used so far, in seconds; NaN where the system does not tell. */
  cpuSeconds(): number;
  readonly pid: number;
  /** The answer of an address of the API as text, for downloads. */
  text(path: string): Promise<string>;
  /** Ends the process at once, as a crash would; the folder stays. */
  kill(): Promise<void>;
  /** Ends the server in order; a folder that was made for it is removed. */
  stop(): Promise<void>;
}

interface Announced {
  readonly url: string;
  readonly token: string;
}

function announcedIn(lockFile: string): Announced | null {
  try {
    const { url, token } = JSON.parse(readFileSync(lockFile, 'utf8')) as { url: string | null; token: string };
    return url === null ? null : { url, token };
  } catch {
    return null;
  }
}

/** On Linux the kernel's own high-water mark; elsewhere the size now, by `ps`. */
function peakMemoryOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (existsSync(file)) return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(file, 'utf8'))?.[1] ?? Number.NaN) / 1024;
  return Number.NaN;
}

function cpuSecondsOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  // The name of the process, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function announcementOf(child: ChildProcess, dataDir: string): Promise<Announced> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const found = announcedIn(join(dataDir, 'guanxi.lock'));
    if (found && (await fetch(`${found.url}/health`).catch(() => null))?.ok) return found;
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error('The server did not start');
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Starts the product, on a data folder that lasts where one is given. */
export async function startServer(
  env: Readonly<Record<string, string>> = {},
  { folder }: { folder?: string } = {},
): Promise<RunningServer> {
  const dataDir = folder ?? mkdtempSync(join(tmpdir(), 'guanxi-bench-'));
  const child = spawn(process.execPath, [...nodeArguments, 'apps/server/src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...nodeEnvironment,
      GUANXI_DATA: dataDir,
      GUANXI_HOST: '127.0.0.1',
      GUANXI_PORT: '0',
      GUANXI_LOG_LEVEL: 'warn',
      ...env,
    },
  });
  endWithUs(child);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const stop = async () => {
    await end('SIGTERM');
    if (folder === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const { url, token } = await announcementOf(child, dataDir);
    const operator = withToken(token);
    return {
      url,
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      dataDir,
      api: createClient(url, operator),
      peakMemoryMb: () => peakMemoryOf(child.pid!),
      cpuSeconds: () => cpuSecondsOf(child.pid!),
      pid: child.pid!,
      text: async (path) => {
        const response = await operator(url + path);
        if (!response.ok) throw new Error(`${path} answered ${response.status}`);
        return response.text();
      },
      kill: () => end('SIGKILL'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How far the graph is behind the log, in events. */
export async function lagOf({ api }: RunningServer): Promise<{ lag: number; position: number }> {
  const { stages } = await api.status();
  const graph = stages.find((stage) => stage.name === 'graph')!;
  return { lag: graph.head - graph.position, position: graph.position };
}

/** Waits until everything that was accepted is in the graph. */
export async function drained(server: RunningServer): Promise<void> {
  while ((await lagOf(server)).lag > 0) await new Promise((done) => setTimeout(done, 50));
}
