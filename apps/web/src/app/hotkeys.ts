import { useEffect, useRef } from 'react';

export type Bindings = Record<string, (event: KeyboardEvent) => void>;

const editable = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role="dialog"], dialog') !== null);

const nameOf = (event: KeyboardEvent) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.metaKey || event.ctrlKey
    ? `mod+${event.shiftKey ? 'shift+' : ''}${key}`
    : event.altKey
      ? `alt+${key}`
      : key;
};

/**
 * Keys that work anywhere on a page except while typing or in a dialog; those with `mod+` (⌘ or Ctrl) always do, except
 * undo, which belongs to the field. A sequence is written `g c`: its first key is waited on for a second.
 */
export function useHotkeys(bindings: Bindings, enabled = true): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    if (!enabled) return;
    let prefix = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = nameOf(event);
      if (editable(event.target) && (!name.startsWith('mod+') || name === 'mod+z')) return;
      const sequence = prefix ? `${prefix} ${name}` : name;
      const found = latest.current[sequence] ?? latest.current[name];
      clearTimeout(timer);
      prefix = '';
      if (found) {
        event.preventDefault();
        found(event);
      } else if (Object.keys(latest.current).some((binding) => binding.startsWith(`${name} `))) {
        prefix = name;
        timer = setTimeout(() => (prefix = ''), 1000);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('keydown', onKey);
    };
  }, [enabled]);
}
