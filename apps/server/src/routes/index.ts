import { type Endpoint, type EndpointName, endpoints } from '@guanxi/contracts';
import type { FastifyInstance } from 'fastify';
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
  ...exploreHandlers,
  ...demoHandlers,
  ...streamHandlers,
};

type AnyHandler = (request: object, guanxi: Guanxi, caller: Caller, raw: Raw) => Promise<unknown>;

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
        const input = {
          params: endpoint.params?.parse(request.params) ?? {},
          query: endpoint.query?.parse(request.query) ?? {},
          body: endpoint.body?.parse(request.body),
        };
        return handler(input, guanxi, request.caller, { request, reply });
      },
    });
  }
}
