import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EventLog, type LogEntry, type LogRecord, UserError } from '../../packages/engine/src/platform/index.ts';

/** An implementation of the event log under test. */
export interface LogGround {
  /** Another log on the same records, as another process (or this one, started again) would open it. */
  open(maxPending?: number): Promise<EventLog>;
  /** As it was before the first record. */
  empty(): Promise<void>;
  /**
   * Ends the engine as a power cut would while three writers `w1`, `w2`, `w3` append 0, 1, 2… each, and brings it back.
   * Returns what was acknowledged, as `place writer number`; at least 99 of them.
   */
  crash(): Promise<string[]>;
  /** Several open logs may append at the same time. */
  readonly shared: boolean;
  close(): Promise<void>;
}

export const entry = (payload: string, more: Partial<LogEntry> = {}): LogEntry => ({
  kind: 'event',
  sourceId: 's',
  receivedAt: 1_700_000_000_123,
  sentAt: null,
  payload,
  ...more,
});
export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

export async function readAll(log: EventLog): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (;;) {
    const page = await log.read(records.at(-1)?.seq ?? 0, 1000);
    if (page.length === 0) return records;
    records.push(...page);
  }
}

/** Three writers that append until `stop` holds, each one entry after the other, trying again what was refused. */
export async function appendUntil(log: EventLog, acknowledged: string[], stop: () => boolean): Promise<void> {
  const append = async (writer: number) => {
    for (let i = 0; !stop(); i++)
      try {
        const [place] = await log.append([entry(`${i}`, { sourceId: `w${writer}` })]);
        acknowledged.push(`${place} w${writer} ${i}`);
      } catch {
        await pause(20);
      }
  };
  await Promise.all([append(1), append(2), append(3)]);
}

