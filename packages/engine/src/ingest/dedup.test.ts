import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { createDedup, DEDUP_WINDOW_MS, type Dedup, messageTable } from './dedup.ts';
import type { CanonicalEvent } from './index.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform.close());

const HOUR_MS = 3_600_000;
const seed = Number(process.env['GUANXI_SEED'] ?? Date.now() % 2 ** 31);
let runs = 0;

interface Arrival {
  readonly id: number;
  readonly source: number;
  /** How much later than the one before; sometimes a clock is set back. */
  readonly afterMs: number;
  readonly lasting: boolean;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  id: fc.nat(6),
  source: fc.nat(1),
  afterMs: fc.oneof(
    fc.nat(1000),
    fc.integer({ min: -HOUR_MS, max: 80 * HOUR_MS }),
    fc.constant(DEDUP_WINDOW_MS),
    fc.constant(DEDUP_WINDOW_MS + 1),
  ),
  lasting: fc.nat(9).map((die) => die === 0),
});
/** Where the log is cut into batches, and what happens to each: processed, processed twice, or a restart before it. */
const cuts = fc.array(
  fc.record({ length: fc.integer({ min: 1, max: 12 }), fate: fc.constantFrom('once', 'once', 'twice', 'restart') }),
  { minLength: 30, maxLength: 30 },
);

function toEvents(arrivals: readonly Arrival[], firstSeq: number): CanonicalEvent[] {
  const run = ++runs;
  let at = Date.UTC(2026, 0, 1);
  return arrivals.map(({ id, source, afterMs, lasting }, index) => {
    at += afterMs;
    return {
      seq: firstSeq + index,
      sourceId: `s${run}-${source}`,
      messageId: `m${id}`,
      receivedAt: at,
      lasting,
    } as CanonicalEvent;
  });
}

/** The definition, word for word. */
function oracle(events: readonly CanonicalEvent[]): Set<number> {
  const accepted: CanonicalEvent[] = [];
  const duplicates = new Set<number>();
  for (const event of events) {
    const repeated = accepted.some(
      (earlier) =>
        earlier.sourceId === event.sourceId &&
        earlier.messageId === event.messageId &&
        (earlier.lasting || event.lasting || Math.abs(event.receivedAt - earlier.receivedAt) <= DEDUP_WINDOW_MS),
    );
    if (repeated) duplicates.add(event.seq);
    else accepted.push(event);
  }
  return duplicates;
}

async function flow(dedup: Dedup, batch: readonly CanonicalEvent[], token: string): Promise<Set<number>> {
  const duplicates = await dedup.duplicatesOf(batch);
  await dedup.remember(
    batch.filter(({ seq }) => !duplicates.has(seq)),
    token,
  );
  return duplicates;
}

/** As whoever begins to process the log has it. */
async function recalled() {
  const dedup = await createDedup(platform.clickhouse);
  await dedup.recall();
  return dedup;
}

test(`duplicates are those of the definition, however the log is cut, repeated or restarted (seed ${seed})`, async () => {
  let firstSeq = 1;
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 60 }), cuts, async (arrivals, plan) => {
      const events = toEvents(arrivals, firstSeq);
      firstSeq += events.length;
      let dedup = await recalled();
      const found = new Set<number>();
      for (let at = 0, step = 0; at < events.length; step++) {
        const { length, fate } = plan[step % plan.length]!;
        const batch = events.slice(at, at + length);
        if (fate === 'restart') dedup = await recalled();
        const token = `${batch[0]!.seq}-${batch.at(-1)!.seq}`;
        const first = await flow(dedup, batch, token);
        if (fate === 'twice') expect(await flow(dedup, batch, token)).toEqual(first);
        for (const seq of first) found.add(seq);
        at += length;
      }
      expect(found).toEqual(oracle(events));
      // Asked afterwards, as the console does, the answer is the same.
      expect(await dedup.duplicatesOf(events)).toEqual(found);
    }),
    { seed, numRuns: 25 },
  );
});

test('a rebuild in batches of another size finds the same', async () => {
  const arrivals = fc.sample(arrival, { seed, numRuns: 300 });
  const events = toEvents(arrivals, 1_000_000);
  const dedup = await recalled();
  const found: Set<number>[] = [];
  for (const size of [7, 300, 64]) {
    await platform.clickhouse.truncate(messageTable.name);
    await dedup.forget();
    const duplicates = new Set<number>();
    for (let at = 0; at < events.length; at += size)
      for (const seq of await flow(dedup, events.slice(at, at + size), `rebuild-${size}-${at}`)) duplicates.add(seq);
    found.push(duplicates);
  }
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
  expect(found[0]).toEqual(oracle(events));
});

test('what was remembered before a restart is found after it, range by range', async () => {
  const count = 600_000;
  await platform.clickhouse.truncate(messageTable.name);
  const first = await createDedup(platform.clickhouse);
  const known = toEvents(
    Array.from({ length: 400 }, (_, id) => ({ id, source: 0, afterMs: 1, lasting: false })),
    1,
  );
  await first.remember(known, 'known');
  await platform.clickhouse.command(
    `INSERT INTO message SELECT bitAnd(xxHash64(toString(number)), 9223372036854775807), 1000 + number, toDateTime64('2026-01-01 00:00:00', 3), 0 FROM numbers(${count})`,
  );
  const dedup = await recalled();
  for (let round = 0; round < 6; round++) {
    const again = known.map((event) => ({ ...event, seq: event.seq + 2_000_000 + round * 1000 }));
    expect((await dedup.duplicatesOf(again)).size).toBe(known.length);
    const fresh = again.map((event) => ({ ...event, messageId: `fresh-${round}-${event.messageId}` }));
    expect((await dedup.duplicatesOf(fresh)).size).toBe(0);
  }
});
