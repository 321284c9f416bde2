import { join } from 'node:path';
import { type ClickHouse, openEmbeddedClickHouse, openServedClickHouse } from './clickhouse.ts';
import type { Config } from './config.ts';
import { UserError } from './errors.ts';
import { openEmbeddedPostgres, openServedPostgres, type Postgres } from './postgres.ts';
import { sealedFolderOf, type Vault } from './vault/index.ts';

/** The PostgreSQL that the settings name, the embedded one where they name none. */
export const openPostgres = ({ dataDir, postgresUrl }: Config): Promise<Postgres> =>
  postgresUrl ? openServedPostgres(postgresUrl) : openEmbeddedPostgres(join(dataDir, 'postgres'));

/** The ClickHouse that the settings name, the embedded one on its sealed disk where they name none. */
export function openClickHouse(config: Config, vault: Vault): Promise<ClickHouse> {
  const limits = { seconds: config.queryTimeoutSeconds, memoryBytes: config.queryMemoryMegabytes * 2 ** 20 };
  return config.clickhouseUrl
    ? openServedClickHouse(config.clickhouseUrl, config.clickhouseCluster, config.clickhouseStoragePolicy, limits)
    : openEmbeddedClickHouse(
        join(config.dataDir, 'clickhouse'),
        { folder: sealedFolderOf(config), key: vault.key('disk') },
        limits,
      );
}

/** Throws `transfer_unfinished` where a restore or a migration was begun and not finished: half of the data is there. */
export async function refuseUnfinished(postgres: Postgres): Promise<void> {
  const [begun] = await postgres.query<{ text: string | null }>("SELECT to_regclass('public.transfer')::text AS text");
  if (begun!.text === null) return;
  const [row] = await postgres.query<{ done: boolean }>('SELECT done FROM transfer');
  if (row && !row.done)
    throw new UserError('conflict', 'transfer_unfinished', 'Data are being moved here and are not all there yet', {
      remedy: 'Run the restore or migration again: it goes on where it stopped.',
    });
}
