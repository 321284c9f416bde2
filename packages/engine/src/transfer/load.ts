import { type ClickHouse, logTable, type Postgres, type Statements, type Table, UserError } from '../platform/index.ts';
import type { Cargo, OnProgress, Page, RowsOf, Sink } from './cargo.ts';
import { type Digest, digestOf, emptyDigest } from './digest.ts';
import { compareDigests, fillPostgres } from './fill.ts';
import { LOG_COLUMNS, tablePages } from './live.ts';
import type { PostgresSchema } from './postgres-schema.ts';

export interface LoadTarget {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  /** Pages of the log as it is in the target. */
  readLog(): AsyncIterable<Page>;
  /** Part of the last transaction: what must be said so that the product makes anew what was not moved. */
  adopt(statements: Statements): Promise<void>;
}

/** How far a table is. */
interface Progress {
  readonly mark: string | null;
  readonly done: boolean;
  readonly digest: Digest;
}
type AllProgress = Record<string, Progress>;

const BEGIN: Progress = { mark: null, done: false, digest: emptyDigest };

const notEmpty = (remedy: string) =>
  new UserError('conflict', 'target_not_empty', 'There are data already where these are to go', { remedy });
const NEW_TARGET = 'Name an empty data folder, or empty databases.';

/**
 * Puts a cargo into empty engines. How far it is stands in the target's PostgreSQL, so that the same cargo goes on after
 * an attempt that was killed: pages of ClickHouse tables go in under tokens that make a repeated page one page, and
 * PostgreSQL is filled in one transaction. Everything is read back and compared before that takes effect.
 */
export class Loader implements Sink {
  #id = '';
  #progress: AllProgress = {};
  #tables: readonly Table[] = [];
  #rows = 0;
  #total: number | null = null;

  constructor(
    private readonly target: LoadTarget,
    private readonly onProgress: OnProgress,
  ) {}

  async open({ id, clickhouse, rows }: Cargo): Promise<void> {
    const { postgres } = this.target;
    this.#id = id;
    this.#tables = clickhouse;
    this.#total = rows;
    const [begun] = await postgres.query<{ text: string | null }>(
      "SELECT to_regclass('public.transfer')::text AS text",
    );
    if (begun!.text === null) await this.#begin();
    const [row] = await postgres.query<{ id: string; done: boolean; progress: AllProgress }>('SELECT * FROM transfer');
    if (row!.id !== id) throw notEmpty(`They are of another transfer. ${NEW_TARGET}`);
    if (row!.done)
      throw new UserError('conflict', 'transfer_done', 'These data have been moved there already', {
        remedy: 'Start the server with these engines.',
      });
    this.#progress = row!.progress;
    this.#rows = Object.values(this.#progress).reduce((sum, { digest }) => sum + digest.rows, 0);
    await this.target.clickhouse.create(clickhouse);
  }

  async #begin(): Promise<void> {
    const { postgres, clickhouse } = this.target;
    const [tables] = await postgres.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'",
    );
    const [others] = await clickhouse.query<{ n: number }>(
      'SELECT count() AS n FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
      { names: this.#tables.map(({ name }) => name) },
    );
    if (tables!.n > 0 || others!.n > 0) throw notEmpty(NEW_TARGET);
    await postgres.transaction(async (statements) => {
      await statements.query(
        `CREATE TABLE transfer (one boolean PRIMARY KEY DEFAULT true CHECK (one), id text NOT NULL,
           done boolean NOT NULL DEFAULT false, progress jsonb NOT NULL DEFAULT '{}')`,
      );
      await statements.query('INSERT INTO transfer (id) VALUES ($1)', [this.#id]);
    });
  }

  async clickhouse(table: Table, pages: (after: string | null) => AsyncIterable<Page>): Promise<void> {
    const key = `clickhouse/${table.name}`;
    let progress = this.#progress[key] ?? BEGIN;
    if (progress.done) return;
    const columns = table.name === logTable.name ? LOG_COLUMNS : Object.keys(table.columns);
    for await (const { lines, mark } of pages(progress.mark)) {
      const token = `transfer:${this.#id}:${progress.mark ?? ''}`;
      await this.target.clickhouse.insertLines(table.name, columns, lines, { token });
      progress = { mark, done: false, digest: digestOf(lines, progress.digest) };
      await this.#note(key, progress);
      this.#moved(lines.length);
    }
    await this.#note(key, { ...progress, done: true });
  }

  /** One transaction: an attempt that dies leaves nothing of it, so that the next reads settings as they are then. */
  async postgres(schema: PostgresSchema, rowsOf: RowsOf): Promise<void> {
    await this.#verifyClickHouse();
    await this.target.postgres.transaction(async (statements) => {
      await fillPostgres(statements, { schema, rowsOf, moved: (rows) => this.#moved(rows) });
      await this.target.adopt(statements);
      await statements.query('UPDATE transfer SET done = true');
    });
  }

  rows = () => this.#rows;

  async #note(key: string, progress: Progress): Promise<void> {
    this.#progress[key] = progress;
    await this.target.postgres.query('UPDATE transfer SET progress = progress || $1::jsonb', [
      JSON.stringify({ [key]: progress }),
    ]);
  }

  #moved(rows: number): void {
    this.#rows += rows;
    this.onProgress(this.#rows, this.#total === null ? null : Math.max(this.#total, this.#rows));
  }

  async #verifyClickHouse(): Promise<void> {
    for (const table of this.#tables) {
      let found = emptyDigest;
      const pages =
        table.name === logTable.name ? this.target.readLog() : tablePages(this.target.clickhouse, table, null);
      for await (const { lines } of pages) found = digestOf(lines, found);
      const key = `clickhouse/${table.name}`;
      compareDigests(key, this.#progress[key]!.digest, found);
    }
  }
}
