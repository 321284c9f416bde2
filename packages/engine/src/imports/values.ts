import { type FieldSource, type Json, reason } from '@guanxi/contracts';
import { instantReader, NoInstant } from './instants.ts';

/** What databases and tools write where there is nothing. */
const NOTHING = new Set(['', '\\N', 'NULL', 'null', '(null)', 'NaN', 'nan', '#N/A', '#NULL!']);

/** Whether a cell holds nothing. */
export function isBlank(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'number') return Number.isNaN(value);
  return (
    typeof value === 'string' &&
    (value === '' || (value.length < 8 && NOTHING.has(value.trim())) || value.trim() === '')
  );
}

/** A cell as text, without the white space around it. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value ?? '');
}

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?$/;
const MONEY =
  /^(?:[¥￥$€£₩₽]|(?:rmb|cny|usd|eur|gbp|hkd|jpy)\s*[¥￥$€£]?)\s*|\s*(?:元|圆|块|rmb|cny|usd|eur|gbp|hkd|jpy|[€£¥￥$])$/giu;
const MANY: Readonly<Record<string, number>> = { 万: 1e4, 萬: 1e4, 亿: 1e8, 億: 1e8 };

/**
 * A number as people write it: thousands separators, currency signs, full-width digits, 1.2万, (12.50) and −12 for
 * negatives, a decimal comma where it can be nothing else. Null where it is none.
 */
export function parseNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value.length > 60) return null;
  if (PLAIN_NUMBER.test(value)) return finite(Number(value));
  let text = value.normalize('NFKC').trim().replace(/[−–]/g, '-').replace(/^\+/, '');
  let sign = 1;
  const bracketed = /^\((.*)\)$/.exec(text);
  if (bracketed) [sign, text] = [-1, bracketed[1]!];
  text = text.replace(MONEY, '').trim();
  if (text.startsWith('-')) [sign, text] = [-sign, text.slice(1).replace(MONEY, '').trim()];
  const many = MANY[text.at(-1) ?? ''];
  if (many) [sign, text] = [sign * many, text.slice(0, -1).trim()];
  text = text.replace(/(?<=\d)[\s'’](?=\d{3}(?!\d))/g, '');
  if (/^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(text)) text = text.replaceAll(',', '');
  else if (/^[1-9]\d{0,2}(?:\.\d{3})+,\d+$/.test(text)) text = text.replaceAll('.', '').replace(',', '.');
  else if (/^\d+,\d{1,2}$/.test(text)) text = text.replace(',', '.');
  else if (/^\.\d+$/.test(text)) text = `0${text}`;
  // Products of decimals such as 1.2 × 10,000 are given back as they are written, without binary dust.
  return PLAIN_NUMBER.test(text) && !text.startsWith('-')
    ? finite(Number((sign * Number(text)).toPrecision(15)))
    : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

const YES = new Set(['true', 't', 'yes', 'y', '1', '是', '真', '有', '已', 'on', '√']);
const NO = new Set(['false', 'f', 'no', 'n', '0', '否', '假', '无', '未', 'off', '×']);

export function parseBoolean(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = textOf(value).toLowerCase();
  return YES.has(text) ? true : NO.has(text) ? false : null;
}

/** Whether a cell looks like data rather than like the name of a column: a number, a date, an address. */
export function looksLikeValue(text: string): boolean {
  return (
    parseNumber(text) !== null ||
    /@.+\./.test(text) ||
    /^https?:\/\//i.test(text) ||
    /^(true|false|yes|no)$/i.test(text) ||
    (/\d/.test(text) && !(readInstant(text) instanceof NoInstant))
  );
}
const readInstant = instantReader('UTC', 'dmy');

/** A value that cannot be what its field wants, and why. */
export class CastProblem {
  constructor(readonly message: string) {}
}

export type Cast = (value: unknown) => Json | CastProblem | undefined;

const NOT_A_NUMBER = new CastProblem(reason('notNumber'));
const NOT_WHOLE = new CastProblem(reason('notWhole'));
const NOT_A_BOOLEAN = new CastProblem(reason('notFlag'));
const NOT_JSON = new CastProblem(reason('notJson'));

type ColumnSource = Extract<FieldSource, { column: string }>;

/** One reader per kind of field; undefined where the field is absent. */
const casts: Record<NonNullable<ColumnSource['as']>, (source: ColumnSource) => Cast> = {
  string: () => textOf,
  number: () => (value) => parseNumber(value) ?? NOT_A_NUMBER,
  integer: () => (value) => {
    const number = parseNumber(value);
    if (number === null) return NOT_A_NUMBER;
    return Number.isSafeInteger(number) ? number : NOT_WHOLE;
  },
  absolute: () => (value) => {
    const number = parseNumber(value);
    return number === null ? NOT_A_NUMBER : Math.abs(number);
  },
  boolean: () => (value) => parseBoolean(value) ?? NOT_A_BOOLEAN,
  instant: (source) => {
    const read = instantReader(source.zone, source.order);
    return (value) => {
      const time = read(value);
      return time instanceof NoInstant ? new CastProblem(time.message) : new Date(time).toISOString();
    };
  },
  json: () => (value) => {
    if (typeof value !== 'string') return value as Json;
    try {
      return JSON.parse(value) as Json;
    } catch {
      return NOT_JSON;
    }
  },
};

/** The reader of a field: empty cells and, under a pattern, cells that do not match give undefined. */
export function castOf(source: ColumnSource): Cast {
  const cast = casts[source.as ?? 'string'](source);
  if (source.pattern === undefined) return (value) => (isBlank(value) ? undefined : cast(value));
  const pattern = new RegExp(source.pattern, 'u');
  return (value) => {
    if (isBlank(value)) return undefined;
    const match = pattern.exec(textOf(value));
    const kept = match ? (match[1] ?? match[0]) : '';
    return kept === '' ? undefined : cast(kept);
  };
}
