import { currentLanguage } from '../app/i18n/index.ts';

const locale = () => (currentLanguage() === 'zh' ? 'zh-CN' : 'en-GB');
type Format = Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat;
/** To make one takes longer than to use it a hundred times. */
const memo = new Map<string, Format>();
const cached = <T extends Format>(key: string, make: () => T): T => {
  const full = `${locale()}:${key}`;
  const found = memo.get(full) as T | undefined;
  if (found) return found;
  const made = make();
  memo.set(full, made);
  return made;
};

export const number = (value: number): string => cached('n', () => new Intl.NumberFormat(locale())).format(value);
export const decimal = (value: number, digits = 1): string =>
  cached(`d${digits}`, () => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits })).format(value);
export const percent = (share: number, digits = 1): string =>
  cached(
    `p${digits}`,
    () => new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: digits }),
  ).format(share);

const two = (value: number) => String(value).padStart(2, '0');
/** `2026-11-21 18:04:09` in the reader's time zone: sorts as text, the same in both languages. */
export function dateTime(instant: string, seconds = true): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}${seconds ? `:${two(date.getSeconds())}` : ''}`;
}
export const dateOnly = (instant: string): string => dateTime(instant).slice(0, 10);
export const timeOnly = (instant: string): string => dateTime(instant).slice(11);
/** The time of day of today, day and time of any other. */
export const momentOf = (instant: string): string =>
  dateOnly(instant) === dateOnly(new Date().toISOString()) ? timeOnly(instant) : dateTime(instant, false);

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
/** How long ago, in words; the day itself beyond a year, where "15 years ago" would say nothing. */
export function ago(instant: string, now = Date.now()): string {
  const seconds = Math.round((new Date(instant).getTime() - now) / 1000);
  if (Math.abs(seconds) >= steps[0]![1]) return dateOnly(instant);
  const words = cached('ago', () => new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }));
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  return words.format(Math.min(0, seconds), 'second');
}

/** A length of time as `1:04:09` or `4:09`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let at = 0;
  let rest = size;
  while (rest >= 1024 && at < units.length - 1) {
    rest /= 1024;
    at += 1;
  }
  return `${decimal(rest, at === 0 ? 0 : 1)} ${units[at]}`;
}
