import { type NodeId, reason } from '@guanxi/contracts';
import type { DecisionItem, IdentityDecision, IdentityItem, Observation } from './decision.ts';
import { splitPerson } from './split.ts';
import type { IdentifierNode, IdentityState, LinkNode, LinkRule, PersonNode } from './state.ts';
import { type Steps, linksOf, membersOf } from './steps.ts';

/** Where an effect comes from. */
interface Cause {
  readonly seq: number;
  /** Milliseconds. */
  readonly at: number;
  readonly rule: LinkRule;
  readonly by: string | null;
}

/**
 * Plays log records, in their order, on the working memory. It is strictly one record after the other, so the result
 * does not depend on where batches are cut; what it needs and does not find it asks for by yielding.
 */
export function* resolveBatch(state: IdentityState, items: Iterable<IdentityItem>): Steps<void> {
  for (const item of items)
    if ('observation' in item) yield* observe(state, item.observation);
    else yield* decide(state, item, item.decision);
}

function decide(state: IdentityState, item: DecisionItem, decision: IdentityDecision): Steps<void> {
  const cause: Cause = { seq: item.seq, at: item.at, rule: 'manual', by: decision.by };
  return decision.kind === 'unmerge' ? unmerge(state, decision, cause) : linkByHand(state, decision, cause);
}

/** The anchor is linked with each further identifier of the event, in order of priority. */
function* observe(state: IdentityState, { seq, time, identifiers, alias }: Observation): Steps<void> {
  const cause: Cause = { seq, at: time, rule: alias ? 'alias' : 'same_event', by: null };
  const [first, ...others] = identifiers;
  if (!first) return;
  const anchor = state.identifiers.get(first.id) ?? state.found(state.create(first, seq, 0, time));
  touch(state, anchor, time);
  anchor.anchored++;
  for (const [index, identifier] of others.entries()) {
    const known = state.identifiers.get(identifier.id);
    const other = known ?? state.create(identifier, seq, index + 1, time);
    touch(state, other, time);
    yield* evidence(state, anchor, other, known === undefined, cause);
  }
}

function touch(state: IdentityState, node: IdentifierNode, time: number): void {
  node.events++;
  node.firstSeen = Math.min(node.firstSeen, time);
  node.lastSeen = Math.max(node.lastSeen, time);
  state.changed(node);
}

/** One event carried both: count it, and join them where nothing speaks against it. */
function* evidence(
  state: IdentityState,
  anchor: IdentifierNode,
  other: IdentifierNode,
  fresh: boolean,
  cause: Cause,
): Steps<void> {
  const before = anchor.links.get(other.id);
  const link = before ?? newLink(state, anchor, other, cause);
  link.count++;
  link.firstSeen = Math.min(link.firstSeen, cause.at);
  link.lastSeen = Math.max(link.lastSeen, cause.at);
  state.linkChanged(link);
  if (before && before.state !== 'limited') return;
  if (anchor.shared || other.shared) {
    link.state = 'shared';
    if (fresh) state.found(other);
    return;
  }
  const broken = yield* obstacle(state, anchor, other, fresh);
  link.state = broken === null ? 'active' : 'limited';
  if (fresh && broken === null) state.admit(anchor.person, other);
  else if (fresh) state.found(other);
  else if (broken === null) unite(state, anchor, other, cause);
  if (broken !== null && !before) refused(state, anchor, other, broken, cause);
  const device = deviceOf(state, anchor, other);
  if (!device) return;
  if (link.state === 'limited' && !device.contested) state.changed(device).contested = true;
  if (device.contested) yield* shareWhereManyOwn(state, device, cause);
}

function newLink(state: IdentityState, p: IdentifierNode, q: IdentifierNode, { seq, at, rule }: Cause): LinkNode {
  return state.link(p, q, { state: 'active', rule, count: 0, firstSeq: seq, firstSeen: at, lastSeen: at });
}

/** Why two identifiers may not be one person's: the kind of which it would have too many. Null where they may. */
function* obstacle(state: IdentityState, p: IdentifierNode, q: IdentifierNode, fresh: boolean): Steps<string | null> {
  if (!fresh && p.person === q.person) return null;
  yield* membersOf(fresh ? [p.person] : [p.person, q.person]);
  return brokenLimit(state, p.person, fresh ? new Map([[q.kind, 1]]) : q.person.perKind);
}

function refused(state: IdentityState, p: IdentifierNode, q: IdentifierNode, kind: string, cause: Cause): void {
  const detail = reason('limit', { field: p.kind, list: q.kind, most: state.rules.limit(kind), event: kind });
  state.record({ ...origin(cause), kind: 'refused', person: p.person.id, other: q.person.id, detail });
}

