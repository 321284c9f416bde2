import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A ClickHouse server of one node; `url` is what `openServedClickHouse` takes. */
export interface ClickHouseServer {
  readonly url: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  pid(): number;
  /** Kills the process with SIGKILL, as a power cut would, and starts another on the same folder and ports. */
  crash(): Promise<void>;
  /** Kills the process with SIGKILL; `revive` starts another on the same folder and ports. */
  kill(): Promise<void>;
  revive(): Promise<void>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

/** Several servers that know each other as the shards of one cluster. */
export interface ClickHouseCluster {
  readonly name: string;
  readonly shards: readonly ClickHouseServer[];
  stop(): Promise<void>;
}

interface Node {
  readonly httpPort: number;
  readonly tcpPort: number;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@chdb/lib-linux-x64-gnu',
  'linux-arm64': '@chdb/lib-linux-arm64-gnu',
  'darwin-x64': '@chdb/lib-darwin-x64',
  'darwin-arm64': '@chdb/lib-darwin-arm64',
};
const START_TIMEOUT_MS = 60_000;
const CLUSTER = 'guanxi_test';
/** The same servers, as what Guanxi does not make tables for: replicas of one shard. */
export const CLUSTER_OF_REPLICAS = 'guanxi_test_replicas';

/** The engine's library inside the npm package of this machine; throws where there is none (Windows). */
export function libraryFile(): string {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) throw new Error(`chDB has no build for ${process.platform}-${process.arch}`);
  const engine = createRequire(new URL('../../packages/engine/package.json', import.meta.url));
  return join(dirname(createRequire(engine.resolve('chdb')).resolve(`${name}/package.json`)), 'libchdb.so');
}

/** Ports of this machine that nothing listens on. All are held until all are known, so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((ready, failed) => {
          const server = createServer().once('error', failed);
          server.listen(0, '127.0.0.1', () => ready(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

function configuration({ httpPort, tcpPort }: Node, shards: readonly Node[]): string {
  const replica = (node: Node) => `<replica><host>127.0.0.1</host><port>${node.tcpPort}</port></replica>`;
  const shard = (node: Node) => `<shard>${replica(node)}</shard>`;
  return `<clickhouse>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${httpPort}</http_port>
  <tcp_port>${tcpPort}</tcp_port>
  <mark_cache_size>67108864</mark_cache_size>
  <remote_servers>
    <${CLUSTER}>${shards.map(shard).join('')}</${CLUSTER}>
    <${CLUSTER_OF_REPLICAS}><shard>${shards.map(replica).join('')}</shard></${CLUSTER_OF_REPLICAS}>
  </remote_servers>
</clickhouse>
`;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ping`)).ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // Nothing of a test's server is worth a slow, orderly end.
  child.kill('SIGKILL');
  await ended;
}

/** One process of a server, once it answers. */
async function launch({ httpPort }: Node, folder: string, configFile: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('clickhouse-child.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, libraryFile(), folder, configFile], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(`http://127.0.0.1:${httpPort}`))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await end(child);
      throw new Error(`The ClickHouse server did not start: ${complaint}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return child;
}

async function start(node: Node, shards: readonly Node[]): Promise<ClickHouseServer> {
  const root = mkdtempSync(join(tmpdir(), 'guanxi-clickhouse-'));
  const folder = join(root, 'data');
  mkdirSync(folder);
  const configFile = join(root, 'config.xml');
  writeFileSync(configFile, configuration(node, shards));
  let child: ChildProcess;
  let wanted = true;
  /**
   * As a service manager would, it starts the server again when it ends by itself: inside this library the engine aborts
   * now and then when another node of its cluster vanishes in the middle of a statement.
   */
  const run = async () => {
    child = await launch(node, folder, configFile);
    child.once('exit', () => wanted && void run().catch(() => undefined));
  };
  const kill = async () => {
    wanted = false;
    await end(child);
  };
  const revive = async () => {
    wanted = true;
    await run();
  };
  await run();
  return {
    url: `http://127.0.0.1:${node.httpPort}`,
    ...node,
    pid: () => child.pid!,
    crash: async () => {
      await kill();
      await revive();
    },
    kill,
    revive,
    stop: async () => {
      await kill();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Starts `count` servers that list each other as shards of the cluster `name`. */
export async function startClickHouseCluster(count: number): Promise<ClickHouseCluster> {
  const ports = await freePorts(count * 2);
  const nodes = Array.from({ length: count }, (_, i) => ({ httpPort: ports[2 * i]!, tcpPort: ports[2 * i + 1]! }));
  const outcomes = await Promise.allSettled(nodes.map((node) => start(node, nodes)));
  const shards = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async () => void (await Promise.all(shards.map((shard) => shard.stop())));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { name: CLUSTER, shards, stop };
}

/** Starts one server on free ports with a folder of its own. */
export async function startClickHouseServer(): Promise<ClickHouseServer> {
  return (await startClickHouseCluster(1)).shards[0]!;
}
