import type { Random } from './random.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** China has one zone and no summer time, so that local time needs no table and no setting of the machine. */
const ZONE = 8 * HOUR;
const MONTHS = 18;

/** The time the data are about, in milliseconds; `end` is outside. */
export interface Period {
  readonly start: number;
  readonly end: number;
  readonly days: number;
}

/** The 18 months that end with the day before `until` (a date `YYYY-MM-DD` in China). */
export function periodUntil(until: string): Period {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(until);
  const end = match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : Number.NaN;
  if (!match || Number.isNaN(end) || new Date(end).toISOString().slice(0, 10) !== until || Number(match[1]) < 2002)
    throw new RangeError(`${until} is not a date such as 2026-01-31`);
  const month = Number(match[2]) - 1 - MONTHS;
  const lastDay = new Date(Date.UTC(Number(match[1]), month + 1, 0)).getUTCDate();
  const start = Date.UTC(Number(match[1]), month, Math.min(Number(match[3]), lastDay));
  return { start: start - ZONE, end: end - ZONE, days: Math.round((end - start) / DAY) };
}

/** The date of China at an instant: `2026-01-31`. */
export const dateOf = (at: number): string => new Date(at + ZONE).toISOString().slice(0, 10);
/** Date and time of China as files write them: `2026-01-31 20:15:09`. */
export const wallClock = (at: number): string => new Date(at + ZONE).toISOString().slice(0, 19).replace('T', ' ');
export const iso = (at: number): string => new Date(at).toISOString();
export const monthOf = (at: number): number => new Date(at + ZONE).getUTCMonth() + 1;
/** Midnight of China at the start of the day. */
export const startOfDay = (at: number): number => Math.floor((at + ZONE) / DAY) * DAY - ZONE;

/** New year's day of the Chinese calendar. */
const SPRING: Readonly<Record<number, string>> = {
  2022: '02-01', 2023: '01-22', 2024: '02-10', 2025: '01-29', 2026: '02-17', 2027: '02-06', 2028: '01-26',
  2029: '02-13', 2030: '02-03', 2031: '01-23', 2032: '02-11', 2033: '01-31', 2034: '02-19', 2035: '02-08',
}; // prettier-ignore

export interface Festival {
  readonly id: '618' | '双11' | '春节' | '38女王节' | '520' | '99大促' | '双12';
  readonly from: number;
  readonly to: number;
  /** How many times as much is bought. */
  readonly lift: number;
  /** What is taken off the price, 0 to 1. */
  readonly discount: number;
}

const atDate = (year: number, monthDay: string): number => Date.parse(`${year}-${monthDay}T00:00:00Z`) - ZONE;

/** The festivals that fall into a period, in order. */
export function festivalsOf({ start, end }: Period): Festival[] {
  const years = new Set([start, end].map((at) => new Date(at + ZONE).getUTCFullYear()));
  const all = [...Array.from({ length: 3 }, (_, more) => Math.min(...years) + more)].flatMap((year): Festival[] => {
    const spring = atDate(year, SPRING[year] ?? '02-05');
    return [
      { id: '春节', from: spring - 14 * DAY, to: spring - 2 * DAY, lift: 1.5, discount: 0.12 },
      { id: '38女王节', from: atDate(year, '03-01'), to: atDate(year, '03-09'), lift: 1.9, discount: 0.18 },
      { id: '520', from: atDate(year, '05-14'), to: atDate(year, '05-21'), lift: 1.3, discount: 0.1 },
      { id: '618', from: atDate(year, '06-01'), to: atDate(year, '06-19'), lift: 2.4, discount: 0.25 },
      { id: '99大促', from: atDate(year, '09-05'), to: atDate(year, '09-10'), lift: 1.4, discount: 0.12 },
      { id: '双11', from: atDate(year, '10-31'), to: atDate(year, '11-12'), lift: 3.2, discount: 0.3 },
      { id: '双12', from: atDate(year, '12-09'), to: atDate(year, '12-13'), lift: 1.4, discount: 0.12 },
    ];
  });
  return all.filter(({ from, to }) => to > start && from < end).sort((a, b) => a.from - b.from);
}

/** The days of a family's new year, when little is sent and stores are closed. */
export function isSpringRest(at: number): boolean {
  const spring = atDate(new Date(at + ZONE).getUTCFullYear(), SPRING[new Date(at + ZONE).getUTCFullYear()] ?? '02-05');
  return at >= spring - DAY && at < spring + 6 * DAY;
}

/** How much people are about at each hour of China. */
const HOURS = [2, 1, 0.5, 0.3, 0.2, 0.4, 1, 2.5, 4, 5, 5.5, 6, 7.5, 6, 5, 4.8, 4.8, 5.2, 6, 7.5, 9, 10, 8, 4.5];

/** A moment of that day when somebody may look at a phone. */
export function momentOf(day: number, random: Random): number {
  const hour = random.weighted(
    HOURS.map((weight, at) => ({ weight, at })),
    ({ weight }) => weight,
  ).at;
  return startOfDay(day) + hour * HOUR + Math.floor(random.next() * HOUR);
}
/** A moment of that day when stores and service are open (10 to 22). */
export const openMoment = (day: number, random: Random): number =>
  startOfDay(day) + 10 * HOUR + Math.floor(random.next() * 11.8 * HOUR);

/** Dry winters ask for water and repair, summers for sun care and oil control. Factor of each effect by month. */
export function seasonOf(effect: string, at: number): number {
  const month = monthOf(at);
  const cold = Math.cos(((month - 1) / 12) * 2 * Math.PI);
  if (['补水', '滋润', '修护', '舒缓'].includes(effect)) return 1 + 0.5 * cold;
  if (['防晒', '控油', '祛痘'].includes(effect)) return 1 - (effect === '防晒' ? 0.8 : 0.45) * cold;
  return 1;
}

/** The end for a demo made now: today in China, so that yesterday is its last day. */
export const defaultUntil = (now: number): string => dateOf(now);
