import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, endpoints, type Job, withToken } from '@guanxi/contracts';
import { readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendAndSettle } from '../support/send.ts';

let server: Server;
let api: Client;
let call: typeof fetch;
let folder: string;
let writeKey: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-api-'));
  server = await startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }), port: 0 });
  call = withToken(server.token);
  api = createClient(server.url, call);
  writeKey = (await api.sources()).items[0]!.writeKey;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const send = (batch: readonly object[]) => sendAndSettle(server, writeKey, batch);

async function finished(job: Job): Promise<Job> {
  await expect.poll(async () => (await api.job({ params: { id: job.id } })).state, { timeout: 30_000 }).toBe('done');
  return api.job({ params: { id: job.id } });
}

const personOf = async (text: string) => (await api.customers({ query: { search: text } })).items[0]!.id;

const view = (userId: string, product: string, extra: object = {}) => ({
  type: 'track',
  event: 'Product Viewed',
  userId,
  properties: { product_id: product, name: `Product ${product}` },
  ...extra,
});

test('the OpenAPI document names every endpoint and parses as JSON', async () => {
  const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const operations = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(operations.sort()).toEqual(Object.keys(endpoints).sort());
  expect(document.openapi).toMatch(/^3\./);
});

test('health, readiness and metrics answer', async () => {
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect(await (await fetch(`${server.url}/ready`)).json()).toEqual({
    ready: true,
    leads: true,
    engines: { clickhouse: null, postgres: null },
  });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/guanxi_graph_lag \d/);
});

test('an event is seen in the customer, the network, the timeline and behind its edge', async () => {
  await send([view('seen', 'p1'), view('seen', 'p1'), view('seen', 'p2')]);
  const id = await personOf('seen');
  const customer = await api.customer({ params: { id } });
  expect(customer).toMatchObject({ known: true, events: 3, activity: [{ name: 'Product Viewed', count: 3 }] });
  const network = await api.customerNetwork({ params: { id } });
  const edge = network.edges.find(
    ({ type, to }) => type === 'viewed' && network.nodes.find((node) => node.id === to)?.key === 'p1',
  )!;
  expect(edge.count).toBe(2);
  const evidence = await api.edgeEvents({ query: { from: edge.from, to: edge.to, type: 'viewed' } });
  expect(evidence.items.length).toBe(2);
  const detail = await api.event({ params: { seq: evidence.items[0]!.seq } });
  expect(detail.effects.edges.map(({ type }) => type)).toContain('viewed');
  const timeline = await api.customerTimeline({ params: { id }, query: { limit: 2 } });
  expect([timeline.items.length, timeline.total]).toEqual([2, 3]);
  const rest = await api.customerTimeline({ params: { id }, query: { limit: 2, cursor: timeline.next! } });
  expect(rest.items.length).toBe(1);
});

test('rules: a dry run tells what would merge, the update does it, and undoing the update undoes it', async () => {
  await send([
    view('r1', 'p1', { context: { traits: { club_card: 'C9' } } }),
    view('r2', 'p1', { context: { traits: { club_card: 'C9' } } }),
  ]);
  const before = await api.identityRules();
  const kinds = before.kinds.map((kind) => (kind.kind === 'user_id' ? { ...kind, limit: 5 } : kind));
  const card = {
    kind: 'club_card',
    paths: ['traits.club_card'],
    normalise: 'none' as const,
    limit: 1,
    blocked: [],
    nature: 'known' as const,
  };
  const changed = { ...before, kinds: [kinds[0]!, card, ...kinds.slice(1)] };
  const dry = await api.identityDryRun({ body: changed });
  expect(dry.wouldMerge).toBeGreaterThan(0);
  expect(dry.personsAfter).toBe(dry.personsBefore - 1);
  expect(await personOf('r1')).not.toBe(await personOf('r2'));
  await finished(await api.identityRulesUpdate({ body: changed }));
  expect(await personOf('r1')).toBe(await personOf('r2'));
  await finished(await api.identityRulesUpdate({ body: before }));
  expect(await personOf('r1')).not.toBe(await personOf('r2'));
});

test('the ontology: an edge type taken out is gone after the rebuild, and comes back with it', async () => {
  await send([view('onto', 'p9')]);
  const ontology = await api.ontology();
  const { viewed: _, ...edgeTypes } = ontology.edgeTypes;
  const projections = ontology.projections.map((item) => ({
    ...item,
    edges: item.edges.filter(({ type }) => type !== 'viewed'),
  }));
  await finished(await api.ontologyUpdate({ body: { ...ontology, edgeTypes, projections } }));
  const id = await personOf('onto');
  expect((await api.customerNetwork({ params: { id } })).edges.filter(({ type }) => type === 'viewed')).toEqual([]);
  await finished(await api.ontologyUpdate({ body: ontology }));
  expect((await api.customerNetwork({ params: { id } })).edges.filter(({ type }) => type === 'viewed').length).toBe(1);
});

test('a dangling ontology is refused with the place of the mistake', async () => {
  const ontology = await api.ontology();
  const response = await call(`${server.url}/api/ontology`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ontology, edgeTypes: {} }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    where: expect.stringMatching(/^projections\.\d+\.edges\.\d+/) as string,
  });
});

