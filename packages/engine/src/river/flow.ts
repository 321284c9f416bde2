import { briefly, Deposed, fingerprintOf, type LogRecord, type Statements, type Term } from '../platform/index.ts';
import { readEvent } from '../ingest/index.ts';
import { readBatch, type ReadBatch } from './batch.ts';
import {
  advanceGraph,
  advanceIdentity,
  type Batch,
  beginRebuild,
  beginTerm,
  endTruncation,
  holdTerm,
  pendingBatches,
  readCheckpoint,
  recount,
  skipTo,
} from './store.ts';
import { lightest, type Processed, RIVER_TOPIC, type RiverParts, tablesOf, type View } from './view.ts';

/** A batch ends at this many events or this much payload; an order of a thousand lines weighs as much as it makes. */
const MAX_EVENTS = 5000;
const MIN_EVENTS = 50;
const MAX_CHARACTERS = 2 << 20;
const LINGER_MS = 200;
const IDLE_MS = 1000;
/** Clients that wait for an answer come first: with this many entries unwritten a batch waits, though not for ever. */
const GIVE_WAY = { pending: 1000, stepMs: 20, mostMs: 1000 };
const RETRY_MS = [100, 500, 2000, 5000];

/** Of a batch, so many events are shown on other processes. */
export const SHOWN_ELSEWHERE = 200;

/**
 * Takes events out of the log in micro-batches and lets them flow down: duplicates out, identity in one PostgreSQL
 * transaction with its checkpoint, then graph and profile in ClickHouse. The graph writes one batch while identity
 * resolves the next. After a crash, batches that only identity finished are written again with the same bounds, and
 * their deduplication tokens make sure that they count once.
 */
export class Flow {
  #running: Promise<void> | null = null;
  #stopping = false;
  #paused = false;
  #idle: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #graphWork: Promise<void> = Promise.resolve();
  /** How many records to read next, from how heavy the last ones were. */
  #ask = 1000;
  #leave: () => void = () => undefined;

  constructor(
    private readonly parts: RiverParts,
    private readonly view: View,
    private readonly term: Term,
  ) {
    term.over.addEventListener('abort', () => this.#stop(), { once: true });
  }

  async start(): Promise<void> {
    const { platform, identity, graph, ingest } = this.parts;
    await beginTerm(platform.postgres, this.term.number);
    this.view.checkpoint = await readCheckpoint(platform.postgres);
    await identity.lead(true);
    await graph.refresh();
    await ingest.dedup.recall();
    if (this.view.checkpoint.schema !== fingerprintOf(tablesOf(this.parts))) await this.#recreate();
    else if (this.view.checkpoint.truncating) await this.#truncate();
    const batches = await pendingBatches(platform.postgres);
    for (const batch of batches) await this.#persistently('graph', () => this.#redo(batch));
    // What was wrong before this term began: nothing may come that would show that it is over.
    for (const stage of ['identity', 'graph'] as const) this.view.recovered(stage);
    this.#leave = platform.log.onHead(() => this.#wake());
    this.#running = this.#loop();
    // Whoever awaits it hears of a failure; it ends like this only when the term is over.
    this.#running.catch(() => undefined);
  }

  /** Lets the batch under way finish. What failed while stopping is done again by the next leader. */
  async end(): Promise<void> {
    this.#stop();
    await this.#running?.catch(() => undefined);
    await this.#graphWork.catch(() => undefined);
    this.#leave();
    await this.parts.identity.lead(false);
  }

  rebuild(change: () => Promise<void>): Promise<number> {
    const { log } = this.parts.platform;
    return this.quiet(async () => {
      const target = log.head();
      await change();
      await this.#reset(target);
      await this.#truncate();
      return target;
    });
  }

  async quiet<T>(work: (position: number) => Promise<T>): Promise<T> {
    this.#paused = true;
    this.#wake();
    try {
      await this.#idle;
      await this.#graphWork;
      if (this.#stopping) throw new Deposed();
      return await work(this.view.checkpoint.graphSeq);
    } finally {
      this.#paused = false;
      this.#wake();
    }
  }

  async recount(counts: { accepted: number; duplicates: number }): Promise<void> {
    await recount(this.parts.platform.postgres, counts, this.term.number);
    this.view.checkpoint = { ...this.view.checkpoint, ...counts };
  }

  fence = (statements: Statements): Promise<void> => holdTerm(statements, this.term.number);

  #stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  async #truncate(): Promise<void> {
    const { clickhouse, postgres } = this.parts.platform;
    for (const table of tablesOf(this.parts)) {
      // One that was deposed meanwhile would empty what its successor has filled.
      await this.fence(postgres);
      await clickhouse.truncate(table.name);
    }
    await this.#emptied();
  }

  /** Tables of an older version are not mended but made anew, and filled by replay. */
  async #recreate(): Promise<void> {
    const { platform } = this.parts;
    const head = platform.log.head();
    if (head > 0) platform.logger.info({ events: head }, 'derived tables have changed: rebuilding');
    await this.#reset(head);
    await platform.clickhouse.recreate(tablesOf(this.parts));
    await this.#emptied();
  }

