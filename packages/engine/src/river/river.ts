import { briefly, fingerprintOf, type LogRecord, type Platform, type Table } from '../platform/index.ts';
import type { CanonicalEvent, Ingest } from '../ingest/index.ts';
import { readEvent } from '../ingest/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Graph, GraphEvent } from '../graph/index.ts';
import type { Profile } from '../profile/index.ts';
import { readBatch, type ReadBatch } from './batch.ts';
import { RateMeter } from './rate-meter.ts';
import {
  advanceGraph,
  advanceIdentity,
  type Batch,
  beginRebuild,
  type Checkpoint,
  endTruncation,
  pendingBatches,
  readCheckpoint,
  riverMigrations,
  skipTo,
} from './store.ts';

/** A processed event, for the live view. */
export interface Processed {
  readonly event: CanonicalEvent;
  readonly anchor: string | null;
  readonly identifiers: GraphEvent['identifiers'];
  readonly duplicate: boolean;
}

export interface StageState {
  readonly position: number;
  readonly rate: number;
  readonly updatedAt: number | null;
  readonly error: string | null;
}

export interface River {
  start(): Promise<void>;
  /** Lets the batch under way finish. */
  stop(): Promise<void>;
  /** Resolves once everything up to this place of the log is in identity and graph. */
  waitFor(seq: number): Promise<void>;
  /** Resolves while no more than `events` wait to be processed; imports wait here. */
  throttle(events: number): Promise<void>;
  /** Empties everything derived and begins again; `change` runs while nothing is being processed. Returns the place to catch up to. */
  rebuild(change?: () => Promise<void>): Promise<number>;
  onProcessed(listener: (events: readonly Processed[]) => void): () => void;
  state(): { identity: StageState; graph: StageState; accepted: number; duplicates: number; rebuildTo: number | null };
}

/** A batch ends at this many events or this much payload; an order of a thousand lines weighs as much as it makes. */
const MAX_EVENTS = 5000;
const MIN_EVENTS = 50;
const MAX_CHARACTERS = 2 << 20;
const LINGER_MS = 200;
const IDLE_MS = 1000;
/** Clients that wait for an answer come first: with this many entries unwritten a batch waits, though not for ever. */
const GIVE_WAY = { pending: 1000, stepMs: 20, mostMs: 1000 };
const RETRY_MS = [100, 500, 2000, 5000];

export interface RiverParts {
  readonly platform: Platform;
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly graph: Graph;
  readonly profile: Profile;
}

/**
 * Takes events out of the log in micro-batches and lets them flow down: duplicates out, identity in one PostgreSQL
 * transaction with its checkpoint, then graph and profile in ClickHouse. The graph writes one batch while identity
 * resolves the next. After a crash, batches that only identity finished are written again with the same bounds, and
 * their deduplication tokens make sure that they count once.
 */
export async function createRiver(parts: RiverParts): Promise<River> {
  await parts.platform.postgres.migrate(riverMigrations);
  return new RunningRiver(parts, await readCheckpoint(parts.platform.postgres));
}

class RunningRiver implements River {
  #checkpoint: Checkpoint;
  #running: Promise<void> | null = null;
  #stopping = false;
  #paused = false;
  #idle: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #graphWork: Promise<void> = Promise.resolve();
  /** How many records to read next, from how heavy the last ones were. */
  #ask = 1000;
  #errors = { identity: null as string | null, graph: null as string | null };
  #updated = { identity: null as number | null, graph: null as number | null };
  readonly #rates = { identity: new RateMeter(), graph: new RateMeter() };
  readonly #listeners = new Set<(events: readonly Processed[]) => void>();
  readonly #waiting = new Set<{ seq: number; resolve: () => void }>();

