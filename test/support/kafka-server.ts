import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars } from '../../scripts/kafka.mjs';
import { freePorts } from './clickhouse-server.ts';

/** A Kafka broker of its own, which is its controller too; `broker` is what `GUANXI_KAFKA_BROKERS` takes. */
export interface KafkaServer {
  readonly broker: string;
  /** Where it was started with an account: the same behind TLS and a sign-in, and who vouches for its certificate. */
  readonly secured: { readonly broker: string; readonly authority: string } | null;
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
const AGREES_WITHIN_MS = 500;
/** Small and quick to start; a test writes little. */
const JVM = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

const LOGGING = `Configuration:
  Appenders: { Console: { name: STDOUT, PatternLayout: { pattern: "%d %p %m%n" } } }
  Loggers: { Root: { level: ERROR, AppenderRef: [{ ref: STDOUT }] } }
`;

/** Who may sign in at a broker that asks for it. */
export interface KafkaAccount {
  readonly user: string;
  readonly password: string;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const STORE_PASSWORD = 'changeit';

/** A certificate for this machine that vouches for itself; returns its file and the store that the broker takes. */
function certify(root: string): { authority: string; store: string } {
  const [authority, key, store] = ['authority.pem', 'key.pem', 'broker.p12'].map((name) => join(root, name));
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl: ${stderr}`);
  };
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    names,
    '-keyout',
    key!,
    '-out',
    authority!,
  );
  openssl('pkcs12', '-export', '-in', authority!, '-inkey', key!, '-out', store!, '-passout', `pass:${STORE_PASSWORD}`);
  return { authority: authority!, store: store! };
}

/** Settings of a listener that speaks TLS and asks who it is. */
function securedBy({ user, password }: KafkaAccount, port: number, store: string): Record<string, string> {
  const login = (module: string, rest: string) =>
    `org.apache.kafka.common.security.${module}LoginModule required${rest};`;
  const jaas = (mechanism: string) =>
    mechanism === 'PLAIN' ? login('plain.Plain', ` user_${user}="${password}"`) : login('scram.Scram', '');
  return {
    secured: `SECURED://localhost:${port}`,
    'sasl.enabled.mechanisms': MECHANISMS.join(','),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': store,
    'ssl.keystore.password': STORE_PASSWORD,
    ...Object.fromEntries(
      MECHANISMS.map((name) => [`listener.name.secured.${name.toLowerCase()}.sasl.jaas.config`, jaas(name)]),
    ),
  };
}

const propertiesOf = (
  broker: number,
  controller: number,
  folder: string,
  { secured, ...security }: Record<string, string> = {},
) =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: [`PLAINTEXT://127.0.0.1:${broker}`, `CONTROLLER://127.0.0.1:${controller}`, secured]
      .filter(Boolean)
      .join(),
    'advertised.listeners': [`PLAINTEXT://127.0.0.1:${broker}`, secured].filter(Boolean).join(),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
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
    ...security,
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

/** Whether TLS is agreed on soon enough for a client: the first times take a broker that has just started seconds. */
const agrees = (port: number, authority: string) =>
  new Promise<boolean>((resolve) => {
    const since = performance.now();
    const socket = connectSecurely({ port, host: 'localhost', ca: readFileSync(authority) }, () => {
      socket.destroy();
      resolve(performance.now() - since < AGREES_WITHIN_MS);
    }).on('error', () => resolve(false));
  });

/** Starts a broker in a temporary folder. Call only where {@link missingKafka} is null. */
export async function startKafkaServer(account?: KafkaAccount): Promise<KafkaServer> {
  const classPath = join(kafkaJars()!, '*');
  const root = mkdtempSync(join(tmpdir(), 'guanxi-kafka-'));
  const data = join(root, 'data');
  const [port, controller, secure] = await freePorts(3);
  const certificate = account ? certify(root) : null;
  const security = account && certificate ? securedBy(account, secure!, certificate.store) : {};
  const settings = join(root, 'server.properties');
  const logging = join(root, 'log4j2.yaml');
  writeFileSync(settings, propertiesOf(port!, controller!, data, security));
  writeFileSync(logging, LOGGING);
  const java = (...args: string[]) => [...JVM, `-Dlog4j2.configurationFile=${logging}`, '-cp', classPath, ...args];
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('java', java(...args), { encoding: 'utf8', cwd: root });
    if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr || stdout}`);
    return stdout;
  };
  const scrams = account
    ? MECHANISMS.slice(1).flatMap((name) => [
        '--add-scram',
        `${name}=[name=${account.user},password=${account.password}]`,
      ])
    : [];
  run('kafka.tools.StorageTool', 'format', '-t', 'Z3VhbnhpLXRlc3QtMDAwMQ', '-c', settings, ...scrams);
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
  for (const until = Date.now() + STARTS_WITHIN_MS; certificate && !(await agrees(secure!, certificate.authority));)
    if (Date.now() > until) throw new Error('Kafka does not agree on TLS');
  return {
    broker: `127.0.0.1:${port}`,
    secured: certificate && { broker: `localhost:${secure}`, authority: certificate.authority },
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
