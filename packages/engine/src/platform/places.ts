import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { briefly } from './errors.ts';
import type { Migration, Postgres, Statements } from './postgres.ts';
import type { Signals } from './signals.ts';
import type { Logger } from './telemetry.ts';

/** Places that one write fills, and the deduplication token of its insert. */
export interface Block {
  readonly first: number;
  readonly last: number;
  readonly token: string;
}

/** Gives out the places of the log, one block after the other, and says how far they are filled. */
export interface Places {
  /**
   * Hands `count` places to `write` and moves the head over them once it has succeeded. A write that failed is settled
   * before the next begins; the places it was given stay empty or hold what it did.
   */
  fill(count: number, write: (block: Block) => Promise<void>): Promise<Block>;
  /** No block is given out, to any process, from when it resolves until what it gave is called. The head is that of all. */
  hold(): Promise<() => void>;
  head(): number;
  onHead(listener: (head: number) => void): () => void;
  close(): Promise<void>;
}

/** What places need to know of the table they are places of. */
export interface PlaceKeeper {
  /** The greatest place that was ever filled. */
  newest(): Promise<number>;
  /** What the insert of this token has done is final afterwards. */
  settle(token: string): Promise<void>;
}

class Head {
  readonly #listeners = new Set<(head: number) => void>();
  value = 0;

  moveTo(place: number): void {
    if (place <= this.value) return;
    this.value = place;
    for (const listener of this.#listeners) listener(place);
  }

  listen = (listener: (head: number) => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** Places of a process that is alone. */
export async function localPlaces(keeper: PlaceKeeper): Promise<Places> {
  const head = new Head();
  head.moveTo(await keeper.newest());
  let next = head.value + 1;
  let unsettled: string | null = null;
  return {
    async fill(count, write) {
      if (unsettled !== null) await keeper.settle(unsettled);
      const block = { first: next, last: next + count - 1, token: `log:${randomUUID()}` };
      unsettled = block.token;
      next += count;
      await write(block);
      unsettled = null;
      head.moveTo(block.last);
      return block;
    },
    // Whoever fills blocks is the log of this process, which waits by itself.
    hold: async () => () => undefined,
    head: () => head.value,
    onHead: head.listen,
    close: async () => undefined,
  };
}

export const placeMigrations: readonly Migration[] = [
  {
    id: 'platform-002-log-place',
    sql: `CREATE TABLE event_log_place (
      one boolean PRIMARY KEY DEFAULT true CHECK (one), head bigint NOT NULL DEFAULT 0, pending_to bigint, token text);
    INSERT INTO event_log_place DEFAULT VALUES`,
  },
  {
    id: 'platform-004-place-generation',
    sql: "ALTER TABLE event_log_place ADD COLUMN IF NOT EXISTS generation text NOT NULL DEFAULT ''",
  },
];

/**
 * Part of the transaction in which a log takes the place of another: a process that still knows the log of before is
 * given no place in the new one.
 */
export async function adoptPlaces(statements: Statements, generation: string): Promise<void> {
  const [found] = await statements.query<{ text: string | null }>(
    "SELECT to_regclass('public.event_log_place')::text AS text",
  );
  const done = await statements.query<{ id: string }>('SELECT id FROM migration');
  const steps = placeMigrations.filter(({ id }) => found!.text === null || !done.some((row) => row.id === id));
  for (const { id, sql } of steps) {
    await statements.query(sql);
    await statements.query('INSERT INTO migration (id) VALUES ($1) ON CONFLICT DO NOTHING', [id]);
  }
  await statements.query(
    'UPDATE event_log_place SET generation = $1, head = greatest(head, pending_to), pending_to = NULL, token = NULL',
    [generation],
  );
}

/** Key of the advisory lock that whoever fills a block holds. */
export const PLACES_LOCK = 7_116_001;
const LOCK_WAIT_MS = 5000;
const ANSWER_MS = 8000;
/** A holder that was put to sleep between taking a block and writing it gives up: it may not be the holder any more. */
const STALE_MS = 3000;
const LOOK_EVERY_MS = 1000;
const TOPIC = 'log';

interface PlaceRow {
  generation: string;
  head: string;
  pending_to: string | null;
  token: string | null;
}

/**
 * Places of several processes. Whoever writes holds an advisory lock of PostgreSQL on a connection of its own; the block
 * and its token are in a row before the insert begins. A successor that finds a block there, because its writer died or
 * lost its connection, first settles it, and the deposed writer cannot move the head any more, since the token is gone.
 * Nobody reads beyond the head, so nothing becomes visible behind a reader.
 */
class SharedPlaces implements Places {
  readonly #head = new Head();
  #client: Promise<Connection> | null = null;
  #closed = false;
  readonly #looking: NodeJS.Timeout;
  readonly #leave: () => void;
  #generation = '';

  constructor(
    private readonly keeper: PlaceKeeper,
    private readonly parts: SharedParts,
  ) {
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looking.unref();
    this.#leave = parts.signals.subscribe(TOPIC, (place) =>
      place === '' ? this.#look() : this.#head.moveTo(Number(place)),
    );
  }

  head = () => this.#head.value;
  onHead = this.#head.listen;

  async open(): Promise<void> {
    await this.#holding(async (client) => {
      const [row] = await rowsOf<PlaceRow>(client, 'SELECT * FROM event_log_place');
      this.#generation = row!.generation;
      await this.#catchUp(client, row!);
    });
  }

