// A server killed with SIGKILL at random points of an erasure: it goes on by itself, nothing of the person is left, the
// receipt tells all of it, and nobody else has lost anything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Erasure, withToken } from '@guanxi/contracts';
import { readConfig } from '@guanxi/engine/platform';
import { startServer } from '@guanxi/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../bench/support/random.ts';
import { derivedState } from '../rebuild/state.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';
import { filesWith } from './files.ts';
import { columnsWith } from './installations.ts';
import { track } from './lives.ts';
import { EVENTS, lifeOf, valuesOf, victimOf } from './victims.ts';
import { sendBatch } from '../support/send.ts';

const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);
const VICTIMS = 1;
/** Of these an event of somebody else was a duplicate, and everything is made anew: in every other run. */
const ENTANGLED = random() < 0.5 ? [0] : [];
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

let folder: string;
let server: ServerProcess;
let writeKey: string;

const send = (...batch: readonly object[]) => sendBatch(server.url, writeKey, batch);
async function settled(): Promise<void> {
  for (;;) {
    if ((await server.api.status()).stages.every(({ lag }) => lag === 0)) return;
    await pause(50);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-kills-'));
  server = await startServerProcess(folder);
  writeKey = (await server.api.sources()).items[0]!.writeKey;
  const others = Array.from({ length: 3 }, (_, n) => ({ userId: `witness-${n}` }));
  for (const [n, other] of others.entries())
    await send(
      { type: 'identify', ...other, traits: { name: `Witness ${n}`, email: `witness${n}@example.com` } },
      track(other, 'Product Viewed', { product_id: 'p1', name: 'Teapot', price: 9 }),
      track(other, 'Consent Updated', { purpose: 'marketing', channel: 'sms', granted: n === 0 }),
      track(other, 'Product Viewed', { product_id: 'p2' }, { context: { device: { id: 'household-tv' } } }),
    );
  for (let n = 0; n < VICTIMS; n++) {
    await send(...lifeOf(n));
    if (ENTANGLED.includes(n))
      await send(track(others[0]!, 'Product Viewed', { product_id: 'p3' }, { messageId: `entangled-${n}` }));
  }
  await settled();
}, 120_000);
afterAll(async () => {
  await server?.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const personOf = async (text: string) => (await server.api.customers({ query: { search: text } })).items[0]!.id;
const witnesses = async () =>
  Promise.all(
    [0, 1, 2].map(async (n) => {
      const id = await personOf(`witness${n}@example.com`);
      return {
        customer: await server.api.customer({ params: { id } }),
        timeline: await server.api.customerTimeline({ params: { id } }),
        consent: await server.api.customerConsent({ params: { id } }),
      };
    }),
  );

/** After some time, or once so many stores are done: whichever is first. */
async function killAtSomePoint(erasure: string): Promise<string> {
  const until = Date.now() + random() ** 2 * 6000;
  const stores = Math.floor(random() * 30);
  let seen = 0;
  while (Date.now() < until) {
    seen = (await server.api.erasure({ params: { id: erasure } })).receipts.length;
    if (seen >= stores) break;
    await pause(5);
  }
  await server.stop('SIGKILL');
  return `${seen} receipts`;
}

async function finished(id: string): Promise<Erasure> {
  await expect
    .poll(async () => (await server.api.erasure({ params: { id } })).state, { timeout: 90_000, interval: 200 })
    .toBe('done');
  const { job } = await server.api.erasure({ params: { id } });
  await expect
    .poll(async () => (await server.api.job({ params: { id: job!.id } })).state, { timeout: 30_000 })
    .toBe('done');
  return server.api.erasure({ params: { id } });
}

test(`erasures, each killed at least once: ${VICTIMS} (seed ${SEED})`, { timeout: 480_000 }, async () => {
  for (let n = 0; n < VICTIMS; n++) {
    const id = await personOf(victimOf(n).email);
    const before = await witnesses();
    const asked = await server.api.erasureRequest({ params: { id }, body: { reason: 'asked', confirm: id } });
    const points: string[] = [];
    for (let kills = random() < 0.4 ? 2 : 1; kills > 0; kills--) {
      points.push(await killAtSomePoint(asked.id));
      server = await startServerProcess(folder);
    }
    const { receipts, method } = await finished(asked.id);
    const told = Object.fromEntries(receipts.map(({ store, removed }) => [store, removed]));
    const where = `victim ${n}, killed at ${points.join(' and ')}`;
    expect(method, where).toBe(ENTANGLED.includes(n) ? 'rebuild' : 'targeted');
    expect(told, where).toMatchObject({
      event_log: EVENTS,
      message: EVENTS - 1,
      event: EVENTS - 1,
      identifier: 3,
      consent: 1,
    });
    expect(
      receipts.filter(({ left }) => left > 0),
      where,
    ).toEqual([]);
    await settled();
    const after = await witnesses();
    // Of the entangled the witness's own event counts now, which was a duplicate before.
    expect(after.slice(1), where).toEqual(before.slice(1));
    if (!ENTANGLED.includes(n)) expect(after, where).toEqual(before);
    expect((await server.fetch(`${server.url}/api/customers/${id}`)).status).toBe(404);
  }

  await server.stop();
  const whole = await startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }), port: 0 });
  try {
    const call = withToken(whole.token);
    const values = Array.from({ length: VICTIMS }, (_, n) => valuesOf(n)).flat();
    const look = {
      server: whole,
      api: createClient(whole.url, call),
      call,
      folder,
      nodes: [whole.guanxi.platform.clickhouse],
      send,
      close: async () => undefined,
    };
    expect(await columnsWith(look, values)).toEqual([]);
    expect(filesWith(folder, values)).toEqual([]);
    const state = await derivedState(whole.guanxi);
    const counts = whole.guanxi.river.state();
    await whole.guanxi.river.waitFor(await whole.guanxi.river.rebuild());
    expect(await derivedState(whole.guanxi)).toEqual(state);
    expect(whole.guanxi.river.state()).toMatchObject({ accepted: counts.accepted, duplicates: counts.duplicates });
  } finally {
    await whole.close();
  }
});
