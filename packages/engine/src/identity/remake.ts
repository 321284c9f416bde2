import type { NodeId } from '@guanxi/contracts';
import type { Statements, TextCipher } from '../platform/index.ts';
import type { IdentityItem } from './decision.ts';
import { resolveBatch } from './resolve.ts';
import type { CompiledRules } from './rules.ts';
import { IdentityState } from './state.ts';
import { identifiersById, linksTouching, list, loadFor, run, write } from './store.ts';

/**
 * These identifiers and every other that links of any state join with them, directly or not: nothing that happened to
 * one of them depends on an identifier outside. Null where there are more than `most`.
 */
export async function componentOf(
  statements: Statements,
  ids: readonly NodeId[],
  most: number,
): Promise<NodeId[] | null> {
  const found = new Set(ids);
  for (let edge = [...found]; edge.length > 0;) {
    const links = await linksTouching(statements, edge);
    edge = [...new Set(links.flatMap(({ a, b }) => [a, b]))].filter((id) => !found.has(id));
    for (const id of edge) found.add(id);
    if (found.size > most) return null;
  }
  return [...found];
}

/** Records of the log in order are played at most so many at a time. */
const BATCH = 2000;

/**
 * Makes a component anew from the records that stay, as a replay of the whole log without the others would.
 * @param gone places of the records that touched it and of which nothing may be left
 * @param items what stays and touches it, in the order of the log
 */
export async function remakeComponent(
  component: readonly NodeId[],
  gone: readonly number[],
  items: readonly IdentityItem[],
  rules: CompiledRules,
  cipher: TextCipher,
  statements: Statements,
): Promise<void> {
  await empty(component, [...gone, ...items.map(seqOf)], rules, statements);
  for (let start = 0; start < items.length; start += BATCH) {
    const batch = items.slice(start, start + BATCH);
    const state = new IdentityState(rules, cipher.seal);
    await loadFor(state, batch, statements);
    await run(state, resolveBatch(state, batch), statements);
    await write(state.takeChanges(), statements, cipher);
  }
}

const seqOf = (item: IdentityItem): number => ('observation' in item ? item.observation.seq : item.seq);

async function empty(
  component: readonly NodeId[],
  records: readonly number[],
  rules: CompiledRules,
  statements: Statements,
): Promise<void> {
  const rows = await identifiersById(statements, component);
  const persons = new Set(rows.map(({ person }) => person));
  const known = new Set(rows.filter(({ kind }) => rules.isKnown(kind)).map(({ person }) => person));
  const ids = list(component);
  await statements.query('DELETE FROM identity_link WHERE a = ANY($1::bigint[]) OR b = ANY($1::bigint[])', [ids]);
  await statements.query('DELETE FROM identity_change WHERE seq = ANY($1::bigint[])', [list(records)]);
  await statements.query('DELETE FROM identifier WHERE id = ANY($1::bigint[])', [ids]);
  await statements.query(
    'UPDATE identity_tally SET persons = persons - $1, known = known - $2, identifiers = identifiers - $3',
    [persons.size, known.size, rows.length],
  );
}
