import { briefly } from './errors.ts';
import type { Signals } from './signals.ts';
import type { Logger } from './telemetry.ts';

const AGAIN_MS = 1000;

/**
 * Keeps something in memory as it is in its table: `load` runs whenever a signal of the topic says that it may have
 * changed, never twice at a time, and again where one came meanwhile, so that the last of them sees the last change.
 */
export function reloadOn(
  { signals, logger }: { signals: Signals; logger: Logger },
  topic: string,
  load: () => Promise<void>,
): void {
  let asked = false;
  let running = false;
  const run = async () => {
    running = true;
    while (asked) {
      asked = false;
      try {
        await load();
      } catch (error) {
        logger.warn({ topic, reason: briefly(error) }, 'a setting cannot be read again');
        asked = true;
        await new Promise((done) => setTimeout(done, AGAIN_MS).unref());
      }
    }
    running = false;
  };
  signals.subscribe(topic, () => {
    asked = true;
    if (!running) void run();
  });
}
