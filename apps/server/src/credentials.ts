import { CLIENT_HEADER } from '@guanxi/contracts';
import type { ClientFacts, Credentials } from '@guanxi/engine/access';
import { type Config, isLoopback } from '@guanxi/engine/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

type CookieConfig = Pick<Config, 'publicUrl' | 'sessionHours'>;
const isHttps = ({ publicUrl }: Pick<Config, 'publicUrl'>) => publicUrl?.startsWith('https:') ?? false;

/** `__Host-` makes browsers refuse the cookie unless it is Secure, of this host alone and of the whole site. */
const nameOf = (name: string, config: Pick<Config, 'publicUrl'>) => (isHttps(config) ? `__Host-${name}` : name);

export function readCookie(request: FastifyRequest, name: string, config: Pick<Config, 'publicUrl'>): string | null {
  const wanted = `${nameOf(name, config)}=`;
  const found = (request.headers.cookie ?? '').split(';').find((part) => part.trim().startsWith(wanted));
  return found?.trim().slice(wanted.length) || null;
}

/** Sets a cookie that scripts cannot read and other sites cannot send along with a change; null takes it away. */
export function writeCookie(
  reply: FastifyReply,
  name: string,
  value: string | null,
  config: CookieConfig,
  seconds = config.sessionHours * 3600,
): void {
  const parts = [
    `${nameOf(name, config)}=${value ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    `Max-Age=${value === null ? 0 : seconds}`,
    ...(isHttps(config) ? ['Secure'] : []),
  ];
  const before = reply.getHeader('set-cookie');
  const all = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
  void reply.removeHeader('set-cookie').header('set-cookie', [...all, parts.join('; ')]);
}

export const SESSION_COOKIE = 'guanxi';

/** `Bearer` of the Authorization header; another scheme is a wrong bearer, not none. */
function bearerOf({ headers }: FastifyRequest): string | null {
  if (headers.authorization === undefined) return null;
  return /^bearer +(\S+)$/i.exec(headers.authorization)?.[1] ?? '';
}

export function credentialsOf(request: FastifyRequest, config: Pick<Config, 'publicUrl'>): Credentials {
  return {
    bearer: bearerOf(request),
    cookie: readCookie(request, SESSION_COOKIE, config),
    idle: request.headers[CLIENT_HEADER] === 'idle',
  };
}

export const clientOf = (request: FastifyRequest): ClientFacts => ({
  address: request.ip,
  agent: request.headers['user-agent'] ?? '',
});

const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Whether a request was made on this machine, with no proxy in between that says so. */
export const isDirect = ({ socket, headers }: FastifyRequest): boolean =>
  isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, '')) &&
  FORWARDED.every((name) => headers[name] === undefined);
