import { createServer, connect, type Socket } from 'node:net';

/** Stands between a client and a server, to take the network away. */
export interface Proxy {
  readonly port: number;
  /** Connections are cut and new ones refused at once. */
  cut(): void;
  /** Nothing passes any more in either direction, and nobody is told: as a cable that was pulled. */
  hold(): void;
  /** What was held passes; new connections are taken again. */
  restore(): void;
  close(): Promise<void>;
}

/** Forwards TCP connections to a port of this machine. */
export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: 'open' | 'cut' | 'held' = 'open';
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy();
    const far = connect(target, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      if (state === 'held') socket.pause();
      socket.on('data', (chunk) => {
        if (!other.write(chunk)) socket.pause();
      });
      socket.on('drain', () => state !== 'held' && other.resume());
      socket.on('error', () => undefined);
      socket.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const end = () => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      state = 'cut';
      end();
    },
    hold() {
      state = 'held';
      for (const socket of [...pairs].flat()) socket.pause();
    },
    restore() {
      state = 'open';
      for (const socket of [...pairs].flat()) socket.resume();
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        end();
      }),
  };
}
