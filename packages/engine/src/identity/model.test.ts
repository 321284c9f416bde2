import type { IdentityRules, NodeId } from '@guanxi/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { Play } from './fixtures.testing.ts';
import { createIdentity, type Identity } from './index.ts';
import { Oracle } from './oracle.testing.ts';
import { itemsOf, one, pool, rulesOf, steps, type Step } from './stories.testing.ts';

const SEED = 20_240_611;
const RUNS = 40;

let platform: Platform;
let identity: Identity;
let play: Play;
beforeAll(async () => {
  platform = await openTestPlatform();
  identity = await createIdentity(platform);
  play = new Play(platform, identity);
});
afterAll(() => platform.close());

const story = fc.record({
  steps: steps(40),
  cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 40, maxLength: 40 }),
  owners: fc.integer({ min: 2, max: 3 }),
});

async function begin(owners: number): Promise<IdentityRules> {
  const rules = rulesOf(owners);
  await identity.setRules(rules);
  await play.reset();
  return rules;
}

/** PostgreSQL's rows in the oracle's words. */
async function stateOf() {
  const dump = (await play.dump()) as Record<string, Record<string, never>[]>;
  const cipher = platform.vault.cipher('identity');
  const number = (value: unknown) => (value === null ? null : Number(value));
  return {
    entries: dump['identifier']!.map((row) => ({
      ...{
        id: row['id'],
        kind: row['kind'],
        value: cipher.open(row['value']!),
        seq: number(row['seq']),
        pos: row['pos'],
      },
      ...{ first: number(row['first_seen']), last: number(row['last_seen']), events: number(row['events']) },
      ...{ anchored: number(row['anchored']), shared: row['shared'], founds: row['founds'] },
      ...{ founded: number(row['founded']), person: row['person'] },
    })),
    ties: dump['link']!.map((row) => ({
      ...{ a: row['a'], b: row['b'], state: row['state'], rule: row['rule'], count: number(row['count']) },
      ...{ firstSeq: number(row['first_seq']), first: number(row['first_seen']), last: number(row['last_seen']) },
    })),
    tally: Object.fromEntries(Object.entries(dump['tally']![0]!).map(([name, value]) => [name, Number(value)])),
  };
}

function stateOfOracle(oracle: Oracle) {
  const byNumber = (a: string, b: string) => (BigInt(a) < BigInt(b) ? -1 : 1);
  return {
    entries: [...oracle.entries.values()]
      .sort((x, y) => byNumber(x.id, y.id))
      .map((entry) => ({ ...entry, person: oracle.person(entry.id) })),
    ties: [...oracle.ties.values()].sort((x, y) => (x.a === y.a ? byNumber(x.b, y.b) : byNumber(x.a, y.a))),
    tally: oracle.tally(),
  };
}

async function consistent(): Promise<void> {
  const rows = await platform.postgres.query<{ id: NodeId; person: NodeId }>('SELECT id, person FROM identifier');
  const mapping = new Map(rows.map(({ id, person }) => [id, person]));
  expect(await identity.personsOf([...mapping.keys()])).toEqual(mapping);
  for (const [person, anchors] of await identity.anchorsOf([...new Set(mapping.values())]))
    expect([...anchors].sort()).toEqual(
      [...mapping]
        .filter(([, other]) => other === person)
        .map(([id]) => id)
        .sort(),
    );
  const { alias } = (await play.dump()) as { alias: { anchor: NodeId; person: NodeId }[] };
  const mirrored = new Map(alias.map(({ anchor, person }) => [anchor, person]));
  for (const [id, person] of mapping) expect(mirrored.get(id) ?? id).toBe(person);
}

test(
  `incremental in any cut = replay in one = the oracle, table by table (seed ${SEED})`,
  { timeout: 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ steps, cuts, owners }) => {
        const rules = await begin(owners);
        const items = itemsOf(steps);
        for (let at = 0, cut = 0; at < items.length; at += cuts[cut++]!)
          await play.apply(items.slice(at, at + cuts[cut]!), { mirrorTwice: cut % 2 === 0 });
        const incremental = await play.dump();
        await consistent();
        const oracle = new Oracle(rules);
        oracle.play(items);
        expect(await stateOf()).toEqual(stateOfOracle(oracle));
        await play.reset();
        await play.apply(items);
        expect(await play.dump()).toEqual(incremental);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  },
);

const essence = async () => {
  const { entries, ties } = await stateOf();
  return {
    persons: entries.map(({ id, person, founds, founded, shared }) => ({ id, person, founds, founded, shared })),
    active: ties.filter(({ state }) => state === 'active').map(({ a, b }) => [a, b]),
  };
};

test(`a merge undone leaves the state without it, ids included (seed ${SEED})`, { timeout: 300_000 }, async () => {
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(story, one, one, fc.boolean(), async ({ steps, owners }, x, y, byEvent) => {
      await begin(owners);
      await play.apply(itemsOf(steps));
      const ends = [pool[Math.min(x, y)]!.id, pool[Math.max(x, y)]!.id];
      const persons = await identity.personsOf(ends);
      const [p, q] = ends.map((end) => persons.get(end));
      if (!p || !q || p === q) return;
      const before = await essence();
      const members = (await identity.anchorsOf([q])).get(q)!;
      const who = [Math.min(x, y), Math.max(x, y)];
      const merge: Step = byEvent ? { do: 'event', who, alias: false, time: 1 } : { do: 'link', a: x, b: y };
      await play.apply(itemsOf([merge], 100));
      const merged = await identity.personsOf(ends);
      if (merged.get(ends[0]!) !== merged.get(ends[1]!)) return;
      merges++;
      const decision = { kind: 'unmerge' as const, person: p, identifiers: members, reason: '', by: 'x' };
      await play.apply([{ decision, seq: 200, at: 1 }]);
      expect(await essence()).toEqual(before);
    }),
    { seed: SEED, numRuns: RUNS * 2 },
  );
  expect(merges).toBeGreaterThan(10);
});
