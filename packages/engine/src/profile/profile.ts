import type {
  Customer,
  CustomerRow,
  EventSummary,
  EventType,
  Identifier,
  NodeId,
  Timeline,
  Trait,
} from '@guanxi/contracts';
import { type Graph, type GraphEvent, NAMING_ATTRIBUTES, personName } from '../graph/index.ts';
import type { Identity } from '../identity/index.ts';
import { identifierIdOf, type Platform, type Table, UserError } from '../platform/index.ts';
import { activityRows, eraseActivity, profileTables } from './activity.ts';
import { countCustomers, listPersons, type Order, type PersonFlow, personFlow } from './persons.ts';
import {
  type Deeds,
  activityOf,
  density,
  type EventRow,
  presenceOf,
  timelineRows,
  timelineTotal,
  traitRows,
} from './store.ts';
import { mergeTraits } from './traits.ts';

export interface CustomerQuery {
  readonly search?: string | undefined;
  /** Kinds of identifiers that are found whole only, never by how they begin. */
  readonly guarded?: readonly string[] | undefined;
  readonly known: boolean | null;
  /** First or last seen at this instant or after it. */
  readonly firstFrom?: string | undefined;
  readonly lastFrom?: string | undefined;
  readonly order: Order;
  readonly limit: number;
  readonly cursor?: string | undefined;
}
export interface TimelineQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly names?: readonly string[] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Profile {
  readonly tables: readonly Table[];
  /** Adds a batch of events; idempotent under the token. */
  apply(events: readonly GraphEvent[], token: string): Promise<void>;
  /** Removes everything under these anchors; how many rows. */
  erase(anchors: readonly NodeId[]): Promise<number>;
  /** How many customers there are: persons of whom an event speaks. Every screen that shows the number asks here. */
  counts(): Promise<{ customers: number; knownCustomers: number }>;
  /** Who came and who did something in the last `days` days of 24 hours, the newest ending at `end` (milliseconds). */
  flow(days: number, end: number): Promise<PersonFlow>;
  customers(query: CustomerQuery): Promise<{ items: CustomerRow[]; next: string | null; total: number }>;
  /** Who an id means today. Throws `not_found` for an id that is nobody's. */
  person(id: NodeId): Promise<NodeId>;
  /** Throws `not_found` for an id that is nobody's. A former id of somebody finds who they are today. */
  customer(id: NodeId): Promise<Customer>;
  /** Several customers whole; ids that are nobody's today are absent. */
  details(persons: readonly NodeId[]): Promise<Customer[]>;
  timeline(id: NodeId, query: TimelineQuery): Promise<Timeline>;
}

const instantOf = (text: string | undefined) => (text === undefined ? null : Date.parse(text));

const conditionOf = ({ known, firstFrom, lastFrom }: CustomerQuery) => ({
  known,
  firstFrom: instantOf(firstFrom),
  lastFrom: instantOf(lastFrom),
});

const badCursor = () =>
  new UserError('invalid', 'bad_cursor', 'The page mark is not one this server gave', { where: 'cursor' });

/** Where a page ended; of a list of customers also how many all pages hold, which is counted once. */
function readCursor(cursor: string | undefined): readonly [number, string, number | null] | null {
  if (cursor === undefined) return null;
  const match = /^(-?\d{1,18})-(\d{1,19})(?:-(\d{1,15}))?$/.exec(cursor);
  if (!match) throw badCursor();
  return [Number(match[1]), match[2]!, match[3] === undefined ? null : Number(match[3])];
}

