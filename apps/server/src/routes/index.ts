import { type Endpoint, type EndpointName, endpoints } from '@guanxi/contracts';
import { UserError } from '@guanxi/engine/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Guanxi } from '../compose.ts';
import { auditHandlers } from './audit.ts';
import { accessHandlers, signOnHandlers } from './access.ts';
import { customerHandlers } from './customers.ts';
import { dataHandlers } from './data.ts';
import { demoHandlers } from './demo.ts';
import { exploreHandlers } from './explore.ts';
import { graphHandlers } from './graph.ts';
import type { Caller, Handlers, Raw, StreamHandlers } from './handler.ts';
import { identityHandlers } from './identity.ts';
import { importHandlers } from './imports.ts';
import { piiHandlers } from './pii.ts';
import { privacyHandlers } from './privacy.ts';
import { streamHandlers } from './streams.ts';
import { systemHandlers } from './system.ts';

/** One handler for every endpoint; a missing one does not compile. */
const handlers: Handlers & StreamHandlers = {
  ...accessHandlers,
  ...signOnHandlers,
  ...systemHandlers,
  ...dataHandlers,
  ...importHandlers,
  ...identityHandlers,
  ...customerHandlers,
  ...graphHandlers,
  ...auditHandlers,
  ...piiHandlers,
  ...exploreHandlers,
  ...demoHandlers,
  ...privacyHandlers,
  ...streamHandlers,
};

type AnyHandler = (request: object, guanxi: Guanxi, caller: Caller, raw: Raw) => Promise<unknown>;

/** Whether a NUL stands anywhere in what was sent: no engine takes it in text, and nobody means it. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, each]) => name.includes('\0') || holdsNul(each));
}

function refuseNul({ params, query, body }: FastifyRequest, endpoint: Endpoint): void {
  if (holdsNul(params) || holdsNul(query) || (endpoint.body && holdsNul(body)))
    throw new UserError('invalid', 'bad_text', 'Text must not hold the character NUL');
}

const chinese = { error: z.locales.zhCN().localeError };
/** What a schema says of a request it refuses is read by who sent it: in Chinese where they prefer that. */
const wordsFor = ({ headers }: FastifyRequest) =>
  /^zh\b/i.test(headers['accept-language'] ?? '') ? chinese : undefined;

/** Puts every endpoint of the contract on the server: check the input, call the handler, answer. */
export function apiRoutes(app: FastifyInstance, guanxi: Guanxi): void {
  // An upload is handed on as a stream, never gathered in memory.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const endpoint: Endpoint = endpoints[name];
    const handler = handlers[name] as unknown as AnyHandler;
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      exposeHeadRoute: false,
      config: { endpoint: name },
      ...(endpoint.streams === 'upload' ? { bodyLimit: Number.MAX_SAFE_INTEGER } : {}),
      handler: async (request, reply) => {
        refuseNul(request, endpoint);
        const words = wordsFor(request);
        const input = {
          params: endpoint.params?.parse(request.params, words) ?? {},
          query: endpoint.query?.parse(request.query, words) ?? {},
          body: endpoint.body?.parse(request.body, words),
        };
        const answer = await handler(input, guanxi, request.caller, { request, reply });
        return endpoint.streams ? answer : guanxi.masking.reply(name, answer);
      },
    });
  }
}
