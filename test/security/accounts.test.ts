// Accounts against who tries to get in: guessing, stolen and planted cookies, forged requests, links and keys used twice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, openWorld, PASSWORD, type World } from './world.ts';

let world: World;
let count = 0;
const freshEmail = () => `person${(count += 1)}@example.com`;
beforeAll(async () => {
  world = await openWorld();
}, 120_000);
afterAll(() => world.close());

const statusOf = async (cookie: string) => (await world.ask('GET', '/api/status', { cookie })).status;
const member = async (id: string) => {
  const { body } = await world.ask('GET', '/api/members', { bearer: world.server.token });
  return (body['items'] as { id: string; role: string; disabled: boolean }[]).find((each) => each.id === id);
};

test('a server is set up once, by several who ask at the same moment too', async () => {
  expect((await world.ask('GET', '/api/session')).body).toMatchObject({ setUp: true, caller: null });
  const again = { email: 'other@example.com', name: 'Other', password: PASSWORD };
  const answers = await Promise.all([1, 2, 3].map(() => world.ask('POST', '/api/setup', { body: again })));
  expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(Array(3).fill([409, 'already_set_up']));
});

test('signing in answers a cookie that scripts cannot read, and never the same one', async () => {
  const email = freshEmail();
  const { cookie } = await world.join('marketer', email);
  const signed = await world.signIn(email.toUpperCase());
  expect(signed.status).toBe(200);
  const [set] = signed.headers.getSetCookie();
  expect(set).toMatch(/^guanxi=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
  expect(signed.cookie).not.toBe(cookie);
  expect(signed.headers.get('cache-control')).toBe('no-store');
});

test('a session that was planted before signing in is not the one that is signed in (fixation)', async () => {
  const [email, other] = [freshEmail(), freshEmail()];
  await world.join('marketer', email);
  const planted = (await world.join('marketer', other)).cookie;
  const signed = await world.ask('POST', '/api/session', { cookie: planted, body: { email, password: PASSWORD } });
  expect(signed.cookie).not.toBe(planted);
  expect(await statusOf(signed.cookie!)).toBe(200);
  // Whoever planted it has nothing left.
  expect(await statusOf(planted)).toBe(401);
});

test('an invented session is not taken over either', async () => {
  const email = freshEmail();
  await world.join('marketer', email);
  const invented = `guanxi=${'A'.repeat(43)}`;
  const signed = await world.ask('POST', '/api/session', { cookie: invented, body: { email, password: PASSWORD } });
  expect(signed.cookie).not.toBe(invented);
  expect(await statusOf(invented)).toBe(401);
});

test('five failures lock an account, longer each time, whether it exists or not, and the right password with it', async () => {
  const known = freshEmail();
  await world.join('marketer', known);
  const seen: unknown[][] = [];
  for (const email of [known, 'nobody@example.com']) {
    const answers = [];
    for (let n = 0; n < 6; n += 1) answers.push(await world.signIn(email, `wrong-password-${n}`));
    const right = await world.signIn(email);
    world.pass(MINUTE + 1000);
    const next = await world.signIn(email, 'wrong-password-6');
    const later = await world.signIn(email, 'wrong-password-7');
    seen.push([
      ...[...answers, right, next, later].map(({ status, body }) => [status, body['code'], body['message'] as string]),
      Number(answers[5]!.headers.get('retry-after')) > 55,
      Number(later.headers.get('retry-after')) > 115,
    ]);
    world.pass(20 * MINUTE);
  }
  const withoutSeconds = (rows: unknown[]) => JSON.stringify(rows).replace(/wait \d+ seconds/g, 'wait');
  expect(withoutSeconds(seen[0]!)).toBe(withoutSeconds(seen[1]!));
  const codes = seen[0]!.slice(0, 9).map((row) => (row as [number, string]).slice(0, 2));
  const [wrong, locked] = [
    [401, 'wrong_credentials'],
    [429, 'locked'],
  ];
  expect(codes).toEqual([wrong, wrong, wrong, wrong, wrong, locked, locked, wrong, locked]);
  expect(seen[0]!.slice(9)).toEqual([true, true]);
  expect((await world.signIn(known)).status).toBe(200);
});

test('a failed sign-in names the account that was tried, and never what was typed', async () => {
  const email = freshEmail();
  const { id } = await world.join('marketer', email);
  await world.signIn(email, 'typed-by-mistake-1');
  await world.signIn('somebody-unknown@example.com', 'typed-by-mistake-2');
  const { body } = await world.ask('GET', '/api/audit?action=signIn&limit=2', { bearer: world.server.token });
  const items = body['items'] as { subject: string | null; outcome: string }[];
  expect(items.map(({ subject, outcome }) => [subject, outcome])).toEqual([
    [null, 'refused'],
    [id, 'refused'],
  ]);
  for (const typed of [email, 'typed-by-mistake', 'somebody-unknown'])
    expect(JSON.stringify(items)).not.toContain(typed);
  world.pass(20 * MINUTE);
});

test('many guesses at the same moment are no way round the lock', async () => {
  const email = freshEmail();
  await world.join('marketer', email);
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => world.signIn(email, `wrong-password-${n}`)));
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(7);
  world.pass(20 * MINUTE);
});

