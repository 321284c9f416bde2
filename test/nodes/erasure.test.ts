// Two processes on served engines: the one that erases somebody is killed, or loses the lead while it sleeps and wakes up
// in the middle of what the other does. The other finishes, everything is told once, nothing is left and nobody else lost.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Erasure } from '@guanxi/contracts';
import {
  type ClickHouse,
  openServedClickHouse,
  openServedPostgres,
  type Postgres,
  readConfig,
} from '@guanxi/engine/platform';
import { startServer } from '@guanxi/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../bench/support/random.ts';
import { filesWith } from '../privacy/files.ts';
import { columnsWith } from '../privacy/installations.ts';
import { track } from '../privacy/lives.ts';
import { EVENTS, lifeOf, valuesOf, victimOf } from '../privacy/victims.ts';
import { derivedState } from '../rebuild/state.ts';
import { type ClickHouseServer, startClickHouseServer } from '../support/clickhouse-server.ts';
import { missingPostgres, type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { sendBatch } from '../support/send.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';

const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);
const FATES = ['killed', 'deposed'] as const;
/** Of whom an event of somebody else was a duplicate, so that everything is made anew; the other is taken out alone. */
const ENTANGLED = Math.floor(random() * 2);
const WITNESSES = [0, 1];
const LEADER_LOCK = 7_116_002;
const key = randomBytes(32).toString('base64');
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const missing = missingPostgres();

