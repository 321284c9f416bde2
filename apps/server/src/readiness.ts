import { briefly } from '@guanxi/engine/platform';
import type { Guanxi } from './compose.ts';

interface Readiness {
  readonly ready: boolean;
  /** Whether this process is the one that processes the log. */
  readonly leads: boolean;
  /** Null for an engine that answers. */
  readonly engines: { readonly clickhouse: string | null; readonly postgres: string | null };
  /** Why processing does not go on. */
  readonly error?: string;
}

const trouble = (answer: Promise<void>) => answer.then(() => null, briefly);

/** Whether requests can be taken now, and which engine is away where they cannot. */
export async function readinessOf({ platform, river }: Guanxi): Promise<Readiness> {
  const { clickhouse, postgres, leadership } = platform;
  // An embedded engine is a part of this process; asked, it would answer after the statement that it is working on.
  const [first, second] = await Promise.all([
    clickhouse.embedded ? null : trouble(clickhouse.ping()),
    postgres.embedded ? null : trouble(postgres.ping()),
  ]);
  const { identity, graph } = river.state();
  const error = identity.error ?? graph.error;
  return {
    ready: first === null && second === null && error === null,
    leads: leadership.leads(),
    engines: { clickhouse: first, postgres: second },
    ...(error === null ? {} : { error }),
  };
}
