import { existsSync, readdirSync } from 'node:fs';
import {
  type Config,
  createLogger,
  endUnfinishedJobs,
  lockFolder,
  openClickHouse,
  openClickHouseLog,
  openPostgres,
  type Statements,
} from '@guanxi/engine/platform';
import { adoptLog } from '@guanxi/engine/river';
import {
  Loader,
  logPages,
  type OnProgress,
  type Send,
  sendFolder,
  sendLive,
  verifyBackup,
} from '@guanxi/engine/transfer';
import { livePartsOf } from './backup-job.ts';
import { compose } from './compose.ts';

type Target = Pick<Config, 'dataDir' | 'clickhouseUrl' | 'clickhouseCluster' | 'postgresUrl'>;

export interface Moved {
  readonly rows: number;
  readonly seconds: number;
}

/** Fills the engines of `target`, which must be empty or hold a part of the same cargo. */
async function load(
  target: Target,
  send: Send,
  adopt: (statements: Statements) => Promise<void>,
  onProgress: OnProgress,
): Promise<Moved> {
  const started = Date.now();
  const postgres = await openPostgres(target);
  try {
    const clickhouse = await openClickHouse(target);
    try {
      async function* readLog() {
        const log = await openClickHouseLog({ clickhouse, logger: createLogger('warn'), maxPending: 1 });
        yield* logPages(log, log.head(), null);
      }
      const loader = new Loader({ clickhouse, postgres, readLog, adopt }, onProgress);
      await send(loader);
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
 * `verifyBackup` throws, before anything is written; `target_not_empty`, `folder_in_use`.
 */
export async function restoreBackup(config: Config, folder: string, onProgress: OnProgress): Promise<Moved> {
  const lock = lockFolder(config.dataDir);
  try {
    const manifest = await verifyBackup(folder);
    const adopt = async (statements: Statements) => {
      await adoptLog(statements);
      await endUnfinishedJobs(statements);
    };
    return await load(config, sendFolder(folder, manifest), adopt, onProgress);
  } finally {
    lock.release();
  }
}

/**
 * Moves the data of an embedded folder to servers. The folder is read only, apart from what opening it brings up to
 * date. Throws `no_data`, `target_not_empty`, `folder_in_use`.
 */
export async function migrateEngine(
  config: Config,
  target: Omit<Target, 'dataDir'>,
  onProgress: OnProgress,
  { pageRows }: { pageRows?: number } = {},
): Promise<Moved> {
  const { clickhouseUrl: _url, clickhouseCluster: _cluster, postgresUrl: _postgres, ...rest } = config;
  const source = await compose(
    { ...rest, clickhouseUrl: undefined, clickhouseCluster: undefined, postgresUrl: undefined },
    { idle: true },
  );
  try {
    const parts = { ...livePartsOf(source), ...(pageRows === undefined ? {} : { pageRows }) };
    return await load({ ...target, dataDir: config.dataDir }, sendLive(parts), adoptLog, onProgress);
  } finally {
    await source.close();
  }
}

/** Whether a folder holds the data of embedded engines. */
export const holdsData = (folder: string): boolean => existsSync(folder) && readdirSync(folder).includes('clickhouse');
