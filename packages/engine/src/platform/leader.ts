import pg from 'pg';
import { briefly } from './errors.ts';
import type { Migration, Postgres, Statements } from './postgres.ts';
import type { Logger } from './telemetry.ts';

/** One time of leading, from winning the lock to losing it. */
export interface Term {
  /** Greater than that of every term before; a write that carries an older one must have no effect. */
  readonly number: number;
  /** Aborted when the term is over. */
  readonly over: AbortSignal;
  /** Gives the lead up, as one does who finds that somebody else has it. */
  resign(): void;
}

/** Somebody else leads: what a deposed leader would do must have no effect. Its jobs go on where they are found. */
export class Deposed extends Error {
  constructor() {
    super('another process leads');
    this.name = 'Deposed';
  }
}

/** What the leader does. `begin` and `end` are called in turns. */
export interface Duties {
  /** Takes the duties up; what it throws gives the lead up again. */
  begin(term: Term): Promise<void>;
  /** Lets go of everything that `begin` took up, also where that failed half-way. */
  end(): Promise<void>;
}

/** Of the processes on the same engines, one at a time leads: it processes the log and works on jobs. */
export interface Leadership {
  /** Stands for election from now on; resolves once this process leads and has begun, or cannot lead now. */
  stand(duties: Duties): Promise<void>;
  leads(): boolean;
  /** Ends a term under way and stands no more. */
  close(): Promise<void>;
}

export const leaderMigrations: readonly Migration[] = [
  {
    id: 'platform-003-leader',
    sql: `CREATE TABLE leader (one boolean PRIMARY KEY DEFAULT true CHECK (one), term bigint NOT NULL DEFAULT 0);
    INSERT INTO leader DEFAULT VALUES`,
  },
];

/**
 * Part of the transaction in which other data take the place of these: terms go on from where they were, so that no
 * leader of before can write. `aside` is the schema that holds what was there.
 */
export async function adoptTerms(statements: Statements, aside: string): Promise<void> {
  await statements.query(`UPDATE leader SET term = greatest(leader.term, old.term) + 1 FROM ${aside}.leader AS old`);
}

const NEXT_TERM = 'UPDATE leader SET term = term + 1 RETURNING term';
const LEADER_LOCK = 7_116_002;
const TRY_EVERY_MS = 400;
const ASK_EVERY_MS = 1000;
/** An answer that takes longer means that the lock may be somebody else's. */
const ANSWER_MS = 3000;

function termOf(number: number): { term: Term; over: Promise<void> } {
  const controller = new AbortController();
  const over = new Promise<void>((done) => controller.signal.addEventListener('abort', () => done(), { once: true }));
  return { term: { number, over: controller.signal, resign: () => controller.abort() }, over };
}

/** A process that is alone leads from the start to the end. */
export function localLeadership(postgres: Postgres): Leadership {
  let end: (() => Promise<void>) | null = null;
  return {
    async stand(duties) {
      const [row] = await postgres.query<{ term: string }>(NEXT_TERM);
      const { term } = termOf(Number(row!.term));
      end = () => {
        term.resign();
        return duties.end();
      };
      await duties.begin(term);
    },
    leads: () => end !== null,
    async close() {
      await end?.();
      end = null;
    },
  };
}

/**
 * Election by an advisory lock of a PostgreSQL server on a connection of its own: whoever dies or loses the connection
 * loses the lock with it. A leader asks every second whether its connection is alive; one that notices too late cannot
 * write, since its term is an old one.
 */
class ServedLeadership implements Leadership {
  #leading: Term | null = null;
  #running: Promise<void> | null = null;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {}

  leads = () => this.#leading !== null;

  stand(duties: Duties): Promise<void> {
    return new Promise((settled) => {
      this.#running = this.#campaign(duties, settled).finally(settled);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#leading?.resign();
    this.#wake();
    await this.#running;
  }

  async #campaign(duties: Duties, settled: () => void): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#once(duties, settled);
      } catch (error) {
        this.logger.warn({ reason: briefly(error) }, 'this process cannot lead');
        settled();
      }
      await this.#pause(TRY_EVERY_MS);
    }
  }

  /** Waits for the lock, leads, and ends with the term. */
  async #once(duties: Duties, settled: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      application_name: 'guanxi leader',
    });
    let current: Term | null = null;
    for (const event of ['error', 'end'] as const) client.on(event, () => current?.resign());
    try {
      await client.connect();
      while (!(await this.#won(client))) {
        settled();
        await this.#pause(TRY_EVERY_MS);
        if (this.#closed) return;
      }
      const { rows } = await client.query<{ term: string }>(NEXT_TERM);
      const { term, over } = termOf(Number(rows[0]!.term));
      current = term;
      await this.#lead(term, over, client, duties, settled);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #lead(term: Term, over: Promise<void>, client: pg.Client, duties: Duties, settled: () => void): Promise<void> {
    this.#leading = term;
    this.logger.info({ term: term.number }, 'this process leads');
    const asking = setInterval(() => client.query('SELECT 1').catch(() => term.resign()), ASK_EVERY_MS);
    try {
      if (this.#closed) term.resign();
      await duties.begin(term);
      settled();
      await over;
    } finally {
      clearInterval(asking);
      term.resign();
      this.#leading = null;
      // The lock is kept until everything has been let go of, unless it is lost already.
      await duties.end();
      this.logger.info({ term: term.number }, 'this process leads no more');
    }
  }

  async #won(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ won: boolean }>(`SELECT pg_try_advisory_lock(${LEADER_LOCK}) AS won`);
    return rows[0]!.won;
  }

  #pause(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

/** Election among the processes that use the same PostgreSQL server. */
export function servedLeadership(url: string, logger: Logger): Leadership {
  return new ServedLeadership(url, logger);
}
