import { resolve } from 'node:path';
import { readConfig, UserError } from '@guanxi/engine/platform';
import type { OnProgress } from '@guanxi/engine/transfer';
import { type CommonOptions, type Session, withServer } from '../connect.ts';
import { followJob } from '../follow.ts';
import type { Messages } from '../language.ts';
import { ProgressBar } from '../progress.ts';

export interface BackupOptions extends CommonOptions {
  readonly verify?: boolean;
}
export interface MigrateOptions extends CommonOptions {
  readonly clickhouse: string;
  readonly cluster?: string;
  readonly postgres: string;
}

/** Shows rows as they are moved, with their rate and the time that is left. */
async function showing<T>(label: string, text: Messages, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const bar = new ProgressBar(label, text);
  const started = Date.now();
  let before: number | null = null;
  try {
    return await work((done, total) => {
      // What an earlier attempt moved says nothing of how fast this one is.
      before ??= done;
      const rate = (done - before) / Math.max(0.001, (Date.now() - started) / 1000);
      bar.show({ done, total, rate, etaSeconds: total !== null && rate > 0 ? (total - done) / rate : null });
    });
  } finally {
    bar.end();
  }
}

const say = (options: CommonOptions, figures: Record<string, unknown>, words: string) =>
  console.log(options.json ? JSON.stringify(figures) : words);

async function verify(folder: string, options: BackupOptions, text: Messages): Promise<void> {
  const { checkBackup } = await import('@guanxi/server');
  const config = readConfig();
  const found = await showing(text.backup.verifyWord, text, (onProgress) => checkBackup(config, folder, onProgress));
  const rows = found.parts.reduce((sum, { digest }) => sum + digest.rows, 0);
  say(options, { rows, createdAt: found.createdAt }, text.backup.whole(found.createdAt, rows));
}

/** `guanxi backup DIR`, and with `--verify` a look at one that was made. */
export async function backupCommand(given: string, options: BackupOptions, text: Messages): Promise<void> {
  const folder = resolve(given);
  if (options.verify) return verify(folder, options, text);
  await withServer(options, text, async (session: Session) => {
    const started = Date.now();
    const job = await followJob(await session.api.backup({ body: { folder } }), text.backup.word, session);
    const seconds = (Date.now() - started) / 1000;
    const rows = Number(job.result['rows'] ?? 0);
    say(options, { folder, rows, seconds }, text.backup.done(folder, rows, seconds.toFixed(1)));
  });
}

/** `guanxi restore DIR`: into the engines of the settings, which must be empty. */
export async function restoreCommand(given: string, options: CommonOptions, text: Messages): Promise<void> {
  const { restoreBackup } = await import('@guanxi/server');
  const config = readConfig();
  const { rows, seconds } = await showing(text.restore.word, text, (onProgress) =>
    restoreBackup(config, resolve(given), onProgress),
  );
  say(options, { rows, seconds }, text.restore.done(rows, seconds.toFixed(1)));
}

/** `guanxi migrate-engine`: from the data folder of this machine to servers. */
export async function migrateCommand(options: MigrateOptions, text: Messages): Promise<void> {
  const { holdsData, migrateEngine } = await import('@guanxi/server');
  const { dataDir } = readConfig();
  if (!holdsData(dataDir))
    throw new UserError('not_found', 'no_data', text.migrate.noData(dataDir), { remedy: text.migrate.noDataRemedy });
  const settings = {
    GUANXI_CLICKHOUSE_URL: options.clickhouse,
    GUANXI_CLICKHOUSE_CLUSTER: options.cluster,
    GUANXI_POSTGRES_URL: options.postgres,
  };
  const target = readConfig({ ...process.env, ...settings });
  const { rows, seconds } = await showing(text.migrate.word, text, (onProgress) =>
    migrateEngine(readConfig(), target, onProgress),
  );
  const lines = Object.entries(settings).flatMap(([name, value]) => (value ? [`  ${name}=${value}`] : []));
  say(options, { rows, seconds }, [text.migrate.done(rows, seconds.toFixed(1)), ...lines].join('\n'));
}
