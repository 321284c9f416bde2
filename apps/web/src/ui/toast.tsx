import { useSyncExternalStore } from 'react';
import { Icon } from './Icon.tsx';

interface Toast {
  readonly id: number;
  readonly tone: 'success' | 'danger';
  readonly text: string;
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();
const set = (value: readonly Toast[]) => {
  toasts = value;
  for (const listener of listeners) listener();
};

/** Says in passing that something is done, or is not. */
export function toast(text: string, tone: Toast['tone'] = 'success'): void {
  const id = next++;
  set([...toasts, { id, tone, text }]);
  setTimeout(() => set(toasts.filter((item) => item.id !== id)), tone === 'danger' ? 8000 : 4000);
}

export function Toasts() {
  const items = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {items.map((item) => (
        <div key={item.id} className={`toast ${item.tone}`}>
          <Icon name={item.tone === 'success' ? 'check' : 'quarantine'} />
          {item.text}
        </div>
      ))}
    </div>
  );
}
