import type { Source } from '@guanxi/contracts';
import type { ClickHouse, Clock } from '../platform/index.ts';
import type { SourceConfig } from './sources.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A figure is at least this old before it is counted again, and twenty times as old as counting takes. */
const KEPT_MS = 1000;
const KEPT_FACTOR = 20;

interface SourceFigures {
  accepted: number;
  accepted24h: number;
  quarantined: number;
  quarantined24h: number;
  lastEventAt: string | null;
}

export interface VolumeSlice {
  start: string;
  accepted: number;
  quarantined: number;
}

/** What came in within one day of 24 hours. */
export interface DayFigures {
  readonly start: string;
  /** Events that entered the log and were worked through, and how many of these had come before. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

export interface Figures {
  of(sources: readonly SourceConfig[]): Promise<Source[]>;
  volume(sourceId: string, hours: number): Promise<VolumeSlice[]>;
  /**
   * The last days, the newest ending at `end` (milliseconds). Events after `place` of the log are left out: whether they
   * repeat others is not known yet.
   */
  daily(days: number, end: number, place: number): Promise<DayFigures[]>;
}

/** Slices that give a chart between 12 and about 100 points. */
const sliceOf = (hours: number): number => {
  if (hours <= 6) return HOUR_MS / 12;
  if (hours <= 96) return HOUR_MS;
  return hours <= 24 * 21 ? 6 * HOUR_MS : DAY_MS;
};

function cached<T>(clock: Clock, count: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | null = null;
  let until = 0;
  return () => {
    const began = clock.now();
    if (value && began < until) return value;
    until = Infinity;
    value = count();
    value.then(
      () => (until = clock.now() + Math.max(KEPT_MS, (clock.now() - began) * KEPT_FACTOR)),
      () => (until = 0),
    );
    return value;
  };
}

async function countSources(clickhouse: ClickHouse, now: number): Promise<Map<string, SourceFigures>> {
  const count = (table: string, test: string) =>
    clickhouse.query<{ source: string; total: number; recent: number; last: string }>(
      `SELECT source_id AS source, count() AS total, countIf(received_at >= fromUnixTimestamp64Milli({since:Int64})) AS recent,
         max(received_at) AS last FROM ${table} WHERE ${test} GROUP BY source_id`,
      { since: now - DAY_MS },
    );
  const [accepted, quarantined] = await Promise.all([
    count('event_log', "kind = 'event'"),
    count('quarantine FINAL', '1'),
  ]);
  const figures = new Map<string, SourceFigures>();
  for (const row of accepted)
    figures.set(row.source, {
      accepted: row.total,
      accepted24h: row.recent,
      quarantined: 0,
      quarantined24h: 0,
      lastEventAt: row.last,
    });
  for (const row of quarantined) {
    const known = figures.get(row.source) ?? {
      accepted: 0,
      accepted24h: 0,
      quarantined: 0,
      quarantined24h: 0,
      lastEventAt: null,
    };
    figures.set(row.source, { ...known, quarantined: row.total, quarantined24h: row.recent });
  }
  return figures;
}

/** How much came from where and when. The log and the quarantine are counted, never a counter beside them. */
export function createFigures(clickhouse: ClickHouse, clock: Clock): Figures {
  const bySource = cached(clock, () => countSources(clickhouse, clock.now()));
  /** Counts per slice of `step` milliseconds since `start`. */
  const slices = async (table: string, test: string, params: Record<string, unknown>) => {
    const rows = await clickhouse.query<{ slot: number; count: number }>(
      `SELECT intDiv(toUnixTimestamp64Milli(received_at) - {start:Int64}, {step:Int64}) AS slot, count() AS count FROM ${table}
       WHERE ${test} AND received_at >= fromUnixTimestamp64Milli({start:Int64}) GROUP BY slot`,
      params,
    );
    return new Map(rows.map((row) => [Number(row.slot), Number(row.count)]));
  };
  const both = async (test: string, params: Record<string, unknown>) =>
    Promise.all([slices('event_log', `kind = 'event'${test}`, params), slices('quarantine FINAL', `1${test}`, params)]);
  return {
    async of(sources) {
      const figures = await bySource();
      return sources.map(({ id, name, kind, writeKey, enabled, createdAt, mends, generated }) => ({
        id,
        name,
        kind,
        writeKey,
        enabled,
        createdAt: createdAt.toISOString(),
        mends: [...mends],
        generated,
        ...(figures.get(id) ?? { accepted: 0, accepted24h: 0, quarantined: 0, quarantined24h: 0, lastEventAt: null }),
      }));
    },
    async volume(sourceId, hours) {
      const step = sliceOf(hours);
      const end = Math.floor(clock.now() / step) * step;
      const start = end - Math.ceil((hours * HOUR_MS) / step) * step + step;
      const [accepted, quarantined] = await both(' AND source_id = {source:String}', { start, step, source: sourceId });
      return Array.from({ length: (end - start) / step + 1 }, (_, slot) => ({
        start: new Date(start + slot * step).toISOString(),
        accepted: accepted.get(slot) ?? 0,
        quarantined: quarantined.get(slot) ?? 0,
      }));
    },
    async daily(days, end, place) {
      const start = end - days * DAY_MS;
      const params = { start, step: DAY_MS, place };
      const [read, fresh, quarantined] = await Promise.all([
        slices('event_log', "kind = 'event' AND seq <= {place:UInt64}", params),
        slices('message', 'seq <= {place:UInt64}', params),
        slices('quarantine FINAL', '1', params),
      ]);
      return Array.from({ length: days }, (_, slot) => ({
        start: new Date(start + slot * DAY_MS).toISOString(),
        accepted: fresh.get(slot) ?? 0,
        duplicates: Math.max(0, (read.get(slot) ?? 0) - (fresh.get(slot) ?? 0)),
        quarantined: quarantined.get(slot) ?? 0,
      }));
    },
  };
}
