import type { IdentityRules } from '@guanxi/contracts';
import fc from 'fast-check';
import { named } from './fixtures.testing.ts';
import { defaultRules, type IdentityItem } from './index.ts';

const limits: Record<string, number> = { user_id: 1, phone: 2, email: 3, device_id: 3, anonymous_id: 4 };
const kinds = defaultRules.kinds
  .filter(({ kind }) => limits[kind])
  .map((kind) => ({ ...kind, limit: limits[kind.kind]! }));

export const rulesOf = (owners: number): IdentityRules => ({ ...defaultRules, kinds, sharedDeviceOwners: owners });

/** A small world, so that everything meets everything; in order of priority. */
export const pool = kinds.flatMap(({ kind }) => ['x', 'y', 'z'].map((value) => named(`${kind}:${value}`)));

export type Step =
  | { do: 'event'; who: number[]; alias: boolean; time: number }
  | { do: 'unmerge'; who: number[] }
  | { do: 'link'; a: number; b: number };

export const one = fc.nat({ max: pool.length - 1 });
const some = (maxLength: number) =>
  fc.uniqueArray(one, { minLength: 1, maxLength }).map((who) => who.sort((a, b) => a - b));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      who: some(4),
      alias: fc.boolean(),
      time: fc.nat(1000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unmerge' as const), who: some(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link' as const), a: one, b: one }) },
);
/** A log of random events and decisions. */
export const steps = (maxLength: number) => fc.array(step, { minLength: 1, maxLength, size: 'max' });

/** The steps as log records; places in the log have gaps. */
export function itemsOf(story: readonly Step[], after = 0): IdentityItem[] {
  return story.map((one, index): IdentityItem => {
    const seq = after + index * 2 + 1;
    const at = 1_700_000_000_000 + seq;
    if (one.do === 'event') {
      const identifiers = one.who.map((place) => pool[place]!);
      return { observation: { seq, time: 1_700_000_000_000 + one.time, identifiers, alias: one.alias } };
    }
    if (one.do === 'link')
      return { decision: { kind: 'link', a: pool[one.a]!.id, b: pool[one.b]!.id, reason: '', by: 'x' }, seq, at };
    const identifiers = one.who.map((place) => pool[place]!.id);
    return { decision: { kind: 'unmerge', person: '1', identifiers, reason: '', by: 'x' }, seq, at };
  });
}
