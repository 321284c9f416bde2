import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars } from '../../scripts/kafka.mjs';
import { freePorts } from './clickhouse-server.ts';

/** A Kafka broker of its own, which is its controller too; `broker` is what `GUANXI_KAFKA_BROKERS` takes. */
export interface KafkaServer {
  readonly broker: string;
  /** Kills it as a power cut would and starts it again on the same folder. */
  crash(): Promise<void>;
  /** It answers nothing while `work` runs, and keeps its connections. */
  whileFrozen<T>(work: () => Promise<T>): Promise<T>;
  /** Every record that its disk holds of a topic, as Kafka's own tool prints it. */
  dump(topic: string): string;
  /** Runs one of the tools that come with Kafka and returns what it prints. */
  tool(mainClass: string, ...args: string[]): string;
  stop(): Promise<void>;
}

/** Why no broker can be started here; null when one can. */
export function missingKafka(): string | null {
  if (spawnSync('java', ['-version']).status !== 0)
    return 'Java is not installed (on Debian: apt-get install default-jre)';
  if (!kafkaJars()) return 'Kafka is not prepared (node scripts/kafka.mjs, which needs Maven)';
  return null;
}

const STARTS_WITHIN_MS = 120_000;
/** Small and quick to start; a test writes little. */
const JVM = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

const LOGGING = `Configuration:
  Appenders: { Console: { name: STDOUT, PatternLayout: { pattern: "%d %p %m%n" } } }
  Loggers: { Root: { level: ERROR, AppenderRef: [{ ref: STDOUT }] } }
`;

const propertiesOf = (broker: number, controller: number, folder: string) =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': folder,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Compaction is a matter of days elsewhere.
    'log.cleaner.backoff.ms': 300,
    'log.cleaner.dedupe.buffer.size': 8 << 20,
    'log.segment.delete.delay.ms': 200,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const opens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });

/** Starts a broker in a temporary folder. Call only where {@link missingKafka} is null. */
export async function startKafkaServer(): Promise<KafkaServer> {
  const classPath = join(kafkaJars()!, '*');
  const root = mkdtempSync(join(tmpdir(), 'guanxi-kafka-'));
  const data = join(root, 'data');
  const [port, controller] = await freePorts(2);
  const settings = join(root, 'server.properties');
  const logging = join(root, 'log4j2.yaml');
  writeFileSync(settings, propertiesOf(port!, controller!, data));
  writeFileSync(logging, LOGGING);
  const java = (...args: string[]) => [...JVM, `-Dlog4j2.configurationFile=${logging}`, '-cp', classPath, ...args];
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('java', java(...args), { encoding: 'utf8', cwd: root });
    if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr || stdout}`);
    return stdout;
  };
  run('kafka.tools.StorageTool', 'format', '-t', 'Z3VhbnhpLXRlc3QtMDAwMQ', '-c', settings);
  let child: ChildProcess;
  let gone: Promise<void>;
  const start = async () => {
    let printed = '';
    let ended = false;
    child = spawn('java', java('kafka.Kafka', settings), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk) => (printed = (printed + String(chunk)).slice(-4000)));
    gone = new Promise((resolve) =>
      child.once('exit', () => {
        ended = true;
        resolve();
      }),
    );
    for (const until = Date.now() + STARTS_WITHIN_MS; !(await opens(port!));) {
      if (ended || Date.now() > until) throw new Error(`Kafka did not start:\n${printed}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    broker: `127.0.0.1:${port}`,
    async crash() {
      await kill();
      await start();
    },
    async whileFrozen(work) {
      child.kill('SIGSTOP');
      // All its threads have to come to rest first.
      await new Promise((done) => setTimeout(done, 500));
      try {
        return await work();
      } finally {
        child.kill('SIGCONT');
      }
    },
    dump(topic) {
      const folder = join(data, `${topic}-0`);
      // The broker compacts meanwhile: a file that was listed may be gone when it is to be read.
      for (let attempt = 1; ; attempt++) {
        const files = readdirSync(folder).filter((name) => /\.log(\.deleted)?$/.test(name));
        const paths = files.map((name) => join(folder, name)).join(',');
        try {
          return run('org.apache.kafka.tools.DumpLogSegments', '--print-data-log', '--files', paths);
        } catch (error) {
          if (attempt === 10 || !String(error).includes('NoSuchFileException')) throw error;
        }
      }
    },
    tool: run,
    async stop() {
      await kill();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
