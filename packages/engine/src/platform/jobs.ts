import { randomUUID } from 'node:crypto';
import type { Job, JobKind } from '@guanxi/contracts';
import PgBoss from 'pg-boss';
import type { Clock } from './clock.ts';
import { UserError, briefly } from './errors.ts';
import type { JobSeal, JobTexts, SealedJobTexts } from './jobs-sealed.ts';
import { Deposed } from './leader.ts';
import type { Migration, Postgres, Statements } from './postgres.ts';
import type { Signals } from './signals.ts';
import type { Logger } from './telemetry.ts';

export interface JobRun {
  readonly id: string;
  readonly params: unknown;
  /** What the last attempt saved with `save`, null on the first. */
  readonly saved: unknown;
  /** Aborted when somebody cancels the job or the server stops. */
  readonly signal: AbortSignal;
  /** Tell how far it is; written at most every half second. */
  progress(update: { done: number; total?: number | null; result?: Record<string, unknown> }): void;
  /** Save where to go on after a crash, a cancel or a restart. */
  save(state: unknown): Promise<void>;
}

/** Returns the figures to show when it is done. Must be safe to run again from what it saved. */
export type JobHandler = (run: JobRun) => Promise<Record<string, unknown>>;

export interface Jobs {
  submit(kind: JobKind, title: string, params: unknown, unit: Job['unit']): Promise<Job>;
  get(id: string): Promise<Job>;
  list(limit: number): Promise<Job[]>;
  cancel(id: string): Promise<Job>;
  retry(id: string): Promise<Job>;
  /** Ended jobs of which `names` holds of what they were given or gave, those that were emptied left out. */
  naming(names: (text: string) => boolean): Promise<string[]>;
  /** Empties what ended jobs were given and gave. */
  scrub(ids: readonly string[]): Promise<void>;
  /** How many jobs ended before an instant (milliseconds), and removing them. */
  ended(before: number): Promise<number>;
  removeEnded(before: number): Promise<number>;
  /** Begin to work, as the one process that does; jobs that a dead process left running go on. */
  start(handlers: Readonly<Record<JobKind, JobHandler>>): Promise<void>;
  /** Work no more; what was under way waits for whoever starts next. Jobs can still be submitted. */
  pause(): Promise<void>;
  stop(): Promise<void>;
}

export const jobMigrations: readonly Migration[] = [
  {
    id: 'platform-001-job',
    sql: `CREATE TABLE job (
      id uuid PRIMARY KEY, kind text NOT NULL, title text NOT NULL, state text NOT NULL, unit text NOT NULL,
      params jsonb NOT NULL, saved jsonb, done bigint NOT NULL DEFAULT 0, total bigint, done_before bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL, started_at timestamptz, finished_at timestamptz, updated_at timestamptz,
      result jsonb NOT NULL DEFAULT '{}', error text, attempt int NOT NULL DEFAULT 0)`,
  },
];

interface JobRow extends SealedJobTexts {
  id: string;
  kind: JobKind;
  state: Job['state'];
  unit: Job['unit'];
  done: string;
  total: string | null;
  done_before: string;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  updated_at: Date | null;
  attempt: number;
}

function toJob(row: JobRow, { title, result, error }: JobTexts): Job {
  const done = Number(row.done);
  const total = row.total === null ? null : Number(row.total);
  const end = row.finished_at ?? row.updated_at;
  const seconds = row.started_at && end ? Math.max((end.getTime() - row.started_at.getTime()) / 1000, 0.001) : 0;
  const rate = seconds > 0 ? (done - Number(row.done_before)) / seconds : 0;
  const eta = row.state === 'running' && total !== null && rate > 0 ? Math.max(0, (total - done) / rate) : null;
  return {
    id: row.id,
    kind: row.kind,
    title,
    state: row.state,
    unit: row.unit,
    done,
    total,
    ratePerSecond: Math.max(0, rate),
    etaSeconds: eta,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    result,
    error,
    attempt: row.attempt,
  };
}

const QUEUE = 'guanxi';
const PROGRESS_EVERY_MS = 500;

/** Of jobs that come with a copy of the data: what they worked on did not come, so they end. */
export async function endUnfinishedJobs(statements: Statements): Promise<void> {
  await statements.query(
    "UPDATE job SET state = 'cancelled', finished_at = coalesce(updated_at, created_at) WHERE state IN ('queued', 'running')",
  );
}

