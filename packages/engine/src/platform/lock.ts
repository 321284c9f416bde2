import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './errors.ts';

/** Who owns a data folder. `url` is filled in once the owner listens. */
export interface LockOwner {
  readonly pid: number;
  readonly url: string | null;
}

const lockFile = (folder: string) => join(folder, 'guanxi.lock');

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The live process that owns the folder, if any. A file left by a dead process does not count. */
export function lockOwner(folder: string): LockOwner | null {
  try {
    const owner = JSON.parse(readFileSync(lockFile(folder), 'utf8')) as LockOwner;
    return Number.isInteger(owner.pid) && owner.pid !== process.pid && alive(owner.pid) ? owner : null;
  } catch {
    return null;
  }
}

/**
 * Take a data folder for this process; the embedded engines would damage it if two did. Throws `conflict` naming the
 * owner. Returns how to announce the server's address and how to give the folder back.
 */
export function lockFolder(folder: string): { announce(url: string): void; release(): void } {
  mkdirSync(folder, { recursive: true });
  const owner = lockOwner(folder);
  if (owner)
    throw new UserError(
      'conflict',
      'folder_in_use',
      `The data folder is used by process ${owner.pid}${owner.url ? ` at ${owner.url}` : ''}`,
      {
        where: folder,
        remedy: 'Stop that process, or set GUANXI_DATA to another folder.',
      },
    );
  const write = (url: string | null) => writeFileSync(lockFile(folder), JSON.stringify({ pid: process.pid, url }));
  write(null);
  return { announce: write, release: () => rmSync(lockFile(folder), { force: true }) };
}
