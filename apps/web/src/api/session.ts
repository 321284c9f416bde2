import type { CallerView, Permission, SessionState } from '@guanxi/contracts';
import { useSyncExternalStore } from 'react';

/**
 * Who this page belongs to, as the server last said; `undefined` until it has. `over`: it was somebody's, and the server
 * does not know them any more: what they typed stays on the page while they sign in again.
 */
export interface PageSession {
  readonly state: SessionState | undefined;
  readonly over: boolean;
}

let current: PageSession = { state: undefined, over: false };
const listeners = new Set<() => void>();
const set = (next: PageSession) => {
  current = next;
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const getSession = (): PageSession => current;
export const useSession = (): PageSession => useSyncExternalStore(subscribe, getSession);

/** Takes over what the server said of who asks. */
export const setSession = (state: SessionState): void => set({ state, over: false });

/** The server answered that it does not know who asks. */
export function reportSignedOut(): void {
  if (current.state?.caller && !current.over) set({ ...current, over: true });
}

export const useCaller = (): CallerView | null => useSession().state?.caller ?? null;

/** Whether who is signed in may do something: what they may not is not offered. The server decides all the same. */
export function useMay(): (permission: Permission) => boolean {
  const caller = useCaller();
  return (permission) => caller?.permissions.includes(permission) ?? false;
}

const IDLE_MS = 60_000;
let touchedAt = Date.now();
for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])
  window.addEventListener(kind, () => (touchedAt = Date.now()), { passive: true, capture: true });

/** Whether somebody is at this page: figures that refresh by themselves do not keep a session alive. */
export const isIdle = (): boolean => document.visibilityState === 'hidden' || Date.now() - touchedAt > IDLE_MS;
