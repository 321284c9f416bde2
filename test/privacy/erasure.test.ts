import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Erasure, withToken } from '@guanxi/contracts';
import { readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { derivedState } from '../rebuild/state.ts';

let server: Server;
let api: Client;
let call: typeof fetch;
let folder: string;
let writeKey: string;

/** Somebody whom nobody else is like: whatever holds one of these holds something of her. */
const her = {
  user: 'u-quillfeather-77',
  phone: '13912345871',
  email: 'q.quillfeather@wyvernmail.example',
  device: 'device-wyvern-0001',
  name: '欧阳翡翠',
  order: 'ORD-WYVERN-9911',
  search: '翡翠色独角兽水杯',
  complaint: 'the amaranthine teapot whistled',
  review: '凤凰木梳子太可爱了',
  product: 'P-ONLY-HERS-42',
} as const;
const VALUES = Object.values(her);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-erasure-'));
  server = await startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'error' }), port: 0 });
  call = withToken(server.token);
  api = createClient(server.url, call);
  writeKey = (await api.sources()).items[0]!.writeKey;
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function send(...batch: readonly object[]): Promise<void> {
  const response = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ batch }),
  });
  expect(response.status).toBe(200);
  await server.guanxi.river.waitFor(server.guanxi.platform.log.head());
}

const track = (who: object, event: string, properties: object, extra: object = {}) => ({
  type: 'track',
  event,
  properties,
  ...who,
  ...extra,
});
const personOf = async (text: string) => (await api.customers({ query: { search: text } })).items[0]?.id;

async function upload(name: string, text: string): Promise<void> {
  await api.upload({ query: { name }, upload: text });
}

/** The life of two people of one household and a stranger, told in turns. */
async function tellLives(): Promise<void> {
  const me = { userId: her.user, anonymousId: her.device };
  const him = { userId: 'u-brother', anonymousId: 'device-brother' };
  const stranger = { userId: 'u-stranger' };
  const tv = { device: { id: 'tv-in-the-living-room' } };
  await send(
    { type: 'identify', ...me, traits: { name: her.name, phone: her.phone, email: her.email, city: '成都' } },
    { type: 'identify', ...him, traits: { name: '弟弟', phone: '13912345000', email: 'brother@example.com' } },
    { type: 'identify', ...stranger, traits: { name: 'Stranger', email: 'stranger@example.com' } },
  );
  // One product everybody knows, whose name she was the last to say; one only she ever saw.
  await send(
    track(stranger, 'Product Viewed', { product_id: 'p1', name: 'Teapot', price: 5, category: 'tea' }),
    track(him, 'Product Viewed', { product_id: 'p1', name: 'Tea pot', price: 6, category: 'tea' }, { context: tv }),
    track(
      me,
      'Product Viewed',
      { product_id: 'p1', name: 'Teapot of jade', price: 7, category: 'jade' },
      { context: tv },
    ),
    track(me, 'Product Viewed', { product_id: her.product, name: 'Comb', price: 1 }),
    track(me, 'Products Searched', { query: her.search }),
  );
  const order = { order_id: her.order, total: 9.5, products: [{ product_id: 'p1', quantity: 1, price: 9.5 }] };
  await send(
    track(me, 'Order Completed', order, { messageId: 'order-1' }),
    track(me, 'Order Completed', order, { messageId: 'order-1' }),
    track(me, 'Product Reviewed', { product_id: 'p1', review_body: her.review, rating: 5 }),
    track(me, 'Service Ticket Opened', { ticket_id: 'T-WYVERN', body: her.complaint, product_id: 'p1' }),
    track(me, 'Consent Updated', { purpose: 'marketing', channels: ['sms', 'email'], granted: true }),
    track(him, 'Consent Updated', { purpose: 'marketing', channel: 'sms', granted: false }),
  );
  // He once gave her address for a parcel: his event, and it stays his.
  await send(
    track(him, 'Order Completed', { order_id: 'HIS-1', total: 3, products: [{ product_id: 'p1', quantity: 2 }] }),
  );
  await send({ type: 'track', event: 'Product Viewed', properties: { product_id: 'p1' }, anonymousId: her.device });
  // Refused: no order number.
  await send(
    track(me, 'Order Completed', { total: 1, note: her.complaint }),
    track(him, 'Order Completed', { total: 2 }),
    { type: 'nonsense', traits: { email: her.email } },
  );
}

