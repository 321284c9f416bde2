import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClickHouse,
  createLogger,
  type EventLog,
  erasedTable,
  type LogEntry,
  logTable,
  openClickHouseLog,
  openEmbeddedClickHouse,
  openServedClickHouse,
  systemClock,
  UserError,
} from '../../packages/engine/src/platform/index.ts';
import { startClickHouseServer } from '../support/clickhouse-server.ts';

interface Opened {
  readonly clickhouse: ClickHouse;
  /** Ends the engine as a power cut would, once something was acknowledged, and gives it back, with what was acknowledged. */
  crash(): Promise<{ clickhouse: ClickHouse; acknowledged: string[] }>;
  close(): Promise<void>;
}

const logger = createLogger('silent');
const openLog = (clickhouse: ClickHouse, maxPending = 20_000) =>
  openClickHouseLog({ clickhouse, clock: systemClock, logger, maxPending });
const entry = (payload: string, more: Partial<LogEntry> = {}): LogEntry => ({
  kind: 'event',
  sourceId: 's',
  receivedAt: 1_700_000_000_123,
  sentAt: null,
  payload,
  ...more,
});
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A child process appends and is killed in the middle of it; this process then opens its folder. */
async function openEmbedded(): Promise<Opened> {
  const root = mkdtempSync(join(tmpdir(), 'guanxi-log-'));
  const folder = join(root, 'clickhouse');
  let clickhouse = await openEmbeddedClickHouse(folder);
  return {
    clickhouse,
    async crash() {
      await clickhouse.close();
      const script = fileURLToPath(new URL('../support/append-until-killed.ts', import.meta.url));
      const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      while (printed.split('\n').length < 100) await pause(10);
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
      clickhouse = await openEmbeddedClickHouse(folder);
      return { clickhouse, acknowledged: printed.split('\n').slice(0, -1) };
    },
    async close() {
      await clickhouse.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The server is killed under a log that goes on appending, and is started again. */
async function openServed(): Promise<Opened> {
  const server = await startClickHouseServer();
  const clickhouse = await openServedClickHouse(server.url, undefined);
  return {
    clickhouse,
    async crash() {
      const log = await openLog(clickhouse);
      const acknowledged: string[] = [];
      let stop = false;
      const append = async (writer: number) => {
        for (let i = 0; !stop; i++)
          try {
            const [place] = await log.append([entry(`${i}`, { sourceId: `w${writer}` })]);
            acknowledged.push(`${place} w${writer} ${i}`);
          } catch {
            await pause(20);
          }
      };
      const writers = [append(1), append(2), append(3)];
      while (acknowledged.length < 100) await pause(10);
      await server.crash();
      const before = acknowledged.length;
      while (acknowledged.length < before + 20) await pause(10);
      stop = true;
      await Promise.all(writers);
      await log.close();
      return { clickhouse, acknowledged };
    },
    async close() {
      await clickhouse.close();
      await server.stop();
    },
  };
}

describe.each([
  ['the log on chDB in this process', openEmbedded],
  ['the log on a ClickHouse server', openServed],
])('%s', (_, open) => {
  let opened: Opened;
  let clickhouse: ClickHouse;
  let log: EventLog;
  beforeAll(async () => {
    opened = await open();
    clickhouse = opened.clickhouse;
    await clickhouse.create([logTable, erasedTable]);
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    await clickhouse.truncate('event_log');
    await clickhouse.truncate('event_log_erased');
    log = await openLog(clickhouse);
  });
  const readAll = async (from: EventLog) => {
    const records = [];
    for (let after = 0; ; after = records.at(-1)!.seq) {
      const page = await from.read(after, 1000);
      if (page.length === 0) return records;
      records.push(...page);
    }
  };

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
    const small = await openLog(clickhouse, 1000);
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
    const again = await openLog(clickhouse);
    expect(again.head()).toBe(3);
    expect(await again.append([entry('c')])).toEqual([4]);
    expect((await readAll(again)).map((record) => record.payload)).toEqual(['a', 'b', 'c', 'c']);
  });

  test('what is erased is gone, also after opening again, and its place is never given again', async () => {
    await log.append(['a', 'b', 'c', 'd', 'e'].map((payload) => entry(payload)));
    expect(await log.erase([])).toBe(0);
    expect(await log.erase([2, 5, 5, 77])).toBe(2);
    expect((await readAll(log)).map((record) => record.payload)).toEqual(['a', 'c', 'd']);
    expect(log.head()).toBe(5);
    expect(await log.erase([2])).toBe(0);
    const again = await openLog(clickhouse);
    expect(again.head()).toBe(5);
    expect(await again.read(4, 10)).toEqual([]);
    expect(await again.append([entry('f')])).toEqual([6]);
    expect((await readAll(again)).map(({ seq, payload }) => `${seq}${payload}`)).toEqual(['1a', '3c', '4d', '6f']);
  });

  test('every record that was acknowledged before a crash is there after it, once', async () => {
    const { clickhouse: after, acknowledged } = await opened.crash();
    clickhouse = after;
    const records = await readAll(await openLog(after));
    const found = records.map((record) => `${record.seq} ${record.sourceId} ${record.payload}`);
    expect(new Set(records.map((record) => record.seq)).size).toBe(records.length);
    expect(acknowledged.length).toBeGreaterThanOrEqual(99);
    expect(acknowledged.filter((line) => !found.includes(line))).toEqual([]);
    for (const writer of ['w1', 'w2', 'w3']) {
      const order = records.filter((record) => record.sourceId === writer).map((record) => Number(record.payload));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
  });
});
