import type { Timeline } from '@guanxi/contracts';
import { type ClickHouse, idArray, type Params } from '../platform/index.ts';

export interface PersonActivity {
  readonly person: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
  readonly known: boolean;
}

export type Order = 'last_seen' | 'first_seen' | 'events';
const ORDER_COLUMN: Record<Order, string> = {
  last_seen: 'toUnixTimestamp64Milli(last)',
  first_seen: 'toUnixTimestamp64Milli(first)',
  events: 'events',
};

/** Persons as they are today: activity of their anchors, added up. */
const PERSONS = `
  SELECT if(alias.person = 0, activity.anchor, alias.person) AS person, sum(activity.count) AS events,
         min(activity.first) AS first, max(activity.last) AS last, max(activity.known) AS known
  FROM activity
  LEFT JOIN (SELECT anchor, argMax(person, version) AS person FROM person_alias GROUP BY anchor) AS alias ON alias.anchor = activity.anchor
  GROUP BY person`;

export interface PersonCondition {
  readonly known: boolean | null;
  /** First and last seen at this instant (milliseconds) or after it; null for ever. */
  readonly firstFrom: number | null;
  readonly lastFrom: number | null;
}

export interface PersonFilter extends PersonCondition {
  readonly order: Order;
  readonly limit: number;
  /** Sort value and id of the last row of the page before. */
  readonly after: { readonly value: number; readonly person: string } | null;
}

function conditionOf({ known, firstFrom, lastFrom }: PersonCondition): { where: string; params: Params } {
  const parts = ['1'];
  if (known !== null) parts.push(known ? 'known = 1' : 'known = 0');
  if (firstFrom !== null) parts.push('first >= fromUnixTimestamp64Milli({firstFrom:Int64})');
  if (lastFrom !== null) parts.push('last >= fromUnixTimestamp64Milli({lastFrom:Int64})');
  return { where: parts.join(' AND '), params: { firstFrom: firstFrom ?? 0, lastFrom: lastFrom ?? 0 } };
}

export async function listPersons(
  clickhouse: ClickHouse,
  filter: PersonFilter,
): Promise<(PersonActivity & { value: number })[]> {
  const column = ORDER_COLUMN[filter.order];
  const { where, params } = conditionOf(filter);
  const after = filter.after === null ? '1' : '(value, person) < ({value:Int64}, {person:UInt64})';
  const rows = await clickhouse.query<{
    id: string;
    events: number;
    first: string;
    last: string;
    known: number;
    value: number;
  }>(
    `SELECT toString(person) AS id, events, first, last, known, toInt64(${column}) AS value
     FROM (${PERSONS}) WHERE ${where} AND ${after} ORDER BY value DESC, person DESC LIMIT {limit:UInt32}`,
    { ...params, limit: filter.limit, ...filter.after },
  );
  return rows.map((row) => ({
    person: row.id,
    events: row.events,
    first: row.first,
    last: row.last,
    known: row.known === 1,
    value: row.value,
  }));
}

export async function countCustomers(clickhouse: ClickHouse): Promise<{ customers: number; knownCustomers: number }> {
  const [row] = await clickhouse.query<{ customers: number; knownCustomers: number }>(
    `SELECT count() AS customers, countIf(known = 1) AS knownCustomers FROM (${PERSONS})`,
  );
  return row!;
}

/** How many persons a list of all its pages holds. */
export async function countPersons(clickhouse: ClickHouse, condition: PersonCondition): Promise<number> {
  const { where, params } = conditionOf(condition);
  const [row] = await clickhouse.query<{ total: number }>(
    `SELECT count() AS total FROM (${PERSONS}) WHERE ${where}`,
    params,
  );
  return row!.total;
}

const DAY_MS = 86_400_000;
const DAYS_OF_WEEK = 7;

/** Persons per day of 24 hours, and how many of them did something in the last seven days and in the seven before. */
export interface PersonFlow {
  readonly added: number[];
  readonly active: number[];
  readonly activeWeek: number;
  readonly activeBefore: number;
}

