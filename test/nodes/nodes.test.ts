// Two processes of the server on one ClickHouse server and one PostgreSQL, with the log there or on Kafka: what one takes
// the other knows, and when one of them is killed the other goes on.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServedPostgres, type Postgres } from '../../packages/engine/src/platform/index.ts';
import { type ClickHouseServer, startClickHouseServer } from '../support/clickhouse-server.ts';
import { type KafkaServer, missingKafka, startKafkaServer } from '../support/kafka-server.ts';
import { missingPostgres, type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';
import { postBatch } from '../support/send.ts';
import { inTurn } from '../support/turns.ts';

const logs = { ClickHouse: missingPostgres(), Kafka: missingPostgres() ?? missingKafka() };
const key = randomBytes(32).toString('base64');
const USERS = 50;
const EACH = 40;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

interface Sent {
  readonly run: string;
  readonly user: number;
  readonly n: number;
}

const present = Object.entries(logs).filter(([log, missing]) => {
  // eslint-disable-next-line no-console -- a skip says why
  if (missing) console.warn(`Skipped, two processes with the log on ${log}: ${missing}`);
  return missing === null;
});
const [log] = inTurn(present) ?? [];
describe.skipIf(log === undefined)(`two processes with the log on ${log}`, () => twoProcesses(log!));

function twoProcesses(log: string): void {
  let kafka: KafkaServer | null = null;
  let clickhouse: ClickHouseServer;
  let server: PostgresServer;
  let postgres: Postgres;
  let root: string;
  let nodes: [ServerProcess, ServerProcess];
  let writeKey: string;
  const start = (name: string) =>
    startServerProcess(join(root, name), {
      GUANXI_CLICKHOUSE_URL: clickhouse.url,
      GUANXI_POSTGRES_URL: server.url,
      ...(kafka ? { GUANXI_KAFKA_BROKERS: kafka.broker } : {}),
      // Made for this run; what one process seals the other opens.
      GUANXI_KEY: key,
      GUANXI_UPLOADS: join(root, 'uploads'),
    });
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'guanxi-nodes-'));
    [clickhouse, server] = [await startClickHouseServer(), await startPostgresServer()];
    if (log === 'Kafka') kafka = await startKafkaServer();
    postgres = await openServedPostgres(server.url);
    // At the same time, on empty engines: both make every table.
    nodes = await Promise.all([start('a'), start('b')]);
    writeKey = (await nodes[0].api.sources()).items[0]!.writeKey;
  }, 240_000);
  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.stop('SIGKILL')));
    await postgres?.close();
    await clickhouse?.stop();
    await kafka?.stop();
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const send = async (node: ServerProcess, batch: readonly object[], key = writeKey): Promise<number> => {
    const request = postBatch(node.url, key, batch, { signal: AbortSignal.timeout(20_000) });
    return request.then(
      async (response) => {
        await response.text();
        return response.status;
      },
      () => 0,
    );
  };
  const caughtUp = async (node: ServerProcess) => {
    const status = await node.api.status().catch(() => null);
    return status !== null && status.stages.every((stage) => stage.lag === 0);
  };
  const settle = async () => {
    for (const node of nodes) await expect.poll(() => caughtUp(node), { timeout: 40_000 }).toBe(true);
    const heads = async () => Promise.all(nodes.map(async (node) => (await node.api.status()).stages[0]!.head));
    await expect.poll(async () => new Set(await heads()).size, { timeout: 5000 }).toBe(1);
    for (const node of nodes) await expect.poll(() => caughtUp(node), { timeout: 40_000 }).toBe(true);
  };
  /** The leader holds the lock on a connection that belongs to one of the two: the one that dies with it. */
  const leader = async (): Promise<0 | 1> => {
    const leads = async (node: ServerProcess) =>
      /^guanxi_leader 1$/m.test(await node.fetch(`${node.url}/metrics`).then((response) => response.text()));
    for (;;) {
      const [first, second] = await Promise.all(nodes.map(leads));
      if (first !== second) return first ? 0 : 1;
      await pause(100);
    }
  };

  test('one person, told of in events through both, is one person on both', async () => {
    const identify = (userId: string, anonymousId: string) => ({ type: 'identify', userId, anonymousId });
    expect(await send(nodes[0], [identify('wang', 'phone')])).toBe(200);
    expect(await send(nodes[1], [identify('wang', 'laptop')])).toBe(200);
    await settle();
    const found = await Promise.all(nodes.map((node) => node.api.customers({ query: { limit: 10, search: 'wang' } })));
    expect(found[0]!.items).toHaveLength(1);
    expect(found[0]!.items[0]!.identifiers.map(({ value }) => value).sort()).toEqual(['laptop', 'phone', 'wang']);
    expect(found[1]!.items).toEqual(found[0]!.items);
  });

  test('a source made or switched off on one process is so on the other within a second', async () => {
    const one = await nodes[0].api.sourceCreate({ body: { name: 'shop' } });
    await pause(1000);
    expect(await send(nodes[1], [{ type: 'track', event: 'X', userId: 'u' }], one.writeKey)).toBe(200);
    await nodes[1].api.sourceUpdate({ params: { id: one.id }, body: { enabled: false } });
    await pause(1000);
    expect(await send(nodes[0], [{ type: 'track', event: 'X', userId: 'u' }], one.writeKey)).toBe(401);
  });

  test('refused events of both have numbers of their own, and both list them', async () => {
    const wrong = (n: number) => ({ type: 'track', userId: `u${n}`, messageId: `wrong${n}` });
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => send(nodes[(n % 2) as 0 | 1], [wrong(2 * n), wrong(2 * n + 1)])),
    );
    for (const node of nodes) {
      const { items, total } = await node.api.quarantine({ query: { limit: 100 } });
      expect(total).toBe(40);
      expect(new Set(items.map(({ id }) => id)).size).toBe(40);
    }
  });

  test('the live view of a process that does not lead shows what the leader processed', async () => {
    const follower = nodes[1 - (await leader())]!;
    const stop = new AbortController();
    const response = await follower.fetch(`${follower.url}/api/live`, { signal: stop.signal });
    expect(await send(nodes[0], [{ type: 'track', event: 'Seen Elsewhere', userId: 'wang' }])).toBe(200);
    const text = await (async () => {
      let read = '';
      for await (const chunk of response.body!) {
        read += Buffer.from(chunk).toString();
        if (read.includes('Seen Elsewhere')) break;
      }
      return read;
    })();
    stop.abort();
    expect(text).toContain('Seen Elsewhere');
  });

  test('who is erased is forgotten by the live view of every process', async () => {
    const name = 'Whispered By Nightjars';
    expect(await send(nodes[0], [{ type: 'track', event: name, userId: 'nightjar' }])).toBe(200);
    await settle();
    const shown = async (node: ServerProcess) => {
      const stop = new AbortController();
      const response = await node.fetch(`${node.url}/api/live`, { signal: stop.signal });
      let read = '';
      const ended = setTimeout(() => stop.abort(), 1500);
      try {
        for await (const chunk of response.body!) {
          read += Buffer.from(chunk).toString();
          if (read.includes(name)) return true;
        }
      } catch {
        // Nothing came until the time was over.
      } finally {
        clearTimeout(ended);
        stop.abort();
      }
      return false;
    };
    for (const node of nodes) await expect.poll(() => shown(node), { timeout: 15_000 }).toBe(true);
    const { items } = await nodes[1].api.customers({ query: { search: 'nightjar' } });
    const { id } = items[0]!;
    const asked = await nodes[1].api.erasureRequest({ params: { id }, body: { reason: 'asked', confirm: id } });
    const state = async () => (await nodes[1].api.erasure({ params: { id: asked.id } })).state;
    await expect.poll(state, { timeout: 60_000, interval: 500 }).toBe('done');
    for (const node of nodes) await expect.poll(() => shown(node), { timeout: 15_000 }).toBe(false);
  }, 120_000);

  test('a job submitted where nobody leads runs, and is seen on both', async () => {
    const follower = nodes[1 - (await leader())]!;
    const job = await follower.api.rebuild();
    for (const node of nodes)
      await expect
        .poll(async () => (await node.api.job({ params: { id: job.id } })).state, { timeout: 30_000 })
        .toBe('done');
    await settle();
  });

  test.each(['leader', 'follower'] as const)(
    'the %s killed in the middle of a load: nothing acknowledged is lost, nothing counts twice, every order is kept',
    { timeout: 90_000 },
    async (who) => {
      const run = who;
      const acknowledged: Sent[] = [];
      const before = (await nodes[0].api.status()).counts.events;
      let dead: 0 | 1 | null = null;

      const user = async (id: number) => {
        for (let n = 0; n < EACH; n++) {
          const event = {
            type: 'track',
            event: 'Product Viewed',
            messageId: `${run}-${id}-${n}`,
            userId: `${run}-${id}`,
            properties: { run, user: id, n, product_id: `p${n}` },
          };
          // The next is sent when this one is acknowledged, by whichever process takes it.
          for (let attempt = id + n; ; attempt++) {
            const at = (attempt % 2) as 0 | 1;
            if (at !== dead && (await send(nodes[at], [event])) === 200) break;
            await pause(20);
          }
          acknowledged.push({ run, user: id, n });
        }
      };
      const load = Promise.all(Array.from({ length: USERS }, (_, id) => user(id)));
      while (acknowledged.length < (USERS * EACH) / 4) await pause(10);
      const first = await leader();
      const victim = who === 'leader' ? first : ((1 - first) as 0 | 1);
      const survivor = nodes[1 - victim]!;
      const position = (await survivor.api.status()).stages.at(-1)!.position;
      dead = victim;
      const killedAt = Date.now();
      await nodes[victim].stop('SIGKILL');
      await expect
        .poll(async () => (await survivor.api.status()).stages.at(-1)!.position, { timeout: 15_000 })
        .toBeGreaterThan(position);
      expect(Date.now() - killedAt).toBeLessThan(15_000);
      await load;
      await expect.poll(() => caughtUp(survivor), { timeout: 40_000 }).toBe(true);
      nodes[victim] = await start(`${who}-again`);
      await settle();

      for (const node of nodes) expect((await node.api.status()).counts.events).toBe(before + USERS * EACH);
      const lines = await nodes[victim]
        .fetch(`${nodes[victim].url}/api/export/events`)
        .then((response) => response.text());
      const logged = lines
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { payload: { event?: { properties?: Sent } } }).payload.event?.properties)
        .filter((properties) => properties?.run === run);
      for (let id = 0; id < USERS; id++) {
        const order = [...new Set(logged.filter((sent) => sent!.user === id).map((sent) => sent!.n))];
        expect(order).toEqual(Array.from({ length: EACH }, (_, n) => n));
      }
      const people = await nodes[victim].api.customers({ query: { limit: 100, search: `${run}-1` } });
      const one = people.items.find(({ identifiers }) => identifiers.some(({ value }) => value === `${run}-1`));
      expect(one!.events).toBe(EACH);
    },
  );

  test('the two agree in every table', async () => {
    const [row] = await postgres.query<{ batches: string }>('SELECT count(*) AS batches FROM river_batch');
    expect(row).toEqual({ batches: '0' });
    // Counts that take long to make are shown as they were a moment ago.
    const counts = () => Promise.all(nodes.map(async (node) => JSON.stringify((await node.api.status()).counts)));
    await expect.poll(async () => new Set(await counts()).size, { timeout: 15_000 }).toBe(1);
  });
}
