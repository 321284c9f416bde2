import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../platform/index.ts';
import { readManifest } from './folder.ts';

/** A folder that a backup was written into, or begun to be. */
export interface FoundBackup {
  readonly name: string;
  readonly folder: string;
  readonly state: 'whole' | 'unfinished' | 'damaged';
  readonly createdAt: string | null;
  readonly version: string | null;
  readonly rows: number;
  readonly bytes: number;
}

async function look(name: string, folder: string): Promise<FoundBackup | null> {
  const unknown = { name, folder, createdAt: null, version: null, rows: 0, bytes: 0 };
  try {
    const { createdAt, version, parts } = await readManifest(folder);
    const sizes = parts.flatMap(({ files }) => files.map(({ bytes }) => bytes));
    return {
      ...{ name, folder, state: 'whole', createdAt, version },
      rows: parts.reduce((sum, { digest }) => sum + digest.rows, 0),
      bytes: sizes.reduce((sum, size) => sum + size, 0),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code === 'no_backup') return null;
    return { ...unknown, state: error.code === 'backup_unfinished' ? 'unfinished' : 'damaged' };
  }
}

/** Backups that lie in a folder, each in one of its own: newest first, after those that do not tell their time. */
export async function findBackups(home: string): Promise<FoundBackup[]> {
  const entries = await readdir(home, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => look(name, join(home, name))),
  );
  return found
    .filter((one) => one !== null)
    .sort(
      (a, b) =>
        Number(a.createdAt !== null) - Number(b.createdAt !== null) ||
        (b.createdAt ?? b.name).localeCompare(a.createdAt ?? a.name),
    );
}
