import { type ApiKey, type Permission, rolePermissions } from '@guanxi/contracts';
import { type Clock, type Postgres, UserError } from '../platform/index.ts';
import { type Caller, refuseBeyond } from './caller.ts';
import { fingerprint, newId, newSecret } from './secrets.ts';
import type { AccountRow, KeyRow } from './tables.ts';

const PREFIX = 'gxk_';
const DAY = 86_400_000;
const TOUCH_MS = 60_000;
const BELIEVED_MS = 5000;
const MOST_CACHED = 10_000;

/** A key with its owner of now; both null where the command line made it. */
type OwnedKey = KeyRow & { owner_role: AccountRow['role'] | null; owner_disabled: boolean | null };

export interface Keys {
  create(
    caller: Caller,
    wish: { name: string; scopes: readonly Permission[]; expiresInDays: number | null },
  ): Promise<{ key: string; item: ApiKey }>;
  /** One's own; everybody's for who manages users. */
  list(caller: Caller): Promise<ApiKey[]>;
  revoke(caller: Caller, id: string): Promise<ApiKey>;
  /** The caller of a key; null when it is unknown, expired, revoked or its owner is disabled. */
  callerOf(key: string): Promise<Caller | null>;
  forget(): void;
}

const SELECT = `SELECT api_key.*, account.role AS owner_role, account.disabled AS owner_disabled
  FROM api_key LEFT JOIN account ON account.id = api_key.account_id`;

/** A key never may more than its owner may today. */
const permissionsOf = ({ scopes, owner_role }: OwnedKey): Permission[] =>
  owner_role === null ? scopes : scopes.filter((scope) => rolePermissions[owner_role].includes(scope));

export function createKeys(postgres: Postgres, clock: Clock, tell: () => Promise<void>): Keys {
  const believed = new Map<string, { row: OwnedKey; readAt: number }>();
  const stateOf = (row: OwnedKey): ApiKey['state'] =>
    row.revoked_at
      ? 'revoked'
      : row.expires_at && row.expires_at.getTime() <= clock.now()
        ? 'expired'
        : row.owner_disabled
          ? 'suspended'
          : 'active';
  const view = (row: OwnedKey, caller: Caller): ApiKey => ({
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    owner: row.owner,
    own: isOwn(row, caller),
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.used_at?.toISOString() ?? null,
    state: stateOf(row),
  });
  const isOwn = (row: KeyRow, { account, actor }: Caller) =>
    actor.kind !== 'key' && row.account_id === (account?.id ?? null);
  const sees = (row: KeyRow, caller: Caller) => isOwn(row, caller) || caller.permissions.has('users.manage');

  const read = async (hash: string): Promise<OwnedKey | null> => {
    const known = believed.get(hash);
    if (known && clock.now() - known.readAt < BELIEVED_MS) return known.row;
    const [row] = await postgres.query<OwnedKey>(`${SELECT} WHERE api_key.key_hash = $1`, [hash]);
    if (believed.size >= MOST_CACHED) believed.clear();
    if (row) believed.set(hash, { row, readAt: clock.now() });
    else believed.delete(hash);
    return row ?? null;
  };

  return {
    async create(caller, { name, scopes, expiresInDays }) {
      if (caller.actor.kind === 'key')
        throw new UserError('forbidden', 'key_makes_key', 'An API key cannot make another', {
          remedy: 'Sign in and make it in the console.',
        });
      refuseBeyond(caller, scopes);
      const key = newSecret(PREFIX);
      const now = clock.now();
      const id = newId();
      await postgres.query(
        `INSERT INTO api_key (id, key_hash, name, scopes, account_id, owner, created_at, expires_at)
         VALUES ($1, $2, $3, $4::text[], $5, $6, $7, $8)`,
        [
          id,
          fingerprint(key),
          name,
          [...new Set(scopes)],
          caller.account?.id ?? null,
          caller.actor.name,
          new Date(now),
          expiresInDays === null ? null : new Date(now + expiresInDays * DAY),
        ],
      );
      const [row] = await postgres.query<OwnedKey>(`${SELECT} WHERE api_key.id = $1`, [id]);
      return { key, item: view(row!, caller) };
    },
    async list(caller) {
      const rows = await postgres.query<OwnedKey>(`${SELECT} ORDER BY api_key.created_at DESC, api_key.id`);
      return rows.filter((row) => sees(row, caller)).map((row) => view(row, caller));
    },
    async revoke(caller, id) {
      const [row] = await postgres.query<OwnedKey>(`${SELECT} WHERE api_key.id = $1`, [id]);
      if (!row || !sees(row, caller)) throw new UserError('not_found', 'no_such_key', 'There is no such API key');
      const revokedAt = row.revoked_at ?? new Date(clock.now());
      await postgres.query('UPDATE api_key SET revoked_at = $2 WHERE id = $1', [id, revokedAt]);
      await tell();
      return view({ ...row, revoked_at: revokedAt }, caller);
    },
    async callerOf(key) {
      if (!key.startsWith(PREFIX)) return null;
      const row = await read(fingerprint(key));
      if (!row || stateOf(row) !== 'active') return null;
      if (clock.now() - (row.used_at?.getTime() ?? 0) >= TOUCH_MS) {
        row.used_at = new Date(clock.now());
        await postgres.query('UPDATE api_key SET used_at = $2 WHERE id = $1', [row.id, row.used_at]);
      }
      return {
        actor: { kind: 'key', id: row.id, name: row.name },
        permissions: new Set(permissionsOf(row)),
        account: null,
        sessionId: null,
      };
    },
    forget: () => believed.clear(),
  };
}
