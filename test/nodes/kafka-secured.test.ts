// A broker behind TLS that asks who it is, in each of the ways it may: the log goes there, and a backup of it restores on
// engines without Kafka; whoever is not known is told so.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KafkaServer, missingKafka, startKafkaServer } from '../support/kafka-server.ts';
import { inTurn } from '../support/turns.ts';
import { type ServerProcess, startServerProcess } from '../support/server.ts';
import { run, send, stateOf } from '../transfer/support.ts';

const missing = missingKafka();
const account = { user: 'guanxi', password: 'not-a-secret' };

describe.skipIf(missing !== null)(`a broker behind TLS${missing ? ` (${missing})` : ''}`, () => {
  let kafka: KafkaServer;
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'guanxi-secured-'));
    kafka = await startKafkaServer(account);
  }, 180_000);
  afterAll(async () => {
    for (const server of started) await server.stop('SIGKILL');
    await kafka?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const started: ServerProcess[] = [];
  const start = async (name: string, env: Record<string, string>) => {
    started.push(await startServerProcess(folderOf(name), env));
    return started.at(-1)!;
  };
  const folderOf = (name: string) => join(root, name);
  const envOf = (mechanism: string, password = account.password) => ({
    GUANXI_KAFKA_BROKERS: kafka.secured!.broker,
    GUANXI_KAFKA_TOPIC: `events-${mechanism}`,
    GUANXI_KAFKA_TLS: 'true',
    GUANXI_KAFKA_USER: account.user,
    GUANXI_KAFKA_PASSWORD: password,
    GUANXI_KAFKA_MECHANISM: mechanism,
    NODE_EXTRA_CA_CERTS: kafka.secured!.authority,
  });
  const keyOf = (name: string) => join(folderOf(name), 'guanxi.key');

  test.each([inTurn(['plain', 'scram-sha-256', 'scram-sha-512'])])(
    'signed in by %s: the log is there, and its backup gives the same state without Kafka',
    { timeout: 240_000 },
    async (mechanism) => {
      const server = await start(mechanism, envOf(mechanism));
      const { writeKey } = (await server.api.sources()).items[0]!;
      await send(server.url, [writeKey], 0, 3);
      const backup = join(root, `backup-${mechanism}`);
      const here = { GUANXI_DATA: folderOf(mechanism), ...envOf(mechanism) };
      expect(await run('apps/cli/src/main.ts', ['backup', backup], here)).toMatchObject({ code: 0 });
      const refused = await run('apps/cli/src/main.ts', ['restore', backup, '--replace', '--yes'], here);
      expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('Kafka') as string });
      await server.stop();
      const onDisk = kafka.tool(
        'org.apache.kafka.tools.GetOffsetShell',
        '--bootstrap-server',
        kafka.broker,
        '--topic',
        `events-${mechanism}`,
      );
      expect(Number(onDisk.trim().split(':').at(-1))).toBeGreaterThan(100);
      const restored = { GUANXI_DATA: folderOf(`${mechanism}-restored`), GUANXI_KEY_FILE: keyOf(mechanism) };
      expect(await run('apps/cli/src/main.ts', ['restore', backup], restored)).toMatchObject({ code: 0 });
      expect(await stateOf(restored)).toEqual(await stateOf(here));
    },
  );

  test(
    'with a wrong password, or without trust in the certificate, the start is refused with the reason',
    { timeout: 120_000 },
    async () => {
      const wrong = startServerProcess(folderOf('wrong'), envOf('scram-sha-512', 'wrong'));
      await expect(wrong).rejects.toThrow(/GUANXI_KAFKA/);
      const distrusting = startServerProcess(folderOf('distrusting'), { ...envOf('plain'), NODE_EXTRA_CA_CERTS: '' });
      await expect(distrusting).rejects.toThrow(/GUANXI_KAFKA_BROKERS/);
    },
  );

  test(
    'a log that is in ClickHouse is not moved there: the start is refused, with what to do',
    { timeout: 120_000 },
    async () => {
      const first = await start('moved', {});
      await send(first.url, [(await first.api.sources()).items[0]!.writeKey], 0, 1);
      await first.stop();
      await expect(startServerProcess(folderOf('moved'), { GUANXI_KAFKA_BROKERS: kafka.broker })).rejects.toThrow(
        /not on Kafka[^]*GUANXI_KAFKA_BROKERS[^]*empty engines/,
      );
    },
  );
});
