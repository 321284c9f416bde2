import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Oracle } from './oracle.testing.ts';
import { resolveBatch } from './resolve.ts';
import { compileRules } from './rules.ts';
import { IdentityState } from './state.ts';
import { itemsOf, rulesOf, steps } from './stories.testing.ts';

const SEED = 20_240_612;

test(`the rules on a memory that holds everything do what the oracle does (seed ${SEED})`, () => {
  fc.assert(
    fc.property(steps(60), fc.integer({ min: 2, max: 3 }), (story, owners) => {
      const rules = rulesOf(owners);
      const state = new IdentityState(compileRules(rules), (value) => value);
      const oracle = new Oracle(rules);
      const items = itemsOf(story);
      expect(resolveBatch(state, items).next().done).toBe(true);
      oracle.play(items);
      for (const entry of oracle.entries.values()) {
        const { person, founds, founded, shared, events, anchored, firstSeen, lastSeen } = state.identifiers.get(
          entry.id,
        )!;
        expect({
          person: person.id,
          founds,
          founded,
          shared,
          events,
          anchored,
          first: firstSeen,
          last: lastSeen,
        }).toEqual({
          ...{ person: oracle.person(entry.id), founds: entry.founds, founded: entry.founded, shared: entry.shared },
          ...{ events: entry.events, anchored: entry.anchored, first: entry.first, last: entry.last },
        });
      }
      for (const tie of oracle.ties.values()) {
        const { state: now, rule, count, firstSeq } = state.identifiers.get(tie.a)!.links.get(tie.b)!;
        expect({ now, rule, count, firstSeq }).toEqual({
          now: tie.state,
          rule: tie.rule,
          count: tie.count,
          firstSeq: tie.firstSeq,
        });
      }
      expect(state.takeChanges().tallies).toEqual(oracle.tally());
    }),
    { seed: SEED, numRuns: 300 },
  );
});
