import type { IdentityEffect, IdentityRules } from '@guanxi/contracts';
import { type Statements, type TextCipher, UserError } from '../platform/index.ts';
import type { DecisionItem } from './decision.ts';
import { byPriority } from './read.ts';
import { resolveBatch } from './resolve.ts';
import { compileRules } from './rules.ts';
import { type IdentifierNode, IdentityState, type LinkNode, type PersonNode } from './state.ts';
import { membersOf } from './steps.ts';
import { identifierOf, loadFor, run } from './store.ts';

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

const describeLink = (link: LinkNode) => ({
  ...{ a: link.a.id, b: link.b.id, state: link.state, rule: link.rule, count: link.count, firstSeq: link.firstSeq },
  ...{ firstSeen: iso(link.firstSeen), lastSeen: iso(link.lastSeen) },
});

/** Plays a decision on the working memory alone: the very code that applies it later, so it cannot promise otherwise. */
export async function previewDecision(
  item: DecisionItem,
  rules: IdentityRules,
  statements: Statements,
  cipher: TextCipher,
): Promise<IdentityEffect> {
  const state = new IdentityState(compileRules(rules), cipher.seal);
  await loadFor(state, [item], statements);
  const { decision } = item;
  const named = (decision.kind === 'unmerge' ? decision.identifiers : [decision.a, decision.b]).map((id) => {
    const node = state.identifiers.get(id);
    if (!node) throw new UserError('not_found', 'no_such_identifier', 'There is no identifier with this id');
    return node;
  });
  await run(state, membersOf([...new Set(named.map(({ person }) => person))]), statements);
  const involved = [...new Set(named.flatMap(({ person }) => [...person.members]))];
  const before = new Map(involved.map((node) => [node, node.person.id]));
  const names = new Set(before.values());
  await run(state, resolveBatch(state, [item]), statements);
  const { links, history } = state.takeChanges();
  const refusal = history.find(({ kind }) => kind === 'refused');
  if (refusal) throw new UserError('conflict', 'identity_limit', `These cannot be one person. ${refusal.detail}.`);
  const order = byPriority(rules);
  // What was loaded came in any order; the strongest identifier decides which part is told first.
  const parts = new Set(involved.sort(order).map(({ person }) => person));
  const severed = links.filter(({ state }) => state === 'severed').map(describeLink);
  return {
    severed: severed.sort((a, b) => a.firstSeq - b.firstSeq || (a.a + a.b < b.a + b.b ? -1 : 1)),
    parts: [...parts].map((person) => describePart(person, names, order, cipher)),
    changed: involved.some((node) => before.get(node) !== node.person.id) || links.length > 0,
  };
}

function describePart(
  person: PersonNode,
  before: ReadonlySet<string>,
  order: ReturnType<typeof byPriority>,
  cipher: TextCipher,
) {
  const members: IdentifierNode[] = [...person.members].sort(order);
  return {
    person: person.id,
    isNew: !before.has(person.id),
    identifiers: members.map((node) => identifierOf(node, cipher)),
    events: members.reduce((sum, { anchored }) => sum + anchored, 0),
  };
}
