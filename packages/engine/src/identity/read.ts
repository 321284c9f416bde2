import type { IdentityRules, NodeId, PersonIdentity } from '@guanxi/contracts';
import { getCountryCallingCode, type CountryCode } from 'libphonenumber-js/max';
import { type ClickHouse, type Statements, type TextCipher, UserError } from '../platform/index.ts';
import { compileReader } from './extract.ts';
import { compileRules } from './rules.ts';
import {
  detailOf,
  identifierOf,
  type IdentifierRow,
  identifiersById,
  identifiersByPerson,
  type LinkRow,
  linksTouching,
  list,
  personsById,
} from './store.ts';

const iso = (milliseconds: string | number) => new Date(Number(milliseconds)).toISOString();

/** By priority of kind, then in the order in which they were first seen. */
export function byPriority(rules: IdentityRules) {
  const { rank } = compileRules(rules);
  return (a: { kind: string; seq: string | number; pos: number }, b: typeof a) =>
    rank(a.kind) - rank(b.kind) || Number(a.seq) - Number(b.seq) || a.pos - b.pos;
}

/** The person an id means today: itself, or the one it was merged into. Null where nobody was ever called so. */
export async function currentPerson(statements: Statements, id: NodeId): Promise<NodeId | null> {
  const [row] = await statements.query<{ person: NodeId }>(
    `SELECT person FROM (
       SELECT person, 1 AS rank FROM (SELECT person FROM identifier WHERE person = $1 LIMIT 1) AS living
       UNION ALL SELECT person, 2 FROM identifier WHERE founds = $1 AND founds <> id
       UNION ALL SELECT person, 3 FROM identifier WHERE id = $1) AS candidate ORDER BY rank LIMIT 1`,
    [id],
  );
  return row?.person ?? null;
}

export async function membersByPerson(
  statements: Statements,
  persons: readonly NodeId[],
  rules: IdentityRules,
): Promise<Map<NodeId, IdentifierRow[]>> {
  const found = new Map<NodeId, IdentifierRow[]>(persons.map((person) => [person, []]));
  for (const row of await identifiersByPerson(statements, found.keys())) found.get(row.person)!.push(row);
  const order = byPriority(rules);
  for (const [person, rows] of found)
    if (rows.length === 0) found.delete(person);
    else rows.sort(order);
  return found;
}

interface ChangeRow {
  seq: string;
  n: number;
  at: string;
  kind: PersonIdentity['history'][number]['kind'];
  rule: string;
  person: NodeId;
  other: NodeId | null;
  detail: string;
  by: string | null;
}

/**
 * What happened to the ids that are bound to these identifiers. That an id was created is not stored: it follows from
 * the identifier that founded it, unless a split made it.
 */
async function historyOf(
  statements: Statements,
  person: NodeId,
  members: readonly IdentifierRow[],
  cipher: TextCipher,
) {
  const ids = [...new Set([person, ...members.flatMap(({ founds }) => founds ?? [])])];
  const rows = await statements.query<ChangeRow>(
    'SELECT * FROM identity_change WHERE person = ANY($1::bigint[]) OR other = ANY($1::bigint[]) ORDER BY seq, n',
    [list(ids)],
  );
  const firstOf = (id: NodeId) => rows.find((row) => row.person === id || row.other === id);
  const bySplit = new Set(ids.filter((id) => firstOf(id)?.kind === 'split' && firstOf(id)?.other === id));
  const created = members
    .filter(({ founds }) => founds !== null && !bySplit.has(founds))
    .map(({ founds, founded, kind, first_seen }) => ({
      ...{ seq: Number(founded), n: -1, at: iso(first_seen), kind: 'created' as const, rule: 'first_seen' },
      ...{ person: founds!, other: null, detail: kind, by: null },
    }));
  return [
    ...created,
    ...rows.map((row) => ({ ...row, seq: Number(row.seq), at: iso(row.at), detail: detailOf(row, cipher) })),
  ]
    .sort((a, b) => a.seq - b.seq || a.n - b.n)
    .map(({ n: _n, ...change }) => change);
}

