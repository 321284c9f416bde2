import type { ActorRef } from '@guanxi/contracts';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { identityRows } from '@guanxi/engine/identity';
import { type Config, type JobHandler, type Platform, UserError, wrappedKeyOf } from '@guanxi/engine/platform';
import { type River, riverRows } from '@guanxi/engine/river';
import { FolderSink, type LiveParts, sendLive } from '@guanxi/engine/transfer';
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
