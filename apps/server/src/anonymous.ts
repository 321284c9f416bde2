import type { Customer, Ontology } from '@guanxi/contracts';

/** One customer of a k-anonymous file: what is left of the quasi-identifiers, and how active they are. */
export type AnonymousRow = Record<string, string>;

export interface AnonymousFile {
  /** So many at least are alike in it; 0 of an empty file. */
  readonly reached: number;
  readonly rows: AnonymousRow[];
  readonly suppressed: number;
}

const ANY = '*';
const band = (text: string, years: number) => {
  const age = Number(text);
  if (text === '' || !Number.isFinite(age)) return '';
  const from = Math.floor(age / years) * years;
  return `${from}-${from + years - 1}`;
};

/**
 * From exact to nothing, step by step: ages in wider bands, the smallest place first. Places that are none of these and
 * everything else stay until the last step.
 */
function generalised(name: string, value: string, level: number): string {
  if (level >= LEVELS - 1) return ANY;
  if (name === 'age') return band(value, level === 0 ? 10 : 20);
  if (/^(zip|zip_?code|post_?code|district)$/.test(name)) return ANY;
  if (name === 'city') return level === 0 ? value : ANY;
  if (name === 'province' || name === 'region') return level <= 1 ? value : ANY;
  if (name === 'country') return value;
  return level <= 2 ? value : ANY;
}
const LEVELS = 5;

const activityBand = (events: number) => (events < 2 ? '1' : events < 6 ? '2-5' : events < 21 ? '6-20' : '21+');

/** The quasi-identifiers of a person, as the ontology classifies its attributes. */
export const quasiAttributes = (ontology: Ontology): string[] =>
  Object.entries(ontology.nodeTypes['person']?.attributes ?? {})
    .filter(([, { pii }]) => pii === 'quasi')
    .map(([name]) => name);

/**
 * Rows in which everybody shares their quasi-identifiers with at least k - 1 others (L. Sweeney, "k-Anonymity: A Model for
 * Protecting Privacy", 2002), by local recoding: who is in too small a group is generalised a step further and grouped
 * with others like that; who is left over at the end is left out. Holds the quasi-identifiers of all in memory.
 */
export async function anonymous(
  pages: AsyncIterable<readonly Customer[]>,
  names: readonly string[],
  k: number,
): Promise<AnonymousFile> {
  let open: { exact: string[]; events: string }[] = [];
  for await (const page of pages)
    for (const { traits, events } of page) {
      const values = new Map(traits.map(({ name, value }) => [name, value]));
      open.push({ exact: names.map((name) => values.get(name) ?? ''), events: activityBand(events) });
    }
  const rows: AnonymousRow[] = [];
  for (let level = 0; level < LEVELS && open.length > 0; level++) {
    const groups = new Map<string, typeof open>();
    for (const person of open) {
      const key = JSON.stringify(person.exact.map((value, index) => generalised(names[index]!, value, level)));
      const group = groups.get(key);
      if (group) group.push(person);
      else groups.set(key, [person]);
    }
    open = [];
    for (const [key, group] of groups)
      if (group.length < k) open.push(...group);
      else {
        const shared = JSON.parse(key) as string[];
        const row = Object.fromEntries(names.map((name, index) => [name, shared[index]!]));
        for (const { events } of group) rows.push({ ...row, events });
      }
  }
  // In order of what they say, so that the order tells nothing of who they are.
  const sorted = rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { reached: smallestGroup(sorted, names), rows: sorted, suppressed: open.length };
}

function smallestGroup(rows: readonly AnonymousRow[], names: readonly string[]): number {
  const sizes = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify(names.map((name) => row[name]));
    sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  return rows.length === 0 ? 0 : Math.min(...sizes.values());
}
