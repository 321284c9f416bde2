import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Client, createClient, type Job, withToken } from '@guanxi/contracts';
import { readConfig, identifierIdOf } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateAll, type Whole } from '../../packages/demo/src/testing.ts';

/** Enough for rates to mean something; the stories and the company itself come on top. */
const OPTIONS = { people: 2000, seed: 1, until: '2026-03-01' };
const PATIENCE_MS = 280_000;

let server: Server;
let api: Client;
let folder: string;
let whole: Whole;
let job: Job;

async function ended(id: string): Promise<Job> {
  for (;;) {
    const now = await api.job({ params: { id } });
    if (now.state !== 'queued' && now.state !== 'running') return now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-demo-'));
  server = await startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }), port: 0 });
  api = createClient(server.url, withToken(server.token));
  whole = generateAll(OPTIONS);
  job = await ended((await api.demoLoad({ body: OPTIONS })).id);
}, PATIENCE_MS);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const dirt = (what: string) => whole.truth.filter((record) => record.kind === 'dirt' && record.what === what).length;
const personOf = async (search: string) => (await api.customers({ query: { search } })).items[0]!;
const networkOf = async (search: string) => {
  const { id } = await personOf(search);
  const { nodes, edges } = await api.customerNetwork({ params: { id }, query: { cap: 200 } });
  const label = new Map(nodes.map((node) => [node.id, node.label]));
  return edges.map(({ type, from, to }) => `${type}:${label.get(from === id ? to : from)}`);
};

test('the load ends; what must not pass lies in quarantine, what came twice counts once', async () => {
  expect(job).toMatchObject({ state: 'done', kind: 'demo', title: 'load:2000:1:2026-03-01' });
  const { counts, generated } = await api.status();
  const { total } = await api.quarantine({ query: { limit: 1 } });
  expect(total).toBe(dirt('quarantined'));
  expect(counts.duplicates).toBe(dirt('duplicate'));
  expect(job.result['unreadable']).toBe(dirt('unreadable_row'));
  expect(generated).toBe('only');
  const { groups } = await api.quarantine({ query: { limit: 1 } });
  expect(new Set(groups.map(({ code }) => code)).size).toBeGreaterThanOrEqual(4);
  expect(readdirSync(folder).filter((name) => name.startsWith('demo-'))).toEqual([]);
});

test('every source says that it is made up, and only those', async () => {
  const { items } = await api.sources();
  expect(items.filter(({ generated }) => generated).length).toBe(12);
  expect(items.filter(({ generated, accepted }) => !generated && accepted > 0)).toEqual([]);
});

test('the last 28 days are full, by receipt as by time', async () => {
  for (const [table, column] of [
    ['event_log', 'received_at'],
    ['event', 'time'],
  ] as const) {
    const [row] = await server.guanxi.platform.clickhouse.query<{ days: number; after: number }>(
      `SELECT uniqExactIf(toDate(${column}, 'Asia/Shanghai'), toDate(${column}, 'Asia/Shanghai') >= '2026-02-01') AS days,
         countIf(toDate(${column}, 'Asia/Shanghai') >= '2026-03-01') AS after FROM ${table}`,
    );
    expect(row, table).toEqual({ days: 28, after: 0 });
  }
});

test('One-ID against the truth', async () => {
  const people = whole.truth.filter((record) => record.kind === 'person');
  const anchors = people.flatMap(({ identifiers }) => identifiers.map((text) => idOf(text)));
  const persons = new Map<string, string>();
  for (let from = 0; from < anchors.length; from += 2000)
    for (const [anchor, person] of await server.guanxi.identity.personsOf(anchors.slice(from, from + 2000)))
      persons.set(anchor, person);
  const owner = new Map(people.flatMap(({ person, identifiers }) => identifiers.map((text) => [idOf(text), person])));
  let joined = 0;
  let possible = 0;
  const found = new Map<string, Map<string, number>>();
  for (const { identifiers, person } of people) {
    const seen = identifiers.map(idOf).filter((id) => persons.has(id));
    possible += (seen.length * (seen.length - 1)) / 2;
    for (const id of seen) {
      const group = found.get(persons.get(id)!) ?? new Map<string, number>();
      group.set(person, (group.get(person) ?? 0) + 1);
      found.set(persons.get(id)!, group);
    }
  }
  let right = 0;
  for (const group of found.values()) {
    const total = [...group.values()].reduce((a, b) => a + b, 0);
    joined += (total * (total - 1)) / 2;
    for (const count of group.values()) right += (count * (count - 1)) / 2;
  }
  process.stdout.write(
    `One-ID, pairs of identifiers of ${people.length} people (${owner.size} identifiers, ${persons.size} seen): precision ${(right / joined).toFixed(4)}, recall ${(right / possible).toFixed(4)}\n`,
  );
  expect(persons.size).toBeGreaterThan(people.length);
  expect(right).toBeGreaterThan(0);
});

const idOf = (text: string): string =>
  identifierIdOf(text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1));

test('story: customer L needs gentle anti-ageing for sensitive skin', async () => {
  const edges = await networkOf('GX9900001');
  expect(edges).toEqual(
    expect.arrayContaining([
      'searched:敏感肌修护',
      'favourited:澄岑胜肽抗初老精华液',
      'took_part:油痘肌护肤',
      'bought:澄岑果酸焕肤面膜',
    ]),
  );
  expect(edges.some((edge) => edge.startsWith('opened_ticket:'))).toBe(true);
  expect(edges.some((edge) => edge.startsWith('talked_in:'))).toBe(true);
});

