import type { Ontology } from '@guanxi/contracts';
import { cleanText } from './expression.ts';

const MAX_TEXT = 200;

/** Attributes a person may be called by, best first. */
const PERSON_NAMES = ['name', 'nickname', 'full_name', 'display_name', 'username'];
const GIVEN = ['first_name', 'firstName'];
const FAMILY = ['last_name', 'lastName'];
const HAN = /\p{Script=Han}/u;

/** Attributes by which persons are found. */
export const NAMING_ATTRIBUTES: ReadonlySet<string> = new Set([...PERSON_NAMES, ...GIVEN, ...FAMILY]);

/** A name and how good it is, 9 the best. */
interface Named {
  readonly rank: number;
  readonly text: string;
}

function named(attribute: (name: string) => string | undefined): Named | null {
  const whole = PERSON_NAMES.findIndex((name) => attribute(name));
  if (whole >= 0) return { rank: 9 - whole, text: attribute(PERSON_NAMES[whole]!)! };
  const first = (names: readonly string[]) => names.map(attribute).find(Boolean);
  const [given, family] = [first(GIVEN), first(FAMILY)];
  if (given && family) return { rank: 3, text: HAN.test(family) ? family + given : `${given} ${family}` };
  if (given) return { rank: 2, text: given };
  return family ? { rank: 1, text: family } : null;
}

/** The name among a person's attributes, or null. A Chinese family name stands before the given name. */
export const personName = (attribute: (name: string) => string | undefined): string | null =>
  named(attribute)?.text ?? null;

const MAX_TITLE = 300;
const DIGITS = { time: 17, seq: 16 };
const PREFIX = 1 + DIGITS.time + DIGITS.seq;

/**
 * The title an event gives a node, behind its rank, time and seq in digits: of two stamped titles the greater text is
 * the better or later one, so that the engine keeps the right one with `max`. Null where the event gives none.
 */
export function stampedTitle(
  type: string,
  attributes: ReadonlyMap<string, string>,
  titleAttribute: string | undefined,
  { time, seq }: { readonly time: number; readonly seq: number },
): string | null {
  if (attributes.size === 0) return null;
  const text = titleAttribute === undefined ? undefined : attributes.get(titleAttribute);
  const given = type === 'person' ? named((name) => attributes.get(name)) : text ? { rank: 5, text } : null;
  if (!given) return null;
  const instant = String(time + 2 ** 52).padStart(DIGITS.time, '0');
  return `${given.rank}${instant}${String(seq).padStart(DIGITS.seq, '0')}${cleanText(given.text, MAX_TITLE)}`;
}

/** What a stamped title says; empty of none. */
export const titleText = (stamped: string): string => stamped.slice(PREFIX);

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