export async function createProfile({ clickhouse }: Platform, identity: Identity, graph: Graph): Promise<Profile> {
  await clickhouse.create(profileTables);
  const isKnown = (kind: string) =>
    identity.rules().kinds.some((item) => item.kind === kind && item.nature === 'known');

  const anchorsOf = async (id: NodeId): Promise<{ person: NodeId; anchors: NodeId[] }> => {
    const person = (await identity.currentPerson(id)) ?? id;
    const anchors = (await identity.anchorsOf([person])).get(person) ?? [];
    if (anchors.length === 0) throw noSuchCustomer();
    return { person, anchors };
  };

  /**
   * What is stored of some persons, read once; those who are nobody's today are absent.
   * @param whole activity by event name and every trait; otherwise sums, and the traits that give a name
   */
  const load = async (persons: readonly NodeId[], whole: boolean): Promise<PersonFacts[]> => {
    if (persons.length === 0) return [];
    const identifiers = await identity.identifiersOf(persons);
    const anchors = [...identifiers.values()].flat().map(({ id }) => id);
    const [activity, traits] = await Promise.all([
      whole ? activityOf(clickhouse, anchors) : presenceOf(clickhouse, anchors),
      traitRows(clickhouse, anchors, whole ? null : [...NAMING_ATTRIBUTES]),
    ]);
    const [activityBy, traitsBy] = [byAnchor(activity), byAnchor(traits)];
    return persons.flatMap((person): PersonFacts[] => {
      const names = identifiers.get(person);
      if (!names) return [];
      return [
        {
          person,
          identifiers: names,
          known: names.some(({ kind }) => isKnown(kind)),
          activity: names.flatMap(({ id }) => activityBy.get(id) ?? []),
          traits: mergeTraits(
            names.flatMap(({ id }) => traitsBy.get(id) ?? []),
            byId(names),
            isKnown,
          ),
        },
      ];
    });
  };
  const rowsOf = async (persons: readonly NodeId[]) => (await load(persons, false)).map(rowOf);

  const searched = async (query: CustomerQuery) => {
    const text = query.search!.trim();
    const [byIdentifier, byName] = await Promise.all([
      identity.search(text, query.limit, query.guarded),
      graph.searchNamed(text, query.limit),
    ]);
    const found = [...new Set([...byIdentifier, ...byName])].slice(0, query.limit);
    const { known, firstFrom, lastFrom } = conditionOf(query);
    const items = (await rowsOf(found)).filter(
      (row) =>
        (known === null || row.known === known) &&
        (firstFrom === null || Date.parse(row.firstSeen) >= firstFrom) &&
        (lastFrom === null || Date.parse(row.lastSeen) >= lastFrom),
    );
    return { items, next: null, total: items.length };
  };

  return {
    tables: profileTables,
    async apply(events, token) {
      const rows = activityRows(events, isKnown);
      for (const table of ['activity', 'presence'] as const)
        await clickhouse.insert(table, rows[table], { lane: 'river', token: `${token}:${table}` });
    },
    erase: (anchors) => eraseActivity(clickhouse, anchors),
    counts: () => countCustomers(clickhouse),
    flow: (days, end) => personFlow(clickhouse, days, end),
    async customers(query) {
      if (query.search?.trim()) return searched(query);
      const cursor = readCursor(query.cursor);
      if (cursor?.[2] === null) throw badCursor();
      const after = cursor && { value: cursor[0], person: cursor[1] };
      const condition = conditionOf(query);
      const { order, limit } = query;
      const { rows, rest } = await listPersons(clickhouse, { ...condition, order, limit, after });
      const total = cursor?.[2] ?? rest;
      const details = new Map((await rowsOf(rows.map((row) => row.person))).map((row) => [row.id, row]));
      const last = rows.at(-1);
      return {
        items: rows.flatMap((row) => details.get(row.person) ?? []),
        next: last && rows.length === limit ? `${last.value}-${last.person}-${total}` : null,
        total,
      };
    },
    person: async (id) => (await anchorsOf(id)).person,
    async customer(id) {
      const [facts] = await load([(await anchorsOf(id)).person], true);
      // Merged into another between the two questions: the next try finds whom.
      if (!facts) throw noSuchCustomer();
      return wholeOf(facts);
    },
    details: async (persons) => (await load(persons, true)).map(wholeOf),
    async timeline(id, query) {
      const { person, anchors } = await anchorsOf(id);
      const filter = { anchors, from: instantOf(query.from), to: instantOf(query.to), names: query.names ?? null };
      const cursor = readCursor(query.cursor);
      const after = cursor && { ms: cursor[0], seq: Number(cursor[1]) };
      const [rows, total, slices] = await Promise.all([
        timelineRows(clickhouse, filter, after, query.limit),
        timelineTotal(clickhouse, filter),
        density(clickhouse, anchors),
      ]);
      const last = rows.at(-1);
      return {
        items: rows.map((row) => summaryOf(row, person)),
        next: last && rows.length === query.limit ? `${last.ms}-${last.seq}` : null,
        total,
        density: slices,
      };
    },
  };
}

interface PersonFacts {
  readonly person: NodeId;
  readonly identifiers: readonly Identifier[];
  readonly known: boolean;
  readonly activity: readonly Deeds[];
  readonly traits: readonly Trait[];
}

const wholeOf = (facts: PersonFacts): Customer => ({
  ...rowOf(facts),
  identifiers: [...facts.identifiers],
  traits: [...facts.traits],
  activity: byEventName(facts.activity),
});

const NEVER = new Date(0).toISOString();
/** Identifiers shown in a list; the customer's own page has them all. */
const LISTED_IDENTIFIERS = 20;

function rowOf({ person, identifiers, known, activity, traits }: PersonFacts): CustomerRow {
  return {
    id: person,
    name: nameOf(traits) ?? identifiers[0]?.value ?? '',
    known,
    identifiers: identifiers.slice(0, LISTED_IDENTIFIERS),
    events: activity.reduce((sum, row) => sum + row.count, 0),
    firstSeen: activity.map((row) => row.first).sort()[0] ?? NEVER,
    lastSeen:
      activity
        .map((row) => row.last)
        .sort()
        .at(-1) ?? NEVER,
  };
}

/** Activity of several anchors, added up by event name, most frequent first. */
function byEventName(rows: PersonFacts['activity']): Customer['activity'] {
  const byName = new Map<string, Customer['activity'][number]>();
  for (const { name, count, last } of rows) {
    const before = byName.get(name);
    const latest = before && before.last > last ? before.last : last;
    byName.set(name, { name, count: count + (before?.count ?? 0), last: latest });
  }
  return [...byName.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

const noSuchCustomer = () => new UserError('not_found', 'no_such_customer', 'There is no such customer');
const nameOf = (traits: readonly Trait[]) => personName((name) => traits.find((trait) => trait.name === name)?.value);
function byAnchor<Row extends { readonly anchor: NodeId }>(rows: readonly Row[]): ReadonlyMap<NodeId, Row[]> {
  const found = new Map<NodeId, Row[]>();
  for (const row of rows) {
    const known = found.get(row.anchor);
    if (known) known.push(row);
    else found.set(row.anchor, [row]);
  }
  return found;
}
const byId = (identifiers: readonly Identifier[]) => new Map(identifiers.map((item) => [item.id, item]));

function summaryOf(row: EventRow, person: NodeId): EventSummary {
  return {
    seq: row.seq,
    receivedAt: row.received,
    time: row.time,
    sourceId: row.source,
    type: row.type as EventType,
    name: row.name,
    verdict: 'accepted',
    person,
    identifiers: row.identifiers.map(({ kind, value }) => ({ id: identifierIdOf(kind, value), kind, value })),
    reason: null,
    subject: row.subject,
  };
}