test('Home counts what the lists behind its figures hold, duplicates apart', async () => {
  const now = Date.now();
  const old = new Date(now - 9 * 86_400_000).toISOString();
  const before = await api.home();
  expect(before.accepted.before).toBeNull();
  // One of long ago who came back, one who did not, one who is new; a repeat, and one that is refused.
  await send([
    { ...view('home-back', 'H1'), timestamp: old },
    { ...view('home-gone', 'H1'), timestamp: old },
    view('home-back', 'H2'),
    { ...view('home-new', 'H1'), messageId: 'home-1' },
    { ...view('home-new', 'H1'), messageId: 'home-1' },
    { type: 'track', userId: 'home-new' },
  ]);
  await expect.poll(async () => (await api.home()).at, { timeout: 15_000, interval: 500 }).not.toBe(before.at);
  const home = await api.home();
  const more = (name: keyof typeof home.day) => home.day[name] - before.day[name];
  expect([more('received'), more('accepted'), more('duplicates'), more('quarantined')]).toEqual([5, 4, 1, 1]);
  expect([more('newCustomers'), more('activeCustomers')]).toEqual([1, 2]);
  expect(home.activeCustomers.before).toBe(2);
  const total = async (query: object) => (await api.customers({ query: { limit: 1, ...query } })).total;
  expect(await total({ firstFrom: home.dayFrom })).toBe(home.day.newCustomers);
  expect(await total({ lastFrom: home.dayFrom })).toBe(home.day.activeCustomers);
  expect(await total({ firstFrom: home.weekFrom })).toBe(home.newCustomers.now);
  expect(await total({ lastFrom: home.weekFrom })).toBe(home.activeCustomers.now);
  expect(await total({ lastFrom: home.weekFrom, known: 'true', search: 'home-gone' })).toBe(0);
  const sources = (await api.sources()).items;
  expect(sources.reduce((sum, source) => sum + source.accepted24h, 0)).toBe(home.day.received);
  expect((await api.alerts()).items).toEqual([]);
});

test('exports hold every row in both formats', async () => {
  const { counts } = await api.status();
  for (const what of ['customers', 'events', 'nodes', 'edges', 'quarantine'] as const) {
    const read = async (format: string) => (await call(`${server.url}/api/export/${what}?format=${format}`)).text();
    const rows = (await read('jsonl'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as object);
    if (what === 'customers') expect(rows.length).toBe(counts.customers);
    if (what === 'events') expect(rows.length).toBe(server.guanxi.platform.log.head());
    const csv = await read('csv');
    if (rows.length > 0) expect(csv.split('\r\n')[0]!.split(',').length).toBe(Object.keys(rows[0]!).length);
  }
});

test.each([
  ['/api/customers/12', 404],
  ['/api/customers/not-a-number', 400],
  ['/api/customers?limit=100000', 400],
  ['/api/customers?cursor=%27%3B%20DROP%20TABLE%20event', 400],
  ['/api/events/999999999', 404],
  ['/api/events?cursor=x', 400],
  ['/api/graph/nodes/12', 404],
  ['/api/graph/paths?from=1&to=2&maxHops=99', 400],
  ['/api/jobs/nope', 404],
  ['/api/quarantine/nope', 404],
  ['/api/nothing', 404],
])('%s is refused with %i, a code and a message', async (path, status) => {
  const response = await call(server.url + path);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({
    code: expect.any(String) as string,
    message: expect.any(String) as string,
  });
});

test.each(['half a character \ud800', 'a\nline', ''])(
  'a backup is not written to a folder called %j',
  async (folder) => {
    const response = await call(`${server.url}/api/backups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ folder }),
    });
    expect(response.status).toBe(400);
  },
);

test('pages of other sites can neither change anything nor reach it under another name', async () => {
  const ask = async (extra: Record<string, string>) => {
    const headers = { authorization: `Bearer ${server.token}`, ...extra };
    const { hostname, port } = new URL(server.url);
    return new Promise<number>((resolve, reject) => {
      const sent = request({ hostname, port, path: '/api/jobs/none/cancel', method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      });
      sent.on('error', reject).end();
    });
  };
  const { host } = new URL(server.url);
  expect(await ask({})).toBe(404);
  expect(await ask({ origin: `http://${host}` })).toBe(404);
  expect(await ask({ origin: 'https://evil.example' })).toBe(403);
  expect(await ask({ origin: 'null' })).toBe(403);
  expect(await ask({ host: 'evil.example' })).toBe(403);
});

test('what is wrong with a request is said in the language of who sent it', async () => {
  const ask = async (language: string) => {
    const response = await call(`${server.url}/api/jobs?limit=0`, { headers: { 'accept-language': language } });
    expect(response.status).toBe(400);
    return (await response.json()) as { code: string; where: string; message: string };
  };
  expect(await ask('zh-CN,zh;q=0.9')).toMatchObject({
    code: 'invalid',
    where: 'limit',
    message: expect.stringContaining('数值过小') as string,
  });
  expect(await ask('en')).toMatchObject({
    code: 'invalid',
    where: 'limit',
    message: expect.stringContaining('Too small') as string,
  });
});
