import { useSyncExternalStore } from 'react';

/** Whether the server answers, as the last request of any kind found it. */
let lostSince: number | null = null;
const listeners = new Set<() => void>();

export function reportConnection(up: boolean): void {
  const next = up ? null : (lostSince ?? Date.now());
  if (next === lostSince) return;
  lostSince = next;
  for (const listener of listeners) listener();
}

/** Milliseconds since the epoch when the server stopped answering, null while it answers. */
export const useLostSince = (): number | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => lostSince,
  );
