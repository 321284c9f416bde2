import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImportMapping } from '@guanxi/contracts';
import { lockOwner } from '@guanxi/engine/platform';
import { addedUp, examine, type Findings } from '../support/ledger.ts';
import { jobOf, productOf, Senders } from '../support/senders.ts';
import { drained, type RunningServer, startServer } from '../support/server.ts';

/** What the server is in the middle of when it is killed. */
export type Phase = 'ingest' | 'backlog' | 'import' | 'rebuild' | 'start';
export const PHASES: readonly Phase[] = ['ingest', 'backlog', 'import', 'rebuild', 'start'];

export interface Outcome {
  readonly kills: Readonly<Record<Phase, number>>;
  readonly findings: Findings;
  /** Seconds from each kill to the next acknowledged event, the start of the process included. */
  readonly recovery: readonly number[];
  /** Answers to events, by status; `none` where the server was away. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface Options {
  /** How many kills of each phase. */
  readonly each: number;
  readonly users: number;
  readonly importRows: number;
  /** Between 0 and 1; what it returns decides when a kill falls. */
  readonly random: () => number;
  log(text: string): void;
}

const IMPORTED = 'import';
const importMapping: ImportMapping = {
  name: 'crash',
  file: { format: 'csv' },
  skip: [],
  type: 'track',
  event: [{ when: [], name: 'Product Viewed' }],
  fields: {
    userId: { column: 'user', as: 'string' },
    'properties.product_id': { column: 'product', as: 'string' },
    'properties.run': { constant: IMPORTED },
    'properties.user': { column: 'owner', as: 'integer' },
    'properties.n': { column: 'n', as: 'integer' },
  },
};

/** A file of as many customers as the senders, each viewing one thing after the other, mixed as a shop's export is. */
function importFile(users: number, rows: number): { text: string; counts: number[] } {
  const counts = Array.from({ length: users }, () => 0);
  const lines = Array.from({ length: rows }, (_, row) => {
    const user = (row * 7 + (row >> 5)) % users;
    const n = counts[user]!++;
    return `${IMPORTED}-u${user},${user},${n},${productOf(IMPORTED, user, n)}`;
  });
  return { text: `user,owner,n,product\n${lines.join('\n')}\n`, counts };
}

/** One data folder whose server is killed again and again while customers go on sending. */
class Storm {
  server!: RunningServer;
  writeKey = '';
  readonly kills: Record<Phase, number> = { ingest: 0, backlog: 0, import: 0, rebuild: 0, start: 0 };
  readonly recovery: number[] = [];
  readonly senders: Senders;
  #bursts = 0;
  readonly burst: Senders;

  constructor(
    readonly folder: string,
    readonly options: Options,
  ) {
    const target = () => ({ url: this.server.url, writeKey: this.writeKey });
    this.senders = new Senders('live', options.users, target);
    this.burst = new Senders('burst', options.users, target);
  }

  async open(): Promise<void> {
    this.server = await startServer({}, { folder: this.folder });
    this.writeKey = (await this.server.api.sources()).items.find(({ kind }) => kind === 'sdk')!.writeKey;
  }

  /** Kills it now, starts it anew and waits until an event is acknowledged again. */
  async kill(phase: Phase): Promise<void> {
    const began = performance.now();
    await this.server.kill();
    await this.revive(phase, began);
  }

  async revive(phase: Phase, began: number): Promise<void> {
    this.kills[phase]++;
    this.server = await startServer({}, { folder: this.folder });
    await this.senders.nextAcknowledgement();
    this.recovery.push((performance.now() - began) / 1000);
    this.options.log(`${phase}: killed, back after ${this.recovery.at(-1)!.toFixed(1)} s`);
  }

