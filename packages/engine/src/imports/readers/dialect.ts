import { looksLikeValue } from '../values.ts';
import { DelimitedParser, type Dialect } from './delimited.ts';

const DELIMITERS = [',', '\t', ';', '|', '\u0001'];
const SAMPLED_ROWS = 200;

export interface DialectHints {
  readonly delimiter?: string | undefined;
  readonly header?: boolean | undefined;
}

/** What the head of a delimited file tells of how it is written. Pure, so the same file is always read the same way. */
export function dialectOf(head: string, hints: DialectHints): Dialect & { header: boolean } {
  const newline = head.includes('\n') || !head.includes('\r') ? '\n' : '\r';
  const escape = /[^\\]\\"(?!\s*[,;|\t\r\n])/.test(head) && !/[^",;|\t\n]""[^",;|\t\r\n]/.test(head) ? '\\' : '"';
  const base = { newline, escape, quote: quoteOf(head) } as const;
  const delimiter = hints.delimiter ?? delimiterOf(head, base);
  const dialect: Dialect = { ...base, delimiter };
  return { ...dialect, header: hints.header ?? hasHeader(rowsOf(head, dialect)) };
}

/** Single quotes only where fields are wrapped in them and nothing is in double ones. */
function quoteOf(head: string): '"' | "'" {
  if (head.includes('"')) return '"';
  const wrapped = head.match(/(?:^|[,;|\t])'[^'\r\n]*'(?=[,;|\t\r\n]|$)/gm)?.length ?? 0;
  return wrapped >= 3 ? "'" : '"';
}

function rowsOf(head: string, dialect: Dialect): (readonly unknown[])[] {
  const parser = new DelimitedParser(dialect);
  const rows = parser.push(head);
  // The last line is usually cut; it counts only where it is all there is.
  const whole = rows.length > 0 ? rows : parser.end();
  return whole
    .slice(0, SAMPLED_ROWS)
    .filter((row) => !row.problem)
    .map((row) => row.values);
}

/** The delimiter under which most rows have the same number of fields, and the most of them. */
function delimiterOf(head: string, base: Omit<Dialect, 'delimiter'>): string {
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const widths = rowsOf(head, { ...base, delimiter }).map((row) => row.length);
    const counts = new Map<number, number>();
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [width, rows] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
    if (width < 2) continue;
    const score = rows / widths.length + Math.min(width, 50) / 500;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/**
 * A first row is a header when its cells do not look like values while those below one of them do, or when none of its
 * cells comes again further down in its column (a city does, a column's name does not).
 */
export function hasHeader(rows: readonly (readonly unknown[])[]): boolean {
  const [first, ...rest] = rows.map((row) =>
    row.map((cell) =>
      String(cell ?? '')
        .slice(0, LOOKED_AT)
        .trim(),
    ),
  );
  if (!first) return true;
  const filled = first.filter((cell) => cell !== '');
  const names = filled.filter((cell) => !looksLikeValue(cell)).length;
  if (names === 0 || names < filled.length * 0.7) return false;
  const below = (index: number) => rest.map((row) => row[index] ?? '').filter((cell) => cell !== '');
  const overValues = first.some((cell, index) => {
    const cells = below(index);
    return (
      cell !== '' &&
      !looksLikeValue(cell) &&
      cells.length > 0 &&
      cells.filter(looksLikeValue).length > cells.length * 0.8
    );
  });
  return (
    overValues ||
    !first.some((cell, index) => cell !== '' && rest.some((row) => row[index] === cell && !sameRow(row, first)))
  );
}

/** Of a cell, as much as tells what it is: cells of megabytes are not searched. */
const LOOKED_AT = 200;

function sameRow(row: readonly string[], cells: readonly string[]): boolean {
  return cells.every((cell, index) => (row[index] ?? '') === cell);
}
