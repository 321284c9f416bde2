import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Client, createClient, type SceneContent, withToken } from '@guanxi/contracts';
import { readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendAndSettle } from '../support/send.ts';

let server: Server;
let api: Client;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-explore-'));
  server = await startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }), port: 0 });
  api = createClient(server.url, withToken(server.token));
  const { writeKey } = (await api.sources()).items[0]!;
  const view = (userId: string, product: string, minute: number) => ({
    ...{ type: 'track', event: 'Product Viewed', userId, properties: { product_id: product } },
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  });
  const batch = [view('a', 'x', 0), view('b', 'x', 1), view('b', 'y', 2), view('c', 'z', 3), view('d', 'z', 4)];
  await sendAndSettle(server, writeKey, batch);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const personOf = async (text: string) => (await api.customers({ query: { search: text } })).items[0]!.id;
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => (error instanceof ApiError ? { status: error.status, code: error.problem.code } : error),
  );

test('influence, communities, edges between nodes and their histogram answer over HTTP', async () => {
  const [a, b] = [await personOf('a'), await personOf('b')];
  const reach = await api.graphInfluence({ params: { id: a }, query: { along: 'viewed', chance: 1, maxHops: 2 } });
  expect(reach.items.map(({ id }) => id)).toContain(b);
  expect(reach).toMatchObject({ start: a, expected: 2 });
  const query = { scope: { kind: 'types', a: 'person', b: 'product' } } as const;
  const found = await api.graphCommunities({ body: query });
  expect(found.items.map(({ size }) => size)).toEqual([4, 3]);
  const members = await api.graphCommunity({ body: { ...query, member: a } });
  expect(members.nodes.map(({ id }) => id)).toContain(b);
  const nodes = members.nodes.map(({ id }) => id);
  expect((await api.graphBetween({ body: { nodes } })).edges).toHaveLength(3);
  expect((await api.graphHistogram({ body: { nodes, slices: 4 } })).total).toBe(3);
});

test('what cannot be asked is refused with its code', async () => {
  const a = await personOf('a');
  expect(await refusal(api.graphInfluence({ params: { id: '1' } }))).toEqual({ status: 404, code: 'no_such_node' });
  expect(await refusal(api.graphInfluence({ params: { id: a }, query: { along: 'drop table' } }))).toMatchObject({
    status: 400,
  });
  const odd = { scope: { kind: 'types', a: 'person', b: 'moon' } } as const;
  expect(await refusal(api.graphCommunities({ body: odd }))).toEqual({ status: 400, code: 'no_such_relation' });
  expect(await refusal(api.graphBetween({ body: { nodes: [] } }))).toMatchObject({ status: 400 });
});

test('a scene is saved, found, renamed by its version, deleted and restored', async () => {
  const a = await personOf('a');
  const content: SceneContent = { address: { n: a }, places: { [a]: [0, 1] }, drawn: { nodes: [a], edges: {} } };
  const made = await api.sceneCreate({ body: { name: '常客', content } });
  expect((await api.scene({ params: { id: made.id } })).content).toEqual(content);
  const renamed = await api.sceneUpdate({ params: { id: made.id }, body: { version: 1, name: '老客' } });
  expect(renamed).toMatchObject({ name: '老客', version: 2, nodes: 1 });
  expect(await refusal(api.sceneUpdate({ params: { id: made.id }, body: { version: 1, name: 'x' } }))).toEqual({
    status: 409,
    code: 'scene_changed',
  });
  await api.sceneDelete({ params: { id: made.id }, query: { version: 2 } });
  expect((await api.scenes()).items).toEqual([]);
  expect(await refusal(api.scene({ params: { id: made.id } }))).toEqual({ status: 404, code: 'no_such_scene' });
  await api.sceneRestore({ params: { id: made.id } });
  expect((await api.scenes()).items.map(({ name }) => name)).toEqual(['老客']);
});
