// Every route there is, as the server itself lists them: none answers somebody whom its endpoint does not allow.
import {
  type Endpoint,
  type EndpointName,
  endpoints,
  permission,
  type Permission,
  type Role,
  role,
  rolePermissions,
} from '@guanxi/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addresses, pixels } from '../../apps/server/src/ingest/addresses.ts';
import { openWorld, type World } from './world.ts';

const names = Object.keys(endpoints) as EndpointName[];
const all = names.map((name) => ({ name, endpoint: endpoints[name] as Endpoint }));
const pathOf = ({ path }: Endpoint) => path.replace(/:what/, 'customers').replace(/:[a-zA-Z]+/g, '1');
const guarded = all.filter(({ endpoint }) => permission.safeParse(endpoint.allow).success);
const needs = (endpoint: Endpoint) => endpoint.allow as Permission;

let world: World;
const cookies = {} as Record<Role, string>;
const keys = {} as Record<Permission, string>;
const keysWithout = {} as Record<Permission, string>;
beforeAll(async () => {
  world = await openWorld();
  for (const each of role.options) cookies[each] = (await world.join(each, `${each}@example.com`)).cookie;
  for (const each of permission.options) {
    keys[each] = (await world.keyOf([each])).key;
    keysWithout[each] = (await world.keyOf(permission.options.filter((other) => other !== each))).key;
  }
}, 120_000);
afterAll(() => world.close());

describe('the routes of the server', () => {
  test('are the endpoints, each once, under its own path and method', () => {
    const routes = world.server.routes.filter((route) => route.endpoint !== null);
    const listed = routes.map(({ endpoint, method, url }) => `${endpoint} ${method} ${url}`).sort();
    expect(listed).toEqual(all.map(({ name, endpoint: { method, path } }) => `${name} ${method} ${path}`).sort());
  });

  test('besides them are the ones written down here, and no other', () => {
    const rest = world.server.routes.filter((route) => route.endpoint === null);
    const known = new Set([
      ...['/health', '/ready', '/metrics', '/api/openapi.json'],
      // The console's files.
      ...['/', '/*'],
      // What clients that send events speak to: a write key opens them, and they give nothing out.
      ...Object.keys(addresses),
      ...Object.keys(pixels),
      ...['/v1/projects/:key/settings', '/projects/:key/settings', '/sourceConfig', '/sourceConfig/'],
      ...['/array/:key/config', '/array/:key/config.js', '/flags', '/flags/', '/decide', '/decide/', '/v1/m', '/m'],
    ]);
    expect(rest.filter(({ url }) => !known.has(url)).map(({ method, url }) => `${method} ${url}`)).toEqual([]);
    const methods = new Set(rest.map(({ method }) => method));
    expect([...methods].filter((method) => !['GET', 'HEAD', 'POST', 'OPTIONS'].includes(method))).toEqual([]);
  });

  test('ask for a permission, except those that have to be open, which are written down here', () => {
    const open = (allow: string) => all.filter(({ endpoint }) => endpoint.allow === allow).map(({ name }) => name);
    expect(open('public').sort()).toEqual(
      ['linkAccept', 'linkLook', 'session', 'setUp', 'signIn', 'signOnReturn', 'signOnStart'].sort(),
    );
    expect(open('signedIn').sort()).toEqual(
      ['apiKeyCreate', 'apiKeyRevoke', 'apiKeys', 'passwordChange', 'sessionEnd', 'sessions', 'signOut'].sort(),
    );
  });
});

describe('every endpoint refuses', () => {
  const closed = all.filter(({ endpoint }) => endpoint.allow !== 'public');
  test.each(closed)('$name: nobody, an invented cookie, an invented key, a wrong scheme', async ({ endpoint }) => {
    const path = pathOf(endpoint);
    const answers = await Promise.all([
      world.ask(endpoint.method, path),
      world.ask(endpoint.method, path, { cookie: 'guanxi=AAAA' }),
      world.ask(endpoint.method, path, { bearer: 'gxk_AAAA' }),
      world.ask(endpoint.method, path, { bearer: `${world.server.token}x` }),
      world.ask(endpoint.method, path, { headers: { authorization: `Basic ${btoa(`${world.server.token}:`)}` } }),
      // A right cookie does not make a wrong key good.
      world.ask(endpoint.method, path, { bearer: 'gxk_AAAA', cookie: cookies.administrator }),
    ]);
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(answers.map(() => [401, 'sign_in']));
  });

  test.each(guarded)('$name: every role without its permission', async ({ endpoint }) => {
    for (const each of role.options) {
      if (rolePermissions[each].includes(needs(endpoint))) continue;
      const { status, body } = await world.ask(endpoint.method, pathOf(endpoint), { cookie: cookies[each] });
      expect([each, status, body['code'], body['where']]).toEqual([each, 403, 'not_permitted', endpoint.allow]);
    }
  });

  test.each(guarded)('$name: a key with every permission but its own', async ({ endpoint }) => {
    const bearer = keysWithout[needs(endpoint)];
    const { status, body } = await world.ask(endpoint.method, pathOf(endpoint), { bearer });
    expect([status, body['code']]).toEqual([403, 'not_permitted']);
  });
});