function unite(state: IdentityState, p: IdentifierNode, q: IdentifierNode, cause: Cause): void {
  if (p.person === q.person) return;
  const { survivor, absorbed } = state.unite(p.person, q.person, cause.seq);
  const detail = `${p.kind}–${q.kind}`;
  state.record({ ...origin(cause), kind: 'merged', person: survivor, other: absorbed, detail });
}

const origin = ({ seq, at, rule, by }: Cause) => ({ seq, at, rule, by });

/** The kind of which a person would have more than its limit; of several the one with the highest priority. */
function brokenLimit({ rules }: IdentityState, person: PersonNode, more: ReadonlyMap<string, number>): string | null {
  const broken = [...more].filter(([kind, count]) => (person.perKind.get(kind) ?? 0) + count > rules.limit(kind));
  const kinds = broken.map(([kind]) => kind).sort((a, b) => rules.rank(a) - rules.rank(b));
  return kinds[0] ?? null;
}

/** The device of a pair whose other end names a person. */
function deviceOf(state: IdentityState, p: IdentifierNode, q: IdentifierNode): IdentifierNode | null {
  const known = [state.rules.isKnown(p.kind), state.rules.isKnown(q.kind)];
  if (known[0] === known[1]) return null;
  return known[0] ? q : p;
}

/**
 * A device with which several people were seen belongs to none of them. Active links lead to one person, so only a
 * contested device can have several owners. What was severed by hand is no evidence any more; what was linked by hand is
 * none by itself, and stays.
 */
function* shareWhereManyOwn(state: IdentityState, device: IdentifierNode, cause: Cause): Steps<void> {
  yield* linksOf([device]);
  const owners = new Set<PersonNode>();
  for (const link of device.links.values()) {
    const end = link.a === device ? link.b : link.a;
    if (link.count === 0 || link.state === 'severed' || !state.rules.isKnown(end.kind)) continue;
    owners.add(end.person);
  }
  if (owners.size < state.rules.sharedDeviceOwners) return;
  device.shared = true;
  state.changed(device);
  for (const link of device.links.values()) {
    if (link.state === 'severed' || (link.state === 'active' && link.rule === 'manual')) continue;
    link.state = 'shared';
    state.linkChanged(link);
  }
  const before = device.person.id;
  yield* splitPerson(state, device.person, { ...cause, rule: 'shared_device', tilores: false });
  const detail = reason('seenWith', { field: device.kind, most: owners.size });
  const other = before === device.person.id ? null : before;
  state.record({ ...origin(cause), rule: 'shared_device', kind: 'shared', person: device.person.id, other, detail });
}

/** Sever every link between the extracted identifiers and the rest of their person. */
function* unmerge(
  state: IdentityState,
  decision: { identifiers: NodeId[]; reason: string },
  cause: Cause,
): Steps<void> {
  const taken = new Set(decision.identifiers.flatMap((id) => state.identifiers.get(id) ?? []));
  const persons = new Set([...taken].map((node) => node.person));
  for (const person of persons) {
    yield* membersOf([person]);
    const inside = [...taken].filter((node) => node.person === person);
    if (inside.length === person.members.size) continue;
    yield* linksOf(inside);
    let severed = 0;
    for (const node of inside)
      for (const link of node.links.values()) {
        const end = link.a === node ? link.b : link.a;
        if (end.person !== person || taken.has(end) || link.state === 'severed' || link.state === 'shared') continue;
        link.state = 'severed';
        state.linkChanged(link);
        severed++;
      }
    if (severed === 0) continue;
    const { seq, at, rule, by } = cause;
    state.record({ seq, at, rule, by, kind: 'severed', person: person.id, other: null, detail: decision.reason });
    yield* splitPerson(state, person, { ...cause, tilores: true });
  }
}

/** Join two identifiers by hand, or undo their severing. Limits hold here too. */
function* linkByHand(
  state: IdentityState,
  decision: { a: NodeId; b: NodeId; reason: string },
  cause: Cause,
): Steps<void> {
  const [p, q] = [state.identifiers.get(decision.a), state.identifiers.get(decision.b)];
  if (!p || !q || p === q) return;
  yield* linksOf([p]);
  const before = p.links.get(q.id);
  if (before?.state === 'active' && before.rule === 'manual') return;
  const broken = yield* obstacle(state, p, q, false);
  const link = before ?? newLink(state, p, q, cause);
  if (broken !== null) {
    if (!before) state.linkChanged(link).state = 'limited';
    refused(state, p, q, broken, cause);
    return;
  }
  link.state = 'active';
  link.rule = 'manual';
  state.linkChanged(link);
  state.record({ ...origin(cause), kind: 'linked', person: p.person.id, other: q.person.id, detail: decision.reason });
  unite(state, p, q, cause);
}
