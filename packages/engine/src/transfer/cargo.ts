import type { Table } from '../platform/index.ts';
import type { Column, PostgresSchema } from './postgres-schema.ts';

/** Rows of a table, each a JSON array in the order of its columns. */
export interface Page {
  readonly lines: readonly string[];
  /** Where the next page begins: given back, the rows after this page come, in the same pages. */
  readonly mark: string;
}

/** What is moved, as it is told before the rows. */
export interface Cargo {
  /** The same for the same data: an interrupted transfer of it may go on. */
  readonly id: string;
  /** Rows of ClickHouse tables, as far as is known. */
  readonly rows: number;
  readonly clickhouse: readonly Table[];
}

export type RowsOf = (table: string, columns: readonly Column[]) => AsyncIterable<readonly string[]> | null;

/** Whatever takes a cargo: a folder, or other engines. */
export interface Sink {
  open(cargo: Cargo): Promise<void>;
  clickhouse(table: Table, pages: (after: string | null) => AsyncIterable<Page>): Promise<void>;
  /** All of PostgreSQL at once; `rowsOf` is null for tables whose rows are not moved. */
  postgres(schema: PostgresSchema, rowsOf: RowsOf): Promise<void>;
}

/** Whatever gives one. */
export type Send = (sink: Sink) => Promise<void>;

/** Told how many rows have been moved, of how many. */
export type OnProgress = (done: number, total: number | null) => void;