async function done(erasure: Erasure): Promise<Erasure> {
  const id = erasure.job!.id;
  await expect
    .poll(async () => (await api.job({ params: { id } })).state, { timeout: 120_000, interval: 200 })
    .not.toMatch(/queued|running/);
  const job = await api.job({ params: { id } });
  expect(job).toMatchObject({ state: 'done', error: null });
  return api.erasure({ params: { id: erasure.id } });
}

const filesOf = (at: string): string[] =>
  readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    try {
      return statSync(path).isDirectory() ? filesOf(path) : [path];
    } catch {
      return [];
    }
  });

/** Every way in which a value may lie in a file. */
function shapesOf(value: string): Buffer[] {
  const swapped = Buffer.from(value, 'utf16le').swap16();
  const base64 = [0, 1, 2].map((pad) =>
    Buffer.concat([Buffer.alloc(pad), Buffer.from(value)])
      .toString('base64')
      .slice(pad === 0 ? 0 : 4, -4),
  );
  const escaped = JSON.stringify(value)
    .slice(1, -1)
    .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    ...new Set([
      value,
      value.toLowerCase(),
      value.toUpperCase(),
      encodeURIComponent(value),
      escaped,
      ...base64.filter((text) => text.length >= 8),
    ]),
  ]
    .map((text) => Buffer.from(text))
    .concat(Buffer.from(value, 'utf16le'), swapped);
}

/** Files that hold any of the values, as bytes. */
function filesWith(values: readonly string[]): string[] {
  const shapes = values.flatMap(shapesOf);
  return filesOf(folder).filter((path) => {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      return false;
    }
    return shapes.some((shape) => bytes.includes(shape));
  });
}

/** Columns of any table of either engine in which a value is found: what files hold packed is read through the engines. */
async function columnsWith(values: readonly string[]): Promise<string[]> {
  const { clickhouse, postgres } = server.guanxi.platform;
  const found: string[] = [];
  const lower = values.map((value) => value.toLowerCase());
  const columns = await clickhouse.query<{ table: string; name: string }>(
    "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND type LIKE '%String%'",
  );
  for (const { table, name } of columns) {
    const [row] = await clickhouse.query<{ hits: number }>(
      `SELECT countIf(multiSearchAny(lowerUTF8(toString(\`${name}\`)), {values:Array(String)})) AS hits FROM \`${table}\``,
      { values: lower },
    );
    if (row!.hits > 0) found.push(`clickhouse ${table}.${name}`);
  }
  const tables = await postgres.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('information_schema')",
  );
  for (const { name } of tables) {
    const rows = await postgres.query<{ hits: string }>(
      `SELECT count(*) AS hits FROM ${name} AS t WHERE lower(t::text) LIKE ANY($1::text[])`,
      [lower.map((value) => `%${value}%`)],
    );
    if (Number(rows[0]!.hits) > 0) found.push(`postgres ${name}`);
  }
  return found;
}

/** Everything the API says of everybody. */
async function everyAnswer(ids: readonly string[]): Promise<string> {
  const answers: unknown[] = [
    await api.customers({ query: { limit: 200 } }),
    await api.events({ query: { limit: 1000 } }),
  ];
  answers.push(await api.quarantine({ query: { limit: 500 } }), await api.jobs({ query: { limit: 200 } }));
  answers.push(await api.erasures({}), await api.auditList({ query: { limit: 500 } }));
  for (const value of VALUES) {
    answers.push(await api.customers({ query: { search: value } }), await api.graphSearch({ query: { q: value } }));
  }
  for (const what of ['customers', 'events', 'nodes', 'edges', 'quarantine'])
    answers.push(await (await call(`${server.url}/api/export/${what}`)).text());
  for (const id of ids)
    for (const name of ['', '/network', '/timeline', '/identity', '/consent', '/access', '/erasure'])
      answers.push(await (await call(`${server.url}/api/customers/${id}${name}`)).text());
  answers.push(server.guanxi.live.recent());
  return JSON.stringify(answers);
}

const about = async (id: string) => ({
  customer: await api.customer({ params: { id } }),
  timeline: await api.customerTimeline({ params: { id } }),
  consent: await api.customerConsent({ params: { id } }),
  identity: await api.customerIdentity({ params: { id } }),
});

