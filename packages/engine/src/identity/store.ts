import type { Identifier, LinkState, NodeId } from '@guanxi/contracts';
import type { Statements, TextCipher } from '../platform/index.ts';
import type { IdentityItem } from './decision.ts';
import type { Change, Changes, IdentifierNode, IdentityState, LinkRule } from './state.ts';
import { inOrder } from './state.ts';
import type { Need, Steps } from './steps.ts';

/** A row of `identifier`; 64-bit numbers come as text. */
export interface IdentifierRow {
  id: NodeId;
  kind: string;
  /** Sealed. */
  value: string;
  person: NodeId;
  founds: NodeId | null;
  founded: string | null;
  shared: boolean;
  contested: boolean;
  aliased: boolean;
  version: string;
  seq: string;
  pos: number;
  first_seen: string;
  last_seen: string;
  events: string;
  anchored: string;
}

export interface LinkRow {
  a: NodeId;
  b: NodeId;
  state: LinkState;
  rule: LinkRule;
  count: string;
  first_seq: string;
  first_seen: string;
  last_seen: string;
}

/** What a row says, unsealed. */
export const identifierOf = (
  { id, kind, value }: Pick<IdentifierRow, 'id' | 'kind' | 'value'>,
  cipher: TextCipher,
): Identifier => ({ id, kind, value: cipher.open(value) });

/** An array of numbers, flags or plain words as PostgreSQL reads it; the driver would look at every character. */
export const list = (values: Iterable<string | number | boolean>) => `{${[...values].join(',')}}`;

/**
 * One index lookup per element. A plain `= ANY` or join would leave the choice to a planner without statistics (the
 * embedded engine never analyses), which may read the whole table.
 */
const each = (table: string, keys: string, condition: string, columns = '*') =>
  `SELECT hit.* FROM unnest(${keys}) AS key CROSS JOIN LATERAL (SELECT ${columns} FROM ${table} t WHERE ${condition} OFFSET 0) AS hit`;

export const identifiersById = (statements: Statements, ids: Iterable<NodeId>) =>
  statements.query<IdentifierRow>(each('identifier', '$1::bigint[]', 't.id = key'), [list(ids)]);

export const personsById = (statements: Statements, ids: Iterable<NodeId>) =>
  statements.query<{ id: NodeId; person: NodeId }>(each('identifier', '$1::bigint[]', 't.id = key', 'id, person'), [
    list(ids),
  ]);

export const identifiersByPerson = (statements: Statements, persons: Iterable<NodeId>) =>
  statements.query<IdentifierRow>(each('identifier', '$1::bigint[]', 't.person = key'), [list(persons)]);

/** Links that touch any of these identifiers; one between two of them comes twice. */
export const linksTouching = (statements: Statements, ids: Iterable<NodeId>) =>
  statements.query<LinkRow>(
    `${each('identity_link', '$1::bigint[]', 't.a = key')} UNION ALL ${each('identity_link', '$1::bigint[]', 't.b = key')}`,
    [list(ids)],
  );

const linksByPair = (statements: Statements, pairs: readonly (readonly [NodeId, NodeId])[]) =>
  statements.query<LinkRow>(
    `SELECT hit.* FROM unnest($1::bigint[], $2::bigint[]) AS key (a, b)
     CROSS JOIN LATERAL (SELECT * FROM identity_link t WHERE t.a = key.a AND t.b = key.b OFFSET 0) AS hit`,
    [list(pairs.map(([a]) => a)), list(pairs.map(([, b]) => b))],
  );

function takeIdentifiers(state: IdentityState, rows: readonly IdentifierRow[]): void {
  for (const row of rows) {
    if (state.identifiers.has(row.id)) continue;
    const { id, kind, value, founds, shared, contested, aliased, pos } = row;
    const seen = { firstSeen: Number(row.first_seen), lastSeen: Number(row.last_seen) };
    const founded = row.founded === null ? null : Number(row.founded);
    const counts = { events: Number(row.events), anchored: Number(row.anchored), version: Number(row.version) };
    state.load(
      { id, kind, value, founds, founded, shared, contested, aliased, seq: Number(row.seq), pos, ...seen, ...counts },
      row.person,
    );
  }
}

