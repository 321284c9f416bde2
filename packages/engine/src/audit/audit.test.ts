import type { ActorRef } from '@guanxi/contracts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Platform } from '../platform/index.ts';
import { openTestPlatform } from '../platform/testing.ts';
import { type Audit, type AuditRecord, createAudit } from './index.ts';

let platform: Platform;
let audit: Audit;
let now = Date.UTC(2026, 10, 21);
beforeAll(async () => {
  platform = await openTestPlatform({}, { clock: { now: () => now } });
  audit = await createAudit(platform);
});
afterAll(() => platform.close());

const wang: ActorRef = { kind: 'user', id: 'u1', name: '王芳' };
const robot: ActorRef = { kind: 'key', id: 'k1', name: 'till 100%' };
const entry = (actor: ActorRef, action: string, subject: string | null = null): AuditRecord => ({
  actor,
  action,
  subject,
  outcome: 'done',
  detail: { b: 2, a: { z: null, y: ['一', 1.5] } },
});

/** An empty chain, as a new installation has it. */
beforeEach(async () => {
  await platform.postgres.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL');
  await platform.postgres.query('TRUNCATE audit_entry');
  await platform.postgres.query(
    "UPDATE audit_chain SET first_seq = 1, base = repeat('0', 64), last_seq = 0, head = repeat('0', 64)",
  );
  await platform.postgres.query('ALTER TABLE audit_entry ENABLE TRIGGER ALL');
});

const fill = async (count: number) => {
  for (let index = 0; index < count; index++) {
    now += 1000;
    await audit.record(entry(index % 2 ? wang : robot, index % 3 ? 'unmerge' : 'erase', `person:${index}`));
  }
};
/** Does to the table what only somebody who drops the trigger can. */
const tamper = async (...statements: string[]) => {
  for (const sql of [
    'ALTER TABLE audit_entry DISABLE TRIGGER ALL',
    ...statements,
    'ALTER TABLE audit_entry ENABLE TRIGGER ALL',
  ])
    await platform.postgres.query(sql);
};

test('entries recorded at once by two writers form one chain', async () => {
  const other = await createAudit(platform);
  await Promise.all(Array.from({ length: 60 }, (_, n) => (n % 2 ? audit : other).record(entry(wang, `act${n}`))));
  expect(await audit.verify()).toMatchObject({ entries: 60, intact: true, brokenAt: null });
  const { items } = await audit.search({ limit: 100 });
  expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, n) => 60 - n));
  expect(new Set(items.map(({ action }) => action)).size).toBe(60);
});

test('an entry says what was recorded, also what PostgreSQL could not store as it is', async () => {
  await audit.record({ ...entry(wang, 'odd', 'x\0\ud800'), detail: { text: 'a\0b\ud800', deep: [{ k: '"\\' }] } });
  expect((await audit.search({ limit: 1 })).items[0]).toMatchObject({
    actor: wang,
    subject: 'x\ufffd',
    detail: { text: 'ab\ufffd', deep: [{ k: '"\\' }] },
    at: new Date(now).toISOString(),
  });
  expect((await audit.verify()).intact).toBe(true);
});

test('the engine itself refuses to change or remove entries', async () => {
  await fill(2);
  for (const sql of ["UPDATE audit_entry SET action = 'x'", 'DELETE FROM audit_entry', 'TRUNCATE audit_entry'])
    await expect(platform.postgres.query(sql)).rejects.toThrow(/never changed/);
  expect(await audit.verify()).toMatchObject({ entries: 2, intact: true });
});

