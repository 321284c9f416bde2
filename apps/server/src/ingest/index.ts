import type { Address, Ingest } from '@guanxi/engine/ingest';
import { Counter, Histogram, type Platform, UserError } from '@guanxi/engine/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from '../errors.ts';
import { addresses, pixels } from './addresses.ts';
import { BodyBudget, type Held, holdBody } from './body-budget.ts';
import { corsOf, preflight } from './cors.ts';
import { first, keysOf, type Query } from './keys.ts';
import { GIF, pixelEvent } from './pixel.ts';
import { posthogConfig, posthogFlags, rudderSourceConfig, segmentSettings } from './settings.ts';

export interface IngestRoutesOptions {
  readonly ingest: Ingest;
  readonly platform: Platform;
}

const SUCCESS = '{"success":true}';
const JSON_TYPE = 'application/json; charset=utf-8';
const EMPTY = new Uint8Array();

const header = (request: FastifyRequest, name: string): string | undefined => first(request.headers[name]);

/** Some clients say who it is in a header alone, in base64. */
function anonymousIdOf(request: FastifyRequest): string | undefined {
  const encoded = header(request, 'anonymousid');
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** What requests under way hold of the memory for bodies. */
const heldOf = new WeakMap<FastifyRequest, Held>();

async function receive(request: FastifyRequest, address: Address, ingest: Ingest, body: Uint8Array) {
  const query = request.query as Query;
  return ingest.acceptRequest({
    address,
    body,
    keys: keysOf(request),
    sentAt: header(request, 'sentat') ?? first(query['sent_at']) ?? first(query['_']),
    anonymousId: anonymousIdOf(request),
    grown: (bytes) => heldOf.get(request)?.grow(bytes),
  });
}

function eventRoutes(app: FastifyInstance, ingest: Ingest): void {
  for (const [path, address] of Object.entries(addresses))
    app.post(path, async (request, reply) => {
      const outcome = await receive(request, address, ingest, (request.body as Uint8Array | undefined) ?? EMPTY);
      reply.header('content-type', JSON_TYPE);
      if (outcome.quarantined === 0) return reply.send(SUCCESS);
      const { quarantined, issues } = outcome;
      return reply.send(JSON.stringify({ success: true, quarantined, issues }));
    });
}

function pixelRoutes(app: FastifyInstance, ingest: Ingest): void {
  for (const [path, address] of Object.entries(pixels))
    app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
      await receive(request, address, ingest, Buffer.from(pixelEvent(request.query as Query)));
      return reply.header('cache-control', 'no-store').type('image/gif').send(GIF);
    });
}

function knownSource(ingest: Ingest, keys: readonly string[]) {
  for (const key of keys) {
    const source = ingest.sources.byWriteKey(key);
    if (source?.enabled) return source;
  }
  throw new UserError('unauthorised', 'unknown_write_key', 'The write key is missing or unknown', {
    remedy: 'Use the write key that the console shows under Sources.',
  });
}

function settingsRoutes(app: FastifyInstance, ingest: Ingest): void {
  const keyOf = (request: FastifyRequest) => (request.params as { key: string }).key;
  for (const path of ['/v1/projects/:key/settings', '/projects/:key/settings'])
    app.get(path, async (request) => segmentSettings(request, knownSource(ingest, [keyOf(request)])));
  for (const path of ['/sourceConfig', '/sourceConfig/'])
    app.get(path, async (request) => rudderSourceConfig(knownSource(ingest, keysOf(request))));
  app.get('/array/:key/config', async (request) => posthogConfig(keyOf(request)));
  app.get('/array/:key/config.js', async (request, reply) => {
    const key = JSON.stringify(keyOf(request)).replaceAll('<', '\\u003c');
    const config = JSON.stringify(posthogConfig(keyOf(request))).replaceAll('<', '\\u003c');
    const script = `(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};window._POSTHOG_REMOTE_CONFIG[${key}]={config:${config},siteApps:[]}})();`;
    return reply.type('application/javascript; charset=utf-8').send(script);
  });
  for (const path of ['/flags', '/flags/', '/decide', '/decide/'])
    for (const method of ['GET', 'POST'] as const)
      app.route({ method, url: path, handler: async (request) => posthogFlags(keysOf(request)[0] ?? '') });
}

/** What clients say about themselves is thanked for and not kept. */
function telemetryRoutes(app: FastifyInstance): void {
  for (const path of ['/v1/m', '/m']) app.post(path, async (_, reply) => reply.code(204).send());
}

function measure(app: FastifyInstance, { metrics }: Platform): void {
  const requests = new Counter({
    name: 'guanxi_ingest_requests_total',
    help: 'Requests with events, by how they were answered',
    labelNames: ['status'] as const,
    registers: [metrics],
  });
  const seconds = new Histogram({
    name: 'guanxi_ingest_ack_seconds',
    help: 'From the arrival of a request to its answer, for requests whose events are on disk',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers: [metrics],
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.method !== 'POST') return;
    requests.inc({ status: reply.statusCode });
    if (reply.statusCode === 200) seconds.observe(reply.elapsedTime / 1000);
  });
}

/** Paths that browsers may ask about before they use them. */
function preflightRoutes(app: FastifyInstance, paths: Iterable<string>): void {
  for (const path of paths) app.options(path, async (request, reply) => preflight(request, reply));
}

/** A body over the limit before decompression is refused by the HTTP server; the client is told the same as after it. */
function inOurWords(error: unknown, limit: number): unknown {
  if ((error as { code?: string }).code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return error;
  return new UserError('too_large', 'too_large', `The request is larger than ${limit} bytes`, {
    remedy: 'Send fewer events in one request.',
  });
}

/**
 * Everything that clients of Segment, RudderStack and PostHog speak to. Register it in a scope of its own: bodies are
 * taken as bytes here, whatever their content type says.
 */
export async function ingestRoutes(app: FastifyInstance, { ingest, platform }: IngestRoutesOptions): Promise<void> {
  const { config } = platform;
  const cors = corsOf(config.corsOrigins);
  const budget = new BodyBudget(config.maxBodyMegabytes * 2 ** 20);
  const paths = new Set<string>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: config.maxRequestBytes }, (_, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, request, reply) =>
    answerError(inOurWords(error, config.maxRequestBytes), request, reply),
  );
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    // One that cannot be parsed would be refused before it is ignored.
    delete request.headers['content-type'];
    cors(request, reply);
    if (request.method === 'POST') heldOf.set(request, holdBody(request, reply, budget, config));
    // Pages of other sites load these: scripts with settings, and pictures that carry an event.
    reply.header('cross-origin-resource-policy', 'cross-origin');
  });
  app.addHook('onRoute', ({ url, method }) => {
    if (method !== 'OPTIONS') paths.add(url);
  });
  measure(app, platform);
  eventRoutes(app, ingest);
  pixelRoutes(app, ingest);
  settingsRoutes(app, ingest);
  telemetryRoutes(app);
  preflightRoutes(app, [...paths]);
}
