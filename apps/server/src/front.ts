import { lookup } from 'node:dns/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { restoring, UserError } from '@guanxi/engine/platform';
import { version } from './version.ts';

/** Takes requests for as long as the process lives, and hands them to whoever answers at the moment. */
export interface Front {
  readonly port: number;
  /** What an application is made on; it answers once `answer` is called. */
  readonly factory: (handler: RequestListener) => Server;
  /** The application that was made last answers. Listens, at the first time. Throws `port_in_use`. */
  answer(): Promise<void>;
  /** Nobody answers: clients are told to come again. Resolves once all connections of before are closed. */
  away(): Promise<void>;
  /** Takes no more, and closes all connections once what is under way was answered, or half a second later. */
  close(): Promise<void>;
}

/** Answers that were being written are finished in this time. */
const GRACE_MS = 500;
const IDLE_POLL_MS = 20;
/** Between two requests on a connection. */
const KEEP_ALIVE_MS = 72_000;

/** While data are being replaced there is nothing that could answer. */
function comeAgain(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const { code, message, remedy, retryAfter } = restoring();
  const [path] = (request.url ?? '').split('?');
  const alive = path === '/health';
  const problem = { code, message, remedy, retryAfter };
  const body = alive
    ? { status: 'ok', version }
    : path === '/ready'
      ? { ready: false, leads: false, error: code }
      : problem;
  response.writeHead(alive ? 200 : 503, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    connection: 'close',
    ...(alive ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(JSON.stringify(body));
}

const listening = (server: Server, host: string, port: number) =>
  new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen({ host, port }, () => {
      server.off('error', failed);
      done();
    });
  });

/** `localhost` may be several addresses. */
export function createFront(host: string, port: number): Front {
  let made: RequestListener = comeAgain;
  let handler: RequestListener = comeAgain;
  const create = () => {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => handler(request, response));
    // A file may take as long to come as it likes.
    server.requestTimeout = 0;
    return server;
  };
  const main = create();
  const servers = [main];
  const own = () => main.address() as AddressInfo;
  const closeConnections = () => servers.forEach((server) => server.closeAllConnections());
  const listenElsewhere = async () => {
    const all = host === 'localhost' ? await lookup(host, { all: true }) : [];
    for (const { address } of all.filter((each) => each.address !== own().address)) {
      const server = create();
      await listening(server, address, own().port).then(
        () => servers.push(server),
        () => undefined,
      );
    }
  };
  return {
    get port() {
      return own().port;
    },
    factory(next) {
      main.removeAllListeners('clientError');
      made = next;
      return main;
    },
    async answer() {
      handler = made;
      if (main.listening) return;
      await listening(main, host, port).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        throw new UserError('conflict', 'port_in_use', `Port ${port} is in use`, {
          remedy: 'Stop what listens there, or set GUANXI_PORT to another port.',
        });
      });
      await listenElsewhere();
    },
    async away() {
      handler = comeAgain;
      await pause(GRACE_MS);
      closeConnections();
    },
    async close() {
      const closed = servers
        .filter((server) => server.listening)
        .map((server) => new Promise((done) => server.close(done)));
      const idle = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), IDLE_POLL_MS);
      await Promise.race([Promise.all(closed), pause(GRACE_MS)]);
      clearInterval(idle);
      closeConnections();
      await Promise.all(closed);
    },
  };
}
