import type { Ontology } from '@guanxi/contracts';
import { cleanText } from './expression.ts';

const MAX_TEXT = 200;

/** Attributes a person may be called by, best first. */
export const PERSON_NAMES = ['name', 'nickname', 'full_name', 'display_name', 'username'];
const GIVEN = ['first_name', 'firstName'];
const FAMILY = ['last_name', 'lastName'];
const HAN = /\p{Script=Han}/u;

/** All attributes {@link personName} looks at. */
export const NAMING_ATTRIBUTES = [...PERSON_NAMES, ...GIVEN, ...FAMILY];

/** The name in a person's attributes, or null. A Chinese family name stands before the given name. */
export function personName(attribute: (name: string) => string | undefined): string | null {
  const first = (names: readonly string[]) => names.map(attribute).find(Boolean);
  const whole = first(PERSON_NAMES);
  if (whole) return whole;
  const given = first(GIVEN);
  const family = first(FAMILY);
  if (given && family) return HAN.test(family) ? family + given : `${given} ${family}`;
  return given ?? family ?? null;
}

/** Text as it is searched: NFKC, lower case, one space between words, no control characters. */
export function searchText(text: string): string {
  return cleanText(
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    MAX_TEXT,
  );
}

/** The attribute that holds the title of each node type that has one. */
export function titlesOf(ontology: Ontology): ReadonlyMap<string, string> {
  return new Map(Object.entries(ontology.nodeTypes).flatMap(([type, { title }]) => (title ? [[type, title]] : [])));
}