function takeLinks(state: IdentityState, rows: readonly LinkRow[]): void {
  for (const row of rows) {
    const [a, b] = [state.identifiers.get(row.a), state.identifiers.get(row.b)];
    // What is in memory already may have changed since it was loaded.
    if (!a || !b || a.links.has(b.id)) continue;
    const seen = {
      firstSeq: Number(row.first_seq),
      firstSeen: Number(row.first_seen),
      lastSeen: Number(row.last_seen),
    };
    state.link(a, b, { state: row.state, rule: row.rule, count: Number(row.count), ...seen });
  }
}

/** Load what a step asked for. */
async function fulfil(state: IdentityState, { members, linksOf }: Need, statements: Statements): Promise<void> {
  if (members.length > 0) {
    takeIdentifiers(
      state,
      await identifiersByPerson(
        statements,
        members.map(({ id }) => id),
      ),
    );
    for (const person of members) person.loaded = true;
  }
  if (linksOf.length === 0) return;
  const rows = await linksTouching(
    statements,
    linksOf.map(({ id }) => id),
  );
  const ends = new Set(rows.flatMap(({ a, b }) => [a, b]).filter((id) => !state.identifiers.has(id)));
  if (ends.size > 0) takeIdentifiers(state, await identifiersById(statements, ends));
  takeLinks(state, rows);
  for (const node of linksOf) node.linksLoaded = true;
}

/** Run steps to their end, loading whatever they ask for. */
export async function run<T>(state: IdentityState, steps: Steps<T>, statements: Statements): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    await fulfil(state, step.value, statements);
    step = steps.next();
  }
  return step.value;
}

const pairsOf = (item: IdentityItem): [NodeId, NodeId][] => {
  if ('decision' in item) return item.decision.kind === 'link' ? [[item.decision.a, item.decision.b]] : [];
  const [anchor, ...others] = item.observation.identifiers;
  return others.map(({ id }) => [anchor!.id, id]);
};
const idsOf = (item: IdentityItem): NodeId[] => {
  if ('observation' in item) return item.observation.identifiers.map(({ id }) => id);
  return item.decision.kind === 'unmerge' ? item.decision.identifiers : [item.decision.a, item.decision.b];
};

/**
 * Load what the items name, and, in as few statements as there are questions, what they will most likely ask for; the
 * rest is loaded when it is asked for.
 */
export async function loadFor(
  state: IdentityState,
  items: readonly IdentityItem[],
  statements: Statements,
): Promise<void> {
  takeIdentifiers(state, await identifiersById(statements, new Set(items.flatMap(idsOf))));
  const pairs = new Map<string, [NodeId, NodeId]>();
  for (const [p, q] of items.flatMap(pairsOf)) {
    const [a, b] = inOrder(p, q) ? [p, q] : [q, p];
    pairs.set(`${a} ${b}`, [a, b]);
  }
  const stored = [...pairs.values()].filter(([a, b]) => state.identifiers.has(a) && state.identifiers.has(b));
  if (stored.length > 0) takeLinks(state, await linksByPair(statements, stored));
  await foresee(state, [...pairs.values()], statements);
}

/** Persons that new evidence may join, links of devices that may turn out shared, and of what comes apart then. */
async function foresee(
  state: IdentityState,
  pairs: readonly (readonly [NodeId, NodeId])[],
  statements: Statements,
): Promise<void> {
  const open = pairs
    .map((pair) => pair.map((id) => state.identifiers.get(id)) as [IdentifierNode?, IdentifierNode?])
    .filter(([a, b]) => {
      const link = a && b && a.links.get(b.id);
      return !link || link.state === 'limited';
    });
  const persons = new Set(open.flatMap(([a, b]) => (a?.person === b?.person ? [] : [a?.person, b?.person])));
  const members = [...persons].filter((person) => person !== undefined);
  if (members.length > 0) await fulfil(state, { members, linksOf: [] }, statements);
  const linked = new Set<IdentifierNode>();
  for (const [a, b] of open) {
    if (!a || !b || state.rules.isKnown(a.kind) === state.rules.isKnown(b.kind)) continue;
    const device = state.rules.isKnown(a.kind) ? b : a;
    if (device.shared) continue;
    const contest = a.person !== b.person && state.isKnown(device.person);
    if (contest || device.contested) linked.add(device);
    if (contest) for (const node of device.person.members) linked.add(node);
  }
  if (linked.size > 0) await fulfil(state, { members: [], linksOf: [...linked] }, statements);
}

