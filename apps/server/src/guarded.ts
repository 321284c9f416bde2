import type { Caller } from '@guanxi/engine/access';
import type { Guanxi } from './compose.ts';
import { classesOfKinds } from './masking/index.ts';

/** With fewer characters, who sees masks could spell out what they hide by trying one character after the other. */
const LONG_ENOUGH = 6;

/**
 * Kinds of identifiers that a caller may find whole, but not by how they begin: the masked ones, unless much of the value
 * is typed already or the caller may see it anyway.
 */
export function guardedKinds(text: string | undefined, { identity }: Guanxi, { permissions }: Caller): string[] {
  if (permissions.has('pii.reveal') || [...(text ?? '').replace(/[\s-]/g, '')].length >= LONG_ENOUGH) return [];
  return [...classesOfKinds(identity.rules())]
    .filter(([, piiClass]) => piiClass === 'personal' || piiClass === 'sensitive')
    .map(([kind]) => kind);
}