test('an address that fails for many accounts is locked as a whole', async () => {
  const codes = [];
  for (let n = 0; n < 22; n += 1) codes.push((await world.signIn(`spray${n}@example.com`, 'wrong')).body['code']);
  expect(codes.filter((code) => code === 'wrong_credentials')).toHaveLength(20);
  expect(codes.slice(20)).toEqual(['locked', 'locked']);
  world.pass(20 * MINUTE);
});

test('a session ends after half an hour without anybody, and after twelve hours in any case', async () => {
  const email = freshEmail();
  await world.join('marketer', email);
  const idle = (await world.signIn(email)).cookie!;
  world.pass(29 * MINUTE);
  expect(await statusOf(idle)).toBe(200);
  world.pass(29 * MINUTE);
  expect(await statusOf(idle)).toBe(200);
  // A page that refreshes by itself keeps nothing alive.
  for (let n = 0; n < 4; n += 1) {
    world.pass(10 * MINUTE);
    await world.ask('GET', '/api/status', { cookie: idle, headers: { 'x-guanxi': 'idle' } });
  }
  expect(await statusOf(idle)).toBe(401);
  const busy = (await world.signIn(email)).cookie!;
  for (let n = 0; n < 35; n += 1) {
    world.pass(20 * MINUTE);
    expect(await statusOf(busy)).toBe(200);
  }
  world.pass(21 * MINUTE);
  expect(await statusOf(busy)).toBe(401);
});

test('a change that comes with a cookie needs the header of our own pages, and an origin that is ours', async () => {
  const { cookie } = await world.join('engineer', freshEmail());
  const body = { name: 'Forged' };
  const change = (extra: object) => world.ask('POST', '/api/sources', { cookie, body, ...extra });
  expect((await change({ bare: true })).body['code']).toBe('no_client_header');
  expect((await change({ headers: { origin: 'https://evil.example' } })).body['code']).toBe('foreign_origin');
  expect((await change({ headers: { origin: world.server.url } })).status).toBe(200);
  // What an HTML form of another site can send without being asked: no header, a body of its own kind.
  const form = await fetch(`${world.server.url}/api/session`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'text/plain' },
    body: JSON.stringify({ email: 'admin@example.com', password: PASSWORD }),
  });
  expect([form.status >= 400, form.headers.getSetCookie()]).toEqual([true, []]);
  const bare = await world.ask('POST', '/api/session', {
    bare: true,
    body: { email: 'admin@example.com', password: PASSWORD },
  });
  expect([bare.status, bare.cookie]).toEqual([403, null]);
  // A browser that asks first is not told yes.
  const asked = await world.ask('OPTIONS', '/api/sources', {
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  expect(asked.headers.get('access-control-allow-origin')).toBeNull();
});