  /** Settles what a dead process left, and knows every place that was filled by any. */
  async #catchUp(client: Connection, row: PlaceRow): Promise<void> {
    if (row.token !== null) await this.keeper.settle(row.token);
    const head = Math.max(Number(row.head), Number(row.pending_to ?? 0), await this.keeper.newest());
    await client.query('UPDATE event_log_place SET head = $1, pending_to = NULL, token = NULL', [head]);
    this.#head.moveTo(head);
  }

  async fill(count: number, write: (block: Block) => Promise<void>): Promise<Block> {
    const block = await this.#holding(async (client) => {
      const token = `log:${randomUUID()}`;
      const since = performance.now();
      const last = await this.#take(client, count, token);
      if (performance.now() - since > STALE_MS) throw new Error('the block was taken too long ago');
      await write({ first: last - count + 1, last, token });
      // Not forced to the disk: where it is lost, the block is settled again, and found filled.
      const [done] = await statementsOf<{ head: string }>(
        client,
        `BEGIN; SET LOCAL synchronous_commit = off;
         UPDATE event_log_place SET head = pending_to, pending_to = NULL, token = NULL WHERE token = '${token}' RETURNING head;
         COMMIT`,
      );
      if (!done) throw new Error('the block was settled by another process');
      return { first: last - count + 1, last, token };
    });
    this.#head.moveTo(block.last);
    void this.parts.signals.publish(TOPIC, String(block.last));
    return block;
  }

  hold(): Promise<() => void> {
    return new Promise((held, failed) => {
      this.#holding(async (client) => {
        const [row] = await rowsOf<PlaceRow>(client, 'SELECT * FROM event_log_place');
        if (row!.generation !== this.#generation) throw new Error('the log was replaced');
        // What another process filled last may not have been heard of yet.
        await this.#catchUp(client, row!);
        await new Promise<void>((release) => held(release));
      }).catch(failed);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#looking);
    this.#leave();
    await this.#client?.then((client) => client.end()).catch(() => undefined);
  }

  /** The last place of a block that is written down as being filled. Two statements only after somebody died. */
  async #take(client: Connection, count: number, token: string): Promise<number> {
    let [row] = await rowsOf<PlaceRow>(
      client,
      `UPDATE event_log_place SET pending_to = head + $1, token = $2 WHERE token IS NULL AND generation = $3
       RETURNING head, pending_to, token`,
      [count, token, this.#generation],
    );
    while (!row) {
      const [left] = await rowsOf<PlaceRow>(client, 'SELECT * FROM event_log_place');
      if (left!.generation !== this.#generation) throw new Error('the log was replaced');
      await this.keeper.settle(left!.token!);
      [row] = await rowsOf<PlaceRow>(
        client,
        `UPDATE event_log_place SET head = pending_to, pending_to = pending_to + $1, token = $2 WHERE token = $3
         RETURNING head, pending_to, token`,
        [count, token, left!.token],
      );
    }
    return Number(row.pending_to);
  }

  /** Runs `work` while this process alone holds the lock. A connection on which anything failed is not used again. */
  async #holding<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    this.#client ??= connect(this.parts);
    const opening = this.#client;
    try {
      const client = await opening;
      await client.query(`SELECT pg_advisory_lock(${PLACES_LOCK})`);
      const result = await work(client);
      // Not waited for: the next statement on this connection is sent after it.
      client.query(`SELECT pg_advisory_unlock(${PLACES_LOCK})`).catch(() => this.#drop(opening));
      return result;
    } catch (error) {
      this.#drop(opening);
      throw error;
    }
  }

  #drop(opening: Promise<Connection>): void {
    if (this.#client === opening) this.#client = null;
    opening.then((client) => client.end()).catch(() => undefined);
  }

  #look(): void {
    if (this.#closed) return;
    this.parts.postgres.query<{ head: string }>('SELECT head FROM event_log_place').then(
      ([row]) => this.#head.moveTo(Number(row?.head ?? 0)),
      (error: unknown) => this.parts.logger.debug({ reason: briefly(error) }, 'the head of the log is not known'),
    );
  }
}

/** The connection that holds the lock: its statements fail as soon as the server is found not to answer. */
class Connection {
  constructor(
    private readonly client: pg.Client,
    private readonly postgres: Postgres,
  ) {}

  query = (sql: string, params: unknown[] = []): Promise<pg.QueryResult> =>
    this.postgres.whileAnswering(() => this.client.query(sql, params));
  end = (): Promise<void> => this.client.end();
}

async function connect({ postgres, postgresUrl }: SharedParts): Promise<Connection> {
  const client = new pg.Client({
    connectionString: postgresUrl,
    connectionTimeoutMillis: 3000,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    application_name: 'guanxi log',
  });
  client.on('error', () => undefined);
  const connection = new Connection(client, postgres);
  try {
    await postgres.whileAnswering(() => client.connect());
    await connection.query(`SET lock_timeout = ${LOCK_WAIT_MS}`);
    return connection;
  } catch (error) {
    connection.end().catch(() => undefined);
    throw error;
  }
}

const rowsOf = async <T>(client: Connection, sql: string, params: unknown[] = []) =>
  (await client.query(sql, params)).rows as T[];

/** Several statements in one message: the rows of those that return any. */
async function statementsOf<T>(client: Connection, sql: string): Promise<T[]> {
  const results = (await client.query(sql)) as unknown as pg.QueryResult | pg.QueryResult[];
  return [results].flat().flatMap((result) => result.rows as T[]);
}

interface SharedParts {
  readonly postgres: Postgres;
  readonly postgresUrl: string;
  readonly signals: Signals;
  readonly logger: Logger;
}

/** Places given out by a PostgreSQL server. */
export async function sharedPlaces(keeper: PlaceKeeper, parts: SharedParts): Promise<Places> {
  const places = new SharedPlaces(keeper, parts);
  try {
    await places.open();
  } catch (error) {
    await places.close();
    throw error;
  }
  return places;
}
