import pg from 'pg';
import { Answering } from './answering.ts';
import { fromPostgres, isPanic, PING_MS, within } from './away.ts';
import { startEmbedded } from './embedded-postgres.ts';

export type Row = Record<string, unknown>;

/** Runs statements; inside {@link Postgres.transaction} they take effect together or not at all. */
export interface Statements {
  query<T extends object = Row>(sql: string, params?: readonly unknown[]): Promise<T[]>;
}

/** One step of the schema's history; steps run once, in order, each in its own transaction. */
export interface Migration {
  readonly id: string;
  readonly sql: string;
}

export interface Postgres extends Statements {
  readonly embedded: boolean;
  readonly version: string;
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  migrate(migrations: readonly Migration[]): Promise<void>;
  /**
   * What `work`, a statement on a connection of its own, gives. Throws `postgres_away` as soon as the server is found not
   * to answer anybody: then give up the connection.
   */
  whileAnswering<T>(work: () => Promise<T>): Promise<T>;
  /** Throws unless the engine answers within some seconds. */
  ping(): Promise<void>;
  /**
   * Writes tables anew without their dead rows. Embedded, the journal of what they held leaves the disk too; a server's
   * journal and copies follow its own schedule.
   */
  purge(tables: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Key of the advisory lock under which the schema changes. */
const MIGRATION_LOCK = 7_116_000;

const translated = (error: unknown): never => {
  throw fromPostgres(error);
};

/** What a pool's connections and their statements need. */
interface Connection {
  readonly pool: pg.Pool;
  /** Null for an engine in this process. */
  readonly answering: Answering | null;
  /** Called when the engine says that it cannot go on. */
  readonly onPanic: () => void;
  readonly stop: () => Promise<void>;
}

class Connected implements Postgres {
  constructor(
    readonly embedded: boolean,
    readonly version: string,
    private readonly connection: Connection,
  ) {}

  async whileAnswering<T>(work: () => Promise<T>): Promise<T> {
    const { answering } = this.connection;
    return answering ? answering.while(work) : work();
  }

  async query<T extends object>(sql: string, params?: readonly unknown[]): Promise<T[]> {
    const client = await this.#client();
    try {
      const rows = await this.#rows<T>(client, sql, params);
      client.release();
      return rows;
    } catch (error) {
      // A statement may still be on its way.
      client.release(true);
      throw fromPostgres(error);
    }
  }

  async transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    const client = await this.#client();
    const run = <R extends object>(sql: string, params?: readonly unknown[]) =>
      this.#rows<R>(client, sql, params).catch(translated);
    try {
      await run('BEGIN');
      const result = await work({ query: run });
      await run('COMMIT');
      client.release();
      return result;
    } catch (error) {
      const undone = await run('ROLLBACK').then(
        () => true,
        () => false,
      );
      client.release(!undone);
      throw error;
    }
  }

  /** A connection of the pool; one that comes too late goes back. */
  async #client(): Promise<pg.PoolClient> {
    let late = false;
    const coming = this.connection.pool.connect();
    coming.then(
      (client) => late && client.release(),
      () => undefined,
    );
    return this.whileAnswering(() => coming).catch((error: unknown) => {
      late = true;
      return translated(error);
    });
  }

