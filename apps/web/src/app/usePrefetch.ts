import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useNavigation } from './useNavigation.ts';

/** Longest that fetching ahead waits for a page that is never idle. */
const LATEST_MS = 10_000;
type Connection = { readonly saveData?: boolean } | undefined;

/** Where a browser cannot tell when it is idle, a moment later is taken for it. */
const whenIdle = (then: () => void): (() => void) => {
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(then, 500);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(then, { timeout: LATEST_MS });
  return () => cancelIdleCallback(handle);
};

let underWay = false;
/** Whether code is being fetched that nobody waits for: where it cannot be had, nothing is lost yet. */
export const isPrefetching = (): boolean => underWay;

/**
 * Fetches the code of the pages in the navigation one after another while nothing else is to be done, so that the first
 * visit to one waits for data alone. Whoever asked to save data fetches a page when they go there.
 */
export function usePrefetch(): void {
  const router = useRouter();
  const { items } = useNavigation();
  useEffect(() => {
    if ((navigator as { connection?: Connection }).connection?.saveData) return;
    const left = items.map(({ to }) => to);
    let cancel: () => void = () => undefined;
    let ended = false;
    const next = () => {
      const to = left.shift();
      if (to === undefined || ended) return;
      cancel = whenIdle(() => {
        underWay = true;
        // A page whose code cannot be had now is fetched when one goes there, and tells then.
        void router.preloadRoute({ to: to as '/' }).then(done, done);
      });
    };
    const done = () => {
      underWay = false;
      next();
    };
    next();
    return () => {
      ended = true;
      cancel();
    };
  }, []);
}
