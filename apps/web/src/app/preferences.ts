import { useSyncExternalStore } from 'react';
import type { ThemeName } from './tokens.ts';

export type Language = 'zh' | 'en';
export interface Preferences {
  readonly theme: ThemeName | 'system';
  readonly language: Language;
  readonly navCollapsed: boolean;
}

const storageKey = 'guanxi.preferences';
const preset: Preferences = { theme: 'system', language: 'zh', navCollapsed: false };

function read(): Preferences {
  try {
    return { ...preset, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>) };
  } catch {
    return preset;
  }
}

let current = read();
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const getPreferences = (): Preferences => current;

/** Changes preferences and keeps them for this browser; a browser that refuses storage keeps them until reload. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, getPreferences);

const darkMedia = window.matchMedia('(prefers-color-scheme: dark)');
const subscribeMedia = (listener: () => void) => {
  darkMedia.addEventListener('change', listener);
  return () => darkMedia.removeEventListener('change', listener);
};

const narrowMedia = window.matchMedia('(max-width: 960px)');
const subscribeWidth = (listener: () => void) => {
  narrowMedia.addEventListener('change', listener);
  return () => narrowMedia.removeEventListener('change', listener);
};
/** Whether the window has room for the navigation with its words. */
export const useNarrow = (): boolean => useSyncExternalStore(subscribeWidth, () => narrowMedia.matches);

/** The theme in force: the chosen one, or the system's. */
export function useThemeName(): ThemeName {
  const { theme } = usePreferences();
  const dark = useSyncExternalStore(subscribeMedia, () => darkMedia.matches);
  return theme === 'system' ? (dark ? 'dark' : 'light') : theme;
}
