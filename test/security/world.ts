import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_HEADER, type Permission, type Role } from '@guanxi/contracts';
import { type Config, readConfig } from '@guanxi/engine/platform';
import { type Server, startServer } from '@guanxi/server';

export const PASSWORD = 'teapot-orbit-mango-42';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
  /** The session cookie it set, as a browser would send it back; '' when it took it away. */
  readonly cookie: string | null;
}

interface Ask {
  readonly cookie?: string | null;
  readonly bearer?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Without the header that pages of the console send. */
  readonly bare?: boolean;
}

/** A server whose time is moved by hand, and ways to ask it as a browser or a program would. */
export interface World {
  readonly server: Server;
  pass(ms: number): void;
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** Creates an account by invitation and answers its session cookie. */
  join(role: Role, email: string, name?: string): Promise<{ id: string; cookie: string }>;
  signIn(email: string, password?: string): Promise<Answer>;
  keyOf(scopes: readonly Permission[], cookie?: string, days?: number | null): Promise<{ id: string; key: string }>;
  /** Session cookie of the first administrator. */
  readonly admin: string;
  close(): Promise<void>;
}

const cookieOf = (headers: Headers): string | null => {
  const set = headers.getSetCookie().find((text) => /^(__Host-)?guanxi=/.test(text));
  if (set === undefined) return null;
  const pair = set.split(';', 1)[0]!;
  return pair.endsWith('=') ? '' : pair;
};

export async function openWorld(env: Partial<Config> = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-security-'));
  let shift = 0;
  const clock = { now: () => Date.now() + shift };
  const config = { ...readConfig({ GUANXI_DATA: folder, GUANXI_LOG_LEVEL: 'warn' }), port: 0, ...env };
  const server = await startServer(config, { clock });
  const ask: World['ask'] = async (method, path, { cookie, bearer, body, headers, bare } = {}) => {
    const response = await fetch(server.url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(bare ? {} : { [CLIENT_HEADER]: 'console' }),
        ...(cookie ? { cookie } : {}),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { text };
    return {
      status: response.status,
      body: parsed as Record<string, unknown>,
      headers: response.headers,
      cookie: cookieOf(response.headers),
    };
  };
  const first = await ask('POST', '/api/setup', {
    body: {
      email: 'admin@example.com',
      name: 'Ada',
      password: PASSWORD,
      ...(server.setUpCode ? { code: server.setUpCode } : {}),
    },
  });
  const admin = first.cookie!;
  return {
    server,
    ask,
    admin,
    pass: (ms) => (shift += ms),
    async join(role, email, name = 'Somebody') {
      const invited = await ask('POST', '/api/members', { bearer: server.token, body: { email, role } });
      const token = String(invited.body['url']).split('#')[1]!;
      const joined = await ask('POST', '/api/links/accept', { body: { token, name, password: PASSWORD } });
      const caller = joined.body['caller'] as { account: { id: string } };
      return { id: caller.account.id, cookie: joined.cookie! };
    },
    signIn: (email, password = PASSWORD) => ask('POST', '/api/session', { body: { email, password } }),
    async keyOf(scopes, cookie, days = 90) {
      const made = await ask('POST', '/api/keys', {
        ...(cookie === undefined ? { bearer: server.token } : { cookie }),
        body: { name: 'test', scopes, expiresInDays: days },
      });
      return { id: (made.body['item'] as { id: string }).id, key: String(made.body['key']) };
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
