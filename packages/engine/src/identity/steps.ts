import type { IdentifierNode, PersonNode } from './state.ts';

/** What the working memory lacks: all members of persons, all links of identifiers (with the identifiers they lead to). */
export interface Need {
  readonly members: readonly PersonNode[];
  readonly linksOf: readonly IdentifierNode[];
}

/** Work that may pause to have something loaded, so that the rules stay free of I/O. */
export type Steps<T> = Generator<Need, T, void>;

export function* membersOf(persons: readonly PersonNode[]): Steps<void> {
  const missing = persons.filter((person) => !person.loaded);
  if (missing.length > 0) yield { members: missing, linksOf: [] };
}

export function* linksOf(identifiers: Iterable<IdentifierNode>): Steps<void> {
  const missing = [...identifiers].filter((node) => !node.linksLoaded);
  if (missing.length > 0) yield { members: [], linksOf: missing };
}
