import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { actorRef } from '@guanxi/contracts';
import { endSessions } from '@guanxi/engine/access';
import { carryAudit } from '@guanxi/engine/audit';
import {
  adoptPlaces,
  adoptSealedKey,
  adoptTerms,
  briefly,
  carryJob,
  endUnfinishedJobs,
  finishReplacing,
  holdsSameKey,
  type JobHandler,
  type JobRun,
  noteReplacing,
  type Platform,
  REPLACED_TOPIC,
  replacedBy,
  type Statements,
  UserError,
  vaultOfCopy,
  type WrappedKey,
  wrappedKeyOf,
} from '@guanxi/engine/platform';
import { adoptLog, type River } from '@guanxi/engine/river';
import {
  ASIDE,
  dropAside,
  FolderSink,
  lockTables,
  type Manifest,
  notEmptyHere,
  Replacer,
  sendFolder,
  sendLast,
  verifyBackup,
} from '@guanxi/engine/transfer';
import { z } from 'zod';
import { backupHome, livePartsOf } from './backup-job.ts';
import { version } from './version.ts';

export const restoreParams = z.object({ folder: z.string(), replace: z.boolean(), actor: actorRef });
type Params = z.infer<typeof restoreParams>;

/** Throws where a backup cannot take the place of what is here: `not_empty`, `log_not_here`. */
export function refuseRestore({ log }: Platform, replace: boolean): void {
  if (log.hold === undefined)
    throw new UserError('conflict', 'log_not_here', 'The event log is on Kafka, which a backup does not replace', {
      where: 'GUANXI_KAFKA_BROKERS',
      remedy:
        'Restore into empty engines without Kafka, with the server stopped; or let the topic be read anew by engines that are empty.',
    });
  if (log.head() > 0 && !replace) throw notEmptyHere();
}

const rowsIn = ({ parts }: Manifest) => parts.reduce((sum, { digest }) => sum + digest.rows, 0);
/** Deadlocks with statements that were under way. */
const LOCK_TRIES = 5;
const DEADLOCK = '40P01';
const AGAIN_MS = 1000;

/** From `stop` to `go` nothing is processed and nothing enters the log. */
class Standstill {
  #go: (() => void)[] = [];

  constructor(private readonly parts: { platform: Platform; river: River }) {}

