import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startClickHouseCluster, type ClickHouseCluster } from '../../test/support/clickhouse-server.ts';
import { startPostgresServer, type PostgresServer } from '../../test/support/postgres-server.ts';
import { examine, type Findings } from '../support/ledger.ts';
import { Senders } from '../support/senders.ts';
import { drained, type RunningServer, startServer } from '../support/server.ts';

/** What is taken away while events come: a shard of ClickHouse, PostgreSQL, or the process that leads. */
export type Fault = 'shard' | 'postgres' | 'leader';
export const FAULTS: readonly Fault[] = ['shard', 'postgres', 'leader'];

export interface Outcome {
  readonly faults: Readonly<Record<Fault, number>>;
  readonly findings: Findings;
  /** Seconds from each fault's end (of a leader: from its death) to the next event that is processed. */
  readonly recovery: readonly number[];
  /** Answers by status; `none` where there was none. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Seconds of the slowest answer. */
  readonly slowest: number;
  readonly rssMb: number;
  readonly rows: readonly number[];
}

export interface Options {
  readonly each: number;
  readonly users: number;
  readonly awayMs: number;
  log(text: string): void;
}

const GIVE_UP_MS = 60_000;

/** Two processes of the server on two shards and PostgreSQL. */
class Installation {
  readonly nodes: RunningServer[] = [];
  readonly faults: Record<Fault, number> = { shard: 0, postgres: 0, leader: 0 };
  readonly recovery: number[] = [];
  #started = 0;

  constructor(
    readonly cluster: ClickHouseCluster,
    readonly postgres: PostgresServer,
    readonly root: string,
    readonly key = randomBytes(32).toString('base64'),
  ) {}

  start(): Promise<RunningServer> {
    return startServer(
      {
        GUANXI_CLICKHOUSE_URL: this.cluster.shards[0]!.url,
        GUANXI_CLICKHOUSE_CLUSTER: this.cluster.name,
        GUANXI_POSTGRES_URL: this.postgres.url,
        GUANXI_KEY: this.key,
        GUANXI_UPLOADS: join(this.root, 'uploads'),
      },
      { folder: join(this.root, `process-${++this.#started}`) },
    );
  }

  async leader(): Promise<number> {
    for (;;) {
      for (const [index, node] of this.nodes.entries())
        if (/^guanxi_leader 1$/m.test(await node.text('/metrics').catch(() => ''))) return index;
      await pause(100);
    }
  }

  /** How far the graph is, as some process tells. */
  async position(): Promise<number> {
    for (const node of this.nodes) {
      const status = await node.api.status().catch(() => null);
      if (status) return status.stages.at(-1)!.position;
    }
    return -1;
  }

  /** Waits until the graph goes on from where it stands now. */
  async goesOn(since: number): Promise<void> {
    const began = performance.now();
    const before = await this.position();
    while ((await this.position()) <= Math.max(0, before)) {
      if (performance.now() - began > GIVE_UP_MS) throw new Error('Processing did not go on after a fault');
      await pause(50);
    }
    this.recovery.push((performance.now() - since) / 1000);
  }
}

const ACTS: Readonly<Record<Fault, (installation: Installation, awayMs: number) => Promise<void>>> = {
  async shard(installation, awayMs) {
    const shard = installation.cluster.shards[installation.faults.shard % installation.cluster.shards.length]!;
    await shard.kill();
    await pause(awayMs);
    await shard.revive();
    await installation.goesOn(performance.now());
  },
  async postgres(installation, awayMs) {
    installation.postgres.halt();
    await pause(awayMs);
    installation.postgres.resume();
    await installation.goesOn(performance.now());
  },
  async leader(installation) {
    const index = await installation.leader();
    const died = performance.now();
    await installation.nodes[index]!.kill();
    installation.nodes.splice(index, 1);
    await installation.goesOn(died);
    installation.nodes.push(await installation.start());
  },
};

async function rowsOf({ cluster }: Installation): Promise<number[]> {
  return Promise.all(
    cluster.shards.map(async ({ url }) => {
      const answer = await fetch(`${url}/?query=${encodeURIComponent('SELECT count() FROM event_log_local')}`);
      return Number(await answer.text());
    }),
  );
}

/** Takes engines and the leading process away in turn, while customers send to whichever process answers. */
export async function endure({ each, users, awayMs, log }: Options): Promise<Outcome> {
  const root = mkdtempSync(join(tmpdir(), 'guanxi-cluster-'));
  const [cluster, postgres] = [await startClickHouseCluster(2), await startPostgresServer()];
  const installation = new Installation(cluster, postgres, root);
  try {
    installation.nodes.push(await installation.start());
    installation.nodes.push(await installation.start());
    const writeKey = (await installation.nodes[0]!.api.sources()).items.find(({ kind }) => kind === 'sdk')!.writeKey;
    let turn = 0;
    const senders = new Senders('cluster', users, () => {
      const node = installation.nodes[turn++ % installation.nodes.length]!;
      return { url: node.url, writeKey };
    });
    senders.start();
    await pause(1500);
    for (let round = 0; round < each; round++)
      for (const fault of FAULTS) {
        await ACTS[fault](installation, awayMs);
        installation.faults[fault]++;
        log(`${fault} away: processing went on after ${installation.recovery.at(-1)!.toFixed(1)} s`);
        await pause(500);
      }
    await senders.stop();
    for (const node of installation.nodes) await drained(node);
    const { faults, recovery } = installation;
    const findings = await examine(installation.nodes[0]!, senders);
    const rssMb = Math.max(...installation.nodes.map((node) => node.peakMemoryMb()));
    const { statuses, slowestMs } = senders;
    return { faults, findings, recovery, statuses, slowest: slowestMs / 1000, rssMb, rows: await rowsOf(installation) };
  } finally {
    for (const node of installation.nodes) await node.kill();
    await cluster.stop();
    await postgres.stop();
    rmSync(root, { recursive: true, force: true });
  }
}
