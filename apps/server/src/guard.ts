import {
  type Allow,
  CLIENT_HEADER,
  type Endpoint,
  type EndpointName,
  endpoints,
  type Permission,
} from '@guanxi/contracts';
import { type Caller, nobody } from '@guanxi/engine/access';
import { UserError } from '@guanxi/engine/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Guanxi } from './compose.ts';
import { credentialsOf, isDirect } from './credentials.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before any handler of the API runs. */
    caller: Caller;
    /** The account that somebody unknown tried to sign in to, where there is one. */
    tried?: string;
    /** Whether who asks still may: for answers that go on and on. */
    mayGoOn(): Promise<boolean>;
  }
  interface FastifyContextConfig {
    /** The endpoint that a route of the API answers. */
    readonly endpoint?: EndpointName;
  }
}

const CHANGES = new Set(['POST', 'PUT', 'DELETE', 'PATCH']);

const allows = (caller: Caller | null, allow: Allow): boolean =>
  allow === 'public' || (caller !== null && (allow === 'signedIn' || caller.permissions.has(allow)));

const unknownCaller = () =>
  new UserError('unauthorised', 'sign_in', 'This needs an account or an API key', {
    remedy: 'Sign in, or send an API key as `Authorization: Bearer KEY`.',
  });
export const lacking = (permission: string): UserError =>
  new UserError('forbidden', 'not_permitted', `This needs the permission ${permission}`, {
    where: permission,
    remedy: 'An administrator can give you a role that has it, or an API key with it.',
  });

/**
 * A browser sends the cookie by itself, whoever made it ask; the header it sends only for this server's own pages. A
 * token in the Authorization header is never sent by itself.
 */
function refuseForged({ method, headers }: FastifyRequest): void {
  if (!CHANGES.has(method) || headers.authorization !== undefined || headers[CLIENT_HEADER] !== undefined) return;
  throw new UserError('forbidden', 'no_client_header', `Changes need the header ${CLIENT_HEADER}`, {
    remedy: 'Only pages and programs of Guanxi send it; programs of others use an API key.',
  });
}

/**
 * Finds out who asks and refuses what they may not: 401 for nobody known, 403 for somebody without the permission that
 * the endpoint names. The one place; a route that names no endpoint is not answered at all.
 */
export function guard({ access, platform }: Guanxi) {
  const { config } = platform;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const name = request.routeOptions.config.endpoint;
    if (name === undefined) throw new Error(`${request.routeOptions.url ?? ''} is no endpoint`);
    const { allow, streams }: Endpoint = endpoints[name];
    const credentials = { ...credentialsOf(request, config) };
    // A stream is open as long as the page is: it says nothing about anybody being there.
    const idle = credentials.idle || streams === 'events';
    const caller = await access.authenticate({ ...credentials, idle });
    request.caller = caller ?? nobody;
    request.mayGoOn = async () => allows(await access.authenticate({ ...credentials, idle: true }), allow);
    if (!caller && (allow !== 'public' || credentials.bearer !== null)) {
      reply.header('www-authenticate', 'Bearer');
      throw unknownCaller();
    }
    refuseForged(request);
    if (!allows(caller, allow)) throw lacking(allow);
  };
}

/** For what is no endpoint: whoever has the permission, or a program on this very machine. */
export function guardLocal({ access, platform }: Guanxi, permission: Permission) {
  return async (request: FastifyRequest): Promise<void> => {
    if (isDirect(request) && request.headers.authorization === undefined) return;
    const caller = await access.authenticate({ ...credentialsOf(request, platform.config), idle: true });
    if (!caller) throw unknownCaller();
    if (!caller.permissions.has(permission)) throw lacking(permission);
  };
}
