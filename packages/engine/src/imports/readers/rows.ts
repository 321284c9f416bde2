import type { FileFormat } from '@guanxi/contracts';

/** One row of a file. */
export interface Row {
  /** Where it stands: the line of a text file or the row of a sheet (both count the header), the ordinal in Parquet. */
  readonly number: number;
  /** In the order of the table's columns; may be shorter than them. */
  readonly values: readonly unknown[];
  /** What makes this row this row, byte for byte where the format has bytes: the ground of its message id. */
  readonly content: string;
  /** Set where the row cannot be read; it then has no values. */
  readonly problem?: string;
}

/** A file as rows, read in order and in bounded memory. */
export interface Table {
  /** How it is read, with everything that was found out. */
  readonly format: FileFormat & { format: NonNullable<FileFormat['format']> };
  /** Size of the file as it is stored. */
  readonly bytes: number;
  /** Names of the columns. Where rows bring their own (JSONL, wide rows of a sheet) it grows while reading. */
  readonly columns: readonly string[];
  /** Whether `columns` is complete before the first row. */
  readonly fixed: boolean;
  /** Rows in groups of a few thousand. To be iterated once. */
  batches(): AsyncIterable<RowBatch>;
  /** Gives back files; safe to call twice. */
  close(): Promise<void>;
}

export interface RowBatch {
  readonly rows: readonly Row[];
  /** How many bytes of the stored file have been read for this and the earlier batches. */
  readonly position: number;
  /** How many characters could not be decoded so far. */
  readonly undecodable: number;
}

/** The longest row, in characters; a longer one is reported and left out. */
export const MAX_ROW_CHARACTERS = 16 << 20;

/** Distinct, non-empty column names: a second `name` becomes `name (2)`, a nameless one `column 3`. */
export function nameColumns(header: readonly unknown[]): string[] {
  const taken = new Set<string>();
  return header.map((cell, index) => {
    const base =
      String(cell ?? '')
        .trim()
        .slice(0, 200) || `column ${index + 1}`;
    let name = base;
    for (let copy = 2; taken.has(name); copy++) name = `${base} (${copy})`;
    taken.add(name);
    return name;
  });
}

/** The most columns of a table. */
export const MAX_COLUMNS = 16_384;
export const TOO_MANY_COLUMNS = 'The file has more than 16,384 columns';

/** Columns that are met while reading: objects are laid flat, `{"a":{"b":1}}` gives column `a.b`. */
export class GrowingColumns {
  readonly names: string[] = [];
  readonly #places = new Map<string, number>();

  /** The place of a column, made where it is new. */
  place(name: string): number {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.names.length;
      this.#places.set(name, place);
      this.names.push(name);
    }
    return place;
  }

  /**
   * The values of an object in the order of the columns; lists stay whole, and nulls make no column. Null where there
   * would be too many columns.
   */
  flatten(object: Readonly<Record<string, unknown>>): unknown[] | null {
    const values: unknown[] = [];
    this.#into(values, '', object, 0);
    return this.names.length > MAX_COLUMNS ? null : values;
  }

  #into(values: unknown[], prefix: string, object: Readonly<Record<string, unknown>>, depth: number): void {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (isPlainObject(value) && depth < MAX_DEPTH) this.#into(values, `${prefix}${key}.`, value, depth + 1);
      else if (this.names.length > MAX_COLUMNS) return;
      else if (value !== null || this.#places.has(prefix + key)) values[this.place(prefix + key)] = value;
    }
  }
}

const MAX_DEPTH = 8;

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !ArrayBuffer.isView(value)
  );
}
