import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openKafkaLog } from '../../packages/adapter-kafka/src/index.ts';
import {
  type ClickHouse,
  type Config,
  createLogger,
  localSignals,
  logTable,
  openEmbeddedClickHouse,
  openEmbeddedPostgres,
  type Postgres,
  readConfig,
  systemClock,
} from '../../packages/engine/src/platform/index.ts';
import { type KafkaServer, missingKafka, startKafkaServer } from '../support/kafka-server.ts';
import { crashUnder, entry, type LogGround, logSuite, pause, readAll } from './log-suite.ts';

const logger = createLogger('silent');
const missing = missingKafka();
const START_MS = 180_000;

interface Ground extends LogGround {
  readonly server: KafkaServer;
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly topic: () => string;
  readonly config: (overrides?: Partial<Config>) => Config;
  readonly copied: () => Promise<string[]>;
  readonly openWith: (overrides: Partial<Config>) => ReturnType<LogGround['open']>;
}

/** A broker, and the engines that hold what the adapter notes: places that were erased, and the copy. */
async function onKafka(): Promise<Ground> {
  const server = await startKafkaServer();
  const root = mkdtempSync(join(tmpdir(), 'guanxi-log-kafka-'));
  const clickhouse = await openEmbeddedClickHouse(join(root, 'clickhouse'));
  const postgres = await openEmbeddedPostgres(join(root, 'postgres'));
  let topics = 0;
  const topic = () => `log-${topics}`;
  const config = (overrides: Partial<Config> = {}) => ({
    ...readConfig({ GUANXI_DATA: root }),
    kafkaBrokers: server.broker,
    kafkaTopic: topic(),
    ...overrides,
  });
  const openWith = (overrides: Partial<Config>) => {
    // Without signals, so that heads are learnt the slow way too.
    const signals = localSignals(logger);
    return openKafkaLog({ config: config(overrides), clock: systemClock, logger, clickhouse, postgres, signals });
  };
  const open = (maxPending = 20_000) => openWith({ maxPendingEvents: maxPending });
  return {
    server,
    clickhouse,
    postgres,
    topic,
    config,
    openWith,
    shared: true,
    open,
    async empty() {
      topics++;
      await clickhouse.create([logTable]);
      await clickhouse.truncate('event_log');
    },
    crash: async () => crashUnder(await open(), server),
    copied: async () =>
      (await clickhouse.query<{ seq: number; payload: string }>('SELECT seq, payload FROM event_log ORDER BY seq')).map(
        ({ seq, payload }) => `${seq}${payload}`,
      ),
    async close() {
      await clickhouse.close();
      await postgres.close();
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A child process appends and is killed in the middle of it. */
async function killWriter(config: Config): Promise<string[]> {
  const script = fileURLToPath(new URL('../support/append-to-kafka-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, config.kafkaBrokers!, config.kafkaTopic], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // What it leaves behind goes with the ground.
    env: { ...process.env, TMPDIR: config.dataDir },
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  while (printed.split('\n').length < 100) await pause(10);
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  return printed.split('\n').slice(0, -1);
}

describe.skipIf(missing !== null)(`on a Kafka broker${missing ? ` (${missing})` : ''}`, () => {
  logSuite('the log on Kafka', onKafka);

  describe('what only this log does', () => {
    let ground: Ground;
    let admin: Admin;
    beforeAll(async () => {
      ground = await onKafka();
      admin = new Admin({ clientId: 'test', bootstrapBrokers: [ground.server.broker] });
    }, START_MS);
    afterAll(async () => {
      await admin?.close();
      await ground?.close();
    });
    beforeEach(() => ground.empty());
    const makeTopic = (partitions: number, settings: Record<string, string>) =>
      admin.createTopics({
        topics: [ground.topic()],
        partitions,
        replicas: 1,
        configs: Object.entries(settings).map(([name, value]) => ({ name, value })),
      });

    test('what a killed process was told is there, once and in order, and the next process goes on', async () => {
      const acknowledged = await killWriter(ground.config());
      const log = await ground.open();
      const records = await readAll(log);
      const found = records.map((record) => `${record.seq} ${record.sourceId} ${record.payload}`);
      expect(acknowledged.filter((line) => !found.includes(line))).toEqual([]);
      expect(new Set(found).size).toBe(found.length);
      for (const writer of ['w1', 'w2', 'w3']) {
        const order = records.filter((record) => record.sourceId === writer).map((record) => Number(record.payload));
        expect(order).toEqual(order.map((_, index) => index));
      }
      expect(await log.append([entry('next')])).toEqual([records.at(-1)!.seq + 1]);
      await log.close();
    });

    test('bytes of erased records leave the disk of the broker; all others stay at their places', async () => {
      await makeTopic(1, {
        'cleanup.policy': 'compact',
        'segment.ms': '300',
        'max.compaction.lag.ms': '300',
        'min.cleanable.dirty.ratio': '0.01',
      });
      const log = await ground.open();
      await log.append(Array.from({ length: 50 }, (_, i) => entry(`"secret-${i}-of"`)));
      expect(await log.erase([10, 20, 21])).toBe(3);
      const gone = ['secret-9-', 'secret-19-', 'secret-20-'];
      let dump = '';
      for (let tried = 0; tried < 20; tried++) {
        await pause(500);
        await log.append([entry('"later"')]);
        dump = ground.server.dump(ground.topic());
        if (!gone.some((secret) => dump.includes(secret))) break;
      }
      expect(gone.filter((secret) => dump.includes(secret))).toEqual([]);
      expect(dump).toContain('secret-8-');
      const again = await ground.open();
      const left = (await readAll(again)).filter(({ payload }) => payload.includes('secret'));
      expect(left.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1).filter((place) => ![10, 20, 21].includes(place)),
      );
      expect(left.every(({ seq, payload }) => payload === `"secret-${seq - 1}-of"`)).toBe(true);
      await again.close();
      await log.close();
    });

    test('ClickHouse holds a copy at the same places, without what was erased, also after it was lost', async () => {
      const log = await ground.open();
      await log.append(['a', 'b', 'c', 'd'].map((payload) => entry(payload)));
      await expect.poll(ground.copied).toEqual(['1a', '2b', '3c', '4d']);
      await log.erase([2]);
      expect(await ground.copied()).toEqual(['1a', '3c', '4d']);
      await log.close();
      await ground.clickhouse.truncate('event_log');
      const again = await ground.open();
      await expect.poll(ground.copied).toEqual(['1a', '3c', '4d']);
      await again.append([entry('e')]);
      await expect.poll(async () => (await ground.copied()).length).toBe(4);
      await again.close();
    });

    test('several processes copy: every record once; a step of a process that died is done again with the same bounds', async () => {
      const log = await ground.open();
      const other = await ground.open();
      await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          (i % 2 ? log : other).append(Array.from({ length: 100 }, () => entry('x'))),
        ),
      );
      const all = Array.from({ length: 6000 }, (_, i) => `${i + 1}x`);
      await expect.poll(async () => (await ground.copied()).length, { timeout: 20_000 }).toBe(6000);
      expect(await ground.copied()).toEqual(all);
      await log.close();
      await other.close();
      // Its rows were on the disk, its note was not.
      const steps = 'SELECT copied FROM event_log_kafka WHERE topic = $1';
      expect(await ground.postgres.query(steps, [ground.topic()])).toEqual([{ copied: '6000' }]);
      const third = await ground.open();
      const [place] = await third.append([entry('y')]);
      await expect.poll(async () => (await ground.copied()).length).toBe(6001);
      await third.close();
      await ground.postgres.query(
        `UPDATE event_log_kafka SET copied = $2, copying_to = $3, claimed_at = now() - interval '1 hour' WHERE topic = $1`,
        [ground.topic(), place! - 1, place],
      );
      const fourth = await ground.open();
      await fourth.append([entry('z')]);
      await expect.poll(async () => (await ground.copied()).length).toBe(6002);
      expect((await ground.copied()).slice(-2)).toEqual([`${place}y`, `${place! + 1}z`]);
      await fourth.close();
      // PostgreSQL as it was long ago: nothing of what is there already comes twice.
      await ground.postgres.query('UPDATE event_log_kafka SET copied = 100 WHERE topic = $1', [ground.topic()]);
      const fifth = await ground.open();
      await fifth.append([entry('last')]);
      await expect.poll(async () => (await ground.copied()).at(-1)).toBe(`${place! + 2}last`);
      expect((await ground.copied()).length).toBe(6003);
      await fifth.close();
    });

    test('an erasure that a crash cut short is finished at the next start', async () => {
      const log = await ground.open();
      await log.append(['a', 'b', 'c'].map((payload) => entry(payload)));
      await expect.poll(async () => (await ground.copied()).length).toBe(3);
      await log.close();
      await ground.postgres.query('INSERT INTO event_log_kafka_erased (topic, place) VALUES ($1, 2)', [ground.topic()]);
      const again = await ground.open();
      expect(again.head()).toBe(4);
      expect((await readAll(again)).map(({ payload }) => payload)).toEqual(['a', 'c']);
      expect(await ground.copied()).toEqual(['1a', '3c']);
      await again.close();
      const third = await ground.open();
      // Buried once, not at every start.
      expect(third.head()).toBe(4);
      await third.close();
    });

    test('brokers that do not answer: clients are told within a bounded time, and it goes on afterwards', async () => {
      const log = await ground.open();
      await log.append([entry('before')]);
      await ground.server.whileFrozen(async () => {
        const since = Date.now();
        await expect(log.append([entry('meanwhile')])).rejects.toMatchObject({
          kind: 'unavailable',
          code: 'log_unavailable',
        });
        expect(Date.now() - since).toBeLessThan(20_000);
        expect(log.pending()).toBe(0);
      });
      const places: number[] = [];
      const again = () =>
        log.append([entry('after')]).then(
          ([place]) => places.push(place!) > 0,
          () => false,
        );
      await expect.poll(again, { timeout: 30_000 }).toBe(true);
      const records = await readAll(log);
      expect(records[0]).toMatchObject({ seq: 1, payload: 'before' });
      expect(records.filter(({ payload }) => payload === 'before').length).toBe(1);
      expect(records.find(({ seq }) => seq === places[0])!.payload).toBe('after');
      await log.close();
    });

    test("Kafka's own tool shows how far the river is", async () => {
      const log = await ground.open();
      await log.append(Array.from({ length: 10 }, (_, i) => entry(`${i}`)));
      log.processed!(7);
      await log.close();
      const told = ground.server.tool(
        'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
        ...['--bootstrap-server', ground.server.broker, '--describe', '--group', 'guanxi-river'],
      );
      const line = told.split('\n').find((text) => text.includes(`${ground.topic()} `))!;
      // GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG
      expect(line.trim().split(/\s+/).slice(0, 6)).toEqual(['guanxi-river', ground.topic(), '0', '7', '10', '3']);
    });

    test('a topic that would lose events or their order is refused, unless the operator has accepted it', async () => {
      await makeTopic(3, { 'cleanup.policy': 'delete', 'retention.ms': '3600000' });
      await expect(ground.open()).rejects.toMatchObject({ kind: 'invalid', code: 'kafka_topic' });
      const message = await ground.open().catch((error: Error) => error.message);
      expect(message).toContain('3 partitions');
      expect(message).toContain('retention.ms is 3600000');
      const accepted = await ground.openWith({ kafkaAcceptTopic: true });
      expect(await accepted.append([entry('a')])).toEqual([1]);
      await accepted.close();
    });

    test('a topic made anew under the same name is not taken for the old one', async () => {
      const log = await ground.open();
      await log.append([entry('a')]);
      await log.close();
      await admin.deleteTopics({ topics: [ground.topic()] });
      await expect
        .poll(
          () =>
            ground.open().then(
              () => '',
              ({ code }: { code: string }) => code,
            ),
          { timeout: 20_000 },
        )
        .toBe('kafka_topic_replaced');
    });

    test('brokers that cannot be reached are named as the reason', async () => {
      await expect(ground.openWith({ kafkaBrokers: '127.0.0.1:9' })).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'kafka_unavailable',
        where: 'GUANXI_KAFKA_BROKERS',
      });
    });
  });
});
