import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EndpointName, endpoints } from '@guanxi/contracts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClickHouseCluster, startClickHouseServer } from '../support/clickhouse-server.ts';
import { missingPostgres, startPostgresServer } from '../support/postgres-server.ts';
import { startSteppedServer } from '../support/server.ts';
import { plan } from './product/plan.ts';
import { differences, firstDifference, Recorder } from './product/recorder.ts';
import { asked, play } from './product/scenario.ts';
import { SEED } from './product/world.ts';

const missing = missingPostgres();
// eslint-disable-next-line no-console -- a skip says why
if (missing) console.warn(`Skipped, the product on served engines: ${missing}`);

const cleanUp: (() => unknown)[] = [];
afterAll(async () => {
  for (const clean of cleanUp.reverse()) await clean();
});

async function serverWith(env: Record<string, string>): Promise<Recorder> {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-product-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const server = await startSteppedServer(folder, env);
  cleanUp.push(() => server.stop());
  return new Recorder(server);
}

/** Databases of one PostgreSQL server, by name. */
async function databases(...names: string[]): Promise<string[]> {
  const server = await startPostgresServer();
  cleanUp.push(() => server.stop());
  const client = new pg.Client(server.url);
  await client.connect();
  for (const name of names) await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return names.map((name) => server.url.replace(/\/postgres$/, `/${name}`));
}

describe.skipIf(missing !== null)(`the product (seed ${SEED})`, () => {
  let embedded: Recorder;
  let served: Recorder;
  let cluster: Recorder;
  beforeAll(async () => {
    const [[one, two], clickhouse, shards] = await Promise.all([
      databases('one', 'two'),
      startClickHouseServer(),
      startClickHouseCluster(2),
    ]);
    cleanUp.push(
      () => clickhouse.stop(),
      () => shards.stop(),
    );
    // A user changes these settings and nothing else.
    [embedded, served, cluster] = await Promise.all([
      serverWith({}),
      serverWith({ GUANXI_CLICKHOUSE_URL: clickhouse.url, GUANXI_POSTGRES_URL: one! }),
      serverWith({
        GUANXI_CLICKHOUSE_URL: shards.shards[0]!.url,
        GUANXI_CLICKHOUSE_CLUSTER: shards.name,
        GUANXI_POSTGRES_URL: two!,
      }),
    ]);
    await Promise.all([embedded, served, cluster].map(play));
  }, 600_000);

  test('every endpoint is asked, or it is said why not', () => {
    const seen = asked(embedded);
    const unasked = (Object.keys(endpoints) as EndpointName[]).filter((name) => {
      const part = plan[name];
      return typeof part === 'object' && 'not' in part ? seen.has(name) : !seen.has(name);
    });
    expect(unasked).toEqual([]);
  });

  test('a ClickHouse server with PostgreSQL answers as the embedded engines do', () => {
    expect(differences(embedded, served)).toEqual([]);
  });

  test('a cluster of two shards with PostgreSQL answers as the embedded engines do', () => {
    expect(differences(embedded, cluster)).toEqual([]);
  });

  test('nodes and edges are counted alike, once counting has come to rest', async () => {
    const countsOf = async ({ server }: Recorder) => (await server.api.status()).counts;
    const differing = async () => {
      const [one, two, three] = await Promise.all([embedded, served, cluster].map(countsOf));
      return [firstDifference(one, two, 'served'), firstDifference(one, three, 'cluster')];
    };
    await expect.poll(differing, { timeout: 90_000, interval: 1000 }).toEqual([null, null]);
    expect((await countsOf(embedded)).nodes['product']).toBeGreaterThan(20);
  }, 100_000);

  test('what was asked was worth asking', () => {
    const text = JSON.stringify(embedded.entries);
    for (const word of [
      '"merged"',
      '"split"',
      '"severed"',
      '"shared"',
      '"limited"',
      '"duplicate"',
      '"replayed"',
      '"dismissed"',
    ])
      expect(text).toContain(word);
    const answersOf = (endpoint: EndpointName) =>
      embedded.entries.filter((entry) => entry.endpoint === endpoint).map(({ answer }) => answer);
    expect(
      answersOf('graphPath').filter((answer) => (answer as { paths?: unknown[] }).paths?.length).length,
    ).toBeGreaterThan(40);
    expect(answersOf('graphCommon').filter((answer) => (answer as { total?: number }).total).length).toBeGreaterThan(
      20,
    );
  });
});
