import { type Clock, type Postgres, UserError } from '../platform/index.ts';
import { fingerprint } from './secrets.ts';

const MINUTE = 60_000;
const WINDOW = 15 * MINUTE;
const LONGEST = 15 * MINUTE;
/**
 * Failures within the window after which one has to wait. An address may stand for a whole office behind one router, so
 * it is given more than an account.
 */
export const ALLOWED_FAILURES = { account: 5, address: 20 } as const;
type Kind = keyof typeof ALLOWED_FAILURES;

export interface Attempt {
  /** What was tried was right: forget the account's failures and that this attempt was made. */
  succeeded(): Promise<void>;
}

/**
 * Slows down who guesses. An attempt is written down as failed before it is judged, under a lock, so that many at the
 * same time are no way round; what was right takes it back. Whether there is such an account plays no part.
 */
export interface Throttle {
  /** Throws `busy` with the seconds to wait when there were too many failures. */
  attempt(facts: { account: string | null; address: string }): Promise<Attempt>;
  forget(account: string): Promise<void>;
}

/** Milliseconds to wait after the last of `failures`: one minute, then twice as long for each more. */
const waitAfter = (failures: number, allowed: number): number =>
  failures < allowed ? 0 : Math.min(LONGEST, MINUTE * 2 ** (failures - allowed));

export function createThrottle(postgres: Postgres, clock: Clock): Throttle {
  // What people type as their address is not kept as they typed it.
  const subjectOf = (kind: Kind, value: string) => `${kind}:${fingerprint(value)}`;

  const attempt: Throttle['attempt'] = async ({ account, address }) => {
    const subjects: [Kind, string][] = [['address', subjectOf('address', address)]];
    if (account !== null) subjects.push(['account', subjectOf('account', account)]);
    const now = new Date(clock.now());
    await postgres.transaction(async (statements) => {
      await statements.query("SELECT pg_advisory_xact_lock(hashtext('guanxi sign-in'))");
      await statements.query('DELETE FROM sign_in_failure WHERE at < $1', [new Date(clock.now() - WINDOW)]);
      for (const [kind, subject] of subjects) {
        const [row] = await statements.query<{ failures: string; last: Date | null }>(
          'SELECT count(*) AS failures, max(at) AS last FROM sign_in_failure WHERE subject = $1',
          [subject],
        );
        const wait = waitAfter(Number(row!.failures), ALLOWED_FAILURES[kind]);
        const left = (row!.last?.getTime() ?? 0) + wait - clock.now();
        if (wait > 0 && left > 0) throw locked(Math.ceil(left / 1000));
      }
      for (const [, subject] of subjects)
        await statements.query('INSERT INTO sign_in_failure (subject, at) VALUES ($1, $2)', [subject, now]);
    });
    return {
      async succeeded() {
        for (const [kind, subject] of subjects)
          await postgres.query(
            kind === 'account'
              ? 'DELETE FROM sign_in_failure WHERE subject = $1 AND at <= $2'
              : 'DELETE FROM sign_in_failure WHERE ctid IN (SELECT ctid FROM sign_in_failure WHERE subject = $1 AND at = $2 LIMIT 1)',
            [subject, now],
          );
      },
    };
  };
  const forget = async (account: string) => {
    await postgres.query('DELETE FROM sign_in_failure WHERE subject = $1', [subjectOf('account', account)]);
  };
  return { attempt, forget };
}

function locked(seconds: number): UserError {
  return new UserError('busy', 'locked', `Too many failed attempts; wait ${seconds} seconds`, {
    remedy: 'Wait, or ask an administrator for a link that sets a new password.',
    retryAfter: seconds,
  });
}