test("one sees and ends one's own sessions, and nobody else's", async () => {
  const [email, other] = [freshEmail(), freshEmail()];
  await world.join('marketer', email);
  const [here, there] = [(await world.signIn(email)).cookie!, (await world.signIn(email)).cookie!];
  const foreign = (await world.join('marketer', other)).cookie;
  const list = async (cookie: string) =>
    (await world.ask('GET', '/api/account/sessions', { cookie })).body['items'] as { id: string; current: boolean }[];
  const sessions = await list(here);
  expect(sessions.filter(({ current }) => current)).toHaveLength(1);
  const theirs = (await list(foreign))[0]!.id;
  expect((await world.ask('DELETE', `/api/account/sessions/${theirs}`, { cookie: here })).status).toBe(404);
  const thereId = (await list(there)).find(({ current }) => current)!.id;
  expect((await world.ask('DELETE', `/api/account/sessions/${thereId}`, { cookie: here })).status).toBe(200);
  expect([await statusOf(there), await statusOf(here), await statusOf(foreign)]).toEqual([401, 200, 200]);
  const out = await world.ask('DELETE', '/api/session', { cookie: here });
  expect([out.cookie, await statusOf(here)]).toEqual(['', 401]);
});

test('a new password ends every other session; the old one must be known', async () => {
  const email = freshEmail();
  const { cookie } = await world.join('marketer', email);
  const other = (await world.signIn(email)).cookie!;
  const change = (body: object) => world.ask('POST', '/api/account/password', { cookie, body });
  const next = 'quartz lantern violet 9';
  expect((await change({ current: 'not it at all', next })).body['code']).toBe('wrong_password');
  expect((await change({ next })).body['code']).toBe('wrong_password');
  expect((await change({ current: PASSWORD, next })).status).toBe(200);
  expect([await statusOf(cookie), await statusOf(other)]).toEqual([200, 401]);
  expect([(await world.signIn(email)).status, (await world.signIn(email, next)).status]).toEqual([401, 200]);
});

test.each([
  ['short', 'password_length', 'Sam Lee', 'aB3$x9'],
  ['first tried', 'password_common', 'Sam Lee', 'Password123!'],
  ['first tried in disguise', 'password_common', 'Sam Lee', 'P@ssw0rd2024'],
  ['one sign over and over', 'password_common', 'Sam Lee', 'zzzzzzzzzzzz'],
  ['a run', 'password_common', 'Sam Lee', '1234567890'],
  ["one's name", 'password_personal', 'Bartholomew', 'bartholomew1'],
])('a password that is %s is refused', async (_, code, name, password) => {
  const { cookie } = await world.join('marketer', freshEmail(), name);
  const { body } = await world.ask('POST', '/api/account/password', {
    cookie,
    body: { current: PASSWORD, next: password },
  });
  expect(code === 'password_length' ? 'invalid' : code).toBe(body['code']);
});

test('another role and being disabled end sessions at once; a disabled person is told what a stranger is', async () => {
  const email = freshEmail();
  const { id, cookie } = await world.join('engineer', email);
  const update = (body: object) => world.ask('PUT', `/api/members/${id}`, { bearer: world.server.token, body });
  expect((await update({ role: 'analyst' })).status).toBe(200);
  expect(await statusOf(cookie)).toBe(401);
  const again = (await world.signIn(email)).cookie!;
  expect((await world.ask('POST', '/api/sources', { cookie: again, body: { name: 'No' } })).status).toBe(403);
  const { key } = await world.keyOf(['status.read'], again);
  expect((await world.ask('GET', '/api/status', { bearer: key })).status).toBe(200);
  await update({ disabled: true });
  expect(await statusOf(again)).toBe(401);
  expect((await world.ask('GET', '/api/status', { bearer: key })).status).toBe(401);
  const refused = await world.signIn(email);
  const stranger = await world.signIn('stranger@example.com');
  expect([refused.status, refused.body['message']]).toEqual([stranger.status, stranger.body['message']]);
  await update({ disabled: false });
  expect((await world.ask('GET', '/api/status', { bearer: key })).status).toBe(200);
});

