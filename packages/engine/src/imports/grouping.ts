import type { JsonObject } from '@guanxi/contracts';
import type { FieldProblem } from './fields.ts';
import type { Row } from './readers/index.ts';

/** What became of one row or one group of rows. */
export type Outcome =
  | { readonly kind: 'event'; readonly event: JsonObject; readonly rows: number }
  | { readonly kind: 'skipped'; readonly reason: string; readonly rows: number }
  | { readonly kind: 'unreadable'; readonly row: number; readonly message: string }
  /** Nothing is made of a group with a wrong row, so that the mended file can be imported without doubling it. */
  | { readonly kind: 'wrong'; readonly problems: readonly FieldProblem[]; readonly rows: number };

export interface RowGroup {
  readonly rows: readonly Row[];
}

interface Entry {
  readonly first: number;
  last: number;
  rows: Row[];
  /** Set when nothing more can come. */
  outcome: Outcome | null;
  /** Count of grouped rows at its newest one. */
  touched: number;
}

type Made = { readonly event: JsonObject } | { readonly problems: readonly FieldProblem[] };

/**
 * Brings rows of one key together that stand at most `within` rows apart, and gives everything out in the order of
 * first rows. Holds at most `within` open groups of `limit` rows.
 */
export class Grouping {
  readonly #within: number;
  readonly #limit: number;
  readonly #make: (group: RowGroup) => Made;
  /** Open groups, the one touched longest ago first. */
  readonly #open = new Map<string, Entry>();
  #queue: Entry[] = [];
  #count = 0;
  #lastGiven = 0;
  #lastSeen = 0;

  constructor(options: { within: number; limit: number; make: (group: RowGroup) => Made }) {
    this.#within = options.within;
    this.#limit = options.limit;
    this.#make = options.make;
  }

  /** A row whose fate is known. */
  settled(row: number, outcome: Outcome): void {
    this.#lastSeen = row;
    this.#queue.push({ first: row, last: row, rows: [], outcome, touched: 0 });
  }

  /** A row for the group of its key; null: it is alone. */
  add(row: Row, key: string | null): void {
    this.#lastSeen = row.number;
    this.#count++;
    for (const [openKey, entry] of this.#open) {
      if (this.#count - entry.touched <= this.#within) break;
      this.#close(openKey, entry);
    }
    const open = key === null ? undefined : this.#open.get(key);
    if (open && open.rows.length < this.#limit) {
      open.rows.push(row);
      open.last = row.number;
      open.touched = this.#count;
      if (this.#open.size > 1) {
        this.#open.delete(key!);
        this.#open.set(key!, open);
      }
      return;
    }
    if (open) this.#close(key!, open);
    const entry: Entry = { first: row.number, last: row.number, rows: [row], outcome: null, touched: this.#count };
    this.#queue.push(entry);
    if (key === null) entry.outcome = this.#settle(entry);
    else this.#open.set(key, entry);
  }

  /** What is settled with everything before it. */
  take(): Outcome[] {
    let length = 0;
    while (length < this.#queue.length && this.#queue[length]!.outcome) length++;
    const taken = this.#queue.slice(0, length);
    this.#queue = this.#queue.slice(length);
    for (const entry of taken) this.#lastGiven = Math.max(this.#lastGiven, entry.last);
    return taken.map((entry) => entry.outcome!);
  }

  end(): Outcome[] {
    for (const [key, entry] of this.#open) this.#close(key, entry);
    return this.take();
  }

  restart(): number | null {
    const head = this.#queue[0];
    if (!head) return this.#lastSeen + 1;
    return this.#lastGiven < head.first ? head.first : null;
  }

  #close(key: string, entry: Entry): void {
    entry.outcome = this.#settle(entry);
    entry.rows = [];
    this.#open.delete(key);
  }

  #settle({ rows }: Entry): Outcome {
    const made = this.#make({ rows });
    return 'event' in made
      ? { kind: 'event', event: made.event, rows: rows.length }
      : { kind: 'wrong', problems: made.problems, rows: rows.length };
  }
}