  /** Many acknowledged events at once, so that identity and graph are surely behind. */
  async pile(): Promise<void> {
    const first = this.#bursts;
    this.#bursts += 40;
    const batch = Array.from({ length: 40 * this.options.users }, (_, index) =>
      jobOf('burst', index % this.options.users, first + Math.floor(index / this.options.users)),
    );
    const response = await fetch(`${this.server.url}/v1/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${this.writeKey}:`)}` },
      body: JSON.stringify({ batch }),
    });
    if (response.status !== 200) throw new Error(`A pile of events was answered ${response.status}`);
    for (let user = 0; user < this.options.users; user++) this.burst.acknowledged[user] = this.#bursts;
  }
}

/** Kills whoever owns the folder: a server that is only starting has no address yet. */
function endOwner(folder: string): void {
  const owner = lockOwner(folder);
  if (owner) process.kill(owner.pid, 'SIGKILL');
}

/** Whether long work is under way or waits. */
async function busy({ server }: Storm): Promise<boolean> {
  const { items } = await server.api.jobs({ query: { limit: 50 } });
  return items.some(({ state }) => state === 'queued' || state === 'running');
}

async function jobDone(storm: Storm, id: string): Promise<void> {
  for (;;) {
    const job = await storm.server.api.job({ params: { id } });
    if (job.state === 'done') return;
    if (job.state === 'failed' || job.state === 'cancelled') throw new Error(`The job ${job.state}: ${job.error}`);
    await pause(100);
  }
}

async function killImport(storm: Storm, kills: number, random: () => number): Promise<number[]> {
  const { text, counts } = importFile(storm.options.users, storm.options.importRows);
  const { file } = await storm.server.api.upload({ query: { name: 'crash.csv' }, upload: text });
  const { id } = await storm.server.api.importRun({ body: { file, mapping: importMapping } });
  for (let kill = 0; kill < kills; kill++) {
    await pause(200 + random() * 1200);
    await storm.kill('import');
  }
  await jobDone(storm, id);
  return counts;
}

const ACTS: Readonly<Record<Exclude<Phase, 'import'>, (storm: Storm, random: () => number) => Promise<void>>> = {
  async ingest(storm, random) {
    await pause(300 + random() * 1700);
    await storm.kill('ingest');
  },
  async backlog(storm, random) {
    await storm.pile();
    await pause(random() * 500);
    await storm.kill('backlog');
  },
  async rebuild(storm, random) {
    // One that an earlier kill interrupted goes on by itself.
    if (!(await busy(storm))) await storm.server.api.rebuild();
    await pause(random() * 1500);
    await storm.kill('rebuild');
  },
  /** Killed on its way up: while tables are made, batches done again, jobs taken up. */
  async start(storm, random) {
    const began = performance.now();
    await storm.server.kill();
    const starting = startServer({}, { folder: storm.folder }).then(
      (server) => server.kill(),
      () => undefined,
    );
    await pause(300 + random() * 1500);
    endOwner(storm.folder);
    await starting;
    await storm.revive('start', began);
  },
};

/** Kills a server with SIGKILL in the middle of everything it does, then looks for what is lost, doubled or out of order. */
export async function storm(options: Options): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-storm-'));
  const storm = new Storm(folder, options);
  try {
    await storm.open();
    storm.senders.start();
    const imported = new Senders(IMPORTED, options.users, () => ({ url: '', writeKey: '' }));
    for (const phase of PHASES) {
      if (phase === 'import')
        for (const [user, count] of (await killImport(storm, options.each, options.random)).entries())
          imported.acknowledged[user] = count;
      else for (let kill = 0; kill < options.each; kill++) await ACTS[phase](storm, options.random);
    }
    await storm.senders.stop();
    while (await busy(storm)) await pause(200);
    await drained(storm.server);
    const findings = [];
    for (const senders of [storm.senders, storm.burst, imported]) findings.push(await examine(storm.server, senders));
    const { kills, recovery } = storm;
    return { kills, findings: addedUp(findings), recovery, statuses: storm.senders.statuses };
  } finally {
    await storm.server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