/** What every event log promises; an adapter's own tests call it too. */
export function logSuite(name: string, start: () => Promise<LogGround>): void {
  describe(name, () => {
    let ground: LogGround;
    let log: EventLog;
    let opened: EventLog[] = [];
    const open = async () => {
      const one = await ground.open();
      opened.push(one);
      return one;
    };
    beforeAll(async () => {
      ground = await start();
    });
    afterAll(() => ground?.close());
    beforeEach(async () => {
      await ground.empty();
      log = await open();
    });
    afterEach(async () => {
      for (const one of opened) await one.close();
      opened = [];
    });

    test('an empty log is empty', async () => {
      expect(log.head()).toBe(0);
      expect(log.pending()).toBe(0);
      expect(await log.append([])).toEqual([]);
      expect(await log.read(0, 10)).toEqual([]);
    });

    test('records come back in order with every field as it was', async () => {
      const entries = [
        entry('{"a":"\\u0000\\n\'\\\\","b":"关系 \\ud83d {x:String} ?"}', { sentAt: 1_700_000_000_001 }),
        entry('{}', { kind: 'decision', sourceId: "it's" }),
        entry(`{"long":"${'x'.repeat(100_000)}"}`, { receivedAt: 0 }),
      ];
      expect(await log.append(entries)).toEqual([1, 2, 3]);
      expect(log.head()).toBe(3);
      expect(await log.read(0, 10)).toEqual(entries.map((one, i) => ({ ...one, seq: i + 1 })));
      expect((await log.read(1, 1)).map((record) => record.seq)).toEqual([2]);
      expect(await log.read(3, 10)).toEqual([]);
    });

    test('what is appended at the same time is written together, keeps the order of calls and reaches listeners in order', async () => {
      const heard: number[] = [];
      let groups = 0;
      const forget = log.onHead((head) => {
        groups++;
        heard.push(head);
      });
      const places = await Promise.all(
        Array.from({ length: 500 }, (_, i) => log.append([entry(`${i}a`), entry(`${i}b`)])),
      );
      expect(places.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
      expect(heard).toEqual([...heard].sort((a, b) => a - b));
      expect(heard.at(-1)).toBe(1000);
      expect(groups).toBeLessThan(20);
      const records = await readAll(log);
      expect(records.map((record) => record.payload)).toEqual(
        Array.from({ length: 500 }, (_, i) => [`${i}a`, `${i}b`]).flat(),
      );
      forget();
      await log.append([entry('unheard')]);
      expect(heard.at(-1)).toBe(1000);
    });

    test('what is acknowledged can be read at once', async () => {
      for (let i = 0; i < 20; i++) {
        const [place] = await log.append([entry(`${i}`)]);
        expect((await log.read(place! - 1, 1))[0]).toMatchObject({ seq: place, payload: `${i}` });
      }
    });

    test('too much waiting is refused as busy, nothing of it is written, and later appends pass', async () => {
      const small = await ground.open(1000);
      opened.push(small);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 6 }, () => small.append(Array.from({ length: 400 }, () => entry('{}')))),
      );
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.length).toBe(4);
      for (const { reason } of refused) {
        expect(reason).toBeInstanceOf(UserError);
        expect(reason).toMatchObject({ kind: 'busy', code: 'busy' });
      }
      expect(small.pending()).toBe(0);
      expect((await readAll(small)).length).toBe(800);
      expect(await small.append([entry('{}')])).toEqual([801]);
      // A request larger than all that may wait still passes when nothing waits.
      expect((await small.append(Array.from({ length: 1500 }, () => entry('{}')))).length).toBe(1500);
    });

    test('a log opened again goes on after the last place; a closed one refuses', async () => {
      await log.append([entry('a'), entry('b')]);
      const unfinished = log.append([entry('c')]);
      await log.close();
      expect(await unfinished).toEqual([3]);
      await expect(log.append([entry('d')])).rejects.toMatchObject({ kind: 'unavailable' });
      const again = await open();
      expect(again.head()).toBe(3);
      expect(await again.append([entry('c')])).toEqual([4]);
      expect((await readAll(again)).map((record) => record.payload)).toEqual(['a', 'b', 'c', 'c']);
    });

    test('what is erased is gone, also after opening again, and its place is never given again', async () => {
      await log.append(['a', 'b', 'c', 'd', 'e'].map((payload) => entry(payload)));
      expect(await log.erase([])).toBe(0);
      expect(await log.erase([2, 5, 5, 77])).toBe(2);
      expect((await readAll(log)).map((record) => record.payload)).toEqual(['a', 'c', 'd']);
      expect(log.head()).toBeGreaterThanOrEqual(5);
      expect(await log.erase([2])).toBe(0);
      const again = await open();
      expect(again.head()).toBeGreaterThanOrEqual(5);
      expect(await again.read(4, 10)).toEqual([]);
      const [place] = await again.append([entry('f')]);
      // Erasing may take places of its own.
      expect(place).toBeGreaterThan(5);
      expect((await readAll(again)).map(({ seq, payload }) => `${seq}${payload}`)).toEqual([
        '1a',
        '3c',
        '4d',
        `${place}f`,
      ]);
    });

    test('every record that was acknowledged before a crash is there after it, once', async () => {
      const acknowledged = await ground.crash();
      const records = await readAll(await open());
      const found = records.map((record) => `${record.seq} ${record.sourceId} ${record.payload}`);
      expect(new Set(records.map((record) => record.seq)).size).toBe(records.length);
      expect(acknowledged.length).toBeGreaterThanOrEqual(99);
      expect(acknowledged.filter((line) => !found.includes(line))).toEqual([]);
      for (const writer of ['w1', 'w2', 'w3']) {
        const order = records.filter((record) => record.sourceId === writer).map((record) => Number(record.payload));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    });

    test('several processes append: places are unique, each call keeps its order, and no reader steps over a record', async ({
      skip,
    }) => {
      if (!ground.shared) skip('this log has one writer');
      const writers = [log, await open(), await open()];
      const reader = await open();
      let done = false;
      const appending = Promise.all(
        writers.flatMap((writer, process) =>
          [0, 1].map(async (client) => {
            for (let i = 0; i < 20; i++) {
              const name = `${process}.${client}`;
              await writer.append([entry(`${i}a`, { sourceId: name }), entry(`${i}b`, { sourceId: name })]);
            }
          }),
        ),
      ).finally(() => (done = true));
      const seen: LogRecord[] = [];
      for (;;) {
        // In this order: what came to be while reading is looked for once more.
        const all = done;
        const head = reader.head();
        const page = await reader.read(seen.at(-1)?.seq ?? 0, 7);
        seen.push(...page);
        if (page.length > 0) continue;
        if (all && head === Math.max(...writers.map((writer) => writer.head()))) break;
        await pause(5);
      }
      await appending;
      expect(seen.map((record) => record.seq)).toEqual([...new Set(seen.map((record) => record.seq))]);
      expect(seen.length).toBe(3 * 2 * 20 * 2);
      for (let index = 0; index < seen.length; index += 2) {
        const [a, b] = [seen[index]!, seen[index + 1]!];
        expect([b.sourceId, b.payload]).toEqual([a.sourceId, a.payload.replace('a', 'b')]);
      }
      for (const name of ['0.0', '0.1', '1.0', '1.1', '2.0', '2.1']) {
        const own = seen.filter((record) => record.sourceId === name).map((record) => record.payload);
        expect(own).toEqual(Array.from({ length: 20 }, (_, i) => [`${i}a`, `${i}b`]).flat());
      }
      expect(await readAll(reader)).toEqual(seen);
    });

    test('whoever holds the log knows everything that any process appended, and nothing is appended meanwhile', async ({
      skip,
    }) => {
      if (!ground.shared || !log.hold) skip('this log has one writer, or is never held');
      const other = await open();
      for (let round = 0; round < 20; round++) {
        const [place] = await other.append([entry(`${round}`)]);
        const go = await log.hold!();
        expect(log.head()).toBe(place);
        const later = other.append([entry(`${round} later`)]);
        expect(await Promise.race([later, pause(20)])).toBeUndefined();
        go();
        expect((await later)[0]).toBeGreaterThan(place!);
      }
    });

    test('every process hears of a new head, whoever appended', async ({ skip }) => {
      if (!ground.shared) skip('this log has one writer');
      const other = await open();
      const heard: number[] = [];
      other.onHead((head) => heard.push(head));
      const [place] = await log.append([entry('a')]);
      await expect.poll(() => heard.at(-1)).toBe(place);
      expect((await other.read(0, 10)).map((record) => record.payload)).toEqual(['a']);
    });
  });
}

/** The server is killed under a log that goes on appending, and is started again. */
export async function crashUnder(log: EventLog, server: { crash(): Promise<void> }): Promise<string[]> {
  const acknowledged: string[] = [];
  let stop = false;
  const writing = appendUntil(log, acknowledged, () => stop);
  while (acknowledged.length < 100) await pause(10);
  await server.crash();
  const before = acknowledged.length;
  while (acknowledged.length < before + 20) await pause(10);
  stop = true;
  await writing;
  await log.close();
  return acknowledged;
}
