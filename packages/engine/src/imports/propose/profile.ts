import type { ColumnProfile } from '@guanxi/contracts';
import { instantReader, NoInstant } from '../instants.ts';
import { isBlank, parseNumber, textOf } from '../values.ts';

/** What a sample says of a column, as shares (0 to 1) of its filled cells. */
export interface ColumnEvidence {
  readonly profile: ColumnProfile;
  readonly email: number;
  readonly phone: number;
  readonly instant: number;
  readonly number: number;
  readonly negative: number;
  /** Written with two decimals or a currency sign. */
  readonly money: number;
  readonly url: number;
  /** Codes without spaces, with a digit or of one shape: what numbers of orders, people and goods look like. */
  readonly code: number;
  /** Whole numbers written `17850.0`, as tools write ids of columns with gaps. */
  readonly floatedId: number;
  readonly chinese: number;
  /** Share of filled cells whose value is met once. */
  readonly unique: number;
  /** Share of rows whose value is that of the row above. */
  readonly repeatsAbove: number;
  /** Whether dates such as 03/04/2020 begin with the day or the month; null where nothing tells. */
  readonly dateOrder: 'dmy' | 'mdy' | null;
  /** Values with their counts, most frequent first, at most 50. */
  readonly values: readonly (readonly [string, number])[];
  /** Values of the sampled rows as text, empty where blank. */
  readonly cells: readonly string[];
  /** Share of cells that are lists. */
  readonly lists: number;
  /** The zone proposed for times without one: the table's language is all there is to go by. */
  readonly zone: string;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;
const PHONE =
  /^(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}$|^\+\d[\d\s().-]{6,18}$|^\(?0\d{2,3}\)?[-\s]\d{7,8}$|^\(?\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}$/;
const CODE = /^[A-Za-z]{0,6}[-_#]?[0-9][0-9A-Za-z_-]*$|^[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** Of a cell, as much as tells what it is. */
const LOOKED_AT = 1000;
const isInstant = instantReader('UTC', 'dmy');

/** Profile the columns of sampled rows. */
export function profileColumns(columns: readonly string[], rows: readonly (readonly unknown[])[]): ColumnEvidence[] {
  const profiled = columns.map((name, index) =>
    profileColumn(
      name,
      rows.map((row) => row[index]),
    ),
  );
  const chinese = profiled.some(({ profile, chinese }) => /\p{Script=Han}/u.test(profile.name) || chinese > 0.3);
  return profiled.map((column) => ({ ...column, zone: chinese ? 'Asia/Shanghai' : 'UTC' }));
}

function profileColumn(name: string, column: readonly unknown[]): Omit<ColumnEvidence, 'zone'> {
  const cells = column.map((value) => (isBlank(value) ? '' : textOf(value).slice(0, LOOKED_AT)));
  const filled = cells.filter((cell) => cell !== '');
  const share = (test: (cell: string) => boolean) =>
    filled.length === 0 ? 0 : filled.filter(test).length / filled.length;
  const counts = new Map<string, number>();
  for (const cell of filled) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const evidence = {
    email: share((cell) => EMAIL.test(cell)),
    phone: share((cell) => PHONE.test(cell)),
    instant: share(looksLikeInstant),
    number: share((cell) => parseNumber(cell) !== null),
    negative: share((cell) => (parseNumber(cell) ?? 0) < 0),
    money: share((cell) => /^[-(]?\s*[¥￥$€£]|\d\.\d{2}$|元$/.test(cell)),
    url: share((cell) => /^https?:\/\//i.test(cell)),
    code: share((cell) => cell.length <= 64 && CODE.test(cell)),
    floatedId: share((cell) => /^\d+\.0$/.test(cell)),
    chinese: share((cell) => /\p{Script=Han}/u.test(cell)),
    unique: filled.length === 0 ? 0 : [...counts.values()].filter((times) => times === 1).length / filled.length,
    repeatsAbove: repeats(cells),
    dateOrder: dateOrderOf(filled),
    values: [...counts].sort((a, b) => b[1] - a[1]).slice(0, 50),
    cells,
    lists: column.filter((value) => Array.isArray(value)).length / Math.max(1, filled.length),
  };
  const profile: ColumnProfile = {
    name,
    type: typeOf(evidence, filled, column),
    filled: column.length === 0 ? 0 : Math.round((filled.length / column.length) * 10_000) / 10_000,
    distinct: counts.size,
    examples: [...counts.keys()].slice(0, 5).map((value) => value.slice(0, 120)),
  };
  return { profile, ...evidence };
}

/** Only cells written as dates: a bare number may be anything. */
function looksLikeInstant(cell: string): boolean {
  if (/^\d+(\.\d+)?$/.test(cell))
    return (
      /^(19|20)\d{6}$|^(19|20)\d{12}$|^1[0-9]{9}$|^1[0-9]{12}$/.test(cell) && !(isInstant(cell) instanceof NoInstant)
    );
  return cell.length <= 60 && /\d/.test(cell) && !(isInstant(cell) instanceof NoInstant);
}

const MOST = 0.95;

function typeOf(
  evidence: Pick<ColumnEvidence, 'instant' | 'number'>,
  filled: readonly string[],
  column: readonly unknown[],
): ColumnProfile['type'] {
  if (filled.length === 0) return 'empty';
  if (column.every((value) => isBlank(value) || typeof value === 'boolean')) return 'boolean';
  if (filled.every((cell) => /^(true|false|yes|no|是|否)$/i.test(cell))) return 'boolean';
  // Numbers that would also pass as dates (20101201) are dates where all of them do.
  if (evidence.instant >= MOST) return 'instant';
  // A number with a leading zero is a code: 0086, 00123.
  if (evidence.number < MOST || filled.some((cell) => /^0\d+$/.test(cell))) return 'string';
  return filled.every((cell) => parseNumber(cell) === null || Number.isInteger(parseNumber(cell)))
    ? 'integer'
    : 'number';
}

function repeats(cells: readonly string[]): number {
  if (cells.length < 2) return 0;
  let same = 0;
  for (let index = 1; index < cells.length; index++)
    if (cells[index] !== '' && cells[index] === cells[index - 1]) same++;
  return same / (cells.length - 1);
}

function dateOrderOf(filled: readonly string[]): ColumnEvidence['dateOrder'] {
  let [day, month, slashed] = [0, 0, 0];
  for (const cell of filled) {
    const match = /^(\d{1,2})[-/](\d{1,2})[-/](?:\d{4}|\d{2})\b/.exec(cell);
    if (!match) continue;
    slashed++;
    if (Number(match[1]) > 12) day++;
    if (Number(match[2]) > 12) month++;
  }
  return slashed === 0 || (day === 0) === (month === 0) ? null : day > 0 ? 'dmy' : 'mdy';
}
