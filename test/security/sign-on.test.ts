// Single sign-on against a real OpenID Connect provider: what is proved gets in, what is not does not.
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

interface Person {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: string[];
}
const PEOPLE: Readonly<Record<string, Person>> = {
  new: { email: 'new@example.com', email_verified: true, name: 'New Person' },
  known: { email: 'Known@Example.com', email_verified: true, name: 'Known Person' },
  claims: { email: 'admin@example.com', email_verified: false, name: 'Somebody Else' },
  silent: { name: 'Without Address' },
  invited: { email: 'invited@example.com', email_verified: true, name: 'Invited Person' },
  grouped: { email: 'grouped@example.com', email_verified: true, groups: ['sales', 'cdp-analysts'] },
};
const CLIENT = { id: 'guanxi', secret: 'a-secret-of-the-client-and-nobody-else' };

let world: World;
let idp: HttpServer;

/** A provider on a free port that asks nobody anything: who signs in is said by `login_hint`'s stand-in, the header. */
async function startProvider(): Promise<{ issuer: string; allow(redirect: string): void }> {
  let provider: Provider | null = null;
  const http = createServer((request, response) => void provider!.callback()(request, response));
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready));
  idp = http;
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    issuer,
    allow(redirect) {
      provider = new Provider(issuer, {
        clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirect] }],
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
        pkce: { required: () => true },
        features: { devInteractions: { enabled: false } },
        cookies: { keys: ['test'] },
        findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...PEOPLE[sub] }) }),
        interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      });
      provider.use(async (context, next) => {
        if (!context.path.startsWith('/interaction/')) return next();
        const { params } = await provider!.interactionDetails(context.req, context.res);
        const grant = new provider!.Grant({ accountId: who, clientId: String(params['client_id']) });
        grant.addOIDCScope('openid email profile');
        const result = { login: { accountId: who }, consent: { grantId: await grant.save() } };
        await provider!.interactionFinished(context.req, context.res, result);
      });
    },
  };
}
/** Who sits at the browser, as far as the provider knows. */
let who = '';

const PUBLIC = 'http://localhost:45997';
beforeAll(async () => {
  const { issuer, allow } = await startProvider();
  allow(`${PUBLIC}/api/sign-on/return`);
  world = await openWorld({
    publicUrl: PUBLIC,
    oidcIssuer: issuer,
    oidcClientId: CLIENT.id,
    oidcClientSecret: CLIENT.secret,
    oidcName: 'Company',
    oidcRole: 'service',
    oidcRoles: 'cdp-analysts=analyst,cdp-admins=administrator',
  });
}, 120_000);
afterAll(async () => {
  await world.close();
  idp.closeAllConnections();
  idp.close();
});

/** A browser's cookies, by host. */
class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  async get(url: string): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(';', 1)[0]!.split(/=(.*)/s) as [string, string];
      if (value === '' || /max-age=0\b/i.test(set)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Goes where it is sent, until somewhere under `until` or to an answer that sends nowhere. */
  async follow(start: string, until: string): Promise<string> {
    for (let url = start, steps = 0; steps < 12; steps += 1) {
      if (url.includes(until)) return url;
      const response = await this.get(url);
      const next = response.headers.get('location');
      if (!next) return url;
      url = new URL(next, url).href.replace(PUBLIC, world.server.url);
    }
    throw new Error('sent round in circles');
  }

  async session(): Promise<{ email: string; role: string; name: string } | null> {
    const state = (await (await this.get(`${world.server.url}/api/session`)).json()) as {
      caller: { account: { email: string; role: string; name: string } } | null;
    };
    return state.caller?.account ?? null;
  }
}

/** From the button to where it led. */
async function signOn(
  person: string,
  browser = new Browser(),
  to = '/customers',
): Promise<{ browser: Browser; at: string }> {
  who = person;
  const start = `${world.server.url}/api/sign-on?to=${encodeURIComponent(to)}`;
  const back = await browser.follow(start, '/api/sign-on/return');
  const { headers } = await browser.get(back);
  return { browser, at: headers.get('location')! };
}

test('the sign-in page is told of it', async () => {
  expect((await world.ask('GET', '/api/session')).body['signOn']).toEqual({ name: 'Company' });
});

