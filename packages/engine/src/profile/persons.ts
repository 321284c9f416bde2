import type { ClickHouse, Params } from '../platform/index.ts';

export type Order = 'last_seen' | 'first_seen' | 'events';
const ORDER_COLUMN: Record<Order, string> = {
  last_seen: 'toUnixTimestamp64Milli(last)',
  first_seen: 'toUnixTimestamp64Milli(first)',
  events: 'events',
};

/** Today's person of every anchor that was ever called by another id than its own. */
const ALIASES = 'SELECT anchor, person FROM person_alias FINAL';
/** The person of an anchor of `seen`, beside which ALIASES are joined as `alias`. */
const PERSON = 'if(alias.person = 0, seen.anchor, alias.person)';

/** Persons as they are today: what their anchors did, added up. */
const PERSONS = `
  SELECT ${PERSON} AS person, sum(seen.count) AS events, min(seen.first) AS first, max(seen.last) AS last, max(seen.known) AS known
  FROM presence AS seen LEFT ANY JOIN (${ALIASES}) AS alias ON alias.anchor = seen.anchor
  GROUP BY person`;

/** Both sides of the join are stored in the order of anchors: merged as they are read, none is held whole. */
const MERGING = { settings: { join_algorithm: 'full_sorting_merge' } };

export interface PersonFilter {
  readonly known: boolean | null;
  /** First and last seen at this instant (milliseconds) or after it; null for ever. */
  readonly firstFrom: number | null;
  readonly lastFrom: number | null;
  readonly order: Order;
  readonly limit: number;
  /** Of the last row of the page before: sort value and id. */
  readonly after: { readonly value: number; readonly person: string } | null;
}

/** Who stands on a page, and by what. */
export interface PersonPlace {
  readonly person: string;
  readonly value: number;
}

function conditionOf({ known, firstFrom, lastFrom }: PersonFilter): { where: string; params: Params } {
  const parts = ['1'];
  if (known !== null) parts.push(known ? 'known = 1' : 'known = 0');
  if (firstFrom !== null) parts.push('first >= fromUnixTimestamp64Milli({firstFrom:Int64})');
  if (lastFrom !== null) parts.push('last >= fromUnixTimestamp64Milli({lastFrom:Int64})');
  return { where: parts.join(' AND '), params: { firstFrom: firstFrom ?? 0, lastFrom: lastFrom ?? 0 } };
}

/** One page, and how many persons there are from there on: of the first page, on all pages. */
export async function listPersons(
  clickhouse: ClickHouse,
  filter: PersonFilter,
): Promise<{ rows: PersonPlace[]; rest: number }> {
  const { where, params } = conditionOf(filter);
  const after = filter.after === null ? '1' : '(value, person) < ({value:Int64}, {person:UInt64})';
  const rows = await clickhouse.query<{ id: string; value: number; rest: number }>(
    `SELECT toString(person) AS id, value, rest FROM (
       SELECT person, toInt64(${ORDER_COLUMN[filter.order]}) AS value, count() OVER () AS rest
       FROM (${PERSONS}) WHERE ${where} AND ${after})
     ORDER BY value DESC, person DESC LIMIT {limit:UInt32}`,
    { ...params, limit: filter.limit, ...filter.after },
    MERGING,
  );
  return { rows: rows.map(({ id, value }) => ({ person: id, value })), rest: rows[0]?.rest ?? 0 };
}

export async function countCustomers(clickhouse: ClickHouse): Promise<{ customers: number; knownCustomers: number }> {
  const [row] = await clickhouse.query<{ customers: number; knownCustomers: number }>(
    `SELECT count() AS customers, countIf(known = 1) AS knownCustomers FROM (${PERSONS})`,
    {},
    MERGING,
  );
  return row!;
}

const DAY_MS = 86_400_000;
const DAYS_OF_WEEK = 7;
/** Days are bits of one number. */
const MOST_DAYS = 63;

/** Persons per day of 24 hours, and how many of them did something in the last seven days and in the seven before. */
export interface PersonFlow {
  readonly added: number[];
  readonly active: number[];
  readonly activeWeek: number;
  readonly activeBefore: number;
}

/** The last `days` days, at most 63, the newest ending at `end` (milliseconds), by the time of what people did. */
export async function personFlow(clickhouse: ClickHouse, days: number, end: number): Promise<PersonFlow> {
  if (days > MOST_DAYS) throw new Error(`more than ${MOST_DAYS} days`);
  const start = end - days * DAY_MS;
  const params = { start, step: DAY_MS, newest: days - 1 };
  const slotOf = (column: string) =>
    `least({newest:Int64}, intDiv(toUnixTimestamp64Milli(${column}) - {start:Int64}, {step:Int64}))`;
  const since = 'fromUnixTimestamp64Milli({start:Int64})';
  // Of each person the days on which one of their anchors did something, as bits, the oldest the lowest.
  const acting = `
    SELECT ${PERSON} AS person, groupBitOr(seen.slots) AS slots
    FROM (SELECT anchor, groupBitOr(bitShiftLeft(toUInt64(1), toUInt8(${slotOf('event.time')}))) AS slots
          FROM event WHERE anchor != 0 AND event.time >= ${since} GROUP BY anchor) AS seen
    LEFT ANY JOIN (${ALIASES}) AS alias ON alias.anchor = seen.anchor
    GROUP BY person`;
  const week = (weeksAgo: number) => {
    const bits = (2n ** BigInt(DAYS_OF_WEEK) - 1n) << BigInt(days - (weeksAgo + 1) * DAYS_OF_WEEK);
    return `countIf(bitAnd(slots, ${bits}) != 0)`;
  };
  const [added, [active]] = await Promise.all([
    clickhouse.query<{ slot: number; count: number }>(
      `SELECT ${slotOf('first')} AS slot, count() AS count FROM (${PERSONS}) WHERE first >= ${since} GROUP BY slot`,
      params,
      MERGING,
    ),
    clickhouse.query<{ days: number[]; week: number; before: number }>(
      `SELECT sumForEach(arrayMap(day -> bitAnd(bitShiftRight(slots, day), 1), range(${days}))) AS days,
              ${week(0)} AS week, ${week(1)} AS before
       FROM (${acting})`,
      params,
      MERGING,
    ),
  ]);
  const bySlot = new Map(added.map(({ slot, count }) => [Number(slot), count]));
  const slots = Array.from({ length: days }, (_, slot) => slot);
  return {
    added: slots.map((slot) => bySlot.get(slot) ?? 0),
    active: slots.map((slot) => active?.days[slot] ?? 0),
    activeWeek: active?.week ?? 0,
    activeBefore: active?.before ?? 0,
  };
}
