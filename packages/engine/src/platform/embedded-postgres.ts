import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A half-made folder is never opened: it is made beside and moved into place. */
async function initialise(folder: string): Promise<void> {
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await promisify(execFile)(process.execPath, [script('pglite-init.mjs'), fresh]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

const AGAIN_MS = 500;

/** PostgreSQL in a worker thread, served on a socket. */
export interface EmbeddedServer {
  readonly socketFolder: string;
  /**
   * Ends the thread and opens the folder in another, as after a crash: what was committed is there. For when the engine
   * cannot go on, most of all because there is no room for its journal: a server would end all its processes and begin
   * again, here it would answer wrongly or not at all. Tried until it works; connections are refused meanwhile.
   */
  readonly restart: () => void;
  readonly stop: () => Promise<void>;
}

class Embedded implements EmbeddedServer {
  #worker: Worker | null = null;
  #restarting: Promise<void> | null = null;
  #stopped = false;
  readonly #socket: string;

  constructor(
    private readonly folder: string,
    readonly socketFolder: string,
  ) {
    this.#socket = join(socketFolder, '.s.PGSQL.5432');
  }

  async start(): Promise<void> {
    rmSync(this.#socket, { force: true });
    const workerData = { folder: this.folder, socket: this.#socket };
    const worker = new Worker(script('pglite-worker.mjs'), { workerData, execArgv: [] });
    await new Promise<void>((ready, failed) => {
      worker.once('message', () => ready());
      worker.on('error', failed);
      worker.once('exit', () => failed(new Error('the embedded PostgreSQL ended while it started')));
    });
    this.#worker = worker;
    worker.once('exit', () => this.#worker === worker && this.restart());
  }

  restart = (): void => {
    if (!this.#stopped) this.#restarting ??= this.#again().finally(() => (this.#restarting = null));
  };

  async #again(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    while (!this.#stopped) {
      const started = await this.start().then(
        () => true,
        () => false,
      );
      if (started) return;
      await pause(AGAIN_MS);
    }
  }

  stop = async (): Promise<void> => {
    this.#stopped = true;
    await this.#restarting;
    const worker = this.#worker;
    this.#worker = null;
    if (worker) {
      const closed = new Promise((done) => worker.once('message', done));
      worker.postMessage('close');
      await closed;
      await worker.terminate();
    }
    rmSync(this.socketFolder, { recursive: true, force: true });
  };
}

/** Makes the folder where it is missing, and opens it. */
export async function startEmbedded(folder: string): Promise<EmbeddedServer> {
  await initialise(folder);
  // The socket's path must stay under 108 bytes, so it does not live in the data folder.
  const server = new Embedded(folder, mkdtempSync(join(tmpdir(), 'guanxi-pg-')));
  await server.start();
  return server;
}
