import { type CanonicalEvent, createIngest, type Ingest, readEvent } from '@guanxi/engine/ingest';
import type { Config, Platform } from '@guanxi/engine/platform';
import fastify from 'fastify';
import { ingestRoutes } from '../../apps/server/src/ingest/index.ts';
import { openTestPlatform } from '../../packages/engine/src/platform/testing.ts';

/** A server with the real engine behind the real routes, and what its log holds. */
export interface Gate {
  readonly url: string;
  readonly writeKey: string;
  readonly platform: Platform;
  readonly ingest: Ingest;
  /** Everything accepted after the last call of `mark`, in the order of the log. */
  events(): Promise<CanonicalEvent[]>;
  /** Waits until that many are there; fails with what is there after ten seconds. */
  waitFor(count: number): Promise<CanonicalEvent[]>;
  mark(): void;
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;

export async function startGate(overrides: Partial<Config> = {}): Promise<Gate> {
  const platform = await openTestPlatform(overrides);
  const ingest = await createIngest(platform);
  const app = fastify({ loggerInstance: platform.logger, forceCloseConnections: true });
  await app.register(async (scope) => ingestRoutes(scope, { ingest, platform }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  let from = 0;
  const events = async () => (await platform.log.read(from, 100_000)).map(readEvent);
  return {
    url,
    writeKey: (await ingest.sources.list())[0]!.writeKey,
    platform,
    ingest,
    events,
    mark: () => (from = platform.log.head()),
    async waitFor(count) {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const found = await events();
        if (found.length >= count) return found;
        if (Date.now() > until)
          throw new Error(
            `${found.length} of ${count} events came: ${found.map(({ type, name }) => `${type} ${name}`).join(', ')}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      await app.close();
      await platform.close();
    },
  };
}
