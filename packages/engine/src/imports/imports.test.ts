import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { importMapping, type Job, type JsonObject } from '@guanxi/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createIngest, type Ingest, readEvent } from '../ingest/index.ts';
import { type JobRun, type LogRecord, type Platform, UserError } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { createImports, type Gate, type Imports } from './index.ts';
import { testFolder } from './testing.ts';

let platform: Platform;
let ingest: Ingest;
let imports: Imports;
const folder = testFolder();

beforeAll(async () => {
  platform = await openTestPlatform();
  ingest = await createIngest(platform);
  imports = createImports(platform, ingest);
  await platform.jobs.start({
    import: imports.handler,
    rebuild: () => Promise.reject(new Error('not here')),
    demo: () => Promise.reject(new Error('not here')),
    backup: () => Promise.reject(new Error('not here')),
    verify: () => Promise.reject(new Error('not here')),
    restore: () => Promise.reject(new Error('not here')),
    erasure: () => Promise.reject(new Error('not here')),
    retention: () => Promise.reject(new Error('not here')),
  });
});
let before = 0;
beforeEach(() => {
  before = platform.log.head();
});
afterAll(async () => {
  await platform.close();
  folder.remove();
});

const mapping = importMapping.parse({
  name: 'people',
  type: 'identify',
  skip: [{ when: [{ column: 'name', is: 'equals', value: 'nobody' }], reason: 'nobody' }],
  fields: {
    userId: { column: 'id' },
    'traits.name': { column: 'name' },
    'traits.points': { column: 'points', as: 'number' },
  },
});
const people = (count: number, first = 0) =>
  `id,name,points\n${Array.from({ length: count }, (_, i) => `u${first + i},${i % 10 === 9 ? 'nobody' : `人${i}`},${i % 100 === 50 ? 'many' : i}`).join('\n')}\n`;

