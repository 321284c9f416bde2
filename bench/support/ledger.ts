import type { RunningServer } from './server.ts';
import { productOf, type Senders } from './senders.ts';

/** What became of acknowledged events: each must be there once, with its own customer, in its order. */
export interface Findings {
  readonly acknowledged: number;
  readonly lost: number;
  /** Had their effect more than once. */
  readonly doubled: number;
  /** Stand in the log before one that the same customer had sent earlier. */
  readonly disordered: number;
  /** Belong to somebody else than the customer's other events. */
  readonly misplaced: number;
}

const sum = (parts: readonly Findings[], key: keyof Findings) => parts.reduce((total, part) => total + part[key], 0);

export const addedUp = (parts: readonly Findings[]): Findings => ({
  acknowledged: sum(parts, 'acknowledged'),
  lost: sum(parts, 'lost'),
  doubled: sum(parts, 'doubled'),
  disordered: sum(parts, 'disordered'),
  misplaced: sum(parts, 'misplaced'),
});

async function rowsOf<T>(server: RunningServer, what: string): Promise<T[]> {
  const text = await server.text(`/api/export/${what}`);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

interface ViewedBy {
  readonly person: string;
  readonly count: number;
}

/** Who viewed each product, how often, by the product's key. */
async function views(server: RunningServer): Promise<Map<string, ViewedBy[]>> {
  const nodes = await rowsOf<{ id: string; type: string; key: string; person: string | null }>(server, 'nodes');
  const products = new Map(nodes.filter(({ type }) => type === 'product').map(({ id, key }) => [id, key]));
  const personOf = new Map(nodes.map(({ id, person }) => [id, person ?? id]));
  const viewed = new Map<string, ViewedBy[]>();
  for (const { from, type, to, count } of await rowsOf<{ from: string; type: string; to: string; count: number }>(
    server,
    'edges',
  )) {
    const key = type === 'viewed' ? products.get(to) : undefined;
    if (key === undefined) continue;
    viewed.set(key, [...(viewed.get(key) ?? []), { person: personOf.get(from) ?? from, count }]);
  }
  return viewed;
}

/** Of each customer the numbers of their events in the order of the log, each where it first stands. */
async function order(server: RunningServer, run: string): Promise<Map<number, number[]>> {
  const sequences = new Map<number, Set<number>>();
  for (const { kind, payload } of await rowsOf<{
    kind: string;
    payload: { event?: { properties?: { run?: string; user?: number; n?: number } } };
  }>(server, 'events')) {
    const { run: of, user, n } = payload.event?.properties ?? {};
    if (kind !== 'event' || of !== run || user === undefined || n === undefined) continue;
    const seen = sequences.get(user) ?? new Set<number>();
    sequences.set(user, seen.add(n));
  }
  return new Map([...sequences].map(([user, seen]) => [user, [...seen]]));
}

/** Compares what was acknowledged with what the server tells once it has caught up. */
export async function examine(server: RunningServer, senders: Senders): Promise<Findings> {
  const [viewed, sequences] = await Promise.all([views(server), order(server, senders.run)]);
  let lost = 0;
  let doubled = 0;
  let disordered = 0;
  let misplaced = 0;
  for (const [user, count] of senders.acknowledged.entries()) {
    const persons = new Map<string, number>();
    for (let n = 0; n < count; n++) {
      const edges = viewed.get(productOf(senders.run, user, n)) ?? [];
      const times = edges.reduce((total, edge) => total + edge.count, 0);
      if (times === 0) lost++;
      if (times > 1) doubled++;
      for (const { person } of edges) persons.set(person, (persons.get(person) ?? 0) + 1);
    }
    const shares = [...persons.values()].sort((a, b) => b - a);
    misplaced += shares.slice(1).reduce((total, share) => total + share, 0);
    const numbers = sequences.get(user) ?? [];
    if (numbers.length < count)
      throw new Error(`Of customer ${user} the log tells ${numbers.length} of ${count} events`);
    disordered += numbers.filter((n, index) => index > 0 && n < numbers[index - 1]!).length;
  }
  return { acknowledged: senders.total, lost, doubled, disordered, misplaced };
}