/** The last `days` days, the newest ending at `end` (milliseconds), by the time of what people did. */
export async function personFlow(clickhouse: ClickHouse, days: number, end: number): Promise<PersonFlow> {
  const start = end - days * DAY_MS;
  const params = { start, step: DAY_MS, newest: days - 1, week: days - DAYS_OF_WEEK, before: days - 2 * DAYS_OF_WEEK };
  const slotOf = (column: string) =>
    `least({newest:Int64}, intDiv(toUnixTimestamp64Milli(${column}) - {start:Int64}, {step:Int64}))`;
  const since = 'fromUnixTimestamp64Milli({start:Int64})';
  // Persons of today per day on which one of their anchors did something; all that follows is counted of these.
  const acting = `
    SELECT DISTINCT if(alias.person = 0, seen.anchor, alias.person) AS person, seen.slot AS slot
    FROM (SELECT DISTINCT anchor, ${slotOf('event.time')} AS slot FROM event WHERE anchor != 0 AND event.time >= ${since}) AS seen
    LEFT JOIN (SELECT anchor, argMax(person, version) AS person FROM person_alias GROUP BY anchor) AS alias ON alias.anchor = seen.anchor`;
  const [added, active, weeks] = await Promise.all([
    clickhouse.query<{ slot: number; count: number }>(
      `SELECT ${slotOf('first')} AS slot, count() AS count FROM (${PERSONS}) WHERE first >= ${since} GROUP BY slot`,
      params,
    ),
    clickhouse.query<{ slot: number; count: number }>(
      `SELECT slot, uniqExact(person) AS count FROM (${acting}) GROUP BY slot`,
      params,
    ),
    clickhouse.query<{ week: number; before: number }>(
      `SELECT uniqExactIf(person, slot >= {week:Int64}) AS week, uniqExactIf(person, slot >= {before:Int64} AND slot < {week:Int64}) AS before
       FROM (${acting})`,
      params,
    ),
  ]);
  const spread = (rows: readonly { slot: number; count: number }[]) => {
    const bySlot = new Map(rows.map(({ slot, count }) => [Number(slot), count]));
    return Array.from({ length: days }, (_, slot) => bySlot.get(slot) ?? 0);
  };
  return { added: spread(added), active: spread(active), activeWeek: weeks[0]!.week, activeBefore: weeks[0]!.before };
}

/** Activity of some persons, by event name, given their anchors. */
export async function activityOf(clickhouse: ClickHouse, anchors: readonly string[]) {
  return clickhouse.query<{ anchor: string; name: string; known: number; count: number; first: string; last: string }>(
    `SELECT toString(anchor) AS anchor, name, max(known) AS known, sum(count) AS count, min(first) AS first, max(last) AS last
     FROM activity WHERE anchor IN {anchors:Array(UInt64)} GROUP BY activity.anchor, name`,
    { anchors: idArray(anchors) },
  );
}

export interface TraitRow {
  readonly anchor: string;
  readonly name: string;
  readonly value: string;
  readonly time: string;
  readonly seq: number;
}

/** What each anchor says of its person: the latest value of every attribute. */
export async function traitRows(clickhouse: ClickHouse, anchors: readonly string[]): Promise<TraitRow[]> {
  return clickhouse.query<TraitRow>(
    `SELECT toString(latest.node) AS anchor, latest.name AS name, latest.value AS value, latest.time AS time, latest.seq AS seq
     FROM node_attribute AS latest FINAL WHERE latest.node IN {anchors:Array(UInt64)}`,
    { anchors: idArray(anchors) },
  );
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

export async function eraseActivity(clickhouse: ClickHouse, anchors: readonly string[]): Promise<number> {
  const where = 'anchor IN {anchors:Array(UInt64)}';
  const params = { anchors: idArray(anchors) };
  const [row] = await clickhouse.query<{ rows: number }>(`SELECT count() AS rows FROM activity WHERE ${where}`, params);
  if (row!.rows > 0) await clickhouse.remove('activity', where, params);
  return row!.rows;
}
