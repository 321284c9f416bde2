import { existsSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { type EndpointName, openApi } from '@guanxi/contracts';
import { nobody } from '@guanxi/engine/access';
import { Histogram } from '@guanxi/engine/platform';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Guanxi } from './compose.ts';
import { auditCalls } from './audit-hook.ts';
import { answerError } from './errors.ts';
import { guard, guardLocal } from './guard.ts';
import { securityHeaders } from './headers.ts';
import { ingestRoutes } from './ingest/index.ts';
import { apiRoutes } from './routes/index.ts';
import { version } from './version.ts';
import { sameOrigin } from './same-origin.ts';
import { watchGauges } from './gauges.ts';
import { readinessOf } from './readiness.ts';

const consoleFolder = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** A route as it was put on the server; `endpoint` is null for what is no part of the API. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly endpoint: EndpointName | null;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is. */
    readonly routes: readonly DeclaredRoute[];
  }
}

/** The console's files, and its first page for every address that is one of its screens. */
async function consoleRoutes(app: FastifyInstance): Promise<void> {
  const built = existsSync(consoleFolder);
  app.setNotFoundHandler((request, reply) => {
    const isScreen =
      request.method === 'GET' &&
      !request.url.startsWith('/api/') &&
      (request.headers.accept ?? '').includes('text/html');
    if (built && isScreen) return reply.sendFile('index.html');
    return reply.code(404).send({ code: 'not_found', message: 'There is nothing here', requestId: request.id });
  });
  if (!built) {
    app.get('/', async () => ({
      name: 'guanxi',
      version,
      console: 'not built: npm run build',
      api: '/api/openapi.json',
    }));
    return;
  }
  await app.register(fastifyStatic, {
    root: consoleFolder,
    index: ['index.html'],
    cacheControl: false,
    // Assets carry a hash of what they hold in their names; the page that names them has to be asked for anew each time,
    // or it would call for files that a newer build no longer has.
    setHeaders: (response, path) =>
      response.setHeader(
        'cache-control',
        path.startsWith(join(consoleFolder, 'assets')) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  });
}

/** The HTTP face of the product. */
export async function createApp(
  guanxi: Guanxi,
  serverFactory: (handler: RequestListener) => Server,
): Promise<FastifyInstance> {
  const { platform } = guanxi;
  const app = fastify({
    loggerInstance: platform.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 8 << 20,
    ...(platform.config.trustedProxies ? { trustProxy: platform.config.trustedProxies } : {}),
    serverFactory: (handler) => serverFactory(handler as RequestListener),
  });
  app.setErrorHandler(answerError);
  const routes: DeclaredRoute[] = [];
  app.decorate('routes', routes);
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) routes.push({ method: each, url, endpoint: config?.endpoint ?? null });
  });
  securityHeaders(app, platform.config);
  const seconds = new Histogram({
    name: 'guanxi_api_request_seconds',
    help: 'Time to answer an API request',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    registers: [platform.metrics],
  });
  watchGauges(guanxi);

  app.get('/health', async () => ({ status: 'ok', version }));
  app.get('/ready', async (_, reply) => {
    const state = await readinessOf(guanxi);
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  const readers = { onRequest: guardLocal(guanxi, 'status.read'), exposeHeadRoute: false };
  app.get('/metrics', readers, async (_, reply) =>
    reply.type(platform.metrics.contentType).send(await platform.metrics.metrics()),
  );
  app.get('/api/openapi.json', readers, async () => openApi(version));

  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      request.caller = nobody;
      reply.raw.setHeader('cache-control', 'no-store');
    });
    scope.addHook('onRequest', sameOrigin(platform.config));
    scope.addHook('onRequest', guard(guanxi));
    scope.addHook('onSend', auditCalls(guanxi));
    scope.addHook('onResponse', async (request, reply) => {
      seconds.observe(
        { route: request.routeOptions.url ?? '', method: request.method, status: String(reply.statusCode) },
        reply.elapsedTime / 1000,
      );
    });
    apiRoutes(scope, guanxi);
  });
  await app.register(async (scope) => ingestRoutes(scope, { ingest: guanxi.ingest, platform }));
  await consoleRoutes(app);
  await app.ready();
  return app;
}
