import { type Endpoint, type EndpointName, endpoints } from '@guanxi/contracts';
import { nobody } from '@guanxi/engine/access';
import { briefly } from '@guanxi/engine/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Guanxi } from './compose.ts';

/** Attempts of nobody known that are worth knowing; each is slowed down, so that nobody can fill the log with them. */
const WAYS_IN = new Set<EndpointName>(['signIn', 'setUp', 'linkAccept']);
const TOO_MANY = 429;
const FORBIDDEN = 403;

const outcomeOf = (status: number) => (status < 400 ? 'done' : status < 500 ? 'refused' : 'failed');

/** Whether a call belongs in the audit log: every change, and every refusal of somebody known. */
function isWorthKnowing(name: EndpointName, request: FastifyRequest, status: number): boolean {
  if (request.caller === nobody) return WAYS_IN.has(name) && status !== TOO_MANY;
  const { method, reads }: Endpoint = endpoints[name];
  return (method !== 'GET' && !reads) || status === FORBIDDEN;
}

/**
 * Writes down who called what with which outcome, before the answer is sent: whoever is told that something was done
 * finds it in the audit log. An audit log that cannot be written takes nothing back, and is told in the server's log.
 */
export function auditCalls({ audit, platform }: Guanxi) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const name = request.routeOptions.config.endpoint;
    if (name === undefined || !isWorthKnowing(name, request, reply.statusCode)) return;
    const { id, seq } = request.params as { id?: string; seq?: string };
    const detail = { status: reply.statusCode, address: request.ip };
    await audit
      .record({
        actor: request.caller.actor,
        action: name,
        subject: id ?? seq ?? request.tried ?? null,
        outcome: outcomeOf(reply.statusCode),
        detail,
      })
      .catch((error: unknown) => platform.logger.error({ action: name, reason: briefly(error) }, 'audit not written'));
  };
}
