import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createLogger,
  localSignals,
  openServedPostgres,
  type Postgres,
  servedSignals,
  type Signals,
} from '../../packages/engine/src/platform/index.ts';
import { missingPostgres, type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';

const logger = createLogger('silent');

test('in one process alone a signal reaches its listeners, and those who left hear no more', async () => {
  const signals = localSignals(logger);
  const heard: string[] = [];
  const leave = signals.subscribe('a', (payload) => heard.push(payload));
  signals.subscribe('b', () => heard.push('never'));
  await signals.publish('a', '1');
  await signals.publish('a');
  leave();
  await signals.publish('a', '2');
  expect(heard).toEqual(['1', '']);
});

const missing = missingPostgres();
describe.skipIf(missing !== null)(`signals through a PostgreSQL server${missing ? ` (${missing})` : ''}`, () => {
  let server: PostgresServer;
  let postgres: Postgres;
  let here: Signals;
  let there: Signals;
  beforeAll(async () => {
    server = await startPostgresServer();
    postgres = await openServedPostgres(server.url);
    [here, there] = [await servedSignals(server.url, logger), await servedSignals(server.url, logger)];
  });
  afterAll(async () => {
    await here?.close();
    await there?.close();
    await postgres?.close();
    await server?.stop();
  });

  test('every process hears each signal once, in the order of its sender', async () => {
    const heard: Record<string, string[]> = { here: [], there: [] };
    const leave = [
      here.subscribe('order', (payload) => heard['here']!.push(payload)),
      there.subscribe('order', (payload) => heard['there']!.push(payload)),
    ];
    const payloads = Array.from({ length: 300 }, (_, i) => `${i} 关系 '"\\`);
    for (const payload of payloads) void here.publish('order', payload);
    await here.publish('order', 'end');
    expect(heard['here']).toEqual([...payloads, 'end']);
    await expect.poll(() => heard['there']).toEqual([...payloads, 'end']);
    leave.forEach((stop) => stop());
  });

  test('a signal that is too long is a mistake of the sender', async () => {
    await expect(here.publish('order', 'x'.repeat(8000))).rejects.toThrow('too long');
  });

  test('after its connection was cut, a process looks for itself and hears again', async () => {
    const heard: string[] = [];
    const leave = there.subscribe('cut', (payload) => heard.push(payload));
    await postgres.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'guanxi signals'",
    );
    // Both connections are gone: what is told now waits for the sender's, and may come before the listener's is back.
    await here.publish('cut', 'meanwhile');
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('');
    await here.publish('cut', 'after');
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('after');
    leave();
  });
});
