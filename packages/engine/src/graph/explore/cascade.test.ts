import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Arc, CascadeRuns, chanceOf, LikeliestPaths } from './cascade.ts';

interface Tie {
  readonly from: string;
  readonly to: string;
  readonly chance: number;
}
const arcsOf = (ties: readonly Tie[]) => {
  const arcs = new Map<string, Arc[]>();
  for (const { from, to, chance } of ties) arcs.set(from, [...(arcs.get(from) ?? []), { to, chance }]);
  return arcs;
};

/** Nodes `0` to `5`, no relation back to the start, and few enough relations that all outcomes can be gone through. */
const ties = fc
  .uniqueArray(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 5 }), fc.constantFrom(0.1, 0.3, 0.5, 0.9)), {
    selector: ([from, to]) => `${from} ${to}`,
    minLength: 1,
    maxLength: 9,
  })
  .map((list) => list.filter(([a, b]) => a !== b).map(([a, b, chance]): Tie => ({ from: `${a}`, to: `${b}`, chance })));

/** Who is reached within the hops, and when, along the relations that pass. */
function reachedBy(passing: readonly Tie[], maxHops: number): Map<string, number> {
  const hops = new Map([['0', 0]]);
  for (let hop = 1; hop <= maxHops; hop++)
    for (const { from, to } of passing) if (hops.get(from) === hop - 1 && !hops.has(to)) hops.set(to, hop);
  hops.delete('0');
  return hops;
}

test('events of a relation are independent chances', () => {
  expect(chanceOf(1, 0.1)).toBeCloseTo(0.1, 12);
  expect(chanceOf(2, 0.1)).toBeCloseTo(0.19, 12);
  expect(chanceOf(3, 1)).toBe(1);
});

test('runs of the cascade agree with all outcomes gone through', () => {
  fc.assert(
    fc.property(ties, fc.integer({ min: 1, max: 4 }), (given, maxHops) => {
      const exact = new Map<string, number>();
      const atHop = new Array<number>(maxHops + 1).fill(0);
      for (let outcome = 0; outcome < 1 << given.length; outcome++) {
        const passes = (index: number) => (outcome & (1 << index)) !== 0;
        const probability = given.reduce((all, { chance }, index) => all * (passes(index) ? chance : 1 - chance), 1);
        for (const [node, hop] of reachedBy(
          given.filter((_, index) => passes(index)),
          maxHops,
        )) {
          exact.set(node, (exact.get(node) ?? 0) + probability);
          atHop[hop]! += probability;
        }
      }
      const cascade = new CascadeRuns('0', arcsOf(given), maxHops, 5);
      for (const _ of cascade.run(6000, Infinity)) continue;
      expect(cascade.runs).toBe(6000);
      // Five standard deviations of a share of 6,000 runs.
      const near = 5 * Math.sqrt(0.25 / 6000);
      for (let node = 1; node <= 5; node++)
        expect(Math.abs((cascade.reached.get(`${node}`) ?? 0) / 6000 - (exact.get(`${node}`) ?? 0))).toBeLessThan(near);
      const whole = [...exact.values()].reduce((sum, one) => sum + one, 0);
      expect(Math.abs(cascade.expected - whole)).toBeLessThan(Math.max(6 * cascade.standardError, 0.01));
      expect(cascade.standardError).toBeLessThan(0.05);
      for (let hop = 1; hop <= maxHops; hop++)
        expect(Math.abs(cascade.atHop[hop]! / 6000 - atHop[hop]!)).toBeLessThan(5 * near);
    }),
    { numRuns: 60, seed: 31, endOnFailure: true },
  );
});

test('likeliest paths are the best of all simple paths', () => {
  fc.assert(
    fc.property(ties, fc.integer({ min: 1, max: 5 }), (given, maxHops) => {
      const best = new Map<string, { strength: number; hops: number }>();
      const walk = (path: readonly string[], strength: number) => {
        for (const { from, to, chance } of given) {
          if (from !== path.at(-1) || path.includes(to)) continue;
          const [more, known] = [strength * chance, best.get(to)];
          if (!known || more > known.strength + 1e-12 || (more > known.strength - 1e-12 && path.length < known.hops))
            best.set(to, { strength: more, hops: path.length });
          if (path.length < maxHops) walk([...path, to], more);
        }
      };
      walk(['0'], 1);
      const paths = new LikeliestPaths('0');
      for (let hop = 0; hop < maxHops; hop++) paths.advance(arcsOf(given));
      expect([...paths.ranked()].sort()).toEqual([...best.keys()].sort());
      for (const node of paths.ranked()) {
        const { strength, path } = paths.to(node);
        expect(strength).toBeCloseTo(best.get(node)!.strength, 12);
        expect(path[0]).toBe('0');
        expect(path.at(-1)).toBe(node);
        expect(new Set(path).size).toBe(path.length);
        const product = path
          .slice(1)
          .reduce((all, to, at) => all * given.find((tie) => tie.from === path[at] && tie.to === to)!.chance, 1);
        expect(product).toBeCloseTo(strength, 12);
      }
      const strengths = paths.ranked().map((node) => paths.strengthOf(node));
      expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
    }),
    { numRuns: 200, seed: 32, endOnFailure: true },
  );
});
