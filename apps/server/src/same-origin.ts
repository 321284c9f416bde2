import { type Config, UserError } from '@guanxi/engine/platform';
import type { FastifyRequest } from 'fastify';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const CHANGES = new Set(['POST', 'PUT', 'DELETE']);

/**
 * Other sites may not use the API through a visitor's browser: a change must come from a page of this server, and a
 * server that listens on this machine alone is not to be called by another name (DNS rebinding). Programs send no Origin.
 * Throws `forbidden`.
 */
export function sameOrigin(config: Pick<Config, 'host' | 'publicUrl'>): (request: FastifyRequest) => Promise<void> {
  const isLocal = LOOPBACK.has(config.host) || config.host === '::1';
  const published = config.publicUrl ? new URL(config.publicUrl) : null;
  return async ({ headers, method, host, hostname }) => {
    if (isLocal && !LOOPBACK.has(hostname) && hostname !== published?.hostname)
      throw new UserError('forbidden', 'foreign_host', 'This server answers on this machine only', {
        remedy: 'Where a proxy stands in front of it, set GUANXI_PUBLIC_URL to the address people use.',
      });
    const { origin } = headers;
    if (!origin || !CHANGES.has(method)) return;
    const from = URL.canParse(origin) ? new URL(origin).host : null;
    if (from !== null && (from === host || from === published?.host)) return;
    throw new UserError('forbidden', 'foreign_origin', 'Pages of other sites may not change anything here');
  };
}
