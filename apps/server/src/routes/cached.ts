import type { Guanxi } from '../compose.ts';

/** A version that changes as the product's clock goes on, which in tests goes in leaps. */
export const every =
  (ms: number) =>
  ({ platform }: Guanxi): number =>
    Math.floor(platform.clock.now() / ms);

/**
 * The answer of a moment ago while it is younger than `ttl` milliseconds and `version` is still what it was; askers at
 * the same time share one.
 */
export function cached<C extends object, T>(
  ttl: number,
  version: (context: C) => unknown,
  ask: (context: C) => Promise<T>,
): (context: C) => Promise<T> {
  const answers = new WeakMap<C, { until: number; version: unknown; answer: Promise<T> }>();
  return (context) => {
    const now = performance.now();
    const known = answers.get(context);
    const current = version(context);
    if (known && known.until > now && known.version === current) return known.answer;
    const answer = ask(context);
    answers.set(context, { until: now + ttl, version: current, answer });
    answer.catch(() => answers.delete(context));
    return answer;
  };
}
