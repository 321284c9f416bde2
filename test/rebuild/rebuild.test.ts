import { type JsonObject, withToken } from '@guanxi/contracts';
import { readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { derivedState } from './state.ts';

let server: Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-rebuild-'));
  server = await startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'warn' }), port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const SEED = Number(process.env['FC_SEED'] ?? 20261121);
const RUNS = 8;
const DAY = 86_400_000;
const pick = (prefix: string, count: number) => fc.integer({ min: 1, max: count }).map((n) => `${prefix}${n}`);

/** A small world, so that people share devices, phones repeat and orders return. `world` keeps runs apart. */
const event = (world: string) =>
  fc.record({
    messageId: pick(`m-${world}-`, 400),
    userId: fc.option(pick(`u-${world}-`, 8), { nil: undefined }),
    anonymousId: pick(`a-${world}-`, 6),
    at: fc.integer({ min: 0, max: 30 * DAY }),
    body: fc.oneof(
      fc.record({
        type: fc.constant('identify'),
        traits: fc.record(
          {
            email: pick(`e-${world}-`, 5).map((text) => `${text}@example.com`),
            city: pick('city', 3),
            name: pick('name', 4),
          },
          { requiredKeys: [] },
        ),
      }),
      fc.record({
        type: fc.constant('track'),
        event: fc.constant('Product Viewed'),
        properties: fc.record({
          product_id: pick('p', 6),
          name: pick('product', 6),
          price: fc.constantFrom(1.1, 2.2, 3.3),
        }),
      }),
      fc.record({
        type: fc.constant('track'),
        event: fc.constant('Order Completed'),
        properties: fc.record({
          order_id: pick(`o-${world}-`, 20),
          products: fc.array(
            fc.record({ product_id: pick('p', 6), quantity: fc.constantFrom(1, 0.1, 0.2, 3), price: fc.constant(9.9) }),
            { maxLength: 3 },
          ),
        }),
      }),
    ),
  });
const step = (world: string) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('events' as const),
        events: fc.array(event(world), { minLength: 1, maxLength: 12 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('unmerge' as const), person: fc.nat(), part: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('link' as const), a: fc.nat(), b: fc.nat() }) },
  );

async function someIdentifiers(a: number, b: number): Promise<{ person: string; id: string }[]> {
  const rows = await server.guanxi.platform.postgres.query<{ person: string; id: string }>(
    'SELECT person, id FROM identifier ORDER BY id',
  );
  return rows.length === 0 ? [] : [rows[a % rows.length]!, rows[b % rows.length]!];
}

async function call(path: string, body: unknown): Promise<void> {
  const response = await withToken(server.token)(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status >= 500) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

test(`a rebuild gives the state that was, table by table (seed ${SEED})`, { timeout: 240_000 }, async () => {
  const { guanxi } = server;
  const [source] = await guanxi.ingest.sources.list();
  let world = 0;
  const kinds = new Set<string>();
  const property = fc.asyncProperty(
    fc.integer(),
    fc.array(fc.nat(), { minLength: 14, maxLength: 14 }),
    async (salt, choices) => {
      const steps = fc.sample(step(String(world++)), { seed: salt, numRuns: choices.length });
      for (const item of steps) {
        if (item.kind === 'events') {
          const events = item.events.map(({ at, body, ...rest }) => {
            const timestamp = new Date(1_700_000_000_000 + at);
            return JSON.parse(JSON.stringify({ ...rest, ...body, timestamp })) as JsonObject;
          });
          await guanxi.ingest.acceptEvents(source!.id, events, { lasting: false });
        } else if (item.kind === 'unmerge') {
          await guanxi.river.waitFor(guanxi.platform.log.head());
          const [found] = await someIdentifiers(item.part, item.person);
          if (found) await call(`/api/customers/${found.person}/unmerge`, { identifiers: [found.id] });
        } else {
          await guanxi.river.waitFor(guanxi.platform.log.head());
          const [a, b] = await someIdentifiers(item.a, item.b);
          if (a && b && a.id !== b.id) await call('/api/identity/links', { a: a.id, b: b.id });
        }
      }
      await guanxi.river.waitFor(guanxi.platform.log.head());
      const before = await derivedState(guanxi);
      expect(before['event']!.length).toBeGreaterThan(0);
      for (const change of before['identity_change']!) kinds.add((JSON.parse(change) as { kind: string }).kind);
      await guanxi.river.rebuild();
      await guanxi.river.waitFor(guanxi.platform.log.head());
      expect(await derivedState(guanxi)).toEqual(before);
    },
  );
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  // A run without merges, unmerges and shared devices would prove nothing.
  expect([...kinds]).toEqual(expect.arrayContaining(['merged', 'split', 'severed', 'shared', 'refused']));
});
