import { briefly, type ClickHouse, type Logger, type LogRecord, type Postgres } from '@guanxi/engine/platform';
import type { Erasure } from './erasure.ts';

interface Parts {
  readonly topic: string;
  readonly topicId: string;
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly logger: Logger;
  readonly erasure: Erasure;
  readonly read: (after: number, limit: number, upTo: number) => Promise<LogRecord[]>;
  readonly head: () => number;
}

/** Places copied by one insert. */
const STEP = 5000;
const LOOK_EVERY_MS = 500;
/** A process that has claimed a step and not finished it after so long is gone. */
const CLAIM_SECONDS = 15;

/**
 * Keeps a copy of the log in ClickHouse, at the same places: the events behind an edge are looked up there, and sources
 * are counted there. It is derived, a moment behind, and may be lost: it is made again from the topic. Any process of
 * several copies; a step is claimed in PostgreSQL first, and repeated with the same bounds and token if its process died.
 */
export class Copy {
  #stopping = false;
  #running: Promise<void> | null = null;
  #wake: () => void = () => undefined;

  constructor(private readonly parts: Parts) {}

  start(): void {
    this.#running = this.#loop();
  }

  wake = () => this.#wake();

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      let worked = false;
      try {
        worked = await this.#step();
      } catch (error) {
        this.parts.logger.warn({ reason: briefly(error) }, 'the copy of the log in ClickHouse has to wait');
      }
      if (worked || this.#stopping) continue;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, LOOK_EVERY_MS);
        this.#wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }

  async #step(): Promise<boolean> {
    const bounds = await this.#claim();
    if (!bounds) return false;
    const { after, to } = bounds;
    const { clickhouse, erasure, postgres, topic, topicId, read } = this.parts;
    const records = await read(after, to - after, to);
    const present = await this.#present(after, to);
    const rows = records
      .filter(({ seq }) => !present.has(seq))
      .map((record) => ({
        seq: record.seq,
        kind: record.kind,
        received_at: record.receivedAt,
        sent_at: record.sentAt,
        source_id: record.sourceId,
        payload: record.payload,
      }));
    if (rows.length > 0)
      await clickhouse.insert('event_log', rows, {
        lane: 'log',
        token: `kafka:${topicId}:${after}-${to}:${rows.length}`,
      });
    // What was erased meanwhile was not there to be removed when it was.
    const erased = await erasure.between(after, to);
    await erasure.removeCopies(records.map(({ seq }) => seq).filter((seq) => erased.has(seq)));
    await postgres.query(
      `UPDATE event_log_kafka SET copied = $2, copying_to = NULL, claimed_at = NULL
       WHERE topic = $1 AND copied = $3 AND copying_to = $2`,
      [topic, to, after],
    );
    return true;
  }

  /** PostgreSQL may know less than ClickHouse: its last note was lost with the process, or it was restored from a backup. */
  async #present(after: number, to: number): Promise<Set<number>> {
    const rows = await this.parts.clickhouse.query<{ seq: number }>(
      'SELECT seq FROM event_log WHERE seq > {after:UInt64} AND seq <= {to:UInt64}',
      { after, to },
      { lane: 'log' },
    );
    return new Set(rows.map((row) => Number(row.seq)));
  }

  async #claim(): Promise<{ after: number; to: number } | null> {
    const { postgres, topic, head } = this.parts;
    const [row] = await postgres.query<{ copied: string; copying_to: string }>(
      `UPDATE event_log_kafka SET copying_to = coalesce(copying_to, least($2::bigint, copied + $3)), claimed_at = now()
       WHERE topic = $1 AND copied < $2::bigint
         AND (copying_to IS NULL OR claimed_at < now() - make_interval(secs => $4))
       RETURNING copied, copying_to`,
      [topic, head(), STEP, CLAIM_SECONDS],
    );
    return row ? { after: Number(row.copied), to: Number(row.copying_to) } : null;
  }
}
