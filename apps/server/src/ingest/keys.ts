import type { FastifyRequest } from 'fastify';

export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** The first value of a query parameter. */
export const first = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

function fromAuthorization(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [scheme = '', credentials = ''] = header.split(' ', 2);
  if (/^basic$/i.test(scheme)) return Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0]!;
  return /^bearer$/i.test(scheme) ? credentials : null;
}

/** Write keys in headers and query; the body may hold another, which the engine looks for. */
export function keysOf(request: FastifyRequest): string[] {
  const query = request.query as Query;
  const keys = [fromAuthorization(request.headers.authorization), query['writeKey'], query['token'], query['api_key']];
  return keys
    .map((key) => (Array.isArray(key) ? key[0] : key))
    .filter((key): key is string => typeof key === 'string' && key !== '');
}
