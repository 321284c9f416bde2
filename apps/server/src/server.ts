import { setTimeout as pause } from 'node:timers/promises';
import { briefly, type Config, isLoopback, lockFolder, type PlatformOptions } from '@guanxi/engine/platform';
import type { FastifyInstance } from 'fastify';
import { createApp, type DeclaredRoute } from './app.ts';
import { compose, type Guanxi } from './compose.ts';
import { createFront, type Front } from './front.ts';

export interface Server {
  readonly url: string;
  /** The product as it is now: another after its data were replaced. */
  readonly guanxi: Guanxi;
  /** Opens the API to who started the server; the command line finds it in the lock file. */
  readonly token: string;
  /** What the first administrator needs, where the server cannot tell that they sit at this machine. */
  readonly setUpCode: string | null;
  readonly routes: readonly DeclaredRoute[];
  /** Lets requests and the batch under way finish, then closes both engines. */
  close(): Promise<void>;
}

export interface ServerOptions extends PlatformOptions {
  /** An installation that has never been given anything gets the demo brand, unless its settings say no. */
  readonly demoIfNew?: boolean;
}

const AGAIN_MS = 1000;

/**
 * The product behind its front. Where all data were replaced it is closed and composed anew, so that nothing in memory
 * can be of the data of before; the front tells clients to come again meanwhile.
 */
class Running {
  #now: { readonly guanxi: Guanxi; readonly app: FastifyInstance } | null = null;
  readonly #front: Front;
  #renewing: Promise<void> | null = null;
  #replaced = false;
  #closed = false;

  constructor(
    private readonly config: Config,
    private readonly options: PlatformOptions,
  ) {
    this.#front = createFront(config.host, config.port);
  }

  get guanxi(): Guanxi {
    if (!this.#now) throw new Error('the data are being replaced');
    return this.#now.guanxi;
  }

  get app(): FastifyInstance {
    return this.#now!.app;
  }

  get url(): string {
    const { host } = this.config;
    const shown = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host;
    return `http://${shown}:${this.#front.port}`;
  }

  async open(): Promise<void> {
    const guanxi = await compose(this.config, { ...this.options, onReplaced: () => this.#renew() });
    try {
      const app = await createApp(guanxi, this.#front.factory);
      await this.#front.answer();
      this.#now = { guanxi, app };
      guanxi.platform.announce(this.url);
      guanxi.platform.logger.info({ url: this.url }, 'Server listening');
    } catch (error) {
      await guanxi.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#renewing;
    await this.#front.close();
    await this.#end();
  }

  async #end(): Promise<void> {
    const now = this.#now;
    this.#now = null;
    await now?.app.close();
    await now?.guanxi.close();
  }

  #renew(): void {
    this.#replaced = true;
    this.#renewing ??= this.#openAnew().finally(() => (this.#renewing = null));
  }

  async #openAnew(): Promise<void> {
    while (this.#replaced && this.#now && !this.#closed) {
      const { logger } = this.#now.guanxi.platform;
      logger.info('the data were replaced: opening them anew');
      await this.#front.away();
      await this.#end().catch((error: unknown) => logger.error({ reason: briefly(error) }, 'closing failed'));
      while (!this.#now && !this.#closed) {
        this.#replaced = false;
        await this.open().catch(async (error: unknown) => {
          logger.error({ reason: briefly(error) }, 'the data cannot be opened');
          await pause(AGAIN_MS);
        });
      }
    }
  }
}

/** Opens the data, starts the river and listens. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  const lock = options.lock ?? lockFolder(config.dataDir);
  const running = new Running(config, { ...options, lock });
  const close = async () => {
    await running.close();
    if (!options.lock) lock.release();
  };
  try {
    await running.open();
    const { guanxi, url } = running;
    const needsCode = !isLoopback(config.host) || config.publicUrl !== undefined;
    if (options.demoIfNew) await guanxi.demo.loadIfNew();
    return {
      url,
      get guanxi() {
        return running.guanxi;
      },
      token: lock.token,
      setUpCode: needsCode ? await guanxi.access.issueSetUpCode() : null,
      routes: running.app.routes,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