test(
  'a person is erased from every store and every file, and nobody else is touched',
  { timeout: 240_000 },
  async () => {
    await tellLives();
    await upload('waiting.csv', `user,phone,note\n${her.user},${her.phone},x\nu-brother,13912345000,y\n`);
    await upload('other.csv', 'user,phone\nu-stranger,13912340000\n');
    const herId = (await personOf(her.email))!;
    const brother = (await personOf('brother@example.com'))!;
    const stranger = (await personOf('stranger@example.com'))!;
    await api.customerConsentUpdate({
      params: { id: herId },
      body: { changes: [{ purpose: 'analytics', channel: null, granted: false }], evidence: `told by ${her.name}` },
    });
    const before = { brother: await about(brother), stranger: await about(stranger) };
    const stateBefore = await derivedState(server.guanxi);
    // The search itself must be able to find her; what lies on the disk is sealed besides.
    expect((await columnsWith(VALUES)).length).toBeGreaterThan(6);
    const preview = await api.erasurePreview({ params: { id: herId } });
    expect(Object.fromEntries(preview.counts.map(({ store, rows }) => [store, rows]))).toMatchObject({
      event_log: 10,
      identifier: 4,
      quarantine: 2,
    });

    const wrong = api.erasureRequest({ params: { id: herId }, body: { reason: 'asked', confirm: brother } });
    await expect(wrong).rejects.toMatchObject({ problem: { code: 'not_confirmed' } });
    const asked = await api.erasureRequest({
      params: { id: herId },
      body: { reason: 'asked by letter', confirm: herId },
    });
    const erasure = await done(asked);
    expect(erasure).toMatchObject({ state: 'done', method: 'targeted' });
    const removed = Object.fromEntries(erasure.receipts.map((receipt) => [receipt.store, receipt.removed]));
    expect(removed).toMatchObject({ event_log: 11, message: 10, event: 10, quarantine: 2, uploads: 1, identifier: 4 });
    expect(erasure.receipts.filter(({ left }) => left > 0)).toEqual([]);

    expect(await columnsWith(VALUES)).toEqual([]);
    expect(filesWith(VALUES)).toEqual([]);
    const answers = await everyAnswer([herId, brother, stranger]);
    // Those that repeat what was asked for say nothing.
    for (const value of VALUES) expect(answers.includes(value), value).toBe(false);
    expect((await call(`${server.url}/api/customers/${herId}`)).status).toBe(404);

    expect(await about(stranger)).toEqual(before.stranger);
    const { customer, timeline, consent } = await about(brother);
    expect({ timeline, consent }).toEqual({ timeline: before.brother.timeline, consent: before.brother.consent });
    // The television was both's; now it is his alone, as it had been if she had never used it.
    const { identifiers, ...rest } = before.brother.customer;
    expect(customer).toMatchObject(rest);
    const gained = customer.identifiers.filter(({ id }) => !identifiers.some((item) => item.id === id));
    expect(gained).toMatchObject([{ kind: 'device_id', value: 'tv-in-the-living-room' }]);
    const state = await derivedState(server.guanxi);
    for (const table of ['event', 'activity', 'consent', 'message', 'edge_event']) {
      const kept = new Set(state[table]);
      const were = new Set(stateBefore[table]);
      expect(
        [...kept].filter((row) => !were.has(row)),
        table,
      ).toEqual([]);
    }
    const { accepted, duplicates } = server.guanxi.river.state();
    await server.guanxi.river.waitFor(await server.guanxi.river.rebuild());
    expect(await derivedState(server.guanxi)).toEqual(state);
    expect(server.guanxi.river.state()).toMatchObject({ accepted, duplicates });
  },
);

test(
  'what is sent again from before does not bring the person back, what is new does',
  { timeout: 60_000 },
  async () => {
    const old = { timestamp: '2024-05-05T00:00:00.000Z' };
    const me = { userId: her.user };
    const head = server.guanxi.platform.log.head();
    await send(
      track(me, 'Product Viewed', { product_id: 'p1' }, old),
      { type: 'identify', userId: 'u-new-account', traits: { phone: '+86 139 1234 5871' }, ...old },
      track(me, 'Order Completed', { total: 1 }, old),
    );
    expect(server.guanxi.platform.log.head()).toBe(head);
    expect((await api.quarantine({ query: {} })).total).toBe(1);
    await send(track(me, 'Product Viewed', { product_id: 'p1' }));
    const id = (await personOf(her.user))!;
    expect((await api.customer({ params: { id } })).events).toBe(1);
    const settings = await api.privacySettings();
    await api.privacySettingsUpdate({ body: { ...settings, returning: 'drop_all' } });
    await send(track(me, 'Product Viewed', { product_id: 'p1' }));
    await api.privacySettingsUpdate({ body: { ...settings, returning: 'accept' } });
    await send(track(me, 'Product Viewed', { product_id: 'p2' }, old));
    expect((await api.customer({ params: { id } })).events).toBe(2);
    await api.privacySettingsUpdate({ body: settings });
  },
);
