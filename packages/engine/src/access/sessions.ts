import type { OwnSession } from '@guanxi/contracts';
import { type Clock, type Config, type Postgres, type Statements, UserError } from '../platform/index.ts';
import { type Caller, personCaller } from './caller.ts';
import { fingerprint, newId, newSecret } from './secrets.ts';
import type { AccountRow, SessionRow } from './tables.ts';

/** From where a session was opened; shown to its owner, so that a foreign one is noticed. */
export interface ClientFacts {
  readonly address: string;
  readonly agent: string;
}

/** How long an answer about a session is believed, in case a signal of its end is lost. */
const BELIEVED_MS = 5000;
const TOUCH_MS = 60_000;
const MOST_CACHED = 10_000;
const MOST_AGENT = 200;

interface Known {
  readonly session: SessionRow;
  readonly account: AccountRow;
  readonly readAt: number;
}

export interface Sessions {
  /** A new session; its token is told here and never again. Expired ones of everybody are tidied away. */
  open(accountId: string, facts: ClientFacts): Promise<string>;
  /** The caller of a token; null when it is unknown, expired or ended. `idle`: this does not count as being there. */
  callerOf(token: string, options: { idle: boolean }): Promise<Caller | null>;
  list(caller: Caller): Promise<OwnSession[]>;
  end(accountId: string, id: string): Promise<void>;
  endByToken(token: string): Promise<void>;
  endAll(accountId: string, but?: string | null): Promise<void>;
  /** Forgets what is believed about sessions, after a change of accounts. */
  forget(): void;
}

type SessionConfig = Pick<Config, 'sessionIdleMinutes' | 'sessionHours'>;

export function createSessions(
  postgres: Postgres,
  clock: Clock,
  config: SessionConfig,
  tell: () => Promise<void>,
): Sessions {
  const idleMs = config.sessionIdleMinutes * 60_000;
  const longestMs = config.sessionHours * 3_600_000;
  const believed = new Map<string, Known>();
  const expiryOf = (session: SessionRow) =>
    Math.min(session.seen_at.getTime() + idleMs, session.created_at.getTime() + longestMs);

  const read = async (hash: string): Promise<Known | null> => {
    const known = believed.get(hash);
    if (known && clock.now() - known.readAt < BELIEVED_MS) return known;
    const [session] = await postgres.query<SessionRow>('SELECT * FROM account_session WHERE token_hash = $1', [hash]);
    const [account] = session
      ? await postgres.query<AccountRow>('SELECT * FROM account WHERE id = $1 AND NOT disabled', [session.account_id])
      : [];
    believed.delete(hash);
    if (!session || !account) return null;
    if (believed.size >= MOST_CACHED) believed.clear();
    const fresh = { session, account, readAt: clock.now() };
    believed.set(hash, fresh);
    return fresh;
  };
  const touch = async ({ session }: Known): Promise<void> => {
    const now = clock.now();
    if (now - session.seen_at.getTime() < TOUCH_MS) return;
    session.seen_at = new Date(now);
    await postgres.query('UPDATE account_session SET seen_at = $2 WHERE id = $1', [session.id, session.seen_at]);
  };

  return {
    async open(accountId, { address, agent }) {
      const token = newSecret();
      const now = clock.now();
      await postgres.query('DELETE FROM account_session WHERE created_at < $1 OR seen_at < $2', [
        new Date(now - longestMs),
        new Date(now - idleMs),
      ]);
      await postgres.query(
        'INSERT INTO account_session (id, token_hash, account_id, created_at, seen_at, address, agent) VALUES ($1, $2, $3, $4, $4, $5, $6)',
        [newId(), fingerprint(token), accountId, new Date(now), address, agent.slice(0, MOST_AGENT)],
      );
      return token;
    },
    async callerOf(token, { idle }) {
      const known = await read(fingerprint(token));
      if (!known || clock.now() >= expiryOf(known.session)) return null;
      if (!idle) await touch(known);
      return personCaller(known.account, known.session.id);
    },
    async list({ account, sessionId }) {
      const rows = await postgres.query<SessionRow>(
        'SELECT * FROM account_session WHERE account_id = $1 ORDER BY seen_at DESC, id',
        [account!.id],
      );
      return rows
        .filter((row) => expiryOf(row) > clock.now())
        .map((row) => ({
          id: row.id,
          current: row.id === sessionId,
          createdAt: row.created_at.toISOString(),
          seenAt: row.seen_at.toISOString(),
          expiresAt: new Date(expiryOf(row)).toISOString(),
          address: row.address,
          agent: row.agent,
        }));
    },
    async end(accountId, id) {
      const gone = await postgres.query('DELETE FROM account_session WHERE account_id = $1 AND id = $2 RETURNING id', [
        accountId,
        id,
      ]);
      await tell();
      if (gone.length === 0) throw new UserError('not_found', 'no_such_session', 'There is no such session');
    },
    async endByToken(token) {
      await postgres.query('DELETE FROM account_session WHERE token_hash = $1', [fingerprint(token)]);
      await tell();
    },
    async endAll(accountId, but = null) {
      await postgres.query('DELETE FROM account_session WHERE account_id = $1 AND id IS DISTINCT FROM $2', [
        accountId,
        but,
      ]);
      await tell();
    },
    forget: () => believed.clear(),
  };
}

/** Part of a transaction after which everybody signs in again. */
export async function endSessions(statements: Statements): Promise<void> {
  const [found] = await statements.query<{ text: string | null }>(
    "SELECT to_regclass('public.account_session')::text AS text",
  );
  if (found!.text !== null) await statements.query('DELETE FROM account_session');
}