test('story: three people behind one phone stay three', async () => {
  const people = await Promise.all(['GX9900021', 'GX9900022', 'GX9900023'].map(personOf));
  expect(new Set(people.map(({ id }) => id)).size).toBe(3);
  const { links } = await api.customerIdentity({ params: { id: people[2]!.id } });
  expect(links.some(({ state }) => state === 'limited')).toBe(true);
});

test('story: two people on the tablet of a store stay two', async () => {
  const [one, other] = await Promise.all(['GX9900051', 'GX9900052'].map(personOf));
  expect(one!.id).not.toBe(other!.id);
  const { nodes } = await api.customerNetwork({ params: { id: one!.id }, query: { cap: 200 } });
  expect(nodes.some(({ type }) => type === 'device')).toBe(true);
});

test('story: a wrong merge is there to be undone, and comes apart', async () => {
  const [one, other] = await Promise.all(['GX9900071', 'u-story-wangyue'].map(personOf));
  expect(one!.id).toBe(other!.id);
  const { identifiers } = await api.customerIdentity({ params: { id: one!.id } });
  const hers = identifiers.filter(({ kind }) => kind === 'user_id' || kind === 'email').map(({ id }) => id);
  const phone = identifiers
    .filter(({ kind, value }) => kind === 'anonymous_id' && value === 'a-story-8')
    .map(({ id }) => id);
  const body = { identifiers: [...hers, ...phone], reason: 'two people' };
  const { parts } = await api.unmergePreview({ params: { id: one!.id }, body });
  expect(parts.length).toBeGreaterThanOrEqual(2);
});

test('story: the chain from an influencer over three people can be walked', async () => {
  const [first, second, third] = await Promise.all(['GX9900091', 'GX9900092', 'GX9900093'].map(personOf));
  expect(await networkOf('GX9900091')).toEqual(
    expect.arrayContaining(['has_account:小红书:jianing', 'sent_share:澄岑舒缓修护精华液']),
  );
  const [post] = (await api.graphSearch({ query: { q: 'story-post-1', types: 'post' } })).items;
  const { edges } = await api.graphNeighbours({ params: { id: post!.id }, query: {} });
  expect(edges.map(({ type }) => type)).toEqual(expect.arrayContaining(['published', 'engaged_with', 'post_about']));
  const walk = async (from: string, to: string) =>
    (await api.graphPath({ query: { from, to, maxHops: 2, edgeTypes: 'sent_share,opened_share' } })).paths;
  expect((await walk(first!.id, second!.id)).length).toBeGreaterThan(0);
  expect((await walk(second!.id, third!.id)).length).toBeGreaterThan(0);
});

test('story: a complaint without an answer, then a look at how to leave', async () => {
  const edges = await networkOf('GX9900121');
  expect(edges).toEqual(expect.arrayContaining(['visited:注销会员']));
  expect(edges.some((edge) => edge.startsWith('opened_ticket:'))).toBe(true);
  expect(edges.some((edge) => edge.startsWith('closed_ticket:'))).toBe(false);
});

test('loading the same again gives the job that did it; other data are refused while these are there', async () => {
  expect((await api.demoLoad({ body: OPTIONS })).id).toBe(job.id);
  await expect(api.demoLoad({ body: { ...OPTIONS, seed: 2 } })).rejects.toMatchObject({
    problem: { code: 'demo_loaded' },
  });
  expect(await api.demoStatus()).toMatchObject({ state: 'loaded', clearable: true, options: OPTIONS });
});

test(
  'clearing is refused once data of its own have come; without them it leaves nothing',
  async () => {
    const cleared = await ended((await api.demoClear()).id);
    expect(cleared.state).toBe('done');
    await expect.poll(async () => (await api.status()).counts.events, { timeout: 20_000 }).toBe(0);
    const { counts, generated } = await api.status();
    expect(counts).toMatchObject({ customers: 0, quarantined: 0, nodes: {} });
    expect(generated).toBe('none');
    expect((await api.sources()).items.filter((source) => source.generated)).toEqual([]);
    expect(await api.demoStatus()).toMatchObject({ state: 'none', loadable: true, clearable: false });

    const small = { people: 20, seed: 1, until: '2026-03-01' };
    await ended((await api.demoLoad({ body: small })).id);
    const { writeKey } = (await api.sources()).items.find(({ id }) => id === 'default')!;
    const sent = await fetch(`${server.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${writeKey}:`)}` },
      body: JSON.stringify({ event: 'Product Viewed', userId: 'mine', properties: { product_id: 'x' } }),
    });
    expect(sent.status).toBe(200);
    await server.guanxi.river.waitFor(server.guanxi.platform.log.head());
    // What has come is counted every second or so; the clearing itself reads the log and would refuse as well.
    await expect.poll(async () => (await api.demoStatus()).clearable, { timeout: 60_000 }).toBe(false);
    const refusal = await api.demoClear().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiError);
    expect((refusal as ApiError).problem.code).toBe('own_data');
    expect((await personOf('mine')).id).toBeTruthy();
  },
  PATIENCE_MS,
);
