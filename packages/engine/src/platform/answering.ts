import pg from 'pg';
import { awayFrom, NETWORK } from './away.ts';

/** An answer that takes longer makes whoever waits ask whether the server answers anybody. */
const SUSPECT_MS = 1500;
/** How often it is looked while something is asked, and while the server is away. */
const LOOK_MS = 250;
/**
 * Looks without an answer until the server counts as hung: a process that was busy or asleep itself has looked seldom,
 * and does not take its own time for the server's.
 */
const PATIENCE_LOOKS = 12;
/** Connections that asked are given up after so long. */
const CLEAN_UP_MS = 6000;

interface Asked {
  readonly since: number;
  readonly fail: (error: Error) => void;
}

/**
 * Tells a PostgreSQL server that is slow from one that hangs: that keeps connections, takes new ones and says nothing.
 * A statement may take its time, waiting for a lock or rewriting a table, as long as the server answers something simple
 * on another connection. Where it does not, everything that waits for it fails with `postgres_away`, and everything that
 * begins, until it answers again.
 */
export class Answering {
  readonly #asked = new Set<Asked>();
  #away = false;
  #watching = false;
  #closed = false;

  constructor(private readonly url: string) {}

  /** What `work` gives; what it does goes on unseen where the server turned out to hang. */
  async while<T>(work: () => Promise<T>): Promise<T> {
    if (this.#away) throw awayFrom('PostgreSQL', 'does not answer');
    let mine: Asked | undefined;
    const hung = new Promise<never>((_, fail) => {
      this.#asked.add((mine = { since: performance.now(), fail }));
    });
    if (!this.#watching) void this.#watch();
    try {
      const answer = work();
      answer.catch(() => undefined);
      return await Promise.race([answer, hung]);
    } finally {
      this.#asked.delete(mine!);
    }
  }

  close(): void {
    this.#closed = true;
  }

  /** Runs as long as something is asked or the server is away. */
  async #watch(): Promise<void> {
    this.#watching = true;
    while (!this.#closed && (this.#away || this.#asked.size > 0)) {
      await look();
      if (this.#away || this.#isSuspect()) await this.#askWhether();
    }
    this.#watching = false;
  }

  #isSuspect(): boolean {
    const [oldest] = this.#asked;
    return oldest !== undefined && performance.now() - oldest.since > SUSPECT_MS;
  }

  async #askWhether(): Promise<void> {
    this.#away = !(await answers(this.url));
    if (this.#away) for (const { fail } of this.#asked) fail(awayFrom('PostgreSQL', 'does not answer'));
  }
}

const look = () => new Promise<void>((done) => setTimeout(done, LOOK_MS).unref());

/** Whether the server says anything on a new connection, be it that it has too many of them. */
async function answers(url: string): Promise<boolean> {
  let answer: boolean | undefined;
  void asked(url).then((found) => (answer = found));
  for (let looks = 0; answer === undefined && looks < PATIENCE_LOOKS; looks++) await look();
  return answer ?? false;
}

async function asked(url: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CLEAN_UP_MS,
    query_timeout: CLEAN_UP_MS,
    application_name: 'guanxi asks',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? '');
    return code !== '' && !NETWORK.test(code);
  } finally {
    client.end().catch(() => undefined);
  }
}
