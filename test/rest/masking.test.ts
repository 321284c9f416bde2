import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Endpoint, endpoints, urlOf, withToken } from '@guanxi/contracts';
import { readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/** What one customer is known by, each as it would be recognised in an answer. */
const SECRETS = {
  phone: '13912345678',
  mail: 'zhang.weilin@example.com',
  name: '张伟霖',
  address: '浦东新区世纪大道100号',
  idCard: '11010519491231002X',
  bank: '6222020200112230012',
};
const folder = mkdtempSync(join(tmpdir(), 'guanxi-masking-'));
const logged: string[] = [];
let server: Server;
let api: Client;
let call: typeof fetch;
let person: string;
let quarantined: string;
let upload: string;

beforeAll(async () => {
  // The logger writes to the descriptor itself.
  for (const name of ['write', 'writeSync'] as const) {
    const real = fs[name] as (...rest: unknown[]) => unknown;
    vi.spyOn(fs, name).mockImplementation(((fd: number, text: unknown, ...others: unknown[]) => {
      if (fd === 2) logged.push(String(text));
      return real(fd, text, ...others);
    }) as never);
  }
  server = await startServer({ ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'debug' }), port: 0 });
  call = withToken(server.token);
  api = createClient(server.url, call);
  const traits = {
    phone: `+86${SECRETS.phone}`,
    email: SECRETS.mail,
    name: SECRETS.name,
    address: { city: '上海', street: SECRETS.address },
    idCard: SECRETS.idCard,
    bank_account: SECRETS.bank,
    city: '上海',
    age: 34,
  };
  const order = {
    order_id: 'o1',
    products: [{ product_id: 'p1', name: '修护面霜' }],
    receiver_name: SECRETS.name,
    shipping: { name: SECRETS.name, phone: SECRETS.phone, address: SECRETS.address },
  };
  const [source] = await server.guanxi.ingest.sources.list();
  const events = [
    { type: 'identify', messageId: 'm1', userId: 'u1', traits },
    { type: 'track', event: 'Order Completed', messageId: 'm2', userId: 'u1', properties: order },
    { type: 'track', event: 'Products Searched', messageId: 'm3', userId: 'u1', properties: { query: SECRETS.phone } },
    { type: 'track', event: 'Order Completed', messageId: 'm4', userId: 'u1', context: { traits }, properties: {} },
    { type: 'track', event: 'Product Viewed', messageId: 'm5', userId: 'u2', properties: { product_id: 'p1' } },
  ];
  await server.guanxi.ingest.acceptEvents(source!.id, events as never, { lasting: false });
  await server.guanxi.river.waitFor(server.guanxi.platform.log.head());
  person = (await api.customers({ query: { search: SECRETS.mail } })).items[0]!.id;
  quarantined = (await api.quarantine({})).items[0]!.id;
  const response = await call(server.url + urlOf(endpoints.upload, { query: { name: 'people.csv' } }), {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: `会员号,姓名,手机,邮箱,地址\nm1,${SECRETS.name},${SECRETS.phone},${SECRETS.mail},${SECRETS.address}\n`,
  });
  upload = ((await response.json()) as { file: string }).file;
});
afterAll(async () => {
  vi.restoreAllMocks();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const leaksIn = (text: string) =>
  Object.keys(SECRETS).filter((what) => text.includes(SECRETS[what as keyof typeof SECRETS]));

/** What every GET endpoint is asked with; of those that read, none is left out. */
async function requests(): Promise<Partial<Record<string, object>>> {
  const { identifiers } = await api.customerIdentity({ params: { id: person } });
  const product = (await api.graphSearch({ query: { q: '修护面霜' } })).items[0]!.id;
  return {
    job: { params: { id: '00000000-0000-0000-0000-000000000000' } },
    sourceVolume: { params: { id: 'default' } },
    event: { params: { seq: 1 } },
    quarantineItem: { params: { id: quarantined } },
    customers: { query: { search: identifiers[0]!.value } },
    customer: { params: { id: person } },
    customerIdentity: { params: { id: person } },
    customerNetwork: { params: { id: person } },
    customerTimeline: { params: { id: person } },
    graphSearch: { query: { q: SECRETS.name } },
    graphNode: { params: { id: person } },
    graphNeighbours: { params: { id: product } },
    graphPath: { query: { from: person, to: product } },
    graphCommon: { query: { a: person, b: product, ids: `${person},${product}` } },
    edgeEvents: { query: { from: person, to: product, type: 'purchased' } },
    unmergePreview: { params: { id: person }, body: { identifiers: [identifiers.at(-1)!.id], reason: 'why not' } },
    importSample: { body: { file: upload } },
    export: { params: { what: 'customers' } },
  };
}

test('no answer of any endpoint holds a value, and none is empty for it', async () => {
  const asked = await requests();
  let read = 0;
  for (const [name, endpoint] of Object.entries(endpoints as Record<string, Endpoint>)) {
    if (name === 'live' || endpoint.streams === 'redirect' || (endpoint.method !== 'GET' && !asked[name])) continue;
    const request = (asked[name] ?? {}) as { params?: object; query?: object; body?: object };
    const response = await call(server.url + urlOf(endpoint, request), {
      method: endpoint.method,
      ...(request.body ? { body: JSON.stringify(request.body), headers: { 'content-type': 'application/json' } } : {}),
    });
    const text = await response.text();
    expect(leaksIn(text), `${name}: ${text.slice(0, 300)}`).toEqual([]);
    if (response.ok) read++;
  }
  expect(read).toBeGreaterThan(25);
  for (const what of ['customers', 'events', 'nodes', 'edges', 'quarantine'] as const)
    for (const format of ['jsonl', 'csv'] as const) {
      const file = await (
        await call(server.url + urlOf(endpoints.export, { params: { what }, query: { format } }))
      ).text();
      expect(file.length).toBeGreaterThan(20);
      expect(leaksIn(file), `${what}.${format}`).toEqual([]);
    }
  const { proposal } = await api.importSample({ body: { file: upload } });
  const check = await api.importCheck({ body: { file: upload, mapping: proposal.mapping } });
  expect(check.preview.length).toBeGreaterThan(0);
  expect(leaksIn(JSON.stringify(check))).toEqual([]);
});

test('masks keep the shape, and what nobody is told by stays', async () => {
  const found = await api.customer({ params: { id: person } });
  const traits = Object.fromEntries(found.traits.map(({ name, value }) => [name, value]));
  expect(found.name).toBe('张••');
  expect(traits).toMatchObject({ email: 'z•••@example.com', city: '上海' });
  expect(found.identifiers.map(({ kind, value }) => `${kind} ${value}`)).toEqual([
    'user_id u1',
    'phone +86139••••5678',
    'email z•••@example.com',
  ]);
});

test('the live stream and the logs hold no value', async () => {
  const stop = new AbortController();
  const response = await call(`${server.url}${endpoints.live.path}`, { signal: stop.signal });
  const reader = response.body!.getReader();
  let text = '';
  while (!text.includes('Order Completed')) text += Buffer.from((await reader.read()).value!).toString();
  stop.abort();
  expect(leaksIn(text)).toEqual([]);
  expect(logged.join('')).toContain('Server listening');
  expect(leaksIn(logged.join(''))).toEqual([]);
});

test('plain values are given for a reason, which is written down, and to nobody without the right', async () => {
  const subject = { kind: 'customer', id: person } as const;
  const reason = `She asked from ${SECRETS.phone} for her data`;
  const plain = await api.reveal({ body: { subject, reason } });
  expect(plain.customer!.name).toBe(SECRETS.name);
  expect(leaksIn(JSON.stringify(plain))).toEqual(expect.arrayContaining(['phone', 'mail', 'name']));
  const phone = await api.reveal({ body: { subject, reason, fields: ['phone'] } });
  expect(leaksIn(JSON.stringify(phone))).toEqual(['phone']);
  const event = await api.reveal({ body: { subject: { kind: 'event', id: '2' }, reason } });
  expect(leaksIn(JSON.stringify(event.event!.raw))).toEqual(expect.arrayContaining(['phone', 'name', 'address']));
  const item = await api.reveal({ body: { subject: { kind: 'quarantined', id: quarantined }, reason } });
  expect(leaksIn(item.quarantined!.raw)).toContain('mail');
  await expect(api.reveal({ body: { subject, reason: ' no ' } })).rejects.toThrow();
  const { items } = await api.auditList({ query: { action: 'pii.reveal' } });
  expect(items).toHaveLength(4);
  expect(items.every(({ detail }) => leaksIn(JSON.stringify(detail)).length === 0)).toBe(true);
  expect(items.at(-1)).toMatchObject({ subject: `customer:${person}`, outcome: 'done' });
});

test('files: hashed for advertising, k-anonymous for everybody, plain for a reason', async () => {
  const file = async (query: object) =>
    call(server.url + urlOf(endpoints.export, { params: { what: 'customers' }, query: query as never }));
  const hashed = await (await file({ pii: 'hashed' })).text();
  // printf '+8613912345678' | sha256sum
  expect(hashed).toContain('"phone_sha256":"ac2a8ba22a34539925c3bc87738bf355d914e84daff44eba0d39e8724f2abd9e"');
  expect(leaksIn(hashed)).toEqual([]);
  const few = await file({ k: 5 });
  expect([few.headers.get('x-guanxi-k'), few.headers.get('x-guanxi-suppressed')]).toEqual(['5', '2']);
  expect(await few.text()).toBe('');
  const two = await file({ k: 2 });
  expect([two.headers.get('x-guanxi-rows'), two.headers.get('x-guanxi-k-reached')]).toEqual(['2', '2']);
  expect(
    (await two.text())
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { city: string }).city),
  ).toEqual(['*', '*']);
  expect((await file({ pii: 'plain' })).status).toBe(400);
  expect(leaksIn(await (await file({ pii: 'plain', reason: 'moving to the archive' })).text())).toContain('mail');
  expect((await api.auditList({ query: { action: 'pii.export' } })).items).toHaveLength(1);
});

test('who may not see plain values cannot ask for them, nor spell them out by how they begin', async () => {
  const scopes = ['customers.read', 'graph.read', 'export'] as const;
  const { key } = await api.apiKeyCreate({ body: { name: 'reader', scopes: [...scopes], expiresInDays: 1 } });
  const reader = createClient(server.url, withToken(key));
  const subject = { kind: 'customer', id: person } as const;
  await expect(reader.reveal({ body: { subject, reason: 'curious' } })).rejects.toMatchObject({ status: 403 });
  const plain = urlOf(endpoints.export, {
    params: { what: 'customers' },
    query: { pii: 'plain', reason: 'curious' },
  });
  expect((await withToken(key)(server.url + plain)).status).toBe(403);
  const found = async (client: Client, search: string) =>
    (await client.customers({ query: { search } })).items.map(({ id }) => id);
  for (const whole of [SECRETS.phone, SECRETS.mail, 'u1', '139123', 'zhang.w'])
    expect(await found(reader, whole), whole).toContain(person);
  for (const beginning of ['1391', 'zha']) {
    expect(await found(reader, beginning), beginning).toEqual([]);
    expect(await found(api, beginning), beginning).toContain(person);
  }
});
