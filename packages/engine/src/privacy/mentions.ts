import type { Identifier, NodeId } from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { guessEvent } from './suppression.ts';

/** Whether something outside the log speaks of a person: what was refused, cells of files, what jobs were given. */
export interface Mentions {
  /** A whole value: a cell, a field. */
  cell(text: string): boolean;
  /** A longer text in which a value stands somewhere. */
  text(text: string): boolean;
  /** An event as it came. */
  raw(raw: string): boolean;
}

/** Shorter ones stand in too many places by chance. */
const SHORTEST_CELL = 4;
const SHORTEST_INSIDE = 6;
/** Of a telephone number as people write it in their country. */
const NATIONAL_DIGITS = 10;

export function mentionsOf(identifiers: readonly Identifier[], identity: Identity): Mentions {
  const ids = new Set<NodeId>(identifiers.map(({ id }) => id));
  const inside = identifiers.map(({ value }) => value.toLowerCase()).filter((value) => value.length >= SHORTEST_INSIDE);
  const numbers = identifiers
    .filter(({ value }) => /^\+\d{10,}$/.test(value))
    .map(({ value }) => value.slice(-NATIONAL_DIGITS));
  const text = (content: string): boolean => {
    const lower = content.toLowerCase();
    if (inside.some((value) => lower.includes(value))) return true;
    if (numbers.length === 0) return false;
    const digits = content.replace(/[\s().-]+/g, '');
    return numbers.some((number) => digits.includes(number));
  };
  const cell = (content: string): boolean => {
    const trimmed = content.trim();
    if (trimmed.length < SHORTEST_CELL) return false;
    return text(trimmed) || (trimmed.length <= 256 && identity.read(trimmed).some(({ id }) => ids.has(id)));
  };
  return {
    cell,
    text,
    raw(content) {
      const event = guessEvent(content);
      const named = (event && identity.observe(event)?.identifiers) ?? [];
      return named.some(({ id }) => ids.has(id)) || text(content);
    },
  };
}
