import { harmless, type Holds, holdings } from '@guanxi/contracts';
import type { z } from 'zod';
import type { Masks } from './masks.ts';

/** Masks a value; `around` is the object it stands in, which may say what it is. */
export type Masker = (value: unknown, masks: Masks, around: Record<string, unknown>) => unknown;

const wordOf = (around: Record<string, unknown>, key: string) => String(around[key] ?? '');
const ifText =
  (mask: (text: string, masks: Masks, around: Record<string, unknown>) => string): Masker =>
  (value, masks, around) =>
    typeof value === 'string' ? mask(value, masks, around) : value;

/** One mask for everything a field may hold. */
const maskers: Record<Holds, Masker> = {
  text: ifText((text, masks) => masks.text(text)),
  identifier: ifText((text, masks, around) => masks.identifier(wordOf(around, 'kind'), text)),
  personName: ifText((text, masks) => masks.person(text)),
  trait: ifText((text, masks, around) => masks.attribute('person', wordOf(around, 'name'), text)),
  otherTraits: (value, masks, around) =>
    (value as { value: string; from: { kind: string; value: string } | null }[]).map((other) => ({
      ...other,
      value: masks.attribute('person', wordOf(around, 'name'), other.value),
      from: other.from && { ...other.from, value: masks.identifier(other.from.kind, other.from.value) },
    })),
  label: ifText((text, masks, around) => (around['type'] === 'person' ? masks.person(text) : masks.text(text))),
  attributes: (value, masks, around) =>
    Object.fromEntries(
      Object.entries(value as Record<string, unknown>).map(([name, held]) => [
        name,
        attribute(held, name, masks, around),
      ]),
    ),
  json: (value, masks) => masks.json(value),
  jsonText: ifText((text, masks) => masks.jsonText(text)),
  examples: (value, masks, around) =>
    (value as unknown[]).map((text) => masks.attribute('person', wordOf(around, 'name'), String(text))),
  cell: ifText((text, masks, around) => masks.attribute('person', wordOf(around, 'field').split('.').at(-1)!, text)),
};

/** An attribute is a value, or an object that holds one beside where it comes from. */
function attribute(held: unknown, name: string, masks: Masks, around: Record<string, unknown>): unknown {
  const type = wordOf(around, 'type') || null;
  if (held !== null && typeof held === 'object' && 'value' in held)
    return { ...held, value: masks.attribute(type, name, String(held.value)) };
  if (typeof held !== 'string' && typeof held !== 'number') return held;
  const masked = masks.attribute(type, name, String(held));
  return masked === String(held) ? held : masked;
}

const patterns = harmless.map(
  (path) =>
    new RegExp(
      `^${path
        .replace(/[.[\]]/g, '\\$&')
        .replaceAll('**\\.', '(.*\\.)?')
        .replaceAll('\\.**', '(\\..*|\\[\\].*)?')}$`,
    ),
);
const isHarmless = (path: string) => patterns.some((pattern) => pattern.test(path));

interface Walk {
  readonly path: string;
  readonly inside: readonly z.core.$ZodType[];
  /** Called for a text that is neither annotated nor declared harmless. */
  readonly onUnknown: (path: string) => void;
}

/** Only wrappers and containers are looked into; what is no text by itself can hold nothing. */
function compileType(type: z.core.$ZodType, walk: Walk): Masker | null {
  const holds = holdings.get(type);
  if (holds) return maskers[holds];
  if (isHarmless(walk.path) || walk.inside.includes(type)) return null;
  const { def } = (type as z.core.$ZodTypes)._zod;
  const inner = (child: z.core.$ZodType, step = '') =>
    compileType(child, { ...walk, path: walk.path + step, inside: [...walk.inside, type] });
  switch (def.type) {
    case 'object':
      return objectMasker(Object.entries(def.shape).map(([name, child]) => [name, inner(child, `.${name}`)]));
    case 'array': {
      const mask = inner(def.element, '[]');
      return mask && ((value, masks, around) => (value as unknown[]).map((item) => mask(item, masks, around)));
    }
    case 'record': {
      const mask = inner(def.valueType, '{}');
      return mask && ((value, masks, around) => mapValues(value, (item) => mask(item, masks, around)));
    }
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly': {
      const mask = inner(def.innerType);
      return (
        mask && ((value, masks, around) => (value === null || value === undefined ? value : mask(value, masks, around)))
      );
    }
    case 'union':
      return unionMasker(def.options.map((option) => inner(option)));
    case 'string':
    case 'unknown':
    case 'any':
      if (!isFormatted(def)) walk.onUnknown(walk.path);
      return null;
    case 'lazy':
      return inner(def.getter());
    case 'pipe':
      return inner(def.out);
    default:
      return null;
  }
}

/** Instants, ids of ours and the like can be nothing else. */
const isFormatted = (def: { checks?: readonly z.core.$ZodCheck<never>[] | undefined; format?: unknown }) =>
  def.format !== undefined || (def.checks ?? []).some(({ _zod }) => _zod.def.check === 'string_format');

const mapValues = (value: unknown, change: (item: unknown) => unknown) =>
  Object.fromEntries(Object.entries(value as object).map(([name, item]) => [name, change(item)]));

function objectMasker(entries: readonly (readonly [string, Masker | null])[]): Masker | null {
  const fields = entries.filter((entry): entry is [string, Masker] => entry[1] !== null);
  if (fields.length === 0) return null;
  return (value, masks) => {
    const masked = { ...(value as Record<string, unknown>) };
    for (const [name, mask] of fields)
      if (masked[name] !== undefined) masked[name] = mask(masked[name], masks, value as Record<string, unknown>);
    return masked;
  };
}

/** Of several possibilities each masks what it finds; a mask of a mask changes nothing. */
function unionMasker(options: readonly (Masker | null)[]): Masker | null {
  const present = options.filter((mask) => mask !== null);
  if (present.length === 0) return null;
  return (value, masks, around) => present.reduce((masked, mask) => mask(masked, masks, around), value);
}

/**
 * Compiles, once, what masks the answers of an endpoint; null where they hold nothing of customers.
 * @param onUnknown told the path of every text that is neither annotated nor declared harmless
 */
export function compileMasker(
  name: string,
  response: z.core.$ZodType,
  onUnknown: (path: string) => void = () => undefined,
): Masker | null {
  return compileType(response, { path: name, inside: [], onUnknown });
}