const READS = guarded.filter(({ endpoint }) => endpoint.method === 'GET' && endpoint.streams !== 'events');
test.each(READS)('$name lets in the roles and the key that have its permission', async ({ endpoint }) => {
  for (const each of role.options.filter((name) => rolePermissions[name].includes(needs(endpoint)))) {
    const { status } = await world.ask(endpoint.method, pathOf(endpoint), { cookie: cookies[each] });
    expect([each, [401, 403].includes(status)]).toEqual([each, false]);
  }
  const { status } = await world.ask(endpoint.method, pathOf(endpoint), { bearer: keys[needs(endpoint)] });
  expect([401, 403]).not.toContain(status);
});

test('methods that an address does not have are not answered', async () => {
  for (const path of new Set(all.map(({ endpoint }) => pathOf(endpoint)))) {
    const have = new Set(
      all.filter(({ endpoint }) => pathOf(endpoint) === path).map(({ endpoint }) => endpoint.method),
    );
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'] as const) {
      if (have.has(method as 'GET')) continue;
      const { status } = await world.ask(method, path, { bearer: world.server.token });
      // `/api/x/:id` may be another endpoint's path with this method; then its body is missing.
      expect([404, 400, 405]).toContain(status);
    }
  }
});

test('figures and the API document want a permission from whoever comes through a proxy', async () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9' };
  for (const path of ['/metrics', '/api/openapi.json']) {
    expect((await world.ask('GET', path)).status).toBe(200);
    expect((await world.ask('GET', path, { headers: forwarded })).status).toBe(401);
    expect((await world.ask('GET', path, { headers: forwarded, bearer: keys.export })).status).toBe(403);
    expect((await world.ask('GET', path, { headers: forwarded, bearer: keys['status.read'] })).status).toBe(200);
    expect((await world.ask('GET', path, { bearer: 'gxk_AAAA' })).status).toBe(401);
  }
});

test('questions with a body are not audited when they are answered, and are when they are refused', async () => {
  const asking = all.filter(({ endpoint }) => endpoint.reads).map(({ name }) => name);
  expect(asking.sort()).toEqual(
    [
      ...['graphBetween', 'graphCommunities', 'graphCommunity', 'graphHistogram', 'identityDryRun', 'importCheck'],
      ...['importSample', 'linkLook', 'unmergePreview'],
    ].sort(),
  );
  const listed = async (action: string) => {
    const { body } = await world.ask('GET', `/api/audit?action=${action}&limit=500`, { cookie: world.admin });
    return (body['items'] as { outcome: string }[]).map(({ outcome }) => outcome);
  };
  const before = await listed('graphBetween');
  const nodes = { nodes: ['1', '2'] };
  expect((await world.ask('POST', '/api/graph/between', { cookie: cookies.analyst, body: nodes })).status).toBe(200);
  expect(await listed('graphBetween')).toEqual(before);
  await world.ask('POST', '/api/graph/between', { bearer: keysWithout['graph.read'], body: nodes });
  expect(await listed('graphBetween')).toEqual(['refused', ...before]);
});

test('a scene is changed by who made it and by administrators; others save a copy', async () => {
  const content = { address: {}, places: {}, drawn: { nodes: [], edges: {} } };
  const made = await world.ask('POST', '/api/scenes', { cookie: cookies.analyst, body: { name: 'Mine', content } });
  const path = `/api/scenes/${String(made.body['id'])}`;
  const rename = (cookie: string, version: number) =>
    world.ask('PUT', path, { cookie, body: { version, name: `by ${version}` } });
  expect((await rename(cookies.marketer, 1)).body['code']).toBe('not_own_scene');
  expect((await world.ask('DELETE', `${path}?version=1`, { cookie: cookies.marketer })).body['code']).toBe(
    'not_own_scene',
  );
  expect((await rename(cookies.analyst, 1)).status).toBe(200);
  expect((await rename(cookies.administrator, 2)).status).toBe(200);
  expect((await world.ask('DELETE', `${path}?version=3`, { cookie: cookies.analyst })).status).toBe(200);
  expect((await world.ask('POST', `${path}/restore`, { cookie: cookies.marketer })).body['code']).toBe('not_own_scene');
  expect((await world.ask('POST', `${path}/restore`, { cookie: cookies.analyst })).status).toBe(200);
  expect((await world.ask('GET', path, { cookie: cookies.marketer })).body['name']).toBe('by 2');
});

test('a refusal of somebody known, and every change, is in the audit log with who did it', async () => {
  const key = await world.keyOf(['status.read']);
  await world.ask('DELETE', '/api/members/nobody', { bearer: key.key });
  await world.ask('GET', '/api/audit', { cookie: cookies.marketer });
  await world.ask('POST', '/api/sources', { cookie: cookies.engineer, body: { name: 'Audited' } });
  const { items } = (await world.ask('GET', '/api/audit?limit=6', { cookie: world.admin })).body as {
    items: { action: string; outcome: string; subject: string | null; actor: { kind: string; id: string } }[];
  };
  const told = items.map(({ action, outcome, subject, actor }) => [action, outcome, subject, actor.kind]);
  expect(told).toEqual(
    expect.arrayContaining([
      ['sourceCreate', 'done', null, 'user'],
      ['auditList', 'refused', null, 'user'],
      ['memberRemove', 'refused', 'nobody', 'key'],
      ['apiKeyCreate', 'done', null, 'command'],
    ]),
  );
});