  async #reset(target: number): Promise<void> {
    await this.parts.platform.postgres.transaction(async (statements) => {
      await beginRebuild(statements, target, this.term.number);
      await this.parts.identity.reset(statements);
    });
  }

  async #emptied(): Promise<void> {
    const { platform, ingest } = this.parts;
    await ingest.dedup.forget();
    await endTruncation(platform.postgres, fingerprintOf(tablesOf(this.parts)), this.term.number);
    this.view.checkpoint = await readCheckpoint(platform.postgres);
    await platform.signals.publish(RIVER_TOPIC);
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      let done: () => void = () => undefined;
      this.#idle = new Promise((resolve) => (done = resolve));
      const worked = await this.#once().finally(done);
      if (this.#stopping) return;
      const behind = !this.#paused && this.parts.platform.log.head() - this.view.checkpoint.identitySeq >= this.#ask;
      if (!behind) await this.#rest(worked);
    }
  }

  /** One batch, where there is one; whether there was. */
  async #once(): Promise<boolean> {
    await this.#giveWay();
    const records = this.#paused ? [] : await this.#persistently('identity', () => this.#take());
    if (records.length > 0) await this.#process(records);
    return records.length > 0;
  }

  async #giveWay(): Promise<void> {
    const { log } = this.parts.platform;
    for (let waited = 0; waited < GIVE_WAY.mostMs && log.pending() > GIVE_WAY.pending; waited += GIVE_WAY.stepMs)
      await new Promise((resolve) => setTimeout(resolve, GIVE_WAY.stepMs));
  }

  /** Lets events gather after work, sleeps until there is some otherwise. */
  async #rest(worked: boolean): Promise<void> {
    const waiting = !this.#paused && this.parts.platform.log.head() > this.view.checkpoint.identitySeq;
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
    if (head <= this.view.checkpoint.identitySeq) return [];
    const records = await log.read(this.view.checkpoint.identitySeq, this.#ask);
    if (records.length === 0) await this.#skip(head);
    const { taken, characters } = lightest(records, MAX_CHARACTERS);
    const typical = Math.max(1, characters / Math.max(1, taken.length));
    this.#ask = Math.round(Math.min(MAX_EVENTS, Math.max(MIN_EVENTS, MAX_CHARACTERS / typical)));
    return taken;
  }

  /** The log ends with places that hold nothing, or nothing any more. */
  async #skip(head: number): Promise<void> {
    await this.#graphWork;
    await skipTo(this.parts.platform.postgres, head, this.term.number);
    const { rebuildTo } = this.view.checkpoint;
    this.view.checkpoint = {
      ...this.view.checkpoint,
      identitySeq: head,
      graphSeq: head,
      rebuildTo: rebuildTo !== null && rebuildTo <= head ? null : rebuildTo,
    };
    this.view.moved('graph', 0);
    this.parts.platform.log.processed?.(head);
    await this.parts.platform.signals.publish(RIVER_TOPIC);
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
      await advanceIdentity(statements, batch, counts, this.term.number);
    });
    const { accepted, duplicates } = this.view.checkpoint;
    this.view.checkpoint = {
      ...this.view.checkpoint,
      identitySeq: batch.to,
      accepted: accepted + counts.accepted,
      duplicates: duplicates + counts.duplicates,
    };
    this.view.moved('identity', read.events.length);
  }

  #token(what: string, batch: Batch): string {
    return `${this.view.checkpoint.epoch}:${what}:${batch.from}-${batch.to}`;
  }

  async #write(batch: Batch, read: ReadBatch): Promise<void> {
    const { identity, graph, profile, consent, platform } = this.parts;
    const token = this.#token('river', batch);
    await identity.mirror(batch);
    await graph.apply(read.graphEvents, token);
    await profile.apply(read.graphEvents, token);
    await consent.apply(read.graphEvents, token);
    await advanceGraph(platform.postgres, batch, this.term.number);
    const rebuildTo =
      this.view.checkpoint.rebuildTo !== null && this.view.checkpoint.rebuildTo <= batch.to
        ? null
        : this.view.checkpoint.rebuildTo;
    this.view.checkpoint = { ...this.view.checkpoint, graphSeq: batch.to, rebuildTo };
    this.view.moved('graph', read.events.length);
    platform.log.processed?.(batch.to);
    this.#announce(batch, read);
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

  /** Here with all there is to say, to other processes with where to look. */
  #announce(batch: Batch, read: ReadBatch): void {
    const last = read.events.slice(-SHOWN_ELSEWHERE);
    const duplicates = last.filter(({ seq }) => read.duplicates.has(seq)).map(({ seq }) => seq - batch.from);
    const from = last[0]?.seq ?? batch.to;
    const offset = batch.from;
    void this.parts.platform.signals.publish(RIVER_TOPIC, JSON.stringify({ from, to: batch.to, offset, duplicates }));
    if (!this.view.watched) return;
    const fresh = new Map(read.graphEvents.map((item) => [item.event.seq, item]));
    this.view.tell(
      read.events.map((event): Processed => {
        const item = fresh.get(event.seq);
        const identifiers = item?.identifiers ?? this.parts.identity.observe(event)?.identifiers ?? [];
        return { event, anchor: identifiers[0]?.id ?? null, identifiers, duplicate: item === undefined };
      }),
    );
  }

  /** Tries until it succeeds or the term is over; an engine that is away must not lose anything. */
  async #persistently<T>(stage: 'identity' | 'graph', work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++)
      try {
        const result = await work();
        this.view.recovered(stage);
        return result;
      } catch (error) {
        if (error instanceof Deposed) this.term.resign();
        this.view.failed(stage, briefly(error));
        this.parts.platform.logger.error({ stage, attempt, reason: briefly(error) }, 'river stage failed');
        if (this.#stopping) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]));
      }
  }
}
