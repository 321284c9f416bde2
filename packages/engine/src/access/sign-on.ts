import type { Role } from '@guanxi/contracts';
import { type Clock, type Postgres, UserError } from '../platform/index.ts';
import { type Accounts, insertAccount } from './accounts.ts';
import type { Links } from './links.ts';
import { emailKey, fingerprint, newSecret } from './secrets.ts';
import type { AccountRow } from './tables.ts';

const VALID_MS = 10 * 60_000;

/** What has to be remembered between sending a browser to the identity provider and its return. */
export interface SignOnAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
}

/** What the identity provider says of somebody. */
export interface SignOnPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string | null;
  /** The role that the provider's claims give; null leaves an account's role as it is. */
  readonly role: Role | null;
}

export interface SignOn {
  /** Remembers an attempt for ten minutes; the token ties it to the browser that made it. */
  begin(attempt: SignOnAttempt): Promise<string>;
  /** The attempt of a token, once. */
  take(token: string): Promise<SignOnAttempt | null>;
  /**
   * The account of a person: the one linked with this identity, else the one with their verified e-mail, else a new one
   * with the role of their invitation, of their claims, or `newRole`. Throws `forbidden` when there is none to be had.
   */
  accountOf(person: SignOnPerson, newRole: Role): Promise<AccountRow>;
}

export function createSignOn(postgres: Postgres, clock: Clock, accounts: Accounts, links: Links): SignOn {
  const linked = async ({ issuer, subject }: SignOnPerson): Promise<AccountRow | null> =>
    (
      await postgres.query<AccountRow>(
        `SELECT account.* FROM account JOIN account_identity ON account_id = account.id
         WHERE issuer = $1 AND subject = $2`,
        [issuer, subject],
      )
    )[0] ?? null;

  /** Finds or makes the account of a verified address and ties the identity to it. */
  const link = (person: SignOnPerson, newRole: Role): Promise<AccountRow> =>
    postgres.transaction(async (statements) => {
      const email = emailKey(person.email!);
      const [existing] = await statements.query<AccountRow>('SELECT * FROM account WHERE email = $1', [email]);
      const invitation = existing ? null : await links.takeInvitationOf(statements, email);
      const account =
        existing ??
        (await insertAccount(statements, clock, {
          email,
          name: (person.name ?? email.split('@')[0]!).slice(0, 100),
          role: person.role ?? invitation?.role ?? newRole,
          password: null,
        }));
      await statements.query(
        'INSERT INTO account_identity (issuer, subject, account_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [person.issuer, person.subject, account.id],
      );
      return account;
    });

  return {
    async begin({ state, nonce, verifier, returnTo }) {
      const token = newSecret();
      const now = clock.now();
      await postgres.query('DELETE FROM sign_on_attempt WHERE expires_at < $1', [new Date(now)]);
      await postgres.query(
        'INSERT INTO sign_on_attempt (token_hash, state, nonce, verifier, return_to, expires_at) VALUES ($1, $2, $3, $4, $5, $6)',
        [fingerprint(token), state, nonce, verifier, returnTo, new Date(now + VALID_MS)],
      );
      return token;
    },
    async take(token) {
      const [row] = await postgres.query<{ state: string; nonce: string; verifier: string; return_to: string }>(
        'DELETE FROM sign_on_attempt WHERE token_hash = $1 AND expires_at > $2 RETURNING *',
        [fingerprint(token), new Date(clock.now())],
      );
      return row ? { state: row.state, nonce: row.nonce, verifier: row.verifier, returnTo: row.return_to } : null;
    },
    async accountOf(person, newRole) {
      if (!(await accounts.any()))
        throw new UserError('forbidden', 'not_set_up', 'There is no administrator yet', {
          remedy: 'Create the first administrator on the set-up page.',
        });
      const known = await linked(person);
      if (!known && (!person.email || !person.emailVerified))
        throw new UserError(
          'forbidden',
          'email_unverified',
          'The identity provider has not verified the e-mail address',
        );
      const account = known ?? (await link(person, newRole));
      if (account.disabled) throw new UserError('forbidden', 'account_disabled', 'This account is disabled');
      if (person.role === null || person.role === account.role) return account;
      await accounts.setRole(account.id, person.role);
      return { ...account, role: person.role };
    },
  };
}
