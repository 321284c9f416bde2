// What a server says of itself: headers of every answer, and logs that hold no secret.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_HEADER } from '@guanxi/contracts';
import { lockOwner } from '@guanxi/engine/platform';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server.ts';

const PASSWORD = 'teapot-orbit-mango-42';
const PUBLIC = 'https://cdp.example.com';
let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guanxi-secrets-'));
  server = await startServerProcess(folder, { GUANXI_LOG_LEVEL: 'debug', GUANXI_PUBLIC_URL: PUBLIC });
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CLIENT_HEADER]: 'console', ...headers },
    body: JSON.stringify(body),
  });

test('the file with the token is for its owner alone', () => {
  expect(statSync(join(folder, 'guanxi.lock')).mode & 0o777).toBe(0o600);
});

test('a published server is set up with the code that it printed, and not without; its cookie is for https alone', async () => {
  const first = { email: 'admin@example.com', name: 'Ada', password: PASSWORD };
  await expect.poll(() => server.output(), { timeout: 20_000 }).toMatch(/administrator: \S+\n/);
  const code = /administrator: (\S+)/.exec(server.output())![1]!;
  expect(await (await fetch(`${server.url}/api/session`)).json()).toMatchObject({ setUp: false, codeNeeded: true });
  for (const wrong of [{}, { code: '' }, { code: `${code}x` }])
    expect(await (await post('/api/setup', { ...first, ...wrong })).json()).toMatchObject({ code: 'wrong_code' });
  const made = await post('/api/setup', { ...first, code });
  expect(made.status).toBe(200);
  expect(made.headers.getSetCookie()[0]).toMatch(
    /^__Host-guanxi=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
  );
});

test.each([
  '/',
  '/customers/1',
  '/api/status',
  '/api/session',
  '/health',
  '/metrics',
  '/nothing',
  '/v1/projects/x/settings',
])('security headers are on every answer: %s', async (path) => {
  const { headers } = await fetch(server.url + path, { headers: { accept: 'text/html' } });
  const policy = headers.get('content-security-policy')!;
  expect(policy).toMatch(/default-src 'none'/);
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).toMatch(/frame-ancestors 'none'/);
  expect(policy).toMatch(/base-uri 'none'/);
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'permissions-policy': expect.stringContaining('camera=()') as string,
    'strict-transport-security': expect.stringMatching(/^max-age=\d{7,}/) as string,
  });
  expect(headers.get('x-powered-by')).toBeNull();
});

test('nothing that opens something is in the log, at its most talkative, whatever is asked of it', async () => {
  const token = lockOwner(folder)!.token;
  const signed = await post('/api/session', { email: 'admin@example.com', password: PASSWORD });
  const cookie = signed.headers.getSetCookie()[0]!.split(';', 1)[0]!;
  const { key } = (await (
    await server.fetch(`${server.url}/api/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'k', scopes: ['status.read'] }),
    })
  ).json()) as { key: string };
  const invited = await server.api.memberInvite({ body: { email: 'x@example.com', role: 'analyst' } });
  const link = invited.url.split('#')[1]!;
  await post('/api/session', { email: 'admin@example.com', password: 'wrong-secret-password' });
  await post('/api/links/accept', { token: link, name: 'X', password: 'short' });
  await post('/api/links/accept', { token: link, name: 'X', password: 'another-secret-password 1' });
  // What is broken on the way in, with a secret in it.
  await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CLIENT_HEADER]: 'console', cookie },
    body: `{"email":"admin@example.com","password":"${PASSWORD}"`,
  });
  await fetch(`${server.url}/api/status?access_token=${key}`, { headers: { authorization: `Bearer ${key}` } });
  const { writeKey } = (await server.api.sources()).items.find(({ id }) => id === 'default')!;
  await fetch(`${server.url}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: '{"broken',
  });
  await server.stop();
  const secrets = [PASSWORD, token, cookie.split('=')[1]!, key, link, writeKey, 'wrong-secret', 'another-secret'];
  for (const [at, secret] of secrets.entries()) expect([at, server.output().includes(secret)]).toEqual([at, false]);
  server = await startServerProcess(folder);
});