test('the last administrator stays one, also when two try to leave at the same moment', async () => {
  const { body } = await world.ask('GET', '/api/session', { cookie: (await world.signIn('admin@example.com')).cookie });
  const { id } = (body['caller'] as { account: { id: string } }).account;
  const as = { bearer: world.server.token };
  const refused = [
    await world.ask('PUT', `/api/members/${id}`, { ...as, body: { role: 'analyst' } }),
    await world.ask('PUT', `/api/members/${id}`, { ...as, body: { disabled: true } }),
    await world.ask('DELETE', `/api/members/${id}`, as),
  ];
  expect(refused.map((answer) => answer.body['code'])).toEqual(Array(3).fill('last_administrator'));
  const second = await world.join('administrator', freshEmail());
  await Promise.all(
    [id, second.id].map((each) => world.ask('PUT', `/api/members/${each}`, { ...as, body: { disabled: true } })),
  );
  const left = [await member(id), await member(second.id)].filter((each) => each && !each.disabled);
  expect(left).toHaveLength(1);
  for (const each of [id, second.id])
    await world.ask('PUT', `/api/members/${each}`, { ...as, body: { disabled: false } });
  expect((await world.ask('DELETE', `/api/members/${second.id}`, as)).status).toBe(200);
  expect(await member(second.id)).toBeUndefined();
});

const tokenOf = (answer: { body: Record<string, unknown> }) => String(answer.body['url']).split('#')[1]!;
const accept = (token: string, password = PASSWORD) =>
  world.ask('POST', '/api/links/accept', { body: { token, name: 'Invited', password } });

test('an invitation works once, for seven days, until it is taken back or replaced', async () => {
  const as = { bearer: world.server.token };
  const invite = (email: string) => world.ask('POST', '/api/members', { ...as, body: { email, role: 'service' } });
  const email = freshEmail();
  const replaced = tokenOf(await invite(email));
  const token = tokenOf(await invite(email));
  expect((await accept(replaced)).body['code']).toBe('link_invalid');
  expect((await accept(token, 'short')).status).toBe(400);
  const twice = await Promise.all([accept(token), accept(token)]);
  expect(twice.map(({ status }) => status).sort()).toEqual([200, 404]);
  expect((await world.ask('POST', '/api/links/look', { body: { token } })).status).toBe(404);
  expect((await invite(email)).body['code']).toBe('email_taken');

  const late = tokenOf(await invite(freshEmail()));
  world.pass(7 * DAY - HOUR);
  expect((await world.ask('POST', '/api/links/look', { body: { token: late } })).body['kind']).toBe('invitation');
  world.pass(2 * HOUR);
  expect((await accept(late)).status).toBe(404);

  const taken = await invite(freshEmail());
  const { id } = taken.body['invitation'] as { id: string };
  expect((await world.ask('DELETE', `/api/invitations/${id}`, as)).status).toBe(200);
  expect((await accept(tokenOf(taken))).status).toBe(404);
});

test('a reset link works once, for a day; it ends sessions and opens a locked account', async () => {
  const email = freshEmail();
  const { id, cookie } = await world.join('marketer', email);
  const reset = () => world.ask('POST', `/api/members/${id}/reset`, { bearer: world.server.token });
  const expired = tokenOf(await reset());
  world.pass(DAY + HOUR);
  expect((await accept(expired)).status).toBe(404);
  const token = tokenOf(await reset());
  for (let n = 0; n < 6; n += 1) await world.signIn(email, `wrong-password-${n}`);
  expect((await world.signIn(email)).status).toBe(429);
  const next = 'lantern quartz violet 7';
  expect((await accept(token, next)).status).toBe(200);
  expect((await accept(token, next)).status).toBe(404);
  expect(await statusOf(cookie)).toBe(401);
  expect((await world.signIn(email, next)).status).toBe(200);
});