describe.skipIf(missing !== null)(`two processes on served engines${missing ? ` (${missing})` : ''}`, () => {
  let root: string;
  let clickhouse: ClickHouseServer;
  let postgresServer: PostgresServer;
  let postgres: Postgres;
  let node: ClickHouse;
  let processes: [ServerProcess, ServerProcess];
  const env = () => ({
    GUANXI_CLICKHOUSE_URL: clickhouse.url,
    GUANXI_POSTGRES_URL: postgresServer.url,
    GUANXI_KEY: key,
    GUANXI_UPLOADS: join(root, 'uploads'),
  });
  const start = (name: string) => startServerProcess(join(root, name), env());
  const settled = async () => {
    for (const { api } of processes)
      while ((await api.status().catch(() => null))?.stages.some(({ lag }) => lag > 0) ?? true) await pause(100);
  };
  const tellAll = async () => {
    const { writeKey } = (await processes[0].api.sources()).items[0]!;
    const send = (...batch: readonly object[]) => sendBatch(processes[0].url, writeKey, batch);
    for (const n of WITNESSES) {
      const me = { userId: `witness-${n}` };
      const tv = { context: { device: { id: 'household-tv' } } };
      await send(
        { type: 'identify', ...me, traits: { name: `Witness ${n}`, email: `witness${n}@example.com` } },
        track(me, 'Product Viewed', { product_id: 'p1', name: 'Teapot', price: 9 }),
        track(me, 'Product Viewed', { product_id: 'p2' }, tv),
      );
    }
    for (const n of FATES.keys()) await send(...lifeOf(n));
    const again = { messageId: `entangled-${ENTANGLED}` };
    await send(track({ userId: 'witness-0' }, 'Product Viewed', { product_id: 'p3' }, again));
    await settled();
  };
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'guanxi-erased-'));
    [clickhouse, postgresServer] = [await startClickHouseServer(), await startPostgresServer()];
    postgres = await openServedPostgres(postgresServer.url);
    node = await openServedClickHouse(clickhouse.url, undefined);
    processes = await Promise.all([start('a'), start('b')]);
    await tellAll();
  }, 240_000);
  afterAll(async () => {
    await Promise.all((processes ?? []).map((one) => one.stop('SIGKILL')));
    await node?.close();
    await postgres?.close();
    await clickhouse?.stop();
    await postgresServer?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const leads = async ({ url }: ServerProcess) =>
    ((await (await fetch(`${url}/ready`)).json()) as { leads: boolean }).leads;
  const leader = async (): Promise<0 | 1> => {
    for (;;) {
      const [first, second] = await Promise.all(processes.map(leads));
      if (first !== second) return first ? 0 : 1;
      await pause(50);
    }
  };
  const witnesses = async ({ api }: ServerProcess) =>
    Promise.all(
      WITNESSES.map(async (n) => {
        const { id } = (await api.customers({ query: { search: `witness${n}@example.com` } })).items[0]!;
        const params = { id };
        return { customer: await api.customer({ params }), timeline: await api.customerTimeline({ params }) };
      }),
    );
  /** After some time, or once so many stores are done: whichever is first. */
  const somePoint = async ({ api }: ServerProcess, id: string): Promise<string> => {
    const until = Date.now() + random() ** 2 * 5000;
    const stores = 1 + Math.floor(random() * 25);
    for (;;) {
      const seen = (await api.erasure({ params: { id } })).receipts.length;
      if (Date.now() >= until || seen >= stores) return `${seen} receipts`;
      await pause(5);
    }
  };
  const finished = async ({ api }: ServerProcess, id: string): Promise<Erasure> => {
    const now = () => api.erasure({ params: { id } });
    await expect.poll(async () => (await now()).job?.state, { timeout: 120_000, interval: 100 }).toBe('done');
    return now();
  };
  /** Takes the lead from whoever has it, as a network does that drops one connection. */
  const depose = () =>
    postgres.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted",
      [LEADER_LOCK],
    );
  const meet = {
    async killed(first: 0 | 1, other: ServerProcess, id: string) {
      await processes[first].stop('SIGKILL');
      const erasure = await finished(other, id);
      processes[first] = await start('again');
      return erasure;
    },
    async deposed(first: 0 | 1, other: ServerProcess, id: string) {
      const sleeper = processes[first];
      process.kill(sleeper.child.pid!, 'SIGSTOP');
      await depose();
      await expect.poll(() => leads(other), { timeout: 60_000, interval: 20 }).toBe(true);
      // It wakes up while the other works, or when it is over.
      if (random() < 0.7) await pause(random() * 3000);
      else await finished(other, id);
      process.kill(sleeper.child.pid!, 'SIGCONT');
      const erasure = await finished(other, id);
      await expect.poll(() => leads(sleeper), { timeout: 60_000 }).toBe(false);
      return erasure;
    },
  };

  test.each(FATES)(`the one that erases is %s (seed ${SEED})`, { timeout: 240_000 }, async (fate) => {
    const n = FATES.indexOf(fate);
    const first = await leader();
    const other = processes[1 - first]!;
    const before = await witnesses(other);
    const { id } = (await other.api.customers({ query: { search: victimOf(n).email } })).items[0]!;
    const asked = await other.api.erasureRequest({ params: { id }, body: { reason: 'asked', confirm: id } });
    const where = `${fate} at ${await somePoint(other, asked.id)}`;
    const erasure = await meet[fate](first, other, asked.id);
    await settled();

    const stores = erasure.receipts.map(({ store }) => store);
    expect(new Set(stores).size, where).toBe(stores.length);
    const told = Object.fromEntries(erasure.receipts.map(({ store, removed }) => [store, removed]));
    expect(erasure.method, where).toBe(n === ENTANGLED ? 'rebuild' : 'targeted');
    const events = EVENTS - 1;
    expect(told, where).toMatchObject({ event_log: EVENTS, message: events, event: events, identifier: 3, consent: 1 });
    const left = erasure.receipts.filter((receipt) => receipt.left > 0);
    expect(left, where).toEqual([]);
    // Whoever came too late has written nothing into what was finished.
    expect(await other.api.erasure({ params: { id: asked.id } }), where).toEqual(erasure);
    const kept = await postgres.query('SELECT person, identifiers, plan FROM privacy_erasure WHERE id = $1', [
      asked.id,
    ]);
    expect(kept, where).toEqual([{ person: null, identifiers: null, plan: null }]);
    const once = { action: 'erasureDone', subject: `erasure:${asked.id}` };
    expect((await other.api.auditList({ query: once })).items, where).toHaveLength(1);
    for (const one of processes) {
      const after = await witnesses(one);
      // Of the entangled the witness's own event counts now, which was a duplicate before.
      const same = n === ENTANGLED ? 1 : 0;
      expect(after.slice(same), where).toEqual(before.slice(same));
      expect((await one.fetch(`${one.url}/api/customers/${id}`)).status, where).toBe(404);
    }
  });

  test('nothing is left anywhere, and a rebuild of the rest gives what there is', { timeout: 120_000 }, async () => {
    await Promise.all(processes.map((one) => one.stop()));
    const config = readConfig({ GUANXI_DATA: join(root, 'whole'), GUANXI_LOG_LEVEL: 'error', ...env() });
    const whole = await startServer({ ...config, port: 0 });
    try {
      const values = [...FATES.keys()].flatMap(valuesOf);
      expect(await columnsWith({ server: whole, nodes: [node] }, values)).toEqual([]);
      expect(filesWith(root, values)).toEqual([]);
      const { river } = whole.guanxi;
      const [state, { accepted, duplicates }] = [await derivedState(whole.guanxi), river.state()];
      await river.waitFor(await river.rebuild());
      expect(await derivedState(whole.guanxi)).toEqual(state);
      expect(river.state()).toMatchObject({ accepted, duplicates });
    } finally {
      await whole.close();
    }
  });
});
