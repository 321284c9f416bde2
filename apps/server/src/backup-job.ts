import type { ActorRef, Backup, Job } from '@guanxi/contracts';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { identityRows } from '@guanxi/engine/identity';
import {
  type Config,
  type JobHandler,
  type Platform,
  UserError,
  vaultOfCopy,
  wrappedKeyOf,
} from '@guanxi/engine/platform';
import { type River, riverRows } from '@guanxi/engine/river';
import { findBackups, FolderSink, type LiveParts, sendLive, verifyBackup } from '@guanxi/engine/transfer';
import { z } from 'zod';
import { version } from './version.ts';

const backupParams = z.object({ folder: z.string() });

/** What a copy of the data is made of, and what is left to be made again. */
export const livePartsOf = ({ platform, river }: { platform: Platform; river: River }): LiveParts => ({
  clickhouse: platform.clickhouse,
  postgres: platform.postgres,
  log: platform.log,
  derived: { tables: river.tables().map(({ name }) => name), rows: [...identityRows, ...riverRows] },
});

/** Where backups are kept that were not told where to go. */
export const backupHome = ({ backupDir, dataDir }: Config): string => resolve(backupDir ?? join(dataDir, 'backups'));

/**
 * The folder a caller may have a backup written to: below the folder of backups, or anywhere for the command line of
 * the machine, which could write there itself. Throws `forbidden`.
 */
export function backupFolder(folder: string, config: Config, actor: ActorRef): string {
  const home = backupHome(config);
  const path = resolve(home, folder);
  const within = relative(home, path);
  if (actor.kind === 'command' || (within !== '' && !within.startsWith('..') && !isAbsolute(within))) return path;
  throw new UserError('forbidden', 'backup_elsewhere', 'Backups are written below GUANXI_BACKUP_DIR', {
    where: 'folder',
    remedy: 'Give a name without a path, or use the command line of that machine.',
  });
}

/** Writes everything that cannot be derived into a folder. A job that is begun again begins its folder again. */
export function backupHandler(parts: { platform: Platform; river: River }): JobHandler {
  return async ({ params, signal, progress }) => {
    const { folder } = backupParams.parse(params);
    const createdAt = new Date(parts.platform.clock.now()).toISOString();
    const { config, postgres, vault } = parts.platform;
    const key = await wrappedKeyOf(config, postgres);
    const sink = new FolderSink(folder, { version, createdAt, key }, vault, (done, total) => {
      signal.throwIfAborted();
      progress({ done, total });
    });
    await sendLive(livePartsOf(parts))(sink);
    return { rows: sink.rows() };
  };
}

/** Reads all of a backup. What it gives says of which: a folder may hold another one later. */
export function verifyHandler({ platform }: { platform: Platform }): JobHandler {
  return async ({ params, signal, progress }) => {
    const { folder } = backupParams.parse(params);
    let rows = 0;
    const { createdAt } = await verifyBackup(
      folder,
      (key) => vaultOfCopy(platform.config, key),
      (done, total) => {
        signal.throwIfAborted();
        progress({ done: (rows = done), total });
      },
    );
    return { rows, createdAt };
  };
}

/** As many jobs as are searched for one that read a backup. */
const JOBS_SEARCHED = 500;
const reads = ({ kind, state }: Job) => (kind === 'verify' || kind === 'restore') && state === 'done';

/** The backups below the folder of backups, each with when it was read as a whole. */
export async function backupsOf({ config, jobs }: Platform): Promise<{ home: string; items: Backup[] }> {
  const home = backupHome(config);
  const [found, all] = await Promise.all([findBackups(home), jobs.list(JOBS_SEARCHED)]);
  const read = all.filter(reads);
  const items = found.map((each) => {
    const last = read.find(({ title, result }) => title === each.folder && result['createdAt'] === each.createdAt);
    return { ...each, verifiedAt: last?.finishedAt ?? null };
  });
  return { home, items };
}
