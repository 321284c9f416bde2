import { type ActorRef, type CallerView, type Permission, permission, rolePermissions } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';
import type { AccountRow } from './tables.ts';

/** Who calls, and what they may do. */
export interface Caller {
  readonly actor: ActorRef;
  readonly permissions: ReadonlySet<Permission>;
  /** The account of a person who signed in; null for API keys and the command line. */
  readonly account: CallerView['account'];
  /** Its session, for calls with a cookie. */
  readonly sessionId: string | null;
}

/** The command line of the machine that holds the data: whoever may read the lock file could read the data, too. */
export const localCaller: Caller = {
  actor: { kind: 'command', id: 'local', name: 'command line' },
  permissions: new Set(permission.options),
  account: null,
  sessionId: null,
};

/** Who shows nothing. */
export const nobody: Caller = {
  actor: { kind: 'system', id: 'nobody', name: 'nobody' },
  permissions: new Set(),
  account: null,
  sessionId: null,
};

export const personCaller = (row: AccountRow, sessionId: string): Caller => ({
  actor: { kind: 'user', id: row.id, name: row.name },
  permissions: new Set(rolePermissions[row.role]),
  account: { id: row.id, email: row.email, name: row.name, role: row.role, hasPassword: row.password !== null },
  sessionId,
});

export const callerView = ({ actor, account, permissions }: Caller): CallerView => ({
  actor,
  account,
  permissions: permission.options.filter((each) => permissions.has(each)),
});

/** Throws `forbidden` when the caller would hand out what they do not have themselves. */
export function refuseBeyond(caller: Caller, wanted: readonly Permission[]): void {
  const beyond = wanted.find((each) => !caller.permissions.has(each));
  if (beyond)
    throw new UserError('forbidden', 'beyond_own', 'Nobody can give rights that they do not have themselves', {
      where: beyond,
    });
}