test('somebody new comes in with the role for new people, back to where they wanted', async () => {
  const { browser, at } = await signOn('new', new Browser(), '/graph?n=1');
  expect(at).toBe('/graph?n=1');
  expect(await browser.session()).toMatchObject({ email: 'new@example.com', role: 'service', name: 'New Person' });
  // The second time it is the same account.
  await signOn('new');
  const { items } = (await world.ask('GET', '/api/members', { cookie: world.admin })).body as {
    items: { email: string }[];
  };
  expect(items.filter(({ email }) => email === 'new@example.com')).toHaveLength(1);
});

test('a verified address reaches the account that has it', async () => {
  const { id } = await world.join('engineer', 'known@example.com', 'As Invited');
  const { browser } = await signOn('known');
  expect(await browser.session()).toMatchObject({ id, role: 'engineer', name: 'As Invited' });
});

test.each(['claims', 'silent'])('an address that is not verified reaches nobody: %s', async (person) => {
  const { browser, at } = await signOn(person);
  expect(at).toBe('/sign-in?problem=email_unverified');
  expect(await browser.session()).toBeNull();
});

test('who was invited comes in with the role of the invitation, which is then used up', async () => {
  const invite = { email: 'invited@example.com', role: 'marketer' };
  const { body } = await world.ask('POST', '/api/members', { cookie: world.admin, body: invite });
  expect(await (await signOn('invited')).browser.session()).toMatchObject({ role: 'marketer' });
  const token = String(body['url']).split('#')[1]!;
  expect((await world.ask('POST', '/api/links/look', { body: { token } })).status).toBe(404);
});

test('a claim gives the role, at every sign-on', async () => {
  expect(await (await signOn('grouped')).browser.session()).toMatchObject({ role: 'analyst' });
  const { items } = (await world.ask('GET', '/api/members', { cookie: world.admin })).body as {
    items: { id: string; email: string }[];
  };
  const { id } = items.find(({ email }) => email === 'grouped@example.com')!;
  await world.ask('PUT', `/api/members/${id}`, { cookie: world.admin, body: { role: 'marketer' } });
  expect(await (await signOn('grouped')).browser.session()).toMatchObject({ role: 'analyst' });
});

test('a disabled account is not let in', async () => {
  const { id } = await world.join('marketer', 'new2@example.com');
  const { items } = (await world.ask('GET', '/api/members', { cookie: world.admin })).body as {
    items: { id: string; email: string }[];
  };
  const known = items.find(({ email }) => email === 'new@example.com')!;
  await world.ask('PUT', `/api/members/${known.id}`, { cookie: world.admin, body: { disabled: true } });
  const { browser, at } = await signOn('new');
  expect([at, await browser.session()]).toEqual(['/sign-in?problem=account_disabled', null]);
  expect(id).not.toBe(known.id);
});

test('an answer counts once, in the browser that asked, with the state it was given', async () => {
  who = 'known';
  const start = `${world.server.url}/api/sign-on`;
  const refused = '/sign-in?problem=sign_on_refused';
  const locationOf = async (browser: Browser, url: string) => (await browser.get(url)).headers.get('location');

  const browser = new Browser();
  const back = await browser.follow(start, '/api/sign-on/return');
  // Another browser, which a link was sent to: it would be signed in as who sent it.
  const victim = new Browser();
  expect([await locationOf(victim, back), await victim.session()]).toEqual([refused, null]);
  expect(await locationOf(browser, back)).toBe('/');
  expect(await locationOf(browser, back)).toBe(refused);

  const forged = new Browser();
  const answer = new URL(await forged.follow(start, '/api/sign-on/return'));
  answer.searchParams.set('state', 'A'.repeat(43));
  expect([await locationOf(forged, answer.href), await forged.session()]).toEqual([refused, null]);

  const late = new Browser();
  const old = await late.follow(start, '/api/sign-on/return');
  world.pass(11 * 60_000);
  expect([await locationOf(late, old), await late.session()]).toEqual([refused, null]);
});

test.each([
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['/customers?q=a#b', '/customers?q=a#b'],
])('it leads nowhere but to this server: %s', async (to, at) => {
  expect((await signOn('known', new Browser(), to)).at).toBe(at);
});
