import type { Identifier, IdentifierKind, IdentityRules } from '@guanxi/contracts';
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import type { CanonicalEvent } from '../ingest/index.ts';
import { identifierIdOf } from '../platform/index.ts';

/** Longer values are no identifiers, and would not fit an index entry. */
const LONGEST = 256;
/** More in one event name nobody in particular, and would make it a hub. */
const MOST_IDENTIFIERS = 50;
const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
// PostgreSQL stores neither NUL nor half characters, and nobody's identifier holds a line break.
// eslint-disable-next-line no-control-regex
const UNSTORABLE = /[\u0000-\u001f\u007f\p{Surrogate}]/u;

/** Brings a value into the one form in which it is compared; null where it cannot be an identifier of its kind. */
export type Normaliser = (text: string) => string | null;

/** One file's worth of truth about each normalisation the rules can name. */
const normalisers: Record<IdentifierKind['normalise'], (region: string) => Normaliser> = {
  none: () => (text) => text,
  lowercase: () => (text) => text.toLowerCase(),
  email: () => (text) => {
    const mail = text.toLowerCase().replace(/^mailto:/, '');
    return MAIL.test(mail) ? mail : null;
  },
  phone: (region) => (text) => {
    const phone = parsePhoneNumberFromString(text, region as CountryCode);
    return phone?.isValid() ? phone.number : null;
  },
};

/** Normalises and checks one value of a kind: its canonical form, or null where it is blocked or impossible. */
export function compileNormaliser(kind: IdentifierKind, rules: IdentityRules): (value: unknown) => string | null {
  const normalise = normalisers[kind.normalise](rules.region.toUpperCase());
  const blocked = new Set<string>();
  for (const value of kind.blocked) {
    const text = value.normalize('NFKC').trim();
    blocked.add(text.toLowerCase());
    const canonical = normalise(text);
    if (canonical !== null) blocked.add(canonical.toLowerCase());
  }
  const patterns = rules.blockedPatterns.map((pattern) => new RegExp(`^(?:${pattern})$`, 'iu'));
  const isBlocked = (text: string) => blocked.has(text.toLowerCase()) || patterns.some((pattern) => pattern.test(text));
  return (value) => {
    if (typeof value !== 'string' && typeof value !== 'number') return null;
    const text = String(value).normalize('NFKC').trim();
    if (text === '' || text.length > LONGEST || UNSTORABLE.test(text) || isBlocked(text)) return null;
    const canonical = normalise(text);
    return canonical === null || (canonical !== text && isBlocked(canonical)) ? null : canonical;
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * What stands at a path. In a list of `{type, id}` a step chooses by type (`context.externalIds.phone`); a list at the
 * end counts with each of its members.
 */
function valuesAt(value: unknown, steps: readonly string[], from: number): unknown[] {
  let here = value;
  for (let index = from; index < steps.length; index++) {
    if (!isObject(here)) return [];
    const step = steps[index]!;
    if (Array.isArray(here))
      return here
        .filter((entry) => isObject(entry) && entry['type'] === step)
        .flatMap((entry) => valuesAt((entry as Record<string, unknown>)['id'], steps, index + 1));
    here = Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return Array.isArray(here) ? here : [here];
}

/**
 * The extractor for a set of rules: an event's identifiers, normalised, valid, unblocked and distinct, in order of
 * priority. A pure function of the event and the rules; the first is the event's anchor.
 */
export function compileExtractor(rules: IdentityRules): (event: CanonicalEvent) => Identifier[] {
  const kinds = rules.kinds.map((kind) => ({
    kind: kind.kind,
    paths: kind.paths.map((path) => path.split('.')),
    normalise: compileNormaliser(kind, rules),
  }));
  return (event) => {
    const found: Identifier[] = [];
    for (const { kind, paths, normalise } of kinds) {
      const first = found.length;
      for (const path of paths)
        for (const raw of valuesAt(event, path, 0)) {
          const value = raw === null || raw === undefined ? null : normalise(raw);
          if (value === null || found.some((other, index) => index >= first && other.value === value)) continue;
          found.push({ id: identifierIdOf(kind, value), kind, value });
        }
    }
    return found.length > MOST_IDENTIFIERS ? found.slice(0, MOST_IDENTIFIERS) : found;
  };
}

/** The identifiers that a text somebody typed could mean, one at most of each kind, in order of priority. */
export function compileReader(rules: IdentityRules): (text: string) => Identifier[] {
  const kinds = rules.kinds.map((kind) => ({ kind: kind.kind, normalise: compileNormaliser(kind, rules) }));
  return (text) =>
    kinds.flatMap(({ kind, normalise }) => {
      const value = normalise(text);
      return value === null ? [] : [{ id: identifierIdOf(kind, value), kind, value }];
    });
}
