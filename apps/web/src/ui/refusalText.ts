import { readReason } from '@guanxi/contracts';
import type { TFunction } from 'i18next';

/** Values that name a kind or a field, which the reader has a word for. */
const NAMED = new Set(['field', 'list', 'event']);

/** Why something was refused, in the reader's language; what is no known reason stays as the server said it. */
export function refusalText(message: string, t: TFunction, name: (word: string) => string = (word) => word): string {
  const found = readReason(message);
  if (!found) return name(message);
  const values = Object.entries(found.values).map(([key, value]) => [key, NAMED.has(key) ? name(value) : value]);
  return t(`gate.${found.code}`, Object.fromEntries(values) as Record<string, string>);
}

/** The same for `field: message`, as lists of events carry it. */
export function refusalLine(reason: string, t: TFunction): string {
  const at = reason.indexOf(': ');
  return at < 0 ? refusalText(reason, t) : `${reason.slice(0, at)}: ${refusalText(reason.slice(at + 2), t)}`;
}