test.each([
  ['an actor', "UPDATE audit_entry SET actor_name = '李' WHERE seq = 4", 4],
  ['an action', "UPDATE audit_entry SET action = 'x' WHERE seq = 4", 4],
  ['a subject', 'UPDATE audit_entry SET subject = NULL WHERE seq = 4', 4],
  ['an outcome', "UPDATE audit_entry SET outcome = 'failed' WHERE seq = 4", 4],
  ['a time', 'UPDATE audit_entry SET at = at + 1 WHERE seq = 4', 4],
  ['a detail', "UPDATE audit_entry SET detail = '{}' WHERE seq = 4", 4],
  ['a hash', "UPDATE audit_entry SET hash = repeat('a', 64) WHERE seq = 4", 4],
  ['a removed entry', 'DELETE FROM audit_entry WHERE seq = 4', 4],
  ['the first, removed', 'DELETE FROM audit_entry WHERE seq = 1', 1],
  ['the last, removed', 'DELETE FROM audit_entry WHERE seq = 7', 7],
  ['all removed', 'DELETE FROM audit_entry', 1],
  ['the end moved back', 'DELETE FROM audit_entry WHERE seq = 7; UPDATE audit_chain SET last_seq = 6', 7],
  [
    'one put behind the end',
    'INSERT INTO audit_entry SELECT 8, at, actor_kind, actor_id, actor_name, action, subject, outcome, detail, hash FROM audit_entry WHERE seq = 7',
    8,
  ],
])('finds %s', async (_, sql, place) => {
  await fill(7);
  await tamper(...sql.split(';'));
  expect(await audit.verify()).toMatchObject({ intact: false, brokenAt: place });
});

test('finds two entries that changed places, and one put in between', async () => {
  await fill(5);
  await tamper(
    'UPDATE audit_entry SET seq = 100 WHERE seq = 2',
    'UPDATE audit_entry SET seq = 2 WHERE seq = 3',
    'UPDATE audit_entry SET seq = 3 WHERE seq = 100',
  );
  expect(await audit.verify()).toMatchObject({ intact: false, brokenAt: 2 });
  await tamper(
    'UPDATE audit_entry SET seq = 100 WHERE seq = 3',
    'UPDATE audit_entry SET seq = 3 WHERE seq = 2',
    'UPDATE audit_entry SET seq = 2 WHERE seq = 100',
  );
  expect((await audit.verify()).intact).toBe(true);
  await tamper(
    'INSERT INTO audit_entry SELECT 0, at, actor_kind, actor_id, actor_name, action, subject, outcome, detail, hash FROM audit_entry WHERE seq = 1',
  );
  expect((await audit.verify()).intact).toBe(false);
});

test('is found by text, actor, action, subject and time, in pages', async () => {
  await fill(30);
  const seqs = async (query: object) => (await audit.search({ limit: 100, ...query })).items.map(({ seq }) => seq);
  expect((await seqs({ text: '王' })).every((seq) => seq % 2 === 0)).toBe(true);
  expect(await seqs({ text: 'TILL 100%' })).toHaveLength(15);
  expect(await seqs({ text: 'till_100' })).toEqual([]);
  expect(await seqs({ action: 'erase', actor: 'k1' })).toEqual([25, 19, 13, 7, 1]);
  expect(await seqs({ subject: 'person:3' })).toEqual([4]);
  const at = (seq: number) => new Date(now - (30 - seq) * 1000).toISOString();
  expect(await seqs({ from: at(10), to: at(12) })).toEqual([12, 11, 10]);
  const paged: number[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await audit.search({ limit: 7, cursor });
    paged.push(...page.items.map(({ seq }) => seq));
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(paged).toEqual(await seqs({}));
  await expect(audit.search({ limit: 1, cursor: "1' OR 1" })).rejects.toMatchObject({ code: 'bad_cursor' });
});

test('what is past its time is removed from the front, and the rest stays a chain', async () => {
  await fill(10);
  const before = now - 4 * 1000;
  expect(await audit.older(before)).toBe(5);
  expect(await audit.removeOlder(before)).toBe(5);
  expect(await audit.removeOlder(before)).toBe(0);
  expect(await audit.verify()).toMatchObject({ entries: 5, intact: true });
  await fill(1);
  expect(await audit.verify()).toMatchObject({ entries: 6, intact: true });
  await expect(platform.postgres.query('DELETE FROM audit_entry')).rejects.toThrow(/never changed/);
  await tamper('DELETE FROM audit_entry WHERE seq = 6');
  expect(await audit.verify()).toMatchObject({ intact: false, brokenAt: 6 });
  now += 1e6;
  await tamper('UPDATE audit_chain SET first_seq = 7');
  expect((await audit.verify()).intact).toBe(false);
  expect(await audit.removeOlder(now)).toBe(5);
  expect(await audit.verify()).toMatchObject({ entries: 0, intact: true });
});
