import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Client, createClient, withToken } from '@guanxi/contracts';
import { lockOwner } from '@guanxi/engine/platform';
import { nodeArguments, nodeEnvironment, root } from '../../scripts/prepare.mjs';

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Calls as the command line of this machine does, which may do everything. */
  readonly api: Client;
  readonly fetch: typeof fetch;
  /** Everything it has printed so far. */
  output(): string;
  /** Ends it: SIGTERM asks it to finish, SIGKILL does not. Resolves when it is gone. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface SteppedServer extends ServerProcess {
  /** Puts its clock to this instant (milliseconds), where it stands until it is put on. */
  setClock(now: number): Promise<void>;
}

async function start(script: string, folder: string, env: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...nodeArguments, script], {
    cwd: root,
    env: {
      ...nodeEnvironment,
      GUANXI_DATA: folder,
      GUANXI_PORT: '0',
      GUANXI_LOG_LEVEL: 'warn',
      GUANXI_DEMO: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let errors = '';
  let printed = '';
  child.stderr!.on('data', (chunk) => (errors += String(chunk)));
  child.stdout!.on('data', (chunk) => (printed += String(chunk)));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk) => {
      output += String(chunk);
      const found = /(http:\/\/\S+)/.exec(output);
      if (found) resolve(found[1]!);
    });
    void gone.then(() => reject(new Error(`the server ended before it was ready:\n${errors.slice(-4000)}`)));
  });
  const operator = withToken(lockOwner(folder)!.token);
  return {
    url,
    child,
    api: createClient(url, operator),
    fetch: operator,
    output: () => printed + errors,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await gone;
    },
  };
}

/** The server as its users start it, in a process of its own, on a free port. */
export const startServerProcess = (folder: string, env: Record<string, string> = {}): Promise<ServerProcess> =>
  start('apps/server/src/main.ts', folder, env);

/** The same with a clock that stands still until it is put on. */
export async function startSteppedServer(folder: string, env: Record<string, string> = {}): Promise<SteppedServer> {
  const server = await start('test/support/server-at.ts', folder, env);
  return {
    ...server,
    async setClock(now) {
      const done = once(server.child, 'message');
      server.child.send({ now });
      await done;
    },
  };
}
