import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventContracts, type JsonObject } from '@guanxi/contracts';
import { beforeAll, expect, test } from 'vitest';
import { DAY, festivalsOf, periodUntil } from './calendar.ts';
import { PRODUCTS, RIVALS } from './catalogue.ts';
import { DIRT, STREAMS } from './records.ts';
import { generateShard } from './generate.ts';
import { generateAll, type Whole } from './testing.ts';
import { type Experience, writeReview } from './text/reviews.ts';
import { writeSearch } from './text/searches.ts';
import { Random } from './random.ts';
import type { TruthRecord } from './truth.ts';

const OPTIONS = { people: 200, seed: 7, until: '2026-03-01' };
let whole: Whole;
let all: JsonObject[];
beforeAll(() => {
  whole = generateAll(OPTIONS);
  all = STREAMS.flatMap((stream) => whole.events[stream]);
});
const truthOf = <K extends TruthRecord['kind']>(kind: K) =>
  whole.truth.filter((record): record is Extract<TruthRecord, { kind: K }> => record.kind === kind);

test('the same options give the same bytes, in any time zone; other options give others', () => {
  const script = `import { generateAll } from './packages/demo/src/testing.ts'; process.stdout.write(generateAll(${JSON.stringify(OPTIONS)}).hash);`;
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  for (const TZ of ['America/St_Johns', 'Pacific/Auckland'])
    expect(
      execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        cwd: root,
        env: { ...process.env, TZ, LANG: 'de_DE.UTF-8' },
        encoding: 'utf8',
      }),
    ).toBe(whole.hash);
  expect(generateAll({ ...OPTIONS, seed: 8 }).hash).not.toBe(whole.hash);
});

test('a shard is made by its number alone, and whether truth is kept changes nothing', () => {
  expect(JSON.stringify(generateShard(whole.world, 1))).toBe(
    JSON.stringify(generateShard(whole.world, 1, () => undefined)),
  );
  const alone = generateShard(whole.world, 1).events.web;
  expect(whole.events.web.slice(-alone.length)).toEqual(alone);
});

test('eighteen months are told to the last day and not beyond', () => {
  const { start, end } = whole.world.period;
  expect(new Date(start).toISOString()).toBe('2024-08-31T16:00:00.000Z');
  const times = all.map((event) => Date.parse(String(event['receivedAt'])));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(start);
  expect(Math.max(...times)).toBeLessThan(end);
  const days = new Set(times.map((at) => Math.floor((at - start) / DAY)));
  expect(days.size).toBeGreaterThan(((end - start) / DAY) * 0.9);
  for (let day = 1; day <= 28; day++) expect(days.has((end - start) / DAY - day)).toBe(true);
  expect(festivalsOf(whole.world.period).map(({ id }) => id)).toEqual(expect.arrayContaining(['双11', '618', '春节']));
});

test.each(['2026-02-30', '26-01-01', 'yesterday'])('%s is no date', (until) => {
  expect(() => periodUntil(until)).toThrow(RangeError);
});

test('the catalogue: 120 products of 12 categories, and other brands beside', () => {
  expect(PRODUCTS).toHaveLength(120);
  expect(new Set(PRODUCTS.map(({ category }) => category)).size).toBe(12);
  expect(new Set(PRODUCTS.map(({ name }) => name)).size).toBe(120);
  expect(RIVALS.length).toBeGreaterThanOrEqual(4);
});

test('accidents of delivery happen as often as they are said to, and truth names each', () => {
  const big = generateAll({ people: 1200, seed: 3, until: '2026-03-01' });
  const events = STREAMS.flatMap((stream) => big.events[stream]);
  const ids = events.map((event) => String(event['messageId']));
  const distinct = new Set(ids);
  const named = (what: string) => big.truth.filter((record) => record.kind === 'dirt' && record.what === what).length;
  expect(ids.length - distinct.size).toBe(named('duplicate'));
  expect(ids.filter((id) => id.endsWith('.x')).length).toBe(named('quarantined'));
  for (const what of ['duplicate', 'late', 'quarantined'] as const) {
    // The public's posts are never broken.
    const possible = what === 'quarantined' ? distinct.size - big.events.social.length : distinct.size;
    const share = named(what) / possible;
    process.stdout.write(`${what}: ${(100 * share).toFixed(2)} % (${100 * DIRT[what]} % said)`);
    expect(share).toBeGreaterThan(DIRT[what] * 0.7);
    expect(share).toBeLessThan(DIRT[what] * 1.4);
  }
  expect(named('skewed')).toBeGreaterThan(0);
  expect(named('unreadable_row')).toBeGreaterThan(0);
  const phones = big.rows.crm.map((row) => row.split(',')[4]!).filter(Boolean);
  expect(phones.filter((phone) => /[０-９]/.test(phone)).length).toBeGreaterThan(5);
  expect(phones.filter((phone) => /[-+ ]/.test(phone)).length).toBeGreaterThan(30);
});

