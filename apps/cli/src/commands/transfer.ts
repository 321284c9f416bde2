import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { lockOwner, readConfig, UserError } from '@guanxi/engine/platform';
import type { OnProgress } from '@guanxi/engine/transfer';
import { type CommonOptions, type Session, withServer } from '../connect.ts';
import { Cancelled, followJob } from '../follow.ts';
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

/** A server whose data are being replaced answers nothing for so long, at most. */
const AWAY_MS = 600_000;

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

export interface RestoreOptions extends CommonOptions {
  readonly replace?: boolean;
  readonly yes?: boolean;
}

/** Everything that is there goes: nobody says that by mistake. */
async function confirmReplacing(folder: string, { yes }: RestoreOptions, text: Messages): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new UserError('invalid', 'not_confirmed', text.restore.notConfirmed, { remedy: text.restore.sayYes });
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(text.restore.confirm(folder)).finally(() => prompt.close());
  if (!text.restore.yes.includes(answer.trim().toLowerCase())) throw new Cancelled(text.cancelled);
}

async function restoreRunning(folder: string, options: RestoreOptions, session: Session): Promise<void> {
  const { api, text } = session;
  const replace = options.replace ?? false;
  if (replace) await confirmReplacing(folder, options, text);
  const started = Date.now();
  const job = await followJob(await api.restore({ body: { folder, replace } }), text.restore.word, session, AWAY_MS);
  const seconds = (Date.now() - started) / 1000;
  const rows = Number(job.result['rows'] ?? 0);
  const before = String(job.result['before']);
  say(options, { rows, seconds, before }, text.restore.replaced(rows, seconds.toFixed(1), before));
}

/** `guanxi restore DIR`: a server that runs is asked; without one, into the engines of the settings, which must be empty. */
export async function restoreCommand(given: string, options: RestoreOptions, text: Messages): Promise<void> {
  const running = options.url !== undefined || lockOwner(readConfig().dataDir)?.url;
  if (running || options.replace)
    return withServer(options, text, (session) => restoreRunning(resolve(given), options, session));
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
