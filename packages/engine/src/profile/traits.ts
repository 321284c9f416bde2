import type { Identifier, Trait } from '@guanxi/contracts';
import type { TraitRow } from './store.ts';

/**
 * The traits of a person from what each of their anchors says. What a known identifier says wins over what a device
 * says, the later of two equals wins, and every other value is kept beside the winner with its source.
 */
export function mergeTraits(
  rows: readonly TraitRow[],
  identifiers: ReadonlyMap<string, Identifier>,
  isKnown: (kind: string) => boolean,
): Trait[] {
  const byName = new Map<string, TraitRow[]>();
  for (const row of rows) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
  const known = (row: TraitRow) => (isKnown(identifiers.get(row.anchor)?.kind ?? '') ? 1 : 0);
  const order = (a: TraitRow, b: TraitRow) => known(b) - known(a) || b.time.localeCompare(a.time) || b.seq - a.seq;
  return [...byName]
    .map(([name, values]): Trait => {
      const [winner, ...others] = values
        .sort(order)
        .map((row) => ({ value: row.value, time: row.time, seq: row.seq, from: identifiers.get(row.anchor) ?? null }));
      return { name, ...winner!, others };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
