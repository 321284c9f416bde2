import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '@guanxi/contracts';
import { examine, type Findings } from '../support/ledger.ts';
import { Senders } from '../support/senders.ts';
import { drained, type RunningServer, startServer } from '../support/server.ts';

const SIZE_MB = 300;
/** How long the disk stays full at least and at most, while customers go on sending. */
const FULL_MS = { least: 4000, most: 30_000, again: 500 };

export interface FullDisk {
  readonly findings: Findings;
  /** Answers while the disk was full, by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Seconds from there being room again to the next acknowledged event. */
  readonly recovery: number;
  /** Seconds of the slowest answer. */
  readonly slowest: number;
}

/** Puts a small disk at a folder; a text says why it cannot be done here. */
export function mountSmall(folder: string, megabytes = SIZE_MB): string | null {
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  return status === 0 ? null : `a small disk cannot be mounted here: ${error?.message ?? stderr.toString().trim()}`;
}

/** Takes all the room there is. */
export function fill(file: string): void {
  const ballast = openSync(file, 'w');
  for (let size = 1 << 20; size >= 512;)
    try {
      if (writeSync(ballast, Buffer.alloc(size, 1)) < size) size /= 2;
    } catch {
      size /= 2;
    }
  closeSync(ballast);
}

/** Fills what the engine sets free as well, until somebody was refused and for some seconds. Names the files it made. */
async function keepFull(folder: string, refused: () => boolean): Promise<string[]> {
  const ballasts: string[] = [];
  const began = performance.now();
  const since = () => performance.now() - began;
  while (since() < FULL_MS.least || (!refused() && since() < FULL_MS.most)) {
    ballasts.push(join(folder, `ballast-${ballasts.length}`));
    fill(ballasts.at(-1)!);
    await pause(FULL_MS.again);
  }
  return ballasts;
}

/** Waits until everything is processed; right after a full disk an engine may still be away. */
async function settled(server: RunningServer): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await drained(server);
    } catch (error) {
      if (attempt === 60 || !(error instanceof ApiError && error.status === 503))
        throw new Error(`after a full disk: ${server.complaints().slice(-2000)}`, { cause: error });
      await pause(500);
    }
}

/** The server on a disk that fills up while customers send, and has room again later. A text says why it cannot be tried here. */
export async function fullDisk(users: number, log: (text: string) => void): Promise<FullDisk | string> {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-small-disk-'));
  const refusal = mountSmall(folder);
  if (refusal) {
    rmSync(folder, { recursive: true });
    return refusal;
  }
  const server = await startServer({}, { folder: join(folder, 'data') });
  try {
    const writeKey = (await server.api.sources()).items.find(({ kind }) => kind === 'sdk')!.writeKey;
    const senders = new Senders('disk', users, () => ({ url: server.url, writeKey }));
    senders.start();
    await pause(2000);
    const before = { ...senders.statuses };
    const ballasts = await keepFull(folder, () => (senders.statuses['503'] ?? 0) > (before['503'] ?? 0));
    const statuses = Object.fromEntries(
      Object.entries(senders.statuses)
        .map(([status, count]) => [status, count - (before[status] ?? 0)] as const)
        .filter(([, count]) => count > 0),
    );
    for (const ballast of ballasts) rmSync(ballast);
    const began = performance.now();
    await senders.nextAcknowledgement();
    const recovery = (performance.now() - began) / 1000;
    log(`disk full: answered ${JSON.stringify(statuses)}, back after ${recovery.toFixed(1)} s`);
    await pause(1000);
    await senders.stop();
    await settled(server);
    return { findings: await examine(server, senders), statuses, recovery, slowest: senders.slowestMs / 1000 };
  } finally {
    await server.stop();
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}