export const linkOf = (row: LinkRow) => ({
  ...{ a: row.a, b: row.b, state: row.state, rule: row.rule, count: Number(row.count) },
  ...{ firstSeq: Number(row.first_seq), firstSeen: iso(row.first_seen), lastSeen: iso(row.last_seen) },
});

/** Everything One-ID knows of a person; an id that was merged away answers with the person it lives on in. */
export async function readPerson(
  statements: Statements,
  id: NodeId,
  rules: IdentityRules,
  cipher: TextCipher,
): Promise<PersonIdentity> {
  const person = await currentPerson(statements, id);
  if (person === null)
    throw new UserError('not_found', 'no_such_person', 'There is no person with this id', { where: 'id' });
  const members = (await membersByPerson(statements, [person], rules)).get(person) ?? [];
  const inside = new Set(members.map((row) => row.id));
  const touching = await linksTouching(statements, inside);
  const links = new Map(touching.map((row) => [`${row.a} ${row.b}`, row]));
  const ends = new Set(touching.flatMap(({ a, b }) => [a, b]).filter((end) => !inside.has(end)));
  const outside = ends.size === 0 ? [] : await identifiersById(statements, ends);
  return {
    person,
    identifiers: members.map((row) => ({
      ...identifierOf(row, cipher),
      ...{
        firstSeen: iso(row.first_seen),
        lastSeen: iso(row.last_seen),
        shared: row.shared,
        events: Number(row.events),
      },
    })),
    links: [...links.values()]
      .sort((a, b) => Number(a.first_seq) - Number(b.first_seq) || (a.a + a.b < b.a + b.b ? -1 : 1))
      .map(linkOf),
    outside: outside.sort(byPriority(rules)).map((row) => ({ ...identifierOf(row, cipher), person: row.person })),
    history: await historyOf(statements, person, members, cipher),
  };
}

/** Numbers are stored with their country code; people type them without. */
function prefixesOf(text: string, region: string): string[] {
  if (!/^[0-9 -]{3,}$/.test(text)) return [text];
  const digits = text.replace(/[ -]/g, '').replace(/^0/, '');
  return [text, `+${digits}`, `+${getCountryCallingCode(region.toUpperCase() as CountryCode)}${digits}`];
}

const named = (
  clickhouse: ClickHouse,
  condition: string,
  params: { text: string; guarded?: readonly string[] },
  limit: number,
) =>
  clickhouse.query<{ id: NodeId }>(
    `SELECT toString(name.id) AS id FROM identifier_name AS name WHERE ${condition} ORDER BY name.text, name.id LIMIT {limit:UInt32}`,
    { ...params, text: params.text.toLowerCase(), limit },
  );

const BEGINS = 'startsWith(name.text, {text:String}) AND name.kind NOT IN {guarded:Array(String)}';

/** What a search for identifiers reads: values by id from PostgreSQL, their beginnings from ClickHouse. */
export interface Lookup {
  readonly statements: Statements;
  readonly clickhouse: ClickHouse;
  readonly rules: IdentityRules;
}

/**
 * Persons by identifier: first those that are called exactly so, by priority of kind, whatever the case and spelling;
 * then those with an identifier that begins so.
 */
export async function searchPersons(
  { statements, clickhouse, rules }: Lookup,
  text: string,
  limit: number,
  guarded: readonly string[],
): Promise<NodeId[]> {
  const typed = text.normalize('NFKC').trim();
  if (typed === '' || typed.includes('\0')) return [];
  const meant = compileReader(rules)(typed).map(({ id }) => id);
  const called = await named(clickhouse, 'name.text = {text:String}', { text: typed }, 1000);
  const exact = await identifiersById(statements, new Set([...meant, ...called.map(({ id }) => id)]));
  const persons = new Set(exact.sort(byPriority(rules)).map(({ person }) => person));
  for (const prefix of prefixesOf(typed, rules.region)) {
    if (persons.size >= limit) break;
    const rows = await named(clickhouse, BEGINS, { text: prefix, guarded }, limit * 10);
    const owners = new Map(
      (
        await personsById(
          statements,
          rows.map(({ id }) => id),
        )
      ).map((row) => [row.id, row.person]),
    );
    for (const { id } of rows) if (owners.has(id)) persons.add(owners.get(id)!);
  }
  return [...persons].slice(0, limit);
}
