import type { Identifier, IdentityRules, NodeId, RulesDryRun } from '@guanxi/contracts';
import type { CanonicalEvent } from '../ingest/index.ts';
import type { Postgres, TextCipher } from '../platform/index.ts';
import type { DecisionItem, IdentityItem } from './decision.ts';
import { observer } from './observe.ts';
import { resolveBatch } from './resolve.ts';
import { checkRules, compileRules } from './rules.ts';
import { IdentityState } from './state.ts';
import { identifierOf } from './store.ts';

const PAGE = 20_000;
const SAMPLE = 20;

/** Plays everything on one working memory that holds all there is, so that nothing need be loaded. */
async function replay(rules: IdentityRules, batches: AsyncIterable<readonly (CanonicalEvent | DecisionItem)[]>) {
  const observe = observer(rules);
  const state = new IdentityState(compileRules(rules), (value) => value);
  let observations = 0;
  for await (const batch of batches) {
    const items = batch.flatMap((entry): IdentityItem[] => {
      if ('decision' in entry) return [entry];
      const observation = observe(entry);
      return observation ? [{ observation }] : [];
    });
    observations += items.length;
    if (!resolveBatch(state, items).next().done) throw new Error('a complete memory lacks something');
    state.takeChanges();
  }
  return { state, observations };
}

/** Identifiers (sealed) and persons of today, by person, a page at a time. */
async function* today(postgres: Postgres): AsyncGenerator<{ person: NodeId; members: Identifier[] }> {
  let after = '-1';
  for (;;) {
    const rows = await postgres.query<Identifier & { person: NodeId }>(
      `SELECT id, kind, value, person FROM identifier WHERE person > $1
       AND person <= coalesce((SELECT person FROM identifier WHERE person > $1 ORDER BY person OFFSET $2 LIMIT 1), 9223372036854775807)
       ORDER BY person, seq, pos`,
      [after, PAGE],
    );
    if (rows.length === 0) return;
    let members: Identifier[] = [];
    for (const [index, { person, ...identifier }] of rows.entries()) {
      members.push(identifier);
      if (rows[index + 1]?.person === person) continue;
      yield { person, members };
      members = [];
    }
    after = rows.at(-1)!.person;
  }
}

/**
 * What other rules would make of the persons of today. Counts each person once: it comes apart, else it joins another,
 * else it stays as it is. Identifiers that only one set of rules recognises do not count. Holds all identifiers and
 * links in memory, about one kilobyte each.
 */
export async function dryRunRules(
  { postgres, cipher }: { postgres: Postgres; cipher: TextCipher },
  rules: IdentityRules,
  batches: AsyncIterable<readonly (CanonicalEvent | DecisionItem)[]>,
): Promise<RulesDryRun> {
  checkRules(rules);
  const { state, observations } = await replay(rules, batches);
  const splits: RulesDryRun['sample'] = [];
  const joined = new Map<NodeId, NodeId[]>();
  const apart = new Set<NodeId>();
  let personsBefore = 0;
  for await (const { person, members } of today(postgres)) {
    personsBefore++;
    const parts = new Set(members.flatMap(({ id }) => state.identifiers.get(id)?.person.id ?? []));
    for (const part of parts) joined.set(part, [...(joined.get(part) ?? []), person]);
    if (parts.size < 2) continue;
    apart.add(person);
    if (splits.length < SAMPLE)
      splits.push({ kind: 'split', persons: [...parts], identifiers: members.map((row) => identifierOf(row, cipher)) });
  }
  const merges = [...joined].filter(([, persons]) => persons.length > 1);
  const merging = new Set(merges.flatMap(([, persons]) => persons).filter((person) => !apart.has(person)));
  const after = new Set([...state.identifiers.values()].map(({ person }) => person.id));
  return {
    observations,
    personsBefore,
    personsAfter: after.size,
    wouldMerge: merging.size,
    wouldSplit: apart.size,
    unchanged: personsBefore - merging.size - apart.size,
    sample: [...splits, ...merges.slice(0, SAMPLE).map(([person, persons]) => mergeSample(state, person, persons))],
  };
}

function mergeSample(state: IdentityState, person: NodeId, persons: NodeId[]): RulesDryRun['sample'][number] {
  const members = [...state.identifiers.values()].filter((node) => node.person.id === person);
  return { kind: 'merge', persons, identifiers: members.map(({ id, kind, value }) => ({ id, kind, value })) };
}
