import { reason } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';

/** Which part comes first in dates such as 03/04/2020. */
export type DateOrder = 'dmy' | 'mdy';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = String.raw`(?:(?:T|[\s,]+|T\s)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\s*\([^)]*\))?)?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${TIME}$`, 'i');
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${TIME}$`, 'i');
const NAMED_DAY_FIRST = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?(\d{1,2})[-\s]([a-z]{3,9})\.?,?[-\s](\d{4})${TIME}$`,
  'i',
);
const NAMED_MONTH_FIRST = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})${TIME}$`,
  'i',
);

/** Why a text is no instant. */
export class NoInstant {
  constructor(readonly message: string) {}
}
const NOT_A_TIME = new NoInstant(reason('notTime'));
const AMBIGUOUS = new NoInstant(reason('dayOrMonth'));
const NO_SUCH_DAY = new NoInstant(reason('noDay'));

/**
 * Reads an instant as people write it: ISO 8601, 2010/12/1 8:26, 2010年12月1日 8时26分, 1 Dec 2010 8:26 PM, 01.12.2010,
 * 20101201, seconds, milli-, micro- and nanoseconds since 1970, and days since 1900 as sheets keep them.
 * Pure and made once per field, as it keeps what it learnt of the zone.
 * @param zone IANA name or an offset (+08:00) of times without one; UTC when absent. Throws `UserError` `bad_zone`.
 */
export function instantReader(zone = 'UTC', order?: DateOrder): (value: unknown) => number | NoInstant {
  const toUtc = zoneReader(zone);
  return (value) => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? NOT_A_TIME : value.getTime();
    if (typeof value === 'number') return fromNumber(value, toUtc);
    if (typeof value !== 'string' || value.length > 60) return NOT_A_TIME;
    const text = plain(value);
    if (/^[\d.]+$/.test(text) && !/\.\d+\./.test(text)) return fromDigits(text, toUtc);
    const first = YEAR_FIRST.exec(text);
    if (first) return assemble(first[1]!, first[2]!, first[3]!, first, 4, toUtc);
    const last = YEAR_LAST.exec(text);
    if (last) return yearLast(last, order, toUtc);
    const dayFirst = NAMED_DAY_FIRST.exec(text);
    if (dayFirst) return assemble(dayFirst[3]!, monthOf(dayFirst[2]!), dayFirst[1]!, dayFirst, 4, toUtc);
    const monthFirst = NAMED_MONTH_FIRST.exec(text);
    if (monthFirst) return assemble(monthFirst[3]!, monthOf(monthFirst[1]!), monthFirst[2]!, monthFirst, 4, toUtc);
    return NOT_A_TIME;
  };
}

/** Chinese dates and full-width digits in the plain form. */
function plain(value: string): string {
  const text = value.trim();
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const half = text.match(/[上下]午|凌晨|晚上?/)?.[0];
  const written = text
    .normalize('NFKC')
    .replace(/[上下]午|凌晨|晚上?|星期.|周./g, ' ')
    .replace(/\s*年\s*|\s*月\s*/g, '-')
    .replace(/[日号]\s*/, ' ')
    .replace(/\s*[时点時]\s*/, ':')
    .replace(/\s*分\s*/, ':')
    .replace(/秒/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[-:]$/, '')
    .replace(/^(\d{4}-\d{1,2})$/, '$1-1')
    .replace(/ (\d{1,2})$/, ' $1:00');
  return half === '下午' || half?.startsWith('晚') ? `${written} pm` : half ? `${written} am` : written;
}

function yearLast(match: RegExpExecArray, order: DateOrder | undefined, toUtc: ToUtc): number | NoInstant {
  const [a, b] = [Number(match[1]), Number(match[3])];
  const year = match[4]!.length === 2 ? String(Number(match[4]) + (Number(match[4]) < 70 ? 2000 : 1900)) : match[4]!;
  // Dots are European; a part over 12 is a day whatever was said.
  const how = a > 12 ? 'dmy' : b > 12 ? 'mdy' : (order ?? (match[2] === '.' ? 'dmy' : a === b ? 'dmy' : null));
  if (!how) return AMBIGUOUS;
  return assemble(year, String(how === 'dmy' ? b : a), String(how === 'dmy' ? a : b), match, 5, toUtc);
}

function monthOf(name: string): string {
  return String(MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1);
}

/** From the matched parts; those of the time begin at `at`. */
function assemble(
  year: string,
  month: string,
  day: string,
  match: RegExpExecArray,
  at: number,
  toUtc: ToUtc,
): number | NoInstant {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  let hour = Number(match[at] ?? 0);
  const half = match[at + 4]?.toLowerCase();
  if (half === 'pm' && hour < 12) hour += 12;
  if (half === 'am' && hour === 12) hour = 0;
  const [minute, second] = [Number(match[at + 1] ?? 0), Number(match[at + 2] ?? 0)];
  const milli = Math.floor(Number(`0.${match[at + 3] ?? '0'}`) * 1000);
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const days = m === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(m) ? 30 : 31;
  if (y < 1000 || m < 1 || m > 12 || d < 1 || d > days || hour > 23 || minute > 59 || second > 59) return NO_SUCH_DAY;
  const wall = Date.UTC(y, m - 1, d, hour, minute, second, milli);
  const offset = match[at + 5];
  if (offset === undefined) return toUtc(wall);
  return wall - offsetMs(offset);
}

function offsetMs(offset: string): number {
  if (/^[a-z]/i.test(offset)) return 0;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return offset.startsWith('-') ? -ms : ms;
}

function fromDigits(text: string, toUtc: ToUtc): number | NoInstant {
  if (/^\d+$/.test(text) && [8, 12, 14].includes(text.length)) {
    const parts = [text.slice(8, 10), text.slice(10, 12), text.slice(12, 14)].map((part) => part || '0');
    const match = ['', '', '', '', ...parts] as unknown as RegExpExecArray;
    return assemble(text.slice(0, 4), text.slice(4, 6), text.slice(6, 8), match, 4, toUtc);
  }
  return fromNumber(Number(text), toUtc);
}

function fromNumber(value: number, toUtc: ToUtc): number | NoInstant {
  if (value >= 1e8 && value < 1e11) return Math.round(value * 1000);
  if (value >= 1e11 && value < 1e14) return Math.round(value);
  if (value >= 1e14 && value < 1e17) return Math.floor(value / 1000);
  if (value >= 1e17 && value < 1e20) return Math.floor(value / 1e6);
  if (value >= 1e4 && value < 1e5) return toUtc(sheetTime(value, false));
  return NOT_A_TIME;
}

/** A sheet's serial day as wall-clock milliseconds. Sheets believe in 29 February 1900, so day 1 counts from 1899-12-31. */
export function sheetTime(serial: number, from1904: boolean): number {
  const days = from1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial;
  return Math.round((days - 25_569) * 86_400_000);
}

type ToUtc = (wall: number) => number;

/** From wall-clock time to UTC. Of an hour that occurs twice the first; one that is left out is moved on. */
function zoneReader(zone: string): ToUtc {
  if (/^(utc|gmt|z)$/i.test(zone)) return (wall) => wall;
  if (/^[+-]\d{2}:?\d{2}$/.test(zone)) {
    const offset = offsetMs(zone);
    return (wall) => wall - offset;
  }
  const format = formatIn(zone);
  const known = new Map<number, number>();
  const QUARTER = 900_000;
  const offsetAt = (utc: number) => {
    const slot = Math.floor(utc / QUARTER);
    let offset = known.get(slot);
    if (offset === undefined) {
      const part: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(slot * QUARTER)) part[type] = Number(value);
      const wall = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
      offset = wall - slot * QUARTER;
      if (known.size > 200_000) known.clear();
      known.set(slot, offset);
    }
    return offset;
  };
  return (wall) => {
    const before = offsetAt(wall - 86_400_000);
    const first = wall - before;
    if (offsetAt(first) === before) return first;
    const second = wall - offsetAt(first);
    return offsetAt(second) === offsetAt(first) ? second : first;
  };
}

function formatIn(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch (cause) {
    throw new UserError('invalid', 'bad_zone', 'There is no such time zone', {
      remedy: 'Give an IANA name, for example Asia/Shanghai, or an offset such as +08:00.',
      cause,
    });
  }
}