/** Part of the transaction in which other data take the place of these: the job that does it goes along. */
export async function carryJob(statements: Statements, aside: string, id: string): Promise<void> {
  const columns =
    'id, kind, title, state, unit, params, saved, done, total, done_before, created_at, started_at, finished_at, updated_at, result, error, attempt';
  await statements.query('DELETE FROM job WHERE id = $1', [id]);
  await statements.query(`INSERT INTO job (${columns}) SELECT ${columns} FROM ${aside}.job WHERE id = $1`, [id]);
}

/** A job that is to be cancelled may run on another process. */
const CANCEL = 'job-cancel';

export interface JobParts {
  readonly postgres: Postgres;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signals: Signals;
  readonly seal: JobSeal;
}

/**
 * Durable jobs: pg-boss hands them out, the `job` table says how far they are. One job at a time. What a run writes
 * carries its attempt: a process that was thought dead cannot write over its successor.
 */
export function createJobs({ postgres, clock, logger, signals, seal }: JobParts): Jobs {
  // Through our own connection: the embedded server has but one.
  const db = {
    executeSql: async (sql: string, values?: unknown[]) => ({ rows: (await postgres.query(sql, values)) ?? [] }),
  };
  const boss = new PgBoss({ db: db as PgBoss.Db, schema: 'pgboss', supervise: false, schedule: false });
  boss.on('error', (error) => logger.warn({ reason: briefly(error) }, 'job queue'));
  const running = new Map<string, AbortController>();
  const now = () => new Date(clock.now());
  let started: Promise<unknown> | null = null;
  let stopping = false;
  let working = false;
  const begin = () => (started ??= boss.start().then(() => boss.createQueue(QUEUE)));

  const rowOf = async (id: string): Promise<JobRow> => {
    const rows = /^[0-9a-f-]{36}$/.test(id)
      ? await postgres.query<JobRow>('SELECT * FROM job WHERE id = $1', [id])
      : [];
    if (!rows[0]) throw new UserError('not_found', 'no_such_job', 'There is no such job');
    return rows[0];
  };
  const enqueue = async (id: string) => {
    await begin();
    await boss.send(QUEUE, { id }, { retryLimit: 0, expireInHours: 23 });
  };

  const runOne = async (id: string, handlers: Readonly<Record<JobKind, JobHandler>>) => {
    const [row] = await postgres.query<JobRow>(
      `UPDATE job SET state = 'running', attempt = attempt + 1, started_at = $2, updated_at = $2, finished_at = NULL, error = NULL, done_before = done
       WHERE id = $1 AND state = 'queued' RETURNING *`,
      [id, now()],
    );
    if (!row) return;
    const controller = new AbortController();
    running.set(id, controller);
    const { params, saved, result: before } = seal.open(row);
    let last = { done: Number(row.done), total: row.total === null ? null : Number(row.total), result: before };
    let writtenAt = 0;
    const write = () =>
      postgres.query(
        'UPDATE job SET done = $2, total = $3, result = $4, updated_at = $5 WHERE id = $1 AND attempt = $6',
        [id, last.done, last.total, seal.json(last.result), now(), row.attempt],
      );
    const run: JobRun = {
      id,
      params,
      saved,
      signal: controller.signal,
      progress(update) {
        last = {
          done: update.done,
          total: update.total === undefined ? last.total : update.total,
          result: update.result ?? last.result,
        };
        if (clock.now() - writtenAt < PROGRESS_EVERY_MS) return;
        writtenAt = clock.now();
        write().catch((error: unknown) => logger.warn({ reason: briefly(error) }, 'job progress'));
      },
      save: async (state) => {
        controller.signal.throwIfAborted();
        await postgres.query('UPDATE job SET saved = $2 WHERE id = $1 AND attempt = $3', [
          id,
          seal.json(state),
          row.attempt,
        ]);
      },
    };
    const finish = async (state: Job['state'], error: string | null, result = last.result) => {
      last = { ...last, result };
      await write();
      await postgres.query('UPDATE job SET state = $2, error = $3, finished_at = $4 WHERE id = $1 AND attempt = $5', [
        id,
        state,
        error === null ? null : seal.text(error),
        now(),
        row.attempt,
      ]);
    };
    try {
      const result = await handlers[row.kind](run);
      await finish('done', null, result);
    } catch (error) {
      if ((controller.signal.aborted && stopping) || error instanceof Deposed)
        await postgres.query("UPDATE job SET state = 'queued' WHERE id = $1 AND attempt = $2", [id, row.attempt]);
      else if (controller.signal.aborted) await finish('cancelled', null);
      else {
        logger.error({ job: row.kind, reason: briefly(error) }, 'job failed');
        await finish(
          'failed',
          error instanceof UserError ? [error.message, error.remedy].filter(Boolean).join(' ') : briefly(error),
        );
      }
    } finally {
      running.delete(id);
    }
  };

  const shown = (row: JobRow) => toJob(row, seal.open(row));
  const get = async (id: string) => shown(await rowOf(id));
  const leave = signals.subscribe(CANCEL, (id) => running.get(id)?.abort());
  const pause = async () => {
    stopping = true;
    for (const controller of running.values()) controller.abort();
    while (running.size > 0) await new Promise((done) => setTimeout(done, 20));
    if (working)
      await boss.offWork(QUEUE).catch((error: unknown) => logger.warn({ reason: briefly(error) }, 'job queue'));
    working = false;
  };
  return {
    get,
    async list(limit) {
      return (await postgres.query<JobRow>('SELECT * FROM job ORDER BY created_at DESC LIMIT $1', [limit])).map(shown);
    },
    async submit(kind, title, params, unit) {
      const id = randomUUID();
      await postgres.query(
        "INSERT INTO job (id, kind, title, state, unit, params, result, created_at) VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7)",
        [id, kind, seal.text(title), unit, seal.json(params), seal.json({}), now()],
      );
      await enqueue(id);
      return get(id);
    },
    async cancel(id) {
      const row = await rowOf(id);
      if (row.state === 'queued')
        await postgres.query(
          "UPDATE job SET state = 'cancelled', finished_at = $2 WHERE id = $1 AND state = 'queued'",
          [id, now()],
        );
      await signals.publish(CANCEL, id);
      return get(id);
    },
    async retry(id) {
      await rowOf(id);
      const rows = await postgres.query(
        "UPDATE job SET state = 'queued', finished_at = NULL WHERE id = $1 AND state IN ('failed', 'cancelled') RETURNING id",
        [id],
      );
      if (rows.length === 0)
        throw new UserError('conflict', 'job_not_ended', 'Only a failed or cancelled job can be tried again');
      await enqueue(id);
      return get(id);
    },
    async naming(names) {
      const rows = await postgres.query<JobRow>("SELECT * FROM job WHERE state IN ('done', 'failed', 'cancelled')");
      return rows.filter((row) => names(JSON.stringify(seal.open(row)))).map((row) => row.id);
    },
    async scrub(ids) {
      await postgres.query(
        'UPDATE job SET title = $2, params = $3, saved = NULL, result = $3, error = NULL WHERE id = ANY($1::uuid[])',
        [ids, seal.text('–'), seal.json({})],
      );
    },
    async ended(before) {
      const [row] = await postgres.query<{ count: string }>(
        'SELECT count(*) AS count FROM job WHERE finished_at < $1',
        [new Date(before)],
      );
      return Number(row!.count);
    },
    async removeEnded(before) {
      return (await postgres.query('DELETE FROM job WHERE finished_at < $1 RETURNING id', [new Date(before)])).length;
    },
    async start(handlers) {
      stopping = false;
      await begin();
      await boss.purgeQueue(QUEUE);
      const left = await postgres.query<{ id: string }>(
        "UPDATE job SET state = 'queued' WHERE state IN ('running', 'queued') RETURNING id",
      );
      await boss.work<{ id: string }>(QUEUE, { batchSize: 1, pollingIntervalSeconds: 0.5 }, async ([job]) =>
        runOne(job!.data.id, handlers),
      );
      working = true;
      for (const { id } of left) await enqueue(id);
    },
    pause,
    async stop() {
      await pause();
      leave();
      if (started) await boss.stop({ graceful: false, wait: true, close: true });
    },
  };
}
