import { describe, expect, test } from 'vitest';
import { instantReader, NoInstant } from './instants.ts';
import { castOf, CastProblem, isBlank, parseBoolean, parseNumber } from './values.ts';

test('numbers as people write them', () => {
  const table: [unknown, number | null][] = [
    ['12', 12], ['-3.50', -3.5], ['1,234,567.89', 1_234_567.89], ['¥1,299.00', 1299], ['￥ 88', 88], ['￥１２．５', 12.5],
    ['$-5', -5], ['-$5', -5], ['(12.50)', -12.5], ['−7', -7], ['12.5元', 12.5], ['RMB 3', 3], ['1.2万', 12_000], ['3亿', 300_000_000],
    ['1 234 567', 1_234_567], ['1.234.567,89', 1_234_567.89], ['12,5', 12.5], ['1,234', 1234], ['.5', 0.5], ['1e3', 1000], ['+8', 8],
    [17, 17], [true, 1], ['0', 0],
    ['', null], ['abc', null], ['12a', null], ['1,2,3', null], ['0,500', null], ['--1', null], ['1-2', null], [Number.NaN, null],
    ['Infinity', null], ['9'.repeat(70), null], [null, null],
  ]; // prettier-ignore
  for (const [written, number] of table) expect([written, parseNumber(written)]).toEqual([written, number]);
});

test('nothing, and what tools write for it', () => {
  for (const value of [null, undefined, '', '  ', 'NULL', '\\N', 'NaN', Number.NaN, '(null)', '#N/A'])
    expect(isBlank(value)).toBe(true);
  for (const value of ['0', 0, 'None', 'NA', false, 'nullable']) expect(isBlank(value)).toBe(false);
});

test('yes and no in two languages', () => {
  expect(['是', 'Y', 'TRUE', '1', true].map(parseBoolean)).toEqual([true, true, true, true, true]);
  expect(['否', 'n', 'false', 0, false].map(parseBoolean)).toEqual([false, false, false, false, false]);
  expect(parseBoolean('maybe')).toBeNull();
});

describe('instants', () => {
  const iso = (value: unknown, zone?: string, order?: 'dmy' | 'mdy') => {
    const time = instantReader(zone, order)(value);
    return time instanceof NoInstant ? time.message : new Date(time).toISOString();
  };
  test('as they are written', () => {
    const table: [unknown, string][] = [
      ['2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z'],
      ['2010-12-01T08:26:00.1239+02:00', '2010-12-01T06:26:00.123Z'],
      ['2010-12-01T08:26Z', '2010-12-01T08:26:00.000Z'],
      ['2010/12/1 8:26', '2010-12-01T08:26:00.000Z'],
      ['2010.12.01', '2010-12-01T00:00:00.000Z'],
      ['2010年12月1日 8时26分30秒', '2010-12-01T08:26:30.000Z'],
      ['2010年12月1日', '2010-12-01T00:00:00.000Z'],
      ['2010年12月', '2010-12-01T00:00:00.000Z'],
      ['2010年12月1日 下午3:05', '2010-12-01T15:05:00.000Z'],
      ['２０１０－１２－０１ ０８：２６', '2010-12-01T08:26:00.000Z'],
      ['2010-12-01 08:26:00 PM', '2010-12-01T20:26:00.000Z'],
      ['12/31/2010 12:05 AM', '2010-12-31T00:05:00.000Z'],
      ['31/12/2010', '2010-12-31T00:00:00.000Z'],
      ['01.12.2010', '2010-12-01T00:00:00.000Z'],
      ['1 Dec 2010 08:26', '2010-12-01T08:26:00.000Z'],
      ['Wed, 01 Dec 2010 08:26:00 GMT', '2010-12-01T08:26:00.000Z'],
      ['December 1, 2010', '2010-12-01T00:00:00.000Z'],
      ['20101201', '2010-12-01T00:00:00.000Z'],
      ['20101201082600', '2010-12-01T08:26:00.000Z'],
      ['1291191960', '2010-12-01T08:26:00.000Z'],
      ['881250949', '1997-12-04T15:55:49.000Z'],
      ['1291191960000', '2010-12-01T08:26:00.000Z'],
      [1_291_191_960_000_000, '2010-12-01T08:26:00.000Z'],
      [40_513.5, '2010-12-01T12:00:00.000Z'],
      ['2024-02-29', '2024-02-29T00:00:00.000Z'],
      ['2023-02-29', 'is a day or time that does not exist'],
      ['2010-13-01', 'is a day or time that does not exist'],
      ['2010-12-01 25:00', 'is a day or time that does not exist'],
      ['03/04/2010', 'may be day-month or month-day: say which in `order`'],
      ['yesterday', 'is not a date or time'],
      ['12.5', 'is not a date or time'],
    ];
    for (const [written, expected] of table) expect([written, iso(written)]).toEqual([written, expected]);
    expect(iso('03/04/2010', 'UTC', 'dmy')).toBe('2010-04-03T00:00:00.000Z');
    expect(iso('03/04/10', 'UTC', 'mdy')).toBe('2010-03-04T00:00:00.000Z');
  });
  test('in a zone, with its summer time', () => {
    expect(iso('2011-07-01 12:00', 'Europe/London')).toBe('2011-07-01T11:00:00.000Z');
    expect(iso('2011-01-01 12:00', 'Europe/London')).toBe('2011-01-01T12:00:00.000Z');
    expect(iso('2024-05-01 00:00', 'Asia/Shanghai')).toBe('2024-04-30T16:00:00.000Z');
    expect(iso('2024-05-01 00:00', '+08:00')).toBe('2024-04-30T16:00:00.000Z');
    // The hour that is left out is moved on, of the one that comes twice the first is taken.
    expect(iso('2011-03-27 01:30', 'Europe/London')).toBe('2011-03-27T01:30:00.000Z');
    expect(iso('2011-10-30 01:30', 'Europe/London')).toBe('2011-10-30T00:30:00.000Z');
    expect(iso('2011-03-13 02:30', 'America/New_York')).toBe('2011-03-13T07:30:00.000Z');
    expect(iso('2011-11-06 01:30', 'America/New_York')).toBe('2011-11-06T05:30:00.000Z');
    expect(iso('2011-11-06T01:30Z', 'America/New_York')).toBe('2011-11-06T01:30:00.000Z');
    expect(() => instantReader('Europe/Londonderry')).toThrow('no such time zone');
  });
});

test('a pattern keeps what it captures', () => {
  const id = castOf({ column: 'x', as: 'string', pattern: '^(\\d+)(?:\\.0)?$' });
  expect(['17850.0', '17850', 17_850, 'C1', '', null].map(id)).toEqual([
    '17850',
    '17850',
    '17850',
    undefined,
    undefined,
    undefined,
  ]);
  expect(castOf({ column: 'x', as: 'absolute', pattern: '-?\\d+' })('-12 pcs')).toBe(12);
});

test('casts that fail say why, and never with the value', () => {
  const fail = (as: 'number' | 'integer' | 'boolean' | 'instant' | 'json', value: string) =>
    castOf({ column: 'x', as })(value);
  for (const as of ['number', 'integer', 'boolean', 'instant', 'json'] as const) {
    const problem = fail(as, 'secret');
    expect(problem).toBeInstanceOf(CastProblem);
    expect((problem as CastProblem).message).not.toContain('secret');
  }
  expect(fail('integer', '1.5')).toBeInstanceOf(CastProblem);
  expect(fail('json', '[1,{"a":2}]')).toEqual([1, { a: 2 }]);
});