  constructor(
    private readonly parts: RiverParts,
    checkpoint: Checkpoint,
  ) {
    this.#checkpoint = checkpoint;
    parts.platform.log.onHead(() => this.#wake());
  }

  async start(): Promise<void> {
    if (this.#checkpoint.schema !== fingerprintOf(this.#tables())) await this.#recreate();
    else if (this.#checkpoint.truncating) await this.#truncate();
    const batches = await pendingBatches(this.parts.platform.postgres);
    for (const batch of batches) await this.#persistently('graph', () => this.#redo(batch));
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    // What failed while stopping is done again at the next start.
    await this.#running?.catch(() => undefined);
    await this.#graphWork.catch(() => undefined);
  }

  waitFor(seq: number): Promise<void> {
    if (this.#checkpoint.graphSeq >= seq) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ seq, resolve }));
  }

  throttle(events: number): Promise<void> {
    return this.waitFor(this.parts.platform.log.head() - events);
  }

  async rebuild(change: () => Promise<void> = async () => undefined): Promise<number> {
    const { log } = this.parts.platform;
    this.#paused = true;
    this.#wake();
    try {
      await this.#idle;
      await this.#graphWork;
      const target = log.head();
      await change();
      await this.#reset(target);
      await this.#truncate();
      return target;
    } finally {
      this.#paused = false;
      this.#wake();
    }
  }

  onProcessed(listener: (events: readonly Processed[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  state() {
    const { identitySeq, graphSeq, accepted, duplicates, rebuildTo } = this.#checkpoint;
    const now = this.parts.platform.clock.now();
    const stage = (name: 'identity' | 'graph', position: number): StageState => ({
      position,
      rate: this.#rates[name].perSecond(now),
      updatedAt: this.#updated[name],
      error: this.#errors[name],
    });
    return {
      identity: stage('identity', identitySeq),
      graph: stage('graph', graphSeq),
      accepted,
      duplicates,
      rebuildTo,
    };
  }

  #tables(): readonly Table[] {
    const { ingest, identity, graph, profile } = this.parts;
    return [...ingest.dedup.tables, ...identity.tables, ...graph.tables, ...profile.tables];
  }

  async #truncate(): Promise<void> {
    for (const table of this.#tables()) await this.parts.platform.clickhouse.truncate(table.name);
    await this.#emptied();
  }

  /** Tables of an older version are not mended but made anew, and filled by replay. */
  async #recreate(): Promise<void> {
    const { platform } = this.parts;
    const head = platform.log.head();
    if (head > 0) platform.logger.info({ events: head }, 'derived tables have changed: rebuilding');
    await this.#reset(head);
    await platform.clickhouse.recreate(this.#tables());
    await this.#emptied();
  }

  async #reset(target: number): Promise<void> {
    await this.parts.platform.postgres.transaction(async (statements) => {
      await beginRebuild(statements, target);
      await this.parts.identity.reset(statements);
    });
  }

  async #emptied(): Promise<void> {
    const { platform, ingest } = this.parts;
    await ingest.dedup.forget();
    await endTruncation(platform.postgres, fingerprintOf(this.#tables()));
    this.#checkpoint = await readCheckpoint(platform.postgres);
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      let done: () => void = () => undefined;
      this.#idle = new Promise((resolve) => (done = resolve));
      await this.#giveWay();
      const records = this.#paused ? [] : await this.#persistently('identity', () => this.#take());
      if (records.length > 0) await this.#process(records);
      done();
      if (this.#stopping) return;
      const behind = !this.#paused && this.parts.platform.log.head() - this.#checkpoint.identitySeq >= this.#ask;
      if (!behind) await this.#rest(records.length > 0);
    }
  }

  async #giveWay(): Promise<void> {
    const { log } = this.parts.platform;
    for (let waited = 0; waited < GIVE_WAY.mostMs && log.pending() > GIVE_WAY.pending; waited += GIVE_WAY.stepMs)
      await new Promise((resolve) => setTimeout(resolve, GIVE_WAY.stepMs));
  }

  /** Lets events gather after work, sleeps until there is some otherwise. */
  async #rest(worked: boolean): Promise<void> {
    const waiting = !this.#paused && this.parts.platform.log.head() > this.#checkpoint.identitySeq;
    if (worked || waiting) return void (await new Promise((resolve) => setTimeout(resolve, LINGER_MS)));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  async #take(): Promise<readonly LogRecord[]> {
    const { log } = this.parts.platform;
    const head = log.head();
    if (head <= this.#checkpoint.identitySeq) return [];
    const records = await log.read(this.#checkpoint.identitySeq, this.#ask);
    if (records.length === 0) await this.#skip(head);
    const { taken, characters } = lightest(records);
    const typical = Math.max(1, characters / Math.max(1, taken.length));
    this.#ask = Math.round(Math.min(MAX_EVENTS, Math.max(MIN_EVENTS, MAX_CHARACTERS / typical)));
    return taken;
  }

  /** The log ends with places that hold nothing, or nothing any more. */
  async #skip(head: number): Promise<void> {
    await this.#graphWork;
    await skipTo(this.parts.platform.postgres, head);
    const { rebuildTo } = this.#checkpoint;
    this.#checkpoint = {
      ...this.#checkpoint,
      identitySeq: head,
      graphSeq: head,
      rebuildTo: rebuildTo !== null && rebuildTo <= head ? null : rebuildTo,
    };
    this.#moved('graph', 0);
  }

  async #process(records: readonly LogRecord[]): Promise<void> {
    const batch: Batch = { from: records[0]!.seq, to: records.at(-1)!.seq };
    const read = await this.#persistently('identity', async () => {
      const content = await this.#read(records);
      await this.#resolve(batch, content);
      return content;
    });
    if (!read) return;
    await this.#persistently('identity', () =>
      this.parts.ingest.dedup.remember(read.fresh, this.#token('message', batch)),
    );
    await this.#graphWork;
    this.#graphWork = this.#persistently('graph', () => this.#write(batch, read));
    // Who waits for it hears of a failure; it happens only while stopping, when perhaps nobody waits.
    this.#graphWork.catch(() => undefined);
  }

  #read(records: readonly LogRecord[]): Promise<ReadBatch> {
    const { ingest, identity, platform } = this.parts;
    return readBatch(records, {
      readEvent,
      observe: (event) => identity.observe(event),
      duplicatesOf: (events) => ingest.dedup.duplicatesOf(events),
      logger: platform.logger,
    });
  }