/** Write what a batch changed: one statement a table. */
export async function write(
  { identifiers, links, history, tallies }: Changes,
  statements: Statements,
  cipher: TextCipher,
): Promise<void> {
  if (identifiers.length > 0) await writeIdentifiers(identifiers, statements);
  if (links.length > 0)
    await statements.query(
      `INSERT INTO identity_link (a, b, state, rule, count, first_seq, first_seen, last_seen)
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
       ON CONFLICT (a, b) DO UPDATE SET state = excluded.state, rule = excluded.rule, count = excluded.count,
         first_seen = excluded.first_seen, last_seen = excluded.last_seen`,
      [
        list(links.map(({ a }) => a.id)),
        list(links.map(({ b }) => b.id)),
        list(links.map(({ state }) => state)),
        list(links.map(({ rule }) => rule)),
        list(links.map(({ count }) => count)),
        list(links.map(({ firstSeq }) => firstSeq)),
        list(links.map(({ firstSeen }) => firstSeen)),
        list(links.map(({ lastSeen }) => lastSeen)),
      ],
    );
  if (history.length > 0) await writeHistory(history, statements, cipher);
  await statements.query(
    'UPDATE identity_tally SET persons = persons + $1, known = known + $2, identifiers = identifiers + $3',
    [tallies.persons, tallies.known, tallies.identifiers],
  );
}

async function writeIdentifiers(nodes: readonly IdentifierNode[], statements: Statements): Promise<void> {
  await statements.query(
    `INSERT INTO identifier (id, kind, value, person, founds, shared, aliased, version, seq, pos, first_seen, last_seen, events, anchored, contested, founded)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[], $7::boolean[],
       $8::bigint[], $9::bigint[], $10::int[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::boolean[], $16::bigint[])
     ON CONFLICT (id) DO UPDATE SET person = excluded.person, founds = excluded.founds, shared = excluded.shared,
       aliased = excluded.aliased, version = excluded.version, first_seen = excluded.first_seen,
       last_seen = excluded.last_seen, events = excluded.events, anchored = excluded.anchored, contested = excluded.contested,
       founded = excluded.founded`,
    [
      list(nodes.map(({ id }) => id)),
      nodes.map(({ kind }) => kind),
      nodes.map(({ value }) => value),
      list(nodes.map(({ person }) => person.id)),
      list(nodes.map(({ founds }) => founds ?? 'NULL')),
      list(nodes.map(({ shared }) => shared)),
      list(nodes.map(({ aliased }) => aliased)),
      list(nodes.map(({ version }) => version)),
      list(nodes.map(({ seq }) => seq)),
      list(nodes.map(({ pos }) => pos)),
      list(nodes.map(({ firstSeen }) => firstSeen)),
      list(nodes.map(({ lastSeen }) => lastSeen)),
      list(nodes.map(({ events }) => events)),
      list(nodes.map(({ anchored }) => anchored)),
      list(nodes.map(({ contested }) => contested)),
      list(nodes.map(({ founded }) => founded ?? 'NULL')),
    ],
  );
}

/** What a person wrote may name somebody, so it is sealed; what the rules wrote never does. */
const isWritten = ({ by }: { by: string | null }) => by !== null;

export const detailOf = (row: { detail: string; by: string | null }, cipher: TextCipher): string =>
  isWritten(row) ? cipher.open(row.detail) : row.detail;

async function writeHistory(history: readonly Change[], statements: Statements, cipher: TextCipher): Promise<void> {
  await statements.query(
    `INSERT INTO identity_change (seq, n, at, kind, rule, person, other, detail, by)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[])`,
    [
      list(history.map(({ seq }) => seq)),
      list(history.map(({ n }) => n)),
      list(history.map(({ at }) => at)),
      history.map(({ kind }) => kind),
      history.map(({ rule }) => rule),
      list(history.map(({ person }) => person)),
      list(history.map(({ other }) => other ?? 'NULL')),
      history.map((change) => (isWritten(change) ? cipher.seal(change.detail) : change.detail)),
      history.map(({ by }) => by),
    ],
  );
}

/** Forget everything derived, so that a replay can make it again. */
export async function clear(statements: Statements): Promise<void> {
  await statements.query('TRUNCATE identifier, identity_link, identity_change');
  await statements.query('UPDATE identity_tally SET persons = 0, known = 0, identifiers = 0');
}
