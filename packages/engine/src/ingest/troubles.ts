import type { ClickHouse } from '../platform/index.ts';
import type { SourceConfig } from './sources.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What a source usually does is learnt from so many days. */
const LEARNT_DAYS = 28;
/** A source is expected to speak when it has spoken in as many hours, on as many days; fewer are no habit. */
const HABIT_HOURS = 6;
const HABIT_DAYS = 3;
const LEAST_SILENCE_HOURS = 2;
const SILENCE_FACTOR = 1.5;
/** Rejects are told when they are more than chance, and more than they used to be. */
const LEAST_REJECTS = 10;
const LEAST_SHARE = 0.01;
const NEW_SHARE = 0.1;
const RISE_FACTOR = 2;

/** A source that is not as it used to be. */
export type SourceTrouble =
  | {
      readonly code: 'rejects_rising';
      readonly source: SourceConfig;
      /** Of the last 24 hours, and of the seven days before; null where there was nothing before. */
      readonly share: number;
      readonly usual: number | null;
      readonly count: number;
    }
  | {
      readonly code: 'source_silent';
      readonly source: SourceConfig;
      readonly hours: number;
      /** Its longest silence of the last weeks before this one. */
      readonly usualHours: number;
    };

interface Habit {
  readonly source: string;
  readonly hours: readonly number[];
  readonly day: number;
  readonly week: number;
}

async function habitsOf(clickhouse: ClickHouse, table: string, test: string, now: number): Promise<Map<string, Habit>> {
  const rows = await clickhouse.query<Habit>(
    `SELECT source_id AS source, arraySort(groupUniqArray(toUInt32(intDiv(toUnixTimestamp64Milli(received_at), ${HOUR_MS})))) AS hours,
       countIf(received_at >= fromUnixTimestamp64Milli({day:Int64})) AS day,
       countIf(received_at >= fromUnixTimestamp64Milli({week:Int64}) AND received_at < fromUnixTimestamp64Milli({day:Int64})) AS week
     FROM ${table} WHERE ${test} AND received_at >= fromUnixTimestamp64Milli({since:Int64}) GROUP BY source_id`,
    { day: now - DAY_MS, week: now - 8 * DAY_MS, since: now - LEARNT_DAYS * DAY_MS },
  );
  return new Map(rows.map((row) => [row.source, row]));
}

/** The present silence and the longest before it, in hours; null for who has no habit to break. */
export function silenceOf(hours: readonly number[], now: number): { hours: number; usualHours: number } | null {
  const days = new Set(hours.map((hour) => Math.floor(hour / 24)));
  if (hours.length < HABIT_HOURS || days.size < HABIT_DAYS) return null;
  const silent = Math.floor(now / HOUR_MS) - hours.at(-1)!;
  const longest = Math.max(...hours.slice(1).map((hour, at) => hour - hours[at]!));
  return silent > Math.max(LEAST_SILENCE_HOURS, longest * SILENCE_FACTOR)
    ? { hours: silent, usualHours: longest }
    : null;
}

const shareOf = (bad: number, good: number): number | null => (bad + good === 0 ? null : bad / (bad + good));

/** Sources in use that reject more than they used to or have been silent longer than usual. Made-up ones are left out. */
export async function troublesOf(
  clickhouse: ClickHouse,
  sources: readonly SourceConfig[],
  now: number,
): Promise<SourceTrouble[]> {
  const [accepted, rejected] = await Promise.all([
    habitsOf(clickhouse, 'event_log', "kind = 'event'", now),
    habitsOf(clickhouse, 'quarantine FINAL', '1', now),
  ]);
  return sources.flatMap((source): SourceTrouble[] => {
    if (!source.enabled || source.generated) return [];
    const good = accepted.get(source.id);
    const bad = rejected.get(source.id);
    const found: SourceTrouble[] = [];
    const share = shareOf(bad?.day ?? 0, good?.day ?? 0) ?? 0;
    const usual = shareOf(bad?.week ?? 0, good?.week ?? 0);
    const limit = usual === null ? NEW_SHARE : Math.max(LEAST_SHARE, usual * RISE_FACTOR);
    if ((bad?.day ?? 0) >= LEAST_REJECTS && share > limit)
      found.push({ code: 'rejects_rising', source, share, usual, count: bad!.day });
    const silence = source.kind === 'sdk' && good ? silenceOf(good.hours, now) : null;
    if (silence) found.push({ code: 'source_silent', source, ...silence });
    return found;
  });
}
