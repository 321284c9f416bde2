import { type Client, createClient } from '@guanxi/contracts';
import { lockOwner, readConfig } from '@guanxi/engine/platform';
import type { Messages } from './language.ts';

/** What every command is given: the API of a server, the words to speak, and whether anybody wants it to stop. */
export interface Session {
  readonly api: Client;
  readonly url: string;
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
 * long as the work takes.
 */
export async function withServer<T>(
  options: CommonOptions,
  text: Messages,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const sessionAt = (url: string): Session => ({
    api: createClient(url),
    url,
    text,
    json: options.json ?? false,
    signal: stop.signal,
  });
  try {
    const config = readConfig();
    const running = options.url ?? lockOwner(config.dataDir)?.url;
    if (running) return await work(sessionAt(running.replace(/\/$/, '')));
    const { startServer } = await import('@guanxi/server');
    const server = await startServer({
      ...config,
      host: '127.0.0.1',
      port: 0,
      logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel,
    });
    try {
      return await work(sessionAt(server.url));
    } finally {
      await server.close();
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
}
