import type { LinkView } from '@guanxi/contracts';
import { type Platform, UserError } from '../platform/index.ts';
import { type Accounts, createAccounts, insertAccount } from './accounts.ts';
import { type Caller, localCaller } from './caller.ts';
import { createKeys, type Keys } from './keys.ts';
import { createLinks, type Links } from './links.ts';
import { checkPassword, hashPassword, refuseWeak } from './passwords.ts';
import { emailKey, fingerprint, newId, sameSecret } from './secrets.ts';
import { type ClientFacts, createSessions, type Sessions } from './sessions.ts';
import { createSignOn, type SignOn } from './sign-on.ts';
import { type AccountRow, migrations } from './tables.ts';
import { createThrottle } from './throttle.ts';

/** What a request shows of its sender. */
export interface Credentials {
  /** What stands after `Bearer`. */
  readonly bearer: string | null;
  readonly cookie: string | null;
  /** Nobody touched the page lately: the session is not kept alive by this. */
  readonly idle: boolean;
}

/** Accounts, sessions, API keys: who somebody is and what they may do. */
export interface Access {
  /** Who sent a request; null for nobody known. A bearer that is wrong is not made good by a cookie. */
  authenticate(credentials: Credentials): Promise<Caller | null>;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly keys: Keys;
  readonly links: Links;
  readonly signOn: SignOn;
  /** A code that the first account needs; null once there is one. The code of the last call counts. */
  issueSetUpCode(): Promise<string | null>;
  /** Creates the first administrator and a session. `codeless`: the request came from this very machine. */
  setUp(
    wish: { email: string; name: string; password: string; code?: string | undefined },
    client: ClientFacts & { codeless: boolean },
  ): Promise<string>;
  /** A new session's token. Throws `unauthorised` alike for every reason, `busy` when locked. */
  signIn(email: string, password: string, client: ClientFacts): Promise<string>;
  /** A session for somebody whose identity was proved otherwise. */
  openSession(account: AccountRow, client: ClientFacts): Promise<string>;
  /** Changes one's own password and ends every other session. */
  changePassword(caller: Caller, current: string | undefined, next: string, client: ClientFacts): Promise<void>;
  lookAtLink(token: string, client: ClientFacts): Promise<LinkView>;
  /** Uses an invitation or reset link: sets the password and opens a session. */
  acceptLink(
    wish: { token: string; name?: string | undefined; password: string },
    client: ClientFacts,
  ): Promise<string>;
}

const CHANGED = 'access';

const wrong = () =>
  new UserError('unauthorised', 'wrong_credentials', 'E-mail or password is wrong', {
    remedy: 'Check both; an administrator can give you a link that sets a new password.',
  });
const wrongCode = () =>
  new UserError('forbidden', 'wrong_code', 'The set-up code is missing or wrong', {
    where: 'code',
    remedy: 'The server printed it in its terminal when it started.',
  });

/** Opens the accounts; makes their tables. */
export async function createAccess({ postgres, clock, config, localToken, signals }: Platform): Promise<Access> {
  await postgres.migrate(migrations);
  // Every process on these engines hears it and reads anew.
  const tell = () => signals.publish(CHANGED);
  const sessions = createSessions(postgres, clock, config, tell);
  const keys = createKeys(postgres, clock, tell);
  signals.subscribe(CHANGED, () => {
    sessions.forget();
    keys.forget();
  });
  const accounts = createAccounts(postgres, clock, (id) => sessions.endAll(id), tell);
  const links = createLinks(postgres, clock);
  const throttle = createThrottle(postgres, clock);

  const openSession = async (account: AccountRow, client: ClientFacts): Promise<string> => {
    await accounts.signedIn(account.id);
    return sessions.open(account.id, client);
  };
  const find = async (token: string, { address }: ClientFacts) => {
    const attempt = await throttle.attempt({ account: null, address });
    const link = await links.find(token);
    await attempt.succeeded();
    return link;
  };
  const codeIsRight = async (code: string): Promise<boolean> => {
    const [row] = await postgres.query<{ code_hash: string }>('SELECT code_hash FROM setup_code');
    return row !== undefined && sameSecret(row.code_hash, fingerprint(code.trim()));
  };

  return {
    accounts,
    sessions,
    keys,
    links,
    signOn: createSignOn(postgres, clock, accounts, links),
    openSession,
    async authenticate({ bearer, cookie, idle }) {
      if (bearer !== null) return sameSecret(bearer, localToken) ? localCaller : keys.callerOf(bearer);
      return cookie === null ? null : sessions.callerOf(cookie, { idle });
    },
    async issueSetUpCode() {
      if (await accounts.any()) return null;
      const code = newId();
      await postgres.query(
        'INSERT INTO setup_code (code_hash) VALUES ($1) ON CONFLICT (one) DO UPDATE SET code_hash = excluded.code_hash',
        [fingerprint(code)],
      );
      return code;
    },
    async setUp({ email, name, password, code }, client) {
      if (!client.codeless && !(await accounts.any())) {
        const attempt = await throttle.attempt({ account: null, address: client.address });
        if (!code || !(await codeIsRight(code))) throw wrongCode();
        await attempt.succeeded();
      }
      refuseWeak(password, { email, name });
      const hash = await hashPassword(password);
      return openSession(await accounts.createFirst({ email, name, role: 'administrator', password: hash }), client);
    },
    async signIn(email, password, client) {
      const attempt = await throttle.attempt({ account: emailKey(email), address: client.address });
      const account = await accounts.byEmail(email);
      const usable = account && !account.disabled ? account : null;
      const { right, outdated } = await checkPassword(password, usable?.password ?? null);
      if (!usable || !right) throw wrong();
      await attempt.succeeded();
      if (outdated) await accounts.setPassword(usable.id, await hashPassword(password));
      return openSession(usable, client);
    },
    async changePassword({ account, sessionId }, current, next, client) {
      const row = account && (await accounts.byId(account.id));
      if (!row) throw new UserError('forbidden', 'no_account', 'Only a person who signed in has a password');
      if (row.password !== null) {
        const attempt = await throttle.attempt({ account: row.email, address: client.address });
        const { right } = await checkPassword(current ?? '', row.password);
        if (!right)
          throw new UserError('forbidden', 'wrong_password', 'The present password is wrong', { where: 'current' });
        await attempt.succeeded();
      }
      refuseWeak(next, row);
      await accounts.setPassword(row.id, await hashPassword(next));
      await sessions.endAll(row.id, sessionId);
    },
    async lookAtLink(token, client) {
      const link = await find(token, client);
      return links.view(link, link.account_id === null ? null : await accounts.byId(link.account_id));
    },
    async acceptLink({ token, name, password }, client) {
      const link = await find(token, client);
      const before = link.account_id === null ? null : await accounts.byId(link.account_id);
      if (before?.disabled) throw new UserError('forbidden', 'account_disabled', 'This account is disabled');
      const called = before?.name ?? name ?? link.email.split('@')[0]!;
      refuseWeak(password, { email: link.email, name: called });
      const hash = await hashPassword(password);
      const account = await postgres.transaction(async (statements) => {
        await links.take(statements, link);
        if (!before)
          return insertAccount(statements, clock, {
            email: link.email,
            name: called,
            role: link.role!,
            password: hash,
          });
        await statements.query('UPDATE account SET password = $2 WHERE id = $1', [before.id, hash]);
        return { ...before, password: hash };
      });
      await sessions.endAll(account.id);
      await throttle.forget(account.email);
      return openSession(account, client);
    },
  };
}
