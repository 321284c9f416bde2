import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@guanxi/contracts';
import { startServerProcess } from '../../test/support/server.ts';
import { endWithUs } from './child.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** What Linux counts processor time in, on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

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
  /** What it has logged so far: warnings and errors. */
  complaints(): string;
  /** The answer of an address of the API as text, for downloads. */
  text(path: string): Promise<string>;
  /** Ends the process at once, as a crash would; the folder stays. */
  kill(): Promise<void>;
  /** Ends the server in order; a folder that was made for it is removed. */
  stop(): Promise<void>;
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

/** Starts the product, on a data folder that lasts where one is given. */
export async function startServer(
  env: Readonly<Record<string, string>> = {},
  { folder }: { folder?: string } = {},
): Promise<RunningServer> {
  const dataDir = folder ?? mkdtempSync(join(tmpdir(), 'guanxi-bench-'));
  const process = await startServerProcess(dataDir, env);
  const pid = process.child.pid!;
  endWithUs(process.child);
  return {
    url: process.url,
    host: '127.0.0.1',
    port: Number(new URL(process.url).port),
    dataDir,
    api: process.api,
    pid,
    peakMemoryMb: () => peakMemoryOf(pid),
    cpuSeconds: () => cpuSecondsOf(pid),
    complaints: process.output,
    text: async (path) => {
      const response = await process.fetch(process.url + path);
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      return response.text();
    },
    kill: () => process.stop('SIGKILL'),
    stop: async () => {
      await process.stop();
      if (folder === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
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
