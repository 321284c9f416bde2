import { existsSync, readdirSync } from 'node:fs';
import {
  adoptKey,
  type Config,
  createLogger,
  endUnfinishedJobs,
  lockFolder,
  openClickHouse,
  openClickHouseLog,
  openPostgres,
  openVault,
  type Statements,
  type Vault,
  vaultOfCopy,
} from '@guanxi/engine/platform';
import { adoptLog } from '@guanxi/engine/river';
import {
  Loader,
  logPages,
  type Manifest,
  type OnProgress,
  type Send,
  sendFolder,
  sendLive,
  verifyBackup,
} from '@guanxi/engine/transfer';
import { livePartsOf } from './backup-job.ts';
import { compose } from './compose.ts';

export interface Moved {
  readonly rows: number;
  readonly seconds: number;
}

interface Loading {
  readonly send: Send;
  readonly vault: Vault;
  readonly adopt: (statements: Statements) => Promise<void>;
  readonly onProgress: OnProgress;
}

/** Fills the engines of `target`, which must be empty or hold a part of the same cargo. */
async function load(target: Config, { send, vault, adopt, onProgress }: Loading): Promise<Moved> {
  const started = Date.now();
  const postgres = await openPostgres(target);
  try {
    const clickhouse = await openClickHouse(target, vault);
    try {
      async function* readLog() {
        const log = await openClickHouseLog({ clickhouse, logger: createLogger('warn'), maxPending: 1 });
        yield* logPages(log, log.head(), null);
      }
      const loader = new Loader({ clickhouse, postgres, readLog, adopt }, onProgress);
      await send(loader);
      // The data key goes where all processes of these engines find it.
      await openVault(target, postgres);
      return { rows: loader.rows(), seconds: (Date.now() - started) / 1000 };
    } finally {
      await clickhouse.close();
    }
  } finally {
    await postgres.close();
  }
}

/**
 * Puts a backup into the engines of the settings. Everything derived is made anew when the server starts. Throws what
 * `verifyBackup` throws, before anything is written; `target_not_empty`, `folder_in_use`, `key_missing`, `wrong_key`.
 */
export async function restoreBackup(config: Config, folder: string, onProgress: OnProgress): Promise<Moved> {
  const manifest = await verifyBackup(folder, (key) => vaultOfCopy(config, key));
  const lock = lockFolder(config.dataDir);
  try {
    const vault = await adoptKey(config, manifest.key);
    const adopt = async (statements: Statements) => {
      await adoptLog(statements);
      await endUnfinishedJobs(statements);
    };
    return await load(config, { send: sendFolder(folder, manifest, vault), vault, adopt, onProgress });
  } finally {
    lock.release();
  }
}

/**
 * Moves the data of an embedded folder to servers. The folder is read only, apart from what opening it brings up to
 * date. Throws `target_not_empty`, `folder_in_use`, `transfer_done`.
 */
export async function migrateEngine(
  config: Config,
  target: Pick<Config, 'clickhouseUrl' | 'clickhouseCluster' | 'postgresUrl'>,
  onProgress: OnProgress,
  { pageRows }: { pageRows?: number } = {},
): Promise<Moved> {
  const embedded = { ...config, clickhouseUrl: undefined, clickhouseCluster: undefined, postgresUrl: undefined };
  const source = await compose(embedded, { idle: true });
  try {
    const parts = { ...livePartsOf(source), ...(pageRows === undefined ? {} : { pageRows }) };
    const { clickhouseUrl, clickhouseCluster, postgresUrl } = target;
    const send = sendLive(parts);
    const { vault } = source.platform;
    const served = { ...config, clickhouseUrl, clickhouseCluster, postgresUrl };
    return await load(served, { send, vault, adopt: adoptLog, onProgress });
  } finally {
    await source.close();
  }
}

/** Reads a backup and compares it with its checksums; the operator's key is that of the settings. */
export const checkBackup = (config: Config, folder: string, onProgress?: OnProgress): Promise<Manifest> =>
  verifyBackup(folder, (key) => vaultOfCopy(config, key), onProgress);

/** Whether a folder holds the data of embedded engines. */
export const holdsData = (folder: string): boolean => existsSync(folder) && readdirSync(folder).includes('clickhouse');
