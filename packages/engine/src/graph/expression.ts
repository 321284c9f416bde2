import type { Json, JsonObject, ValueExpression } from '@guanxi/contracts';
import type { CanonicalEvent } from '../ingest/index.ts';
import { UserError } from '../platform/index.ts';

/** Takes a value out of an event; `item` is the current element where the projection has `each`. */
export type Reader = (event: CanonicalEvent, item: Json | undefined) => Json | undefined;

/** The longest key of a node and the longest value of an attribute, in UTF-16 units. */
const MAX_KEY = 500;
const MAX_VALUE = 2000;

const ROOTS: Readonly<Record<string, Reader>> = {
  properties: (event) => event.properties,
  traits: (event) => event.traits,
  context: (event) => event.context,
  item: (_, item) => item,
  name: (event) => event.name,
  channel: (event) => event.channel,
  type: (event) => event.type,
  messageId: (event) => event.messageId,
  userId: (event) => event.userId,
  anonymousId: (event) => event.anonymousId,
  groupId: (event) => event.groupId,
};

function step(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as JsonObject)[name]
    : undefined;
}

/** Compiles one path such as `properties.order_id`. Throws a {@link UserError} at an unknown first part. */
export function compilePath(path: string, where: string): Reader {
  const [first, ...rest] = path.trim().split('.');
  const root = Object.hasOwn(ROOTS, first!) ? ROOTS[first!]! : undefined;
  if (!root || rest.includes(''))
    throw new UserError('invalid', 'bad_ontology', 'A path of the ontology cannot be read', {
      where,
      remedy: `Begin with one of ${Object.keys(ROOTS).join(', ')}, then names joined by dots.`,
    });
  if (rest.length === 0) return root;
  if (rest.length === 1) return (event, item) => step(root(event, item), rest[0]!);
  return (event, item) => rest.reduce(step, root(event, item));
}

/** Text that no clean-up would change. */
const PLAIN = /^[\x21-\x7e]*$/;
const ASCII = /^[\x20-\x7e]*$/;

/** A lone half of a surrogate pair has no UTF-8 form; engines would refuse the whole batch for it. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Text as engines can hold it: well-formed and at most `max` UTF-16 units. */
export function cleanText(text: string, max: number): string {
  if (text.length <= max && ASCII.test(text)) return text;
  const cut = text.length > max ? text.slice(0, max) : text;
  return cut.replace(LONE_SURROGATE, cut === text ? '\ufffd' : '');
}

/** The text of a scalar: trimmed, or null for nothing, blank text and everything that is not a scalar. */
function scalarText(value: Json | undefined): string | null {
  if (typeof value === 'string') return value.trim() || null;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return typeof value === 'boolean' ? String(value) : null;
}

/** The key a value is as a node: NFKC, so that full-width and half-width forms are one node. Null makes no node. */
export function keyText(value: Json | undefined): string | null {
  const text = scalarText(value);
  if (text === null || (text.length <= MAX_KEY && PLAIN.test(text))) return text;
  return cleanText(text.normalize('NFKC').trim(), MAX_KEY).trim() || null;
}

/** The value as an attribute; lists and objects as JSON. Null for nothing. */
export function attributeText(value: Json | undefined): string | null {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : scalarText(value);
  return text === null ? null : cleanText(text, MAX_VALUE);
}

/** The value as a number, from a number or its text; null for everything else. */
export function numberOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const HAS_TEXT = (value: Json | undefined) => value !== undefined && value !== null && value !== '';

/** Compiles a value expression once; `where` names it in errors. */
export function compileValue(expression: ValueExpression, where: string): Reader {
  if (typeof expression === 'string') {
    const readers = expression.split('|').map((path) => compilePath(path, where));
    if (readers.length === 1) return readers[0]!;
    return (event, item) => {
      for (const reader of readers) {
        const value = reader(event, item);
        if (HAS_TEXT(value)) return value;
      }
      return undefined;
    };
  }
  if ('constant' in expression) return () => expression.constant;
  if ('absolute' in expression) {
    const reader = compileValue(expression.absolute, where);
    return (event, item) => {
      const number = numberOf(reader(event, item));
      return number === null ? undefined : Math.abs(number);
    };
  }
  const factors = expression.product.map((path) => compileValue(path, where));
  return (event, item) => {
    let product = 1;
    for (const factor of factors) {
      const number = numberOf(factor(event, item));
      if (number === null) return undefined;
      product *= number;
    }
    return product;
  };
}
