import { type Client, createClient, withToken } from '@guanxi/contracts';
import { lockOwner, readConfig } from '@guanxi/engine/platform';
import type { Messages } from './language.ts';

/** What every command is given: the API of a server, the words to speak, and whether anybody wants it to stop. */
export interface Session {
  readonly api: Client;
  readonly url: string;
  /** For answers that the client does not read, such as files. */
  readonly fetch: typeof fetch;
  readonly text: Messages;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

export interface CommonOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/**
 * Runs `work` against the server named by `--url`, else the one that owns the data folder, else one started here for as
 * long as the work takes. It shows the API key of the environment; without one, the token in the lock file, where the
 * server is the one that owns the folder.
 */
export async function withServer<T>(
  options: CommonOptions,
  text: Messages,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const sessionAt = (url: string, token: string | undefined): Session => {
    const fetcher: typeof fetch = token ? withToken(token) : (...args) => fetch(...args);
    const api = createClient(url, fetcher);
    return { api, url, fetch: fetcher, text, json: options.json ?? false, signal: stop.signal };
  };
  try {
    const config = readConfig();
    const owner = lockOwner(config.dataDir);
    const running = (options.url ?? owner?.url)?.replace(/\/$/, '');
    if (running) {
      const isOwner = owner?.url !== undefined && owner.url === running;
      return await work(sessionAt(running, config.apiKey ?? (isOwner ? owner.token : undefined)));
    }
    const { startServer } = await import('@guanxi/server');
    const server = await startServer({
      ...config,
      host: '127.0.0.1',
      port: 0,
      logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel,
    });
    try {
      return await work(sessionAt(server.url, server.token));
    } finally {
      await server.close();
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
}