test('an event that is not broken on purpose keeps its contract', () => {
  const wrong = all
    .filter((event) => !String(event['messageId']).endsWith('.x'))
    .filter((event) => {
      const contract = eventContracts[event['event'] as keyof typeof eventContracts];
      return contract !== undefined && !contract.safeParse(event['properties']).success;
    });
  expect(wrong).toEqual([]);
});

test('every id that truth speaks of is in the data', () => {
  const data = JSON.stringify(whole.events) + JSON.stringify(whole.rows);
  const people = new Set(truthOf('person').map(({ person }) => person));
  expect(people.size).toBeGreaterThan(200);
  for (const { person } of [
    ...truthOf('need'),
    ...truthOf('churn'),
    ...truthOf('satisfaction'),
    ...truthOf('campaign'),
  ])
    expect(people.has(person), person).toBe(true);
  for (const { id, stream } of truthOf('dirt')) expect(data.includes(id), `${stream} ${id}`).toBe(true);
  const texts = truthOf('text').filter(
    ({ of, text }) => !data.includes(JSON.stringify(text).slice(1, -1)) && of === 'review',
  );
  expect(texts.map(({ id }) => id)).toEqual([]);
  for (const { text, marks, id } of truthOf('text'))
    for (const { start, end } of marks) expect(end <= text.length && start < end, id).toBe(true);
});

test('a campaign answers as it was going to: who was held out by chance, who would have bought is known', () => {
  const big = generateAll({ people: 1500, seed: 5, until: '2026-03-01' });
  const sent = big.truth.filter((record) => record.kind === 'campaign');
  expect(sent.filter(({ treated }) => !treated).length / sent.length).toBeGreaterThan(0.13);
  const persuaded = sent.filter(({ ifTreated, ifNot }) => ifTreated && !ifNot).length;
  const putOff = sent.filter(({ ifTreated, ifNot }) => !ifTreated && ifNot).length;
  process.stdout.write(`of ${sent.length}: ${persuaded} persuaded, ${putOff} put off`);
  expect(persuaded).toBeGreaterThan(putOff);
  expect(putOff).toBeGreaterThan(0);
});

/** Bits of the next character given the two before. */
function entropy(texts: readonly string[]): number {
  const counts = new Map<string, Map<string, number>>();
  for (const text of texts)
    for (let at = 2; at < text.length; at++) {
      const before = text.slice(at - 2, at);
      const next = counts.get(before) ?? new Map<string, number>();
      next.set(text[at]!, (next.get(text[at]!) ?? 0) + 1);
      counts.set(before, next);
    }
  let bits = 0;
  let total = 0;
  for (const next of counts.values()) {
    const sum = [...next.values()].reduce((a, b) => a + b, 0);
    for (const count of next.values()) bits -= count * Math.log2(count / sum);
    total += sum;
  }
  return bits / total;
}

test('texts are varied: most of 5,000 reviews are the only one of their words', () => {
  const reviews: string[] = [];
  const searches: string[] = [];
  for (let i = 0; i < 5000; i++) {
    const random = new Random('variety', i);
    const lived: Experience = {
      product: random.pick(PRODUCTS), skin: random.pick(['干性', '油性', '混合性', '中性']), sensitive: random.chance(0.3),
      need: '修护', satisfaction: random.next(), stung: random.chance(0.1),
    }; // prettier-ignore
    reviews.push(writeReview(lived, random).text);
    searches.push(writeSearch(lived, random).text);
  }
  const distinct = new Set(reviews).size / reviews.length;
  process.stdout.write(
    `reviews: ${(100 * distinct).toFixed(1)} % distinct, ${entropy(reviews).toFixed(2)} bits a character after two; searches: ${new Set(searches).size} of 5,000 distinct`,
  );
  expect(distinct).toBeGreaterThan(0.85);
  expect(entropy(reviews)).toBeGreaterThan(1);
  expect(new Set(searches).size).toBeGreaterThan(800);
});
