import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './clickhouse-server.ts';

/** A PostgreSQL server of its own; `url` is what `openServedPostgres` takes. */
export interface PostgresServer {
  readonly url: string;
  /** Ends the server at once, as a crash would; `resume` starts it again on the same folder and port. */
  halt(): void;
  resume(): void;
  /** All its processes stop where they are: connections stay, new ones are taken, nothing is answered. Returns how they go on. */
  freeze(): () => void;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';

/** The folder that holds `initdb` and `pg_ctl`, newest version first; null where PostgreSQL is not installed. */
function binaries(): string | null {
  if (existsSync(DEBIAN)) {
    const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
    const found = versions
      .map((version) => join(DEBIAN, version, 'bin'))
      .find((bin) => existsSync(join(bin, 'pg_ctl')));
    if (found) return found;
  }
  return (process.env['PATH'] ?? '').split(':').find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** PostgreSQL refuses to run as root: root hands the server to the account that Debian made for it, or to nobody. */
function account(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(spawnSync('id', [flag, name]).stdout.toString().trim() || NaN),
    );
    if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid: uid!, gid: gid! };
  }
  return null;
}

/** Why no PostgreSQL server can be started here; null when one can. */
export function missingPostgres(): string | null {
  if (!binaries()) return 'PostgreSQL is not installed (on Debian: apt-get install postgresql)';
  if (process.getuid?.() === 0 && !account()) return 'PostgreSQL does not run as root and there is no other account';
  return null;
}

/** The server and the processes that it gave to connections, itself first. */
function family(data: string): number[] {
  const server = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(server)]).stdout.toString();
  return [server, ...children.split('\n').map(Number).filter(Boolean)];
}

/** The server first: it starts nobody while the others are looked up. */
function freeze(data: string): () => void {
  const [server] = family(data);
  process.kill(server!, 'SIGSTOP');
  const all = family(data);
  for (const pid of all) process.kill(pid, 'SIGSTOP');
  return () => all.forEach((pid) => process.kill(pid, 'SIGCONT'));
}

/** Starts a server in a temporary folder, listening on 127.0.0.1. Call only where {@link missingPostgres} is null. */
export async function startPostgresServer(): Promise<PostgresServer> {
  const bin = binaries()!;
  const owner = account();
  const root = mkdtempSync(join(tmpdir(), 'guanxi-postgres-'));
  if (owner) chownSync(root, owner.uid, owner.gid);
  const run = (program: string, ...args: string[]) => {
    // 'ignore' matters: the server inherits the pipes of pg_ctl and would keep them open for ever.
    const { status, error } = spawnSync(join(bin, program), args, { stdio: 'ignore', cwd: root, ...owner });
    if (error || status !== 0) throw error ?? new Error(`${program} ended with ${status}; see ${join(root, 'log')}`);
  };
  const data = join(root, 'data');
  const [port] = await freePorts(1);
  run('initdb', '-D', data, '-U', 'guanxi', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync');
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
  const resume = () => run('pg_ctl', '-D', data, '-w', '-t', '60', '-l', join(root, 'log'), '-o', options, 'start');
  const halt = () => run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
  resume();
  return {
    url: `postgres://guanxi@127.0.0.1:${port}/postgres`,
    halt,
    resume,
    freeze: () => freeze(data),
    stop: async () => {
      halt();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