async function* chunks(content: Uint8Array | string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

async function ended(job: Job): Promise<Job> {
  for (;;) {
    const now = await platform.jobs.get(job.id);
    if (['done', 'failed', 'cancelled'].includes(now.state)) return now;
    await new Promise((done) => setTimeout(done, 30));
  }
}

/** What the test at hand has put into the log of a source. */
async function logOf(source: string): Promise<LogRecord[]> {
  const id = (await ingest.sources.ensureFileSource(source)).id;
  const records: LogRecord[] = [];
  for (let after = before; ;) {
    const part = await platform.log.read(after, 5000);
    if (part.length === 0) return records.filter((record) => record.sourceId === id);
    records.push(...part);
    after = part.at(-1)!.seq;
  }
}

/** The events of a source as the river lets them through: without those whose messageId came before. */
async function eventsOf(source: string): Promise<string[]> {
  const seen = new Set<string>();
  for (const record of await logOf(source)) {
    const event = readEvent(record);
    expect(event).toMatchObject({ lasting: true, channel: 'file' });
    seen.add(event.messageId);
  }
  return [...seen].sort();
}

describe('uploads', () => {
  test('names never become paths', async () => {
    for (const name of [
      '../../../etc/passwd',
      '/etc/shadow',
      'C:\\windows\\system.ini',
      'a\u0000b.csv',
      '',
      '客户.csv',
      'x'.repeat(5000),
    ]) {
      const { file, bytes } = await imports.saveUpload(chunks('id,name,points\n1,a,2\n'), name);
      expect(file).toMatch(/^[0-9a-f]{32}$/);
      expect(bytes).toBe(21);
      expect((await imports.sample(file)).columns.map((column) => column.name)).toEqual(['id', 'name', 'points']);
    }
    const kept = readdirSync(join(platform.config.dataDir, 'uploads'));
    expect(kept.every((name) => /^[0-9a-f]{32}\.(data|json)$/.test(name))).toBe(true);
  });
  test('ids that are none of ours find nothing', async () => {
    for (const file of ['../secret', '/etc/passwd', '', '0'.repeat(32), 'A'.repeat(32), `${'0'.repeat(31)}/`])
      for (const call of [imports.sample, imports.check, imports.submit] as const)
        await expect(call(file, mapping as never)).rejects.toMatchObject({ code: 'no_such_file' });
  });
  test('beyond the limit, and of a body that breaks off, nothing is kept', async () => {
    const kept = readdirSync(join(platform.config.dataDir, 'uploads')).length;
    await expect(imports.saveUpload(chunks('x'.repeat(200_000)), 'x.csv', 100_000)).rejects.toMatchObject({
      code: 'file_too_large',
      kind: 'too_large',
    });
    const broken = async function* () {
      yield Buffer.from('id,');
      await Promise.reject(new Error('the line is dead'));
    };
    await expect(imports.saveUpload(broken(), 'x.csv')).rejects.toThrow('the line is dead');
    expect(readdirSync(join(platform.config.dataDir, 'uploads'))).toHaveLength(kept);
  });
  test('that nobody used for a month go', async () => {
    const old = await imports.saveUpload(chunks('id\n1\n'), 'old.csv');
    const used = new Date(Date.now() - 31 * 86_400_000);
    utimesSync(join(platform.config.dataDir, 'uploads', `${old.file}.json`), used, used);
    const young = await imports.saveUpload(chunks('id\n1\n'), 'young.csv');
    await expect(imports.sample(old.file)).rejects.toMatchObject({ code: 'no_such_file' });
    await expect(imports.sample(young.file)).resolves.toMatchObject({ bytes: 5 });
  });
});

test('check counts, names errors with their values and previews', async () => {
  const { file } = await imports.saveUpload(chunks(`${people(2000)}broken\n`), 'people.csv');
  const check = await imports.check(file, mapping);
  expect(check).toMatchObject({
    rows: 1000,
    events: 890,
    errorRows: 10,
    skipped: [{ reason: 'nobody', rows: 100 }],
    byEvent: { identify: 890 },
  });
  expect(check.errors[0]).toEqual({ row: 52, field: 'traits.points', message: 'is not a number', value: 'many' });
  expect(check.preview[0]).toMatchObject({ userId: 'u0', traits: { name: '人0', points: 0 } });
  expect((await imports.check(file, mapping, 3000)).errors.at(-1)).toMatchObject({
    row: 2002,
    message: 'The row has a number of fields of its own: 1; the file has 3',
  });
});

test('a mapping that does not fit the file is refused before there is a job', async () => {
  const { file } = await imports.saveUpload(chunks('a,b\n1,2\n'), 'x.csv');
  await expect(imports.submit(file, mapping)).rejects.toMatchObject({ code: 'no_such_column', where: 'skip.0.when.0' });
});

test('a job imports, and again changes nothing', async () => {
  const { file } = await imports.saveUpload(
    chunks(gzipSync(`${people(12_000)}broken\nu0,人0,0\nu0,人0,0\n`)),
    'people.csv.gz',
  );
  const job = await ended(await imports.submit(file, mapping));
  const figures = {
    rows: 12_003, events: 10_682, errors: 121, quarantined: 0, skipped: { nobody: 1200 }, byEvent: { identify: 10_682 }, undecodable: 0,
  }; // prettier-ignore
  expect(job).toMatchObject({ state: 'done', title: 'people.csv.gz', unit: 'bytes', result: figures });
  expect(job.done).toBe(job.total);
  const named = job.result['errorRows'] as JsonObject[];
  expect(named).toHaveLength(100);
  expect(named[0]).toEqual({ row: 52, field: 'traits.points', message: 'is not a number' });
  const once = await eventsOf('people');
  // Two identical lines at the end of the file are two events.
  expect(once).toHaveLength(10_682);
  const again = await ended(await imports.submit(file, mapping));
  expect(again).toMatchObject({ state: 'done', result: figures });
  expect(await eventsOf('people')).toEqual(once);
  const records = await logOf('people');
  const duplicates = await ingest.dedup.duplicatesOf(records.slice(0, 5000).map(readEvent));
  expect(duplicates.size).toBe(0);
});

const run = (file: string, extra: Partial<JobRun> = {}, given = mapping): JobRun => ({
  id: 'x',
  params: { file: { path: file }, mapping: given },
  saved: null,
  signal: new AbortController().signal,
  progress: () => {},
  save: () => Promise.resolve(),
  ...extra,
});

test('killed again and again, in every place of a batch, it comes to the same events', async () => {
  const path = folder.write('kills.csv', people(24_000));
  const whole = importMapping.parse({ ...mapping, name: 'kills-whole' });
  const wholeFigures = await imports.handler(run(path, {}, whole));
  const parts = importMapping.parse({ ...mapping, name: 'kills-parts' });
  let calls = 0;
  let saved: unknown = null;
  let saves = 0;
  const dying: Gate = {
    sources: ingest.sources,
    async acceptEvents(source, events, options) {
      calls++;
      if (calls % 3 === 1) throw new Error('killed before');
      const answer = await ingest.acceptEvents(source, events, options);
      if (calls % 3 === 2 && calls % 2 === 0) throw new Error('killed after');
      return answer;
    },
  };
  const handler = createImports(platform, dying).handler;
  let figures: Record<string, unknown> | null = null;
  let attempts = 0;
  while (!figures) {
    attempts++;
    const save = (state: unknown) => {
      saves++;
      if (saves % 4 === 0) return Promise.reject(new Error('killed while saving'));
      saved = JSON.parse(JSON.stringify(state)) as unknown;
      return Promise.resolve();
    };
    figures = await handler(run(path, { saved, save }, parts)).catch(() => null);
  }
  expect(attempts).toBeGreaterThan(5);
  expect(figures).toEqual(wholeFigures);
  const content = (ids: string[]) => ids.map((id) => id.replace(/^kills-(whole|parts)/, ''));
  expect(content(await eventsOf('kills-parts'))).toEqual(content(await eventsOf('kills-whole')));
  // Little is sent twice: what was saved is not sent again.
  expect((await logOf('kills-parts')).length).toBeLessThan(2 * (await logOf('kills-whole')).length);
});

test('a cancelled job goes on where it stopped', async () => {
  const { file } = await imports.saveUpload(chunks(people(80_000)), 'long.csv');
  const long = importMapping.parse({ ...mapping, name: 'long' });
  const job = await imports.submit(file, long);
  while ((await platform.jobs.get(job.id)).done === 0) await new Promise((done) => setTimeout(done, 20));
  await platform.jobs.cancel(job.id);
  const stopped = await ended(job);
  expect(stopped.state).toBe('cancelled');
  expect((await logOf('long')).length).toBeLessThan(71_200);
  const resumed = await ended(await platform.jobs.retry(job.id));
  expect(resumed).toMatchObject({
    state: 'done',
    attempt: 2,
    result: { rows: 80_000, events: 71_200, errors: 800 },
  });
  const log = await logOf('long');
  expect(new Set(log.map((record) => readEvent(record).messageId)).size).toBe(71_200);
  expect(log.length).toBeLessThan(71_200 + 8000);
});

test('back-pressure: no batch is handed over before the throttle lets it', async () => {
  const path = folder.write('slow.csv', people(9000));
  let open = 0;
  let most = 0;
  let handed = 0;
  const gate: Gate = {
    sources: ingest.sources,
    acceptEvents: (_source, events) => {
      most = Math.max(most, events.length);
      handed++;
      expect(handed).toBeLessThanOrEqual(open);
      return Promise.resolve({ accepted: events.length, quarantined: 0 });
    },
  };
  const throttle = async () => {
    await new Promise((done) => setTimeout(done, 5));
    open++;
  };
  await createImports(platform, gate, { throttle }).handler(run(path));
  expect(handed).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(5000);
});

test('events that ingest refuses are counted', async () => {
  const reviews = importMapping.parse({
    name: 'reviews',
    event: [{ name: 'Product Reviewed' }],
    fields: {
      userId: { column: 'id' },
      'properties.product_id': { column: 'sku' },
      'properties.rating': { column: 'stars', as: 'number' },
    },
  });
  const path = folder.write('reviews.csv', 'id,sku,stars\n1,a,5\n2,c,4\n3,b,900\n');
  expect(await imports.handler(run(path, {}, reviews))).toMatchObject({ rows: 3, events: 3, quarantined: 1 });
});

test('a damaged file keeps what came before the damage and says so', async () => {
  const packed = gzipSync(Array.from({ length: 100_000 }, (_, i) => `u${i},${Math.sin(i)},${i}`).join('\n'));
  const path = folder.write('cut.csv.gz', packed.subarray(0, packed.length - 5000));
  const cut = importMapping.parse({
    name: 'cut',
    type: 'identify',
    file: { header: false },
    fields: { userId: { column: 'column 1' } },
  });
  await expect(imports.handler(run(path, {}, cut))).rejects.toBeInstanceOf(UserError);
  expect((await eventsOf('cut')).length).toBeGreaterThan(50_000);
});

test('a folder: every data file in turn, under the mapping beside them', async () => {
  const many = testFolder();
  many.write('mapping.json', JSON.stringify({ ...mapping, name: 'folder' }));
  many.write('b.csv', people(100, 100));
  many.write('a.csv.gz', gzipSync(people(100)));
  many.write('notes.md', '# no data');
  const jobs = await imports.local.submit(many.path);
  expect(jobs.map((job) => job.title)).toEqual(['a.csv.gz', 'b.csv']);
  for (const job of jobs) expect((await ended(job)).state).toBe('done');
  expect(await eventsOf('folder')).toHaveLength(178);
  many.remove();
  await expect(imports.local.submit(many.path)).rejects.toMatchObject({ code: 'no_file' });
});

test('Online Retail: every invoice is one event, persons or not', async () => {
  const example = join(import.meta.dirname, '../../../../examples/online-retail');
  const given = importMapping.parse(JSON.parse(readFileSync(join(example, 'mapping.json'), 'utf8')));
  expect(existsSync(join(example, 'README.md'))).toBe(true);
  const figures = await imports.handler(run(join(example, 'OnlineRetail.csv.zst'), {}, given));
  // Counted from the raw file with another program.
  expect(figures).toEqual({
    rows: 541_909,
    events: 25_900,
    quarantined: 0,
    errors: 0,
    skipped: {},
    errorRows: [],
    undecodable: 0,
    byEvent: { 'Order Completed': 20_725, 'Order Refunded': 3836, 'Stock Adjusted': 1336, 'Bad Debt Adjusted': 3 },
  });
  const events = (await logOf('online-retail')).map(readEvent);
  expect(events).toHaveLength(25_900);
  expect(new Set(events.map((event) => event.properties['order_id'])).size).toBe(25_900);
  expect(new Set(events.map((event) => event.userId).filter(Boolean)).size).toBe(4372);
  expect(events.filter((event) => event.userId === null)).toHaveLength(3710);
  expect(events.filter((event) => event.name === 'Order Completed' && event.userId !== null)).toHaveLength(18_536);
  const lines = events.flatMap((event) => event.properties['products'] as JsonObject[]);
  expect(lines).toHaveLength(541_909);
  expect(lines.every((line) => (line['quantity'] as number) >= 0)).toBe(true);
  const revenue = events
    .filter((event) => event.name === 'Order Completed')
    .reduce((sum, event) => sum + (event.properties['revenue'] as number), 0);
  expect(revenue).toBeCloseTo(10_655_622.484, 2);
  expect(new Date(events[0]!.time).toISOString()).toBe('2010-12-01T08:26:00.000Z');
  // British summer time.
  const july = events.find((event) => event.properties['order_id'] === '558638');
  expect(new Date(july!.time).toISOString()).toMatch(/^2011-07-01T/);
});
