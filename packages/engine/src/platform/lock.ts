import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './errors.ts';

/**
 * Who owns a data folder. `url` is filled in once the owner listens. `token` opens its API to whoever may read the file:
 * the user who runs the server, and root.
 */
export interface LockOwner {
  readonly pid: number;
  readonly url: string | null;
  readonly token: string;
}

const TOKEN_BYTES = 32;

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

export interface FolderLock {
  readonly token: string;
  announce(url: string): void;
  release(): void;
}

/**
 * Take a data folder for this process; the embedded engines would damage it if two did. Throws `conflict` naming the
 * owner. Returns a token made for this time, how to announce the server's address and how to give the folder back.
 */
export function lockFolder(folder: string): FolderLock {
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
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const write = (url: string | null) => {
    // A mode is given to files that are made, not to those that are there.
    rmSync(lockFile(folder), { force: true });
    writeFileSync(lockFile(folder), JSON.stringify({ pid: process.pid, url, token }), { mode: 0o600, flag: 'wx' });
  };
  write(null);
  return { token, announce: write, release: () => rmSync(lockFile(folder), { force: true }) };
}
