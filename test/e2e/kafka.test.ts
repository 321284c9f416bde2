import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@guanxi/engine/platform';
import { type Guanxi, startServer } from '@guanxi/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { derivedState } from '../rebuild/state.ts';
import { type KafkaServer, missingKafka, startKafkaServer } from '../support/kafka-server.ts';
import { startServerProcess } from '../support/server.ts';
import { postBatch } from '../support/send.ts';

const missing = missingKafka();
const START_MS = 180_000;
const PER_REQUEST = 20;

describe.skipIf(missing !== null)(`Guanxi with its event log on Kafka${missing ? ` (${missing})` : ''}`, () => {
  let kafka: KafkaServer;
  let folder: string;
  beforeAll(async () => {
    kafka = await startKafkaServer();
    folder = mkdtempSync(join(tmpdir(), 'guanxi-kafka-e2e-'));
  }, START_MS);
  afterAll(async () => {
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = () => ({ GUANXI_KAFKA_BROKERS: kafka.broker, GUANXI_KAFKA_TOPIC: 'shop.events' });
  const startHere = () =>
    startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'warn', ...env() }), port: 0 });

  async function send(url: string, writeKey: string, first: number): Promise<boolean> {
    const batch = Array.from({ length: PER_REQUEST }, (_, index) => ({
      type: 'track',
      event: 'Product Viewed',
      messageId: `m${first + index}`,
      userId: `u${(first + index) % 50}`,
      anonymousId: `a${(first + index) % 70}`,
      properties: { product_id: `p${(first + index) % 30}` },
      timestamp: new Date(1_767_225_600_000 + (first + index) * 1000).toISOString(),
    }));
    const response = await postBatch(url, writeKey, batch).catch(() => null);
    return response?.status === 200;
  }

  const processed = (guanxi: Guanxi) => guanxi.river.waitFor(guanxi.platform.log.head());
  const views = async ({ platform }: Guanxi) => {
    const [row] = await platform.clickhouse.query<{ views: number; log: number }>(
      `SELECT (SELECT count() FROM edge_event WHERE type = 'viewed' AND direction = 'out') AS views,
         (SELECT count() FROM event_log) AS log`,
    );
    return { views: Number(row!.views), log: Number(row!.log) };
  };

  /** Message ids that are remembered are a set: a batch that is done again after a kill may note some of them twice. */
  const stateOf = async (guanxi: Guanxi) => {
    const state = await derivedState(guanxi);
    return { ...state, message: [...new Set(state['message'])] };
  };

  test(
    'takes events, is killed, goes on, loses its broker, goes on, and rebuilds to the same',
    { timeout: START_MS },
    async () => {
      const first = await startHere();
      const { writeKey } = (await first.guanxi.ingest.sources.list())[0]!;
      await first.close();

      let next = 0;
      let acknowledged = 0;
      let server = await startServerProcess(folder, env());
      // Long enough, and enough: what another machine takes in that time is not what is tested.
      for (
        const stopAt = Date.now() + 1500;
        Date.now() < stopAt || acknowledged <= PER_REQUEST * 5;
        next += PER_REQUEST
      )
        if (await send(server.url, writeKey, next)) acknowledged += PER_REQUEST;
      await server.stop('SIGKILL');
      expect(acknowledged).toBeGreaterThan(PER_REQUEST * 5);
      server = await startServerProcess(folder, env());
      expect(await send(server.url, writeKey, (next += PER_REQUEST))).toBe(true);
      await kafka.crash();
      await expect.poll(() => send(server.url, writeKey, (next += PER_REQUEST)), { timeout: 60_000 }).toBe(true);
      // Clients send again what was not acknowledged, and sometimes what was.
      for (let again = 0; again <= next; again += PER_REQUEST)
        expect(await send(server.url, writeKey, again)).toBe(true);
      await server.stop();

      const last = await startHere();
      const { guanxi } = last;
      await processed(guanxi);
      expect(guanxi.river.state().accepted).toBe(next + PER_REQUEST);
      const { views: seen } = await views(guanxi);
      expect(seen).toBe(next + PER_REQUEST);
      await expect.poll(async () => (await views(guanxi)).log, { timeout: 30_000 }).toBe(guanxi.platform.log.head());
      const before = await stateOf(guanxi);
      await guanxi.river.rebuild();
      await processed(guanxi);
      expect(await stateOf(guanxi)).toEqual(before);
      await last.close();
    },
  );
});
