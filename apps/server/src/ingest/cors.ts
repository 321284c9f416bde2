import type { FastifyReply, FastifyRequest } from 'fastify';

const MAX_AGE_SECONDS = '900';

/**
 * Whose pages may send events. The origin is echoed, because clients that send cookies along may not be answered with
 * `*`; nothing here reads cookies. `allowed` is a list separated by commas, or `*`.
 */
export function corsOf(allowed: string): (request: FastifyRequest, reply: FastifyReply) => void {
  const origins = new Set(allowed.split(',').map((origin) => origin.trim()));
  const all = origins.has('*');
  return (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined) return;
    reply.header('vary', 'Origin');
    if (!all && !origins.has(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-allow-credentials', 'true');
    reply.header('access-control-expose-headers', 'Retry-After');
  };
}

/** The answer to a browser that asks before it sends. */
export function preflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = request.headers['access-control-request-headers'];
  if (asked !== undefined) reply.header('access-control-allow-headers', asked);
  return reply
    .code(204)
    .header('access-control-allow-methods', 'GET, POST, OPTIONS')
    .header('access-control-max-age', MAX_AGE_SECONDS)
    .send();
}
