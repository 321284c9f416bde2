import { performance } from 'node:perf_hooks';
import type { CustomerRow } from '@guanxi/contracts';
import { seededRandom } from '../support/random.ts';
import type { RunningServer } from '../support/server.ts';

type Api = RunningServer['api'];

/** What a screen asks for: several requests where it sends them at the same time. */
export interface Question {
  readonly name: string;
  ask(): Promise<unknown>;
}

export interface Answered {
  readonly name: string;
  readonly ms: number;
}

/** Asks one question after the other; how long each took, the fastest first. */
export async function timesOf(questions: Iterable<Question>): Promise<Answered[]> {
  const times: Answered[] = [];
  for (const { name, ask } of questions) {
    const started = performance.now();
    await ask();
    times.push({ name, ms: performance.now() - started });
  }
  return times.sort((a, b) => a.ms - b.ms);
}

const ORDERS = ['last_seen', 'first_seen', 'events'] as const;
const DAY_MS = 86_400_000;
const PAGES = 4;

/** Pages of the customer list, in each order and with each filter: the first and those that follow it. */
export function listQuestions(api: Api, now: number): Question[] {
  const monthAgo = new Date(now - 30 * DAY_MS).toISOString();
  const filters = {
    all: {},
    known: { known: 'true' },
    unknown: { known: 'false' },
    new: { firstFrom: monthAgo },
    active: { lastFrom: monthAgo, known: 'true' },
  } as const;
  return ORDERS.flatMap((order) =>
    Object.entries(filters).flatMap(([name, filter]) => {
      let cursor: string | undefined;
      const ask = async () => {
        const { next } = await api.customers({ query: { ...filter, order, limit: 50, cursor } });
        cursor = next ?? undefined;
      };
      return Array.from({ length: PAGES }, (_, page) => ({ name: `${name} by ${order}, page ${page + 1}`, ask }));
    }),
  );
}

/** Known people of all kinds, busy, recent and new ones; the same for every run on the same data. */
export async function somePeople(api: Api, count: number): Promise<CustomerRow[]> {
  const found = new Map<string, CustomerRow>();
  for (const order of ORDERS) {
    const { items } = await api.customers({ query: { order, known: 'true', limit: 200 } });
    for (const row of items) found.set(row.id, row);
  }
  const people = [...found.values()];
  const random = seededRandom(1);
  return Array.from({ length: count }, () => people[Math.floor(random() * people.length)]!);
}

/** What people type into the search: names and numbers whole, as they begin, as they go on, and such as nobody has. */
export function searchQuestions(
  people: readonly CustomerRow[],
  search: (text: string) => Promise<unknown>,
): Question[] {
  return people.flatMap(({ name, identifiers }) => {
    const [value] = identifiers.map((identifier) => identifier.value);
    const texts = {
      'whole name': name,
      'beginning of a name': name.slice(0, 1),
      'rest of a name': name.slice(1),
      'nobody’s name': `${name}${name.slice(0, 1)}`,
      ...(value ? { 'whole number': value, 'beginning of a number': value.slice(0, 6) } : {}),
    };
    return Object.entries(texts)
      .filter(([, text]) => text !== '')
      .map(([kind, text]) => ({ name: kind, ask: () => search(text) }));
  });
}

/** What the page of a customer asks for, all its tabs at once. */
export const customerQuestions = (api: Api, people: readonly CustomerRow[]): Question[] =>
  people.map(({ id }) => ({
    name: `customer ${id}`,
    ask: () =>
      Promise.all([
        api.customer({ params: { id } }),
        api.customerTimeline({ params: { id }, query: { limit: 50 } }),
        api.customerNetwork({ params: { id }, query: {} }),
        api.customerIdentity({ params: { id } }),
        api.customerConsent({ params: { id } }),
      ]),
  }));

export const neighbourQuestions = (api: Api, ids: readonly string[]): Question[] =>
  ids.map((id) => ({ name: `neighbours of ${id}`, ask: () => api.graphNeighbours({ params: { id }, query: {} }) }));

const pairsOf = <T>(values: readonly T[]): (readonly [T, T])[] =>
  values.slice(1).map((value, index) => [values[index]!, value] as const);

export const pathQuestions = (api: Api, ids: readonly string[]): Question[] =>
  pairsOf(ids)
    .filter(([from, to]) => from !== to)
    .map(([from, to]) => ({ name: `path ${from} ${to}`, ask: () => api.graphPath({ query: { from, to } }) }));

/** Questions about larger parts of the graph. */
export const exploreQuestions = (api: Api, ids: readonly string[]): Question[] => [
  ...ids.map((id) => ({ name: 'influence', ask: () => api.graphInfluence({ params: { id }, query: {} }) })),
  ...ids.map((id) => ({
    name: 'communities',
    ask: () => api.graphCommunities({ body: { scope: { kind: 'around' as const, id, hops: 2 } } }),
  })),
];

/** What the other screens ask for. */
export const screenQuestions = (api: Api): Question[] => [
  { name: 'status', ask: () => api.status() },
  { name: 'alerts', ask: () => api.alerts() },
  { name: 'sources', ask: () => api.sources() },
  { name: 'events', ask: () => api.events({ query: { limit: 100 } }) },
  { name: 'quarantine', ask: () => api.quarantine({ query: {} }) },
  { name: 'jobs', ask: () => api.jobs({ query: {} }) },
  { name: 'audit', ask: () => api.auditList({ query: {} }) },
];
