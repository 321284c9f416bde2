import type { AddressInfo } from 'node:net';
import type { Config, PlatformOptions } from '@guanxi/engine/platform';
import { isLoopback, UserError } from '@guanxi/engine/platform';
import { createApp, type DeclaredRoute } from './app.ts';
import { compose, type Guanxi } from './compose.ts';

export interface Server {
  readonly url: string;
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

/** Opens the data, starts the river and listens. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  const guanxi = await compose(config, options);
  try {
    const app = await createApp(guanxi);
    await app.listen({ host: config.host, port: config.port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new UserError('conflict', 'port_in_use', `Port ${config.port} is in use`, {
        remedy: 'Stop what listens there, or set GUANXI_PORT to another port.',
      });
    });
    const { port } = app.server.address() as AddressInfo;
    const host = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(config.host) ? 'localhost' : config.host;
    const url = `http://${host}:${port}`;
    guanxi.platform.announce(url);
    const needsCode = !isLoopback(config.host) || config.publicUrl !== undefined;
    if (options.demoIfNew) await guanxi.demo.loadIfNew();
    return {
      url,
      guanxi,
      token: guanxi.platform.localToken,
      setUpCode: needsCode ? await guanxi.access.issueSetUpCode() : null,
      routes: app.routes,
      async close() {
        await app.close();
        await guanxi.close();
      },
    };
  } catch (error) {
    await guanxi.close();
    throw error;
  }
}