  async #rows<T extends object>(client: pg.PoolClient, sql: string, params?: readonly unknown[]): Promise<T[]> {
    try {
      return (await this.whileAnswering(() => client.query(sql, params as unknown[]))).rows as T[];
    } catch (error) {
      if (isPanic(error)) this.connection.onPanic();
      throw error;
    }
  }

  async migrate(migrations: readonly Migration[]): Promise<void> {
    // Two processes that start at the same time would both find a step undone.
    const alone = (statements: Statements) => statements.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await this.transaction(async (statements) => {
      await alone(statements);
      await statements.query(
        'CREATE TABLE IF NOT EXISTS migration (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
      );
    });
    const done = new Set((await this.query<{ id: string }>('SELECT id FROM migration')).map((row) => row.id));
    for (const { id, sql } of migrations.filter((step) => !done.has(step.id)))
      await this.transaction(async (statements) => {
        await alone(statements);
        const [other] = await statements.query('SELECT id FROM migration WHERE id = $1', [id]);
        if (other) return;
        await statements.query(sql);
        await statements.query('INSERT INTO migration (id) VALUES ($1)', [id]);
      });
  }

  async ping(): Promise<void> {
    await within(PING_MS, this.query('SELECT 1'), 'PostgreSQL');
  }

  async purge(tables: readonly string[]): Promise<void> {
    for (const table of tables) await this.query(`VACUUM (FULL, ANALYZE) ${table}`);
    if (!this.embedded) return;
    // A segment that is used again keeps what it held until it is written over.
    await this.query('SET wal_recycle = off');
    for (const sql of ['CHECKPOINT', 'SELECT pg_switch_wal()', 'CHECKPOINT']) await this.query(sql);
  }

  async close(): Promise<void> {
    await this.connection.pool.end();
    this.connection.answering?.close();
    await this.connection.stop();
  }
}

async function connected(config: pg.PoolConfig, rest: Omit<Connection, 'pool'>): Promise<Postgres> {
  const pool = new pg.Pool(config);
  // A dropped connection is replaced by the pool, and a statement on it throws; without these listeners the drop itself
  // would end the process, the first for connections at rest, the second for those in use.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const rows = (await pool.query('SHOW server_version')).rows as { server_version: string }[];
  return new Connected(rest.answering === null, rows[0]!.server_version, { ...rest, pool });
}

/** A checkpoint is made when the journal has so many bytes after the last one; how often that is looked at. */
interface JournalLimits {
  readonly bytes: number;
  readonly everyMs: number;
}
const JOURNAL: JournalLimits = { bytes: 128 << 20, everyMs: 20_000 };

/**
 * The embedded server has no process beside it that makes checkpoints, and makes none by itself however long its journal
 * is: it would grow until the server is stopped, some 250 bytes an event, and after a kill all of it be played again.
 */
async function shortenJournal(statements: Statements, { bytes }: JournalLimits): Promise<void> {
  const [row] = await statements.query<{ bytes: string }>(
    'SELECT pg_current_wal_lsn() - redo_lsn AS bytes FROM pg_control_checkpoint()',
  );
  if (Number(row!.bytes) > bytes) await statements.query('CHECKPOINT');
}

/** Looks after the journal until the function it gives is called. */
function watchJournal(statements: Statements, limits: JournalLimits): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    // One that fails, because the engine is away or being closed, is made up for by the next.
    void shortenJournal(statements, limits)
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, limits.everyMs).unref();
  return () => clearInterval(timer);
}

/** PostgreSQL in a worker thread of this process, its data in a folder. */
export async function openEmbeddedPostgres(folder: string, journal = JOURNAL): Promise<Postgres> {
  const engine = await startEmbedded(folder);
  // One connection: the embedded server mixes up the statements of two that send at the same time. Who waits longer
  // than this waits for itself.
  const connection = {
    host: engine.socketFolder,
    user: 'postgres',
    database: 'postgres',
    max: 1,
    connectionTimeoutMillis: 60_000,
  };
  let unwatch = (): void => undefined;
  const stop = () => {
    unwatch();
    return engine.stop();
  };
  const postgres = await connected(connection, { answering: null, onPanic: engine.restart, stop });
  unwatch = watchJournal(postgres, journal);
  return postgres;
}

/** A PostgreSQL server. */
export function openServedPostgres(url: string): Promise<Postgres> {
  const connection = {
    connectionString: url,
    max: 10,
    keepAlive: true,
    connectionTimeoutMillis: 4000,
    // What PostgreSQL cannot answer in this time is given up there too, so that locks are let go of. One that answers
    // nobody is found out by `Answering`; here a connection is given up that alone is lost.
    query_timeout: 65_000,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'guanxi',
  };
  const nothing = () => undefined;
  return connected(connection, { answering: new Answering(url), onPanic: nothing, stop: async () => nothing() });
}
