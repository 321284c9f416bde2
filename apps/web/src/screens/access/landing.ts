import type { Role, SessionState } from '@guanxi/contracts';
import { queryClient } from '../../api/queries.ts';
import { setSession } from '../../api/session.ts';
import { router } from '../../app/router.tsx';

/** Where each role's work is. */
const LANDING: Readonly<Record<Role, string>> = {
  marketer: '/',
  analyst: '/graph',
  engineer: '/data/sources',
  service: '/customers',
  administrator: '/settings/members',
};
/** Addresses that say nothing about where somebody wanted to go. */
const NOWHERE = new Set(['/', '/sign-in', '/join']);

/** Lets somebody in who has just proved who they are: to where they wanted, else to where their work is. */
export function enter(state: SessionState, to?: string): void {
  queryClient.clear();
  const role = state.caller?.account?.role;
  const target = to ?? (NOWHERE.has(location.pathname) ? LANDING[role ?? 'marketer'] : null);
  if (target !== null) router.history.replace(target);
  setSession(state);
}
