import { reason } from '@guanxi/contracts';
import { nodeIdOf } from '../platform/index.ts';
import { foundedFirst, founderOf, type IdentifierNode, type IdentityState, older, type PersonNode } from './state.ts';
import { linksOf, membersOf, type Steps } from './steps.ts';

/** The parts that active links hold together, each from its oldest identifier on, the part with the oldest first. */
export function partsOf(person: PersonNode): IdentifierNode[][] {
  const waiting = new Set([...person.members].sort(older));
  const parts: IdentifierNode[][] = [];
  for (const start of waiting) {
    const part = [start];
    waiting.delete(start);
    for (const node of part)
      for (const link of node.links.values()) {
        const end = link.a === node ? link.b : link.a;
        if (link.state === 'active' && waiting.delete(end)) part.push(end);
      }
    parts.push(part.sort(older));
  }
  return parts;
}

export interface SplitCause {
  readonly seq: number;
  /** Milliseconds. */
  readonly at: number;
  readonly rule: string;
  readonly by: string | null;
  /** Whether the id stays with the largest part of a person that was never merged. */
  readonly tilores: boolean;
}

/**
 * Take a person apart into what active links still hold together.
 *
 * Ids after a split. Every person id is bound to one identifier, the one that founded it, with the log position of that.
 * 1. A part takes the oldest of the ids bound to its identifiers. So a merge undone gives both their ids back.
 * 2. A part to which none is bound is founded by its oldest identifier, now, and takes that identifier's id.
 * 3. But when a person that never absorbed another is taken apart by hand, its id stays with the largest part (of equal
 *    ones the one with the oldest identifier) and is bound to that part's oldest identifier; the identifier it was bound
 *    to gets an id derived from its own and the decision's place in the log.
 * Rule 3 is for people: the customer everybody knows by an id keeps it when one wrong identifier is taken out. A shared
 * device splits by rules 1 and 2 alone, so that the order of the logins makes no difference.
 */
export function* splitPerson(state: IdentityState, person: PersonNode, cause: SplitCause): Steps<void> {
  yield* membersOf([person]);
  yield* linksOf(person.members);
  const parts = partsOf(person);
  if (parts.length === 1) return;
  const before = person.id;
  const size = person.members.size;
  if (cause.tilores) keepOnLargest(person, parts, cause.seq);
  state.dissolve(person);
  for (const part of parts) {
    const { seq, at, rule, by } = cause;
    const founder = part.reduce((first, node) => (foundedFirst(node, first) < 0 ? node : first));
    founder.founds ??= founder.id;
    founder.founded ??= seq;
    state.changed(founder);
    state.enter(founder.founds, part, seq);
    if (founder.founds === before) continue;
    const detail = reason('partOf', { most: part.length, list: size });
    state.record({ seq, at, rule, by, kind: 'split', person: before, other: founder.founds, detail });
  }
}

function keepOnLargest(person: PersonNode, parts: readonly IdentifierNode[][], seq: number): void {
  if ([...person.members].filter((node) => node.founds !== null).length > 1) return;
  const largest = parts.reduce((best, part) => (part.length > best.length ? part : best));
  const founder = founderOf(person);
  if (largest.includes(founder)) return;
  const heir = largest[0]!;
  heir.founds = person.id;
  heir.founded = founder.founded;
  founder.founds = nodeIdOf('person', `${founder.id}:${seq}`);
  founder.founded = seq;
}
