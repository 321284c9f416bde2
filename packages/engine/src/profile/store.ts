import type { Timeline } from '@guanxi/contracts';
import { type ClickHouse, idArray, type Params } from '../platform/index.ts';

/** Reads of a few rows by key are done by one thread: starting more costs more than they save. */
const FEW = { settings: { max_threads: 1 } };

/** What an anchor did, or did by one name. */
export interface Deeds {
  readonly anchor: string;
  /** The event's; empty where all are added up. */
  readonly name: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

const activityFrom = (table: 'activity' | 'presence', name: string) =>
  `SELECT toString(seen.anchor) AS anchor, ${name} AS name, count, first, last
   FROM ${table} AS seen WHERE seen.anchor IN {anchors:Array(UInt64)}`;

/** Activity of some persons by event name, given their anchors, in rows to be added up. */
export const activityOf = (clickhouse: ClickHouse, anchors: readonly string[]): Promise<Deeds[]> =>
  clickhouse.query(activityFrom('activity', 'seen.name'), { anchors: idArray(anchors) }, FEW);

/** Activity of some persons in all, given their anchors, in rows to be added up. */
export const presenceOf = (clickhouse: ClickHouse, anchors: readonly string[]): Promise<Deeds[]> =>
  clickhouse.query(activityFrom('presence', "''"), { anchors: idArray(anchors) }, FEW);

export interface TraitRow {
  readonly anchor: string;
  readonly name: string;
  readonly value: string;
  readonly time: string;
  readonly seq: number;
}

const isLater = (a: TraitRow, b: TraitRow) => a.time > b.time || (a.time === b.time && a.seq > b.seq);

/** What each anchor says of its person: the latest value of every attribute, or of the named ones. */
export async function traitRows(
  clickhouse: ClickHouse,
  anchors: readonly string[],
  names: readonly string[] | null,
): Promise<TraitRow[]> {
  // Rows are put together here: the engine's FINAL would read around each of them in every part.
  const rows = await clickhouse.query<TraitRow>(
    `SELECT toString(said.node) AS anchor, name, value, time, seq FROM node_attribute AS said
     WHERE said.node IN {anchors:Array(UInt64)} ${names === null ? '' : 'AND said.name IN {names:Array(String)}'}`,
    { anchors: idArray(anchors), ...(names === null ? {} : { names }) },
    FEW,
  );
  const latest = new Map<string, TraitRow>();
  for (const row of rows) {
    const key = `${row.anchor} ${row.name}`;
    const known = latest.get(key);
    if (!known || isLater(row, known)) latest.set(key, row);
  }
  return [...latest.values()];
}

export interface TimelineFilter {
  readonly anchors: readonly string[];
  readonly from: number | null;
  readonly to: number | null;
  readonly names: readonly string[] | null;
}

export interface EventRow {
  readonly seq: number;
  readonly time: string;
  readonly ms: number;
  readonly received: string;
  readonly source: string;
  readonly type: string;
  readonly name: string;
  readonly anchor: string;
  readonly subject: string;
  readonly identifiers: readonly { kind: string; value: string }[];
}

const windowConditions = (filter: TimelineFilter): { where: string; params: Params } => {
  const parts = ['anchor IN {anchors:Array(UInt64)}'];
  const params: Record<string, unknown> = { anchors: idArray(filter.anchors) };
  if (filter.from !== null) parts.push('time >= fromUnixTimestamp64Milli({from:Int64})');
  if (filter.to !== null) parts.push('time <= fromUnixTimestamp64Milli({to:Int64})');
  if (filter.names !== null) parts.push('name IN {names:Array(String)}');
  return {
    where: parts.join(' AND '),
    params: { ...params, from: filter.from ?? 0, to: filter.to ?? 0, names: filter.names ?? [] },
  };
};

export async function timelineRows(
  clickhouse: ClickHouse,
  filter: TimelineFilter,
  after: { ms: number; seq: number } | null,
  limit: number,
): Promise<EventRow[]> {
  const { where, params } = windowConditions(filter);
  const page = after === null ? '' : 'AND (toUnixTimestamp64Milli(time), seq) < ({ms:Int64}, {seq:UInt64})';
  return clickhouse.query<EventRow>(
    `SELECT seq, time, toUnixTimestamp64Milli(event.time) AS ms, received_at AS received, source_id AS source, type, name,
            toString(event.anchor) AS anchor, subject, identifiers
     FROM event WHERE ${where} ${page} ORDER BY event.time DESC, seq DESC LIMIT {limit:UInt32}`,
    { ...params, limit, ms: after?.ms ?? 0, seq: after?.seq ?? 0 },
  );
}

export async function timelineTotal(clickhouse: ClickHouse, filter: TimelineFilter): Promise<number> {
  const { where, params } = windowConditions(filter);
  const [row] = await clickhouse.query<{ total: number }>(`SELECT count() AS total FROM event WHERE ${where}`, params);
  return row!.total;
}

const SLICES = 60;

/** The whole life of a person in equal slices, empty ones included. */
export async function density(clickhouse: ClickHouse, anchors: readonly string[]): Promise<Timeline['density']> {
  const rows = await clickhouse.query<{ slice: number; count: number; low: number; high: number }>(
    `WITH (SELECT (toUnixTimestamp64Milli(min(time)), toUnixTimestamp64Milli(max(time))) FROM event WHERE anchor IN {anchors:Array(UInt64)}) AS bounds
     SELECT least(${SLICES - 1}, intDiv((toUnixTimestamp64Milli(time) - bounds.1) * ${SLICES}, greatest(1, bounds.2 - bounds.1))) AS slice,
            count() AS count, any(bounds.1) AS low, any(bounds.2) AS high
     FROM event WHERE anchor IN {anchors:Array(UInt64)} GROUP BY slice`,
    { anchors: idArray(anchors) },
  );
  if (rows.length === 0) return [];
  const { low, high } = rows[0]!;
  const width = Math.max(1, high - low) / SLICES;
  const counts = new Map(rows.map((row) => [row.slice, row.count]));
  return Array.from({ length: SLICES }, (_, slice) => ({
    start: new Date(low + slice * width).toISOString(),
    end: new Date(low + (slice + 1) * width).toISOString(),
    count: counts.get(slice) ?? 0,
  }));
}