  async #resolve(batch: Batch, read: ReadBatch): Promise<void> {
    const counts = { accepted: read.fresh.length, duplicates: read.duplicates.size };
    await this.parts.platform.postgres.transaction(async (statements) => {
      await this.parts.identity.apply(read.items, batch, statements);
      await advanceIdentity(statements, batch, counts);
    });
    const { accepted, duplicates } = this.#checkpoint;
    this.#checkpoint = {
      ...this.#checkpoint,
      identitySeq: batch.to,
      accepted: accepted + counts.accepted,
      duplicates: duplicates + counts.duplicates,
    };
    this.#moved('identity', read.events.length);
  }

  #token(what: string, batch: Batch): string {
    return `${this.#checkpoint.epoch}:${what}:${batch.from}-${batch.to}`;
  }

  async #write(batch: Batch, read: ReadBatch): Promise<void> {
    const { identity, graph, profile, platform } = this.parts;
    const token = this.#token('river', batch);
    await identity.mirror(batch);
    await graph.apply(read.graphEvents, token);
    await profile.apply(read.graphEvents, token);
    await advanceGraph(platform.postgres, batch);
    const rebuildTo =
      this.#checkpoint.rebuildTo !== null && this.#checkpoint.rebuildTo <= batch.to ? null : this.#checkpoint.rebuildTo;
    this.#checkpoint = { ...this.#checkpoint, graphSeq: batch.to, rebuildTo };
    this.#moved('graph', read.events.length);
    this.#announce(read);
  }

  /** A batch that identity finished before a crash: its outcome is read again and written once more. */
  async #redo(batch: Batch): Promise<void> {
    const records = (await this.parts.platform.log.read(batch.from - 1, batch.to - batch.from + 1)).filter(
      (record) => record.seq <= batch.to,
    );
    const read = await this.#read(records);
    await this.parts.ingest.dedup.remember(read.fresh, this.#token('message', batch));
    await this.#write(batch, read);
  }

  #moved(stage: 'identity' | 'graph', events: number): void {
    const now = this.parts.platform.clock.now();
    this.#rates[stage].add(now, events);
    this.#updated[stage] = now;
    this.#errors[stage] = null;
    if (stage === 'graph') this.parts.platform.log.processed?.(this.#checkpoint.graphSeq);
    for (const waiting of this.#waiting)
      if (waiting.seq <= this.#checkpoint.graphSeq) {
        this.#waiting.delete(waiting);
        waiting.resolve();
      }
  }

  #announce(read: ReadBatch): void {
    if (this.#listeners.size === 0) return;
    const fresh = new Map(read.graphEvents.map((item) => [item.event.seq, item]));
    const processed = read.events.map((event): Processed => {
      const item = fresh.get(event.seq);
      const identifiers = item?.identifiers ?? this.parts.identity.observe(event)?.identifiers ?? [];
      return { event, anchor: identifiers[0]?.id ?? null, identifiers, duplicate: item === undefined };
    });
    for (const listener of this.#listeners) listener(processed);
  }

  /** Tries until it succeeds or the river stops; an engine that is away must not lose anything. */
  async #persistently<T>(stage: 'identity' | 'graph', work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++)
      try {
        return await work();
      } catch (error) {
        this.#errors[stage] = briefly(error);
        this.parts.platform.logger.error({ stage, attempt, reason: briefly(error) }, 'river stage failed');
        if (this.#stopping) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]));
      }
  }
}

/** The first records up to the weight of a batch, at least one. */
function lightest(records: readonly LogRecord[]): { taken: readonly LogRecord[]; characters: number } {
  let characters = 0;
  let count = 0;
  for (const { payload } of records) {
    if (count > 0 && characters + payload.length > MAX_CHARACTERS) break;
    characters += payload.length;
    count++;
  }
  return { taken: records.slice(0, count), characters };
}