  async stop(): Promise<void> {
    const { platform, river } = this.parts;
    await new Promise<void>((stopped, failed) => {
      river.quiet(() => new Promise<void>((go) => (this.#go.push(go), stopped()))).catch(failed);
    });
    this.#go.push(await platform.log.hold!());
  }

  go(): void {
    for (const go of this.#go.splice(0)) go();
  }
}

interface Parts {
  readonly platform: Platform;
  readonly river: River;
}

/** What one attempt knows. */
class Restore {
  readonly #still: Standstill;
  #done = 0;
  #total = 0;
  /** From here on nobody is asked whether they still want it. */
  #final = false;

  constructor(
    private readonly parts: Parts,
    private readonly run: JobRun,
    private readonly params: Params,
  ) {
    this.#still = new Standstill(parts);
  }

  async attempt(): Promise<void> {
    const { platform } = this.parts;
    const { folder } = this.params;
    const { config } = platform;
    let verified = 0;
    const manifest = await verifyBackup(
      folder,
      (key) => vaultOfCopy(config, key),
      (done, total) => {
        this.#total = (total ?? 0) * 2 + platform.log.head();
        this.#moved(done - verified);
        verified = done;
      },
    );
    const vault = vaultOfCopy(config, manifest.key);
    // What goes along with this job, and the disk of embedded engines, are sealed with the key of now.
    if (!holdsSameKey(vault, platform.vault))
      throw new UserError('conflict', 'other_data_key', 'The backup is of an installation with another data key', {
        where: folder,
        remedy: 'Stop the server and restore into an empty data folder: guanxi restore does so where no server runs.',
      });
    const replacer = new Replacer({
      clickhouse: platform.clickhouse,
      moved: (rows) => this.#moved(rows),
      cutOver: (tables, replace) => this.#cutOver({ tables, replace, manifest }),
    });
    await sendFolder(folder, manifest, vault)(replacer);
  }

  /** What was there goes on as if nothing had been. */
  async undo(): Promise<void> {
    const { clickhouse, logger } = this.parts.platform;
    await clickhouse
      .unstage()
      .catch((error: unknown) => logger.warn({ reason: briefly(error) }, 'what a restore left is in the way'));
    this.#still.go();
  }

  #moved(rows: number): void {
    if (!this.#final) this.run.signal.throwIfAborted();
    this.#done += rows;
    this.run.progress({ done: this.#done, total: Math.max(this.#total, this.#done) });
  }

  async #cutOver(given: {
    readonly tables: readonly string[];
    readonly replace: (statements: Statements) => Promise<void>;
    readonly manifest: Manifest;
  }): Promise<void> {
    const { platform } = this.parts;
    const { config, postgres } = platform;
    const createdAt = new Date(platform.clock.now()).toISOString();
    const before = join(backupHome(config), `before-restore-${createdAt.replace(/\D/g, '')}`);
    let kept = 0;
    const present = await wrappedKeyOf(config, postgres);
    const sink = new FolderSink(before, { version, createdAt, key: present }, platform.vault, (done) => {
      this.#moved(done - kept);
      kept = done;
    });
    const sendPresent = await sendLast(livePartsOf(this.parts), sink, () => this.#still.stop());
    this.run.signal.throwIfAborted();
    this.#final = true;
    const result = { rows: rowsIn(given.manifest), createdAt: given.manifest.createdAt, before };
    await locked(platform, async (statements) => {
      await sendPresent(statements);
      await given.replace(statements);
      await this.#adopt(statements, present, before);
      await noteReplacing(statements, { id: this.run.id, tables: given.tables, result });
      await dropAside(statements);
    });
  }

  /** What of the present goes along, and what of the backup must not take effect again. */
  async #adopt(statements: Statements, key: WrappedKey, before: string): Promise<void> {
    const { config, clock } = this.parts.platform;
    await endUnfinishedJobs(statements);
    await carryJob(statements, ASIDE, this.run.id);
    await adoptTerms(statements, ASIDE);
    await adoptLog(statements);
    if (config.postgresUrl) await adoptSealedKey(statements, key);
    if (config.postgresUrl && config.clickhouseUrl) await adoptPlaces(statements, this.run.id);
    await endSessions(statements);
    const { actor, folder } = this.params;
    const entry = { actor, action: 'restored', subject: folder, outcome: 'done', detail: { before } } as const;
    await carryAudit(statements, ASIDE, entry, clock.now());
  }
}

/** A transaction in which nobody else reads or writes any table. */
async function locked({ postgres }: Platform, work: (statements: Statements) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let has = false;
    try {
      return await postgres.transaction(async (statements) => {
        for (const timeout of ['statement_timeout', 'idle_in_transaction_session_timeout'])
          await statements.query(`SET LOCAL ${timeout} = 0`);
        await lockTables(statements);
        has = true;
        await work(statements);
      });
    } catch (error) {
      if (has || attempt === LOCK_TRIES || (error as { code?: string }).code !== DEADLOCK) throw error;
    }
  }
}

/** Until it succeeds: half of it has happened. */
async function persistently<T>({ logger }: Platform, work: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await work();
    } catch (error) {
      logger.error({ reason: briefly(error) }, 'a restore has to wait');
      await pause(AGAIN_MS);
    }
}

/**
 * Puts a backup in the place of everything, while the server runs. It can be cancelled, and dies without a trace, up to
 * the transaction that replaces PostgreSQL; from there on it is finished by whoever comes next. Events that came after
 * the backup are in a backup of their own then, whose folder the result names.
 */
export function restoreHandler(parts: Parts): JobHandler {
  const { platform } = parts;
  const { postgres, clickhouse, signals } = platform;
  return async (run) => {
    const params = restoreParams.parse(run.params);
    const restore = new Restore(parts, run, params);
    let result = await replacedBy(postgres, run.id);
    if (!result)
      try {
        refuseRestore(platform, params.replace);
        await restore.attempt();
        result = await persistently(platform, () => replacedBy(postgres, run.id));
      } catch (error) {
        // The answer to the last statement may be lost.
        result = await persistently(platform, () => replacedBy(postgres, run.id));
        if (!result) {
          await restore.undo();
          throw error;
        }
      }
    await persistently(platform, () => finishReplacing(postgres, clickhouse));
    await signals.publish(REPLACED_TOPIC, run.id);
    return result!;
  };
}
