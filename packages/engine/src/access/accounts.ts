import { type Member, type Role, rolePermissions } from '@guanxi/contracts';
import { type Clock, type Postgres, type Statements, UserError } from '../platform/index.ts';
import { type Caller, refuseBeyond } from './caller.ts';
import { emailKey, newId } from './secrets.ts';
import type { AccountRow } from './tables.ts';

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Hashed; null for who comes by single sign-on alone. */
  readonly password: string | null;
}

export interface Accounts {
  any(): Promise<boolean>;
  byId(id: string): Promise<AccountRow | null>;
  byEmail(email: string): Promise<AccountRow | null>;
  list(): Promise<Member[]>;
  /** The first account; throws `conflict` once there is one. */
  createFirst(account: NewAccount): Promise<AccountRow>;
  setPassword(id: string, hash: string): Promise<void>;
  signedIn(id: string): Promise<void>;
  update(
    caller: Caller,
    id: string,
    patch: { name?: string | undefined; role?: Role | undefined; disabled?: boolean | undefined },
  ): Promise<Member>;
  setRole(id: string, role: Role): Promise<void>;
  remove(caller: Caller, id: string): Promise<void>;
}

export const noSuchMember = () => new UserError('not_found', 'no_such_member', 'There is no such member');
const taken = () =>
  new UserError('conflict', 'email_taken', 'There is an account with this e-mail address', { where: 'email' });

/** Writes an account; throws `conflict` where the e-mail has one. */
export async function insertAccount(statements: Statements, clock: Clock, account: NewAccount): Promise<AccountRow> {
  const [row] = await statements.query<AccountRow>(
    `INSERT INTO account (id, email, name, role, password, created_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (email) DO NOTHING RETURNING *`,
    [newId(), emailKey(account.email), account.name, account.role, account.password, new Date(clock.now())],
  );
  if (!row) throw taken();
  return row;
}

/** Held while it is decided who the last administrator is. */
const lock = (statements: Statements) => statements.query("SELECT pg_advisory_xact_lock(hashtext('guanxi accounts'))");

async function refuseLast(statements: Statements, id: string): Promise<void> {
  const [others] = await statements.query(
    "SELECT 1 FROM account WHERE role = 'administrator' AND NOT disabled AND id <> $1 LIMIT 1",
    [id],
  );
  const [self] = await statements.query(
    "SELECT 1 FROM account WHERE role = 'administrator' AND NOT disabled AND id = $1",
    [id],
  );
  if (self && !others)
    throw new UserError('conflict', 'last_administrator', 'The last administrator must stay one', {
      remedy: 'Make somebody else an administrator first.',
    });
}

/**
 * @param endSessions called where somebody must sign in again
 * @param tell called after every change, for whoever believes what was read earlier
 */
export function createAccounts(
  postgres: Postgres,
  clock: Clock,
  endSessions: (id: string) => Promise<void>,
  tell: () => Promise<void>,
): Accounts {
  let found = false;
  const get = async (id: string) =>
    (await postgres.query<AccountRow>('SELECT * FROM account WHERE id = $1', [id]))[0] ?? null;
  const existing = async (id: string) => {
    const row = await get(id);
    if (!row) throw noSuchMember();
    return row;
  };
  const members = async (id: string | null): Promise<Member[]> => {
    const rows = await postgres.query<AccountRow & { linked: boolean }>(
      `SELECT *, EXISTS (SELECT 1 FROM account_identity WHERE account_id = account.id) AS linked
       FROM account WHERE $1::text IS NULL OR id = $1 ORDER BY created_at, id`,
      [id],
    );
    return rows.map((row) => ({
      id: row.id,
      email: row.email,
      name: row.name,
      role: row.role,
      disabled: row.disabled,
      createdAt: row.created_at.toISOString(),
      lastSignInAt: row.signed_in_at?.toISOString() ?? null,
      signsInBy: [...(row.password ? (['password'] as const) : []), ...(row.linked ? (['sign-on'] as const) : [])],
    }));
  };
  /** Name, role, disabled: what is not given stays. */
  const write = (
    id: string,
    patch: { name?: string | undefined; role?: Role | undefined; disabled?: boolean | undefined },
  ) =>
    postgres.transaction(async (statements) => {
      await lock(statements);
      if ((patch.role && patch.role !== 'administrator') || patch.disabled) await refuseLast(statements, id);
      await statements.query(
        'UPDATE account SET name = coalesce($2, name), role = coalesce($3, role), disabled = coalesce($4, disabled) WHERE id = $1',
        [id, patch.name ?? null, patch.role ?? null, patch.disabled ?? null],
      );
    });

  return {
    async any() {
      found ||= (await postgres.query('SELECT 1 FROM account LIMIT 1')).length > 0;
      return found;
    },
    byId: get,
    byEmail: async (email) =>
      (await postgres.query<AccountRow>('SELECT * FROM account WHERE email = $1', [emailKey(email)]))[0] ?? null,
    list: () => members(null),
    createFirst: (account) =>
      postgres.transaction(async (statements) => {
        await lock(statements);
        if ((await statements.query('SELECT 1 FROM account LIMIT 1')).length > 0)
          throw new UserError('conflict', 'already_set_up', 'There is an administrator already', {
            remedy: 'Sign in, or ask an administrator for an invitation.',
          });
        await statements.query('DELETE FROM setup_code');
        return insertAccount(statements, clock, account);
      }),
    async setPassword(id, hash) {
      await postgres.query('UPDATE account SET password = $2 WHERE id = $1', [id, hash]);
      await tell();
    },
    async signedIn(id) {
      await postgres.query('UPDATE account SET signed_in_at = $2 WHERE id = $1', [id, new Date(clock.now())]);
    },
    async update(caller, id, patch) {
      const before = await existing(id);
      refuseBeyond(caller, [...rolePermissions[before.role], ...(patch.role ? rolePermissions[patch.role] : [])]);
      await write(id, patch);
      const roleChanged = patch.role !== undefined && patch.role !== before.role;
      if (roleChanged || patch.disabled) await endSessions(id);
      await tell();
      return (await members(id))[0]!;
    },
    async setRole(id, role) {
      await write(id, { role });
      await endSessions(id);
    },
    async remove(caller, id) {
      const before = await existing(id);
      refuseBeyond(caller, rolePermissions[before.role]);
      await postgres.transaction(async (statements) => {
        await lock(statements);
        await refuseLast(statements, id);
        await statements.query('DELETE FROM account WHERE id = $1', [id]);
      });
      await endSessions(id);
    },
  };
}
