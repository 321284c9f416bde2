import type { RowTest } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';
import type { Row } from './readers/index.ts';
import { isBlank, parseNumber, textOf } from './values.ts';

/** Finds the place of a column in a row; −1 where it has none (yet). */
export type PlaceOf = (column: string) => number;

type Check = (value: unknown, wanted: RowTest['value']) => boolean;

/** One check per kind of test. A cell that is no number is neither less nor greater than one. */
const checks: Record<RowTest['is'], (wanted: RowTest['value'], where: string) => Check> = {
  empty: () => (value) => isBlank(value),
  present: () => (value) => !isBlank(value),
  equals: (wanted) =>
    typeof wanted === 'number' ? (value) => parseNumber(value) === wanted : (value) => textOf(value) === wanted,
  starts_with: (wanted) => (value) => textOf(value).startsWith(String(wanted)),
  matches: (wanted, where) => {
    const pattern = regularExpression(String(wanted), where);
    return (value) => pattern.test(textOf(value));
  },
  less_than: (wanted) => (value) => compare(value, wanted, (a, b) => a < b),
  greater_than: (wanted) => (value) => compare(value, wanted, (a, b) => a > b),
};

function compare(value: unknown, wanted: RowTest['value'], holds: (a: number, b: number) => boolean): boolean {
  const [a, b] = [isBlank(value) ? null : parseNumber(value), parseNumber(wanted)];
  return a !== null && b !== null && holds(a, b);
}

/** Throws `UserError` `bad_pattern` where the text is none. */
export function regularExpression(text: string, where: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (cause) {
    throw new UserError('invalid', 'bad_pattern', 'The pattern is not a regular expression', { where, cause });
  }
}

const NEEDS_VALUE = new Set<RowTest['is']>(['equals', 'starts_with', 'matches', 'less_than', 'greater_than']);

/** All tests as one predicate on rows; no tests hold always. */
export function compileTests(
  tests: readonly RowTest[],
  placeOf: PlaceOf,
  where: string,
): (values: Row['values']) => boolean {
  const compiled = tests.map(({ column, is, value }, index) => {
    const at = `${where}.${index}`;
    if (NEEDS_VALUE.has(is) && value === undefined)
      throw new UserError('invalid', 'bad_test', 'The test needs a value to compare with', { where: `${at}.value` });
    const check = checks[is](value, `${at}.value`);
    let place = placeOf(column);
    return (values: Row['values']) => {
      if (place < 0) place = placeOf(column);
      return check(place < 0 ? undefined : values[place], value);
    };
  });
  return (values) => compiled.every((check) => check(values));
}
