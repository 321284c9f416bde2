import { type Invitation, type LinkView, type Role, rolePermissions } from '@guanxi/contracts';
import { type Clock, type Postgres, type Statements, UserError } from '../platform/index.ts';
import { noSuchMember } from './accounts.ts';
import { type Caller, refuseBeyond } from './caller.ts';
import { emailKey, fingerprint, newId, newSecret } from './secrets.ts';
import type { AccountRow, LinkRow } from './tables.ts';

const DAY = 86_400_000;
/** How long each kind of link works, in days. */
const VALID_DAYS = { invitation: 7, reset: 1 } as const;

export interface Link {
  readonly token: string;
  readonly expiresAt: string;
}

/** Links that work once: to join, or to set a new password. Only the hash of what stands in them is kept. */
export interface Links {
  invite(caller: Caller, email: string, role: Role): Promise<Link & { invitation: Invitation }>;
  reset(caller: Caller, account: AccountRow | null): Promise<Link>;
  open(): Promise<Invitation[]>;
  revoke(id: string): Promise<void>;
  /** The link of a token; throws `not_found` alike for used, expired and invented ones. */
  find(token: string): Promise<LinkRow>;
  view(link: LinkRow, account: AccountRow | null): LinkView;
  /** Uses a link up, inside the transaction that does what it is for. */
  take(statements: Statements, link: LinkRow): Promise<void>;
  /** The open invitation of an address, used up. */
  takeInvitationOf(statements: Statements, email: string): Promise<LinkRow | null>;
}

const invitationOf = (row: LinkRow): Invitation => ({
  id: row.id,
  email: row.email,
  role: row.role!,
  invitedBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});
const invalid = () =>
  new UserError('not_found', 'link_invalid', 'This link has been used, has expired, or was never given', {
    remedy: 'Ask an administrator for a new one.',
  });

export function createLinks(postgres: Postgres, clock: Clock): Links {
  const now = () => new Date(clock.now());
  const create = async (
    caller: Caller,
    link: Pick<LinkRow, 'kind' | 'email' | 'role' | 'account_id'>,
  ): Promise<{ token: string; row: LinkRow }> => {
    const token = newSecret();
    const row = await postgres.transaction(async (statements) => {
      // A new link takes the place of an older one for the same purpose.
      await statements.query('DELETE FROM account_link WHERE (email = $1 AND kind = $2) OR expires_at < $3', [
        link.email,
        link.kind,
        now(),
      ]);
      const [made] = await statements.query<LinkRow>(
        `INSERT INTO account_link (id, token_hash, kind, email, role, account_id, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *`,
        [
          newId(),
          fingerprint(token),
          link.kind,
          link.email,
          link.role,
          link.account_id,
          caller.actor.name,
          now(),
          new Date(clock.now() + VALID_DAYS[link.kind] * DAY),
        ],
      );
      return made!;
    });
    return { token, row };
  };

  return {
    async invite(caller, email, role) {
      refuseBeyond(caller, rolePermissions[role]);
      const key = emailKey(email);
      if ((await postgres.query('SELECT 1 FROM account WHERE email = $1', [key])).length > 0)
        throw new UserError('conflict', 'email_taken', 'There is an account with this e-mail address', {
          where: 'email',
        });
      const { token, row } = await create(caller, { kind: 'invitation', email: key, role, account_id: null });
      return { token, expiresAt: row.expires_at.toISOString(), invitation: invitationOf(row) };
    },
    async reset(caller, account) {
      if (!account) throw noSuchMember();
      refuseBeyond(caller, rolePermissions[account.role]);
      const { email, id } = account;
      const { token, row } = await create(caller, { kind: 'reset', email, role: null, account_id: id });
      return { token, expiresAt: row.expires_at.toISOString() };
    },
    async open() {
      const rows = await postgres.query<LinkRow>(
        "SELECT * FROM account_link WHERE kind = 'invitation' AND expires_at > $1 ORDER BY created_at DESC, id",
        [now()],
      );
      return rows.map(invitationOf);
    },
    async revoke(id) {
      const gone = await postgres.query("DELETE FROM account_link WHERE id = $1 AND kind = 'invitation' RETURNING id", [
        id,
      ]);
      if (gone.length === 0) throw new UserError('not_found', 'no_such_invitation', 'There is no such invitation');
    },
    async find(token) {
      const [row] = await postgres.query<LinkRow>(
        'SELECT * FROM account_link WHERE token_hash = $1 AND expires_at > $2',
        [fingerprint(token), now()],
      );
      if (!row) throw invalid();
      return row;
    },
    view: (link, account) => ({
      kind: link.kind,
      email: link.email,
      name: account?.name ?? null,
      role: account?.role ?? link.role!,
      expiresAt: link.expires_at.toISOString(),
    }),
    async take(statements, link) {
      const taken = await statements.query('DELETE FROM account_link WHERE id = $1 RETURNING id', [link.id]);
      if (taken.length === 0) throw invalid();
    },
    async takeInvitationOf(statements, email) {
      const [row] = await statements.query<LinkRow>(
        "DELETE FROM account_link WHERE email = $1 AND kind = 'invitation' AND expires_at > $2 RETURNING *",
        [emailKey(email), now()],
      );
      return row ?? null;
    },
  };
}