test('a key may what it was made for, as long as it was made for; its owner gives no more than they have', async () => {
  const { id, cookie } = await world.join('engineer', freshEmail());
  const make = (scopes: string[]) => world.ask('POST', '/api/keys', { cookie, body: { name: 'k', scopes } });
  expect((await make(['users.manage'])).body['code']).toBe('beyond_own');
  const { key, id: keyId } = await world.keyOf(['data.manage', 'status.read'], cookie, 30);
  const may = async (method: string, path: string) => (await world.ask(method, path, { bearer: key })).status;
  expect(await may('GET', '/api/status')).toBe(200);
  expect(await may('GET', '/api/sources')).toBe(403);
  // A key makes no key, has no password, and no sessions of anybody.
  const another = await world.ask('POST', '/api/keys', { bearer: key, body: { name: 'k', scopes: ['status.read'] } });
  expect(another.body['code']).toBe('key_makes_key');
  const password = await world.ask('POST', '/api/account/password', { bearer: key, body: { next: PASSWORD } });
  expect(password.body['code']).toBe('no_account');
  expect((await world.ask('GET', '/api/account/sessions', { bearer: key })).body['items']).toEqual([]);
  // Its owner loses a permission: so does the key.
  await world.ask('PUT', `/api/members/${id}`, { bearer: world.server.token, body: { role: 'analyst' } });
  expect((await world.ask('POST', '/api/sources', { bearer: key, body: { name: 'No' } })).status).toBe(403);
  expect(await may('GET', '/api/status')).toBe(200);
  world.pass(30 * DAY - HOUR);
  expect(await may('GET', '/api/status')).toBe(200);
  world.pass(2 * HOUR);
  expect(await may('GET', '/api/status')).toBe(401);

  const short = await world.keyOf(['status.read']);
  expect((await world.ask('DELETE', `/api/keys/${short.id}`, { bearer: world.server.token })).status).toBe(200);
  expect((await world.ask('GET', '/api/status', { bearer: short.key })).status).toBe(401);
  const strangers = (await world.join('marketer', freshEmail())).cookie;
  expect((await world.ask('DELETE', `/api/keys/${keyId}`, { cookie: strangers })).status).toBe(404);
});

test('who may manage users but nothing else makes nobody more than they are themselves', async () => {
  const { key } = await world.keyOf(['users.manage']);
  const body = { email: freshEmail(), role: 'administrator' };
  expect((await world.ask('POST', '/api/members', { bearer: key, body })).body['code']).toBe('beyond_own');
  const { items } = (await world.ask('GET', '/api/members', { bearer: key })).body as { items: { id: string }[] };
  const reset = await world.ask('POST', `/api/members/${items[0]!.id}/reset`, { bearer: key });
  expect(reset.body['code']).toBe('beyond_own');
});

test('what opens something is nowhere in the database as it was told', async () => {
  const email = freshEmail();
  const { cookie } = await world.join('marketer', email);
  const { key } = await world.keyOf(['status.read']);
  const invited = await world.ask('POST', '/api/members', {
    bearer: world.server.token,
    body: { email: freshEmail(), role: 'service' },
  });
  const { postgres } = world.server.guanxi.platform;
  const tables = await postgres.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const secrets = [cookie.split('=')[1]!, key, tokenOf(invited), PASSWORD, world.server.token];
  for (const { name } of tables) {
    const text = JSON.stringify(await postgres.query(`SELECT * FROM "${name}"`));
    for (const secret of secrets) expect([name, text.includes(secret)]).toEqual([name, false]);
  }
  const [row] = await postgres.query<{ password: string }>('SELECT password FROM account WHERE email = $1', [email]);
  expect(row!.password).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
});
