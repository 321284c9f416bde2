import { readReason } from '@guanxi/contracts';
import type { TFunction } from 'i18next';

/** Values that name a kind or a field, which the reader has a word for. */
const NAMED = new Set(['field', 'list', 'event']);

/** Why something was refused, in the reader's language; what is no known reason stays as the server said it. */
export function refusalText(message: string, t: TFunction, name: (word: string) => string = (word) => word): string {
  const found = readReason(message);
  if (!found) return name(message);
  const told = (key: string) => {
    const value = found.values[key] ?? '';
    return value && NAMED.has(key) ? name(value) : value;
  };
  const values = { field: told('field'), list: told('list'), most: told('most'), event: told('event') };
  return t(`gate.${found.code}`, values);
}

/** The same for `field: message`, as lists of events carry it. */
export function refusalLine(reason: string, t: TFunction): string {
  const at = reason.indexOf(': ');
  return at < 0 ? refusalText(reason, t) : `${reason.slice(0, at)}: ${refusalText(reason.slice(at + 2), t)}`;
}
