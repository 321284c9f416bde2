import type { Json, JsonObject } from '@guanxi/contracts';

/** Deeper than any client nests, shallow enough for every reader's stack. */
export const MAX_DEPTH = 64;

/** Half surrogate pairs, which no engine can store, become U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Names that would reach an object's prototype when somebody copies the object carelessly. */
export const isUnsafeKey = (key: string): boolean =>
  key === '__proto__' || key === 'constructor' || key === 'prototype';

export interface Shape {
  /** Path to something nested deeper than {@link MAX_DEPTH}, or null. */
  readonly deep: string | null;
  readonly hasProto: boolean;
}

interface Walk {
  deep: string | null;
  hasProto: boolean;
}

function walk(value: Json, depth: number, found: Walk): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!walk(value[index]!, depth + 1, found)) return false;
    return true;
  }
  for (const key in value) {
    if (key === '__proto__') found.hasProto = true;
    if (!walk(value[key]!, depth + 1, found)) {
      if (depth === 1) found.deep = key;
      return false;
    }
  }
  return true;
}

/** One cheap look at everything that came from outside, before anybody recurses into it. */
export function inspect(event: JsonObject): Shape {
  const found: Walk = { deep: null, hasProto: false };
  walk(event, 1, found);
  return found;
}

const cleanText = (text: string): string => wellFormed(text.includes('\0') ? text.replaceAll('\0', '') : text);

/** A copy without NUL characters (PostgreSQL refuses them), half surrogate pairs and `__proto__` keys. */
export function clean<T extends Json>(value: T): T {
  if (typeof value === 'string') return cleanText(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clean) as T;
  const kept = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(kept.map(([key, item]) => [cleanText(key), clean(item)])) as T;
}

/** JSON text of anything that `JSON.parse` gave, even nested deeper than the engine can write; null then. */
export function jsonText(value: Json): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
