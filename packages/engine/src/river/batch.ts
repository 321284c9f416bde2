import type { CanonicalEvent } from '../ingest/index.ts';
import type { GraphEvent } from '../graph/index.ts';
import { identityDecision, type IdentityItem, type Observation } from '../identity/index.ts';
import { briefly, type Logger, type LogRecord } from '../platform/index.ts';

/** What a stretch of the log says, duplicates marked. A pure function of the log up to there and of the rules. */
export interface ReadBatch {
  readonly events: readonly CanonicalEvent[];
  readonly fresh: readonly CanonicalEvent[];
  readonly duplicates: ReadonlySet<number>;
  /** For One-ID: observations and decisions in the order of the log. */
  readonly items: readonly IdentityItem[];
  readonly graphEvents: readonly GraphEvent[];
}

export interface Readers {
  readEvent(record: LogRecord): CanonicalEvent;
  observe(event: CanonicalEvent): Observation | null;
  duplicatesOf(events: readonly CanonicalEvent[]): Promise<Set<number>>;
  readonly logger: Logger;
}

/** Reads one record; one that cannot be read is told and left out, so that it cannot hold up the river. */
function readOne(record: LogRecord, readers: Readers): CanonicalEvent | null {
  try {
    return readers.readEvent(record);
  } catch (error) {
    readers.logger.error({ seq: record.seq, reason: briefly(error) }, 'event cannot be read');
    return null;
  }
}

export async function readBatch(records: readonly LogRecord[], readers: Readers): Promise<ReadBatch> {
  const events: CanonicalEvent[] = [];
  for (const record of records) {
    const event = record.kind === 'event' ? readOne(record, readers) : null;
    if (event) events.push(event);
  }
  const duplicates = await readers.duplicatesOf(events);
  const fresh = events.filter((event) => !duplicates.has(event.seq));
  const items: IdentityItem[] = [];
  const graphEvents: GraphEvent[] = [];
  let next = 0;
  for (const record of records)
    if (record.kind === 'decision') {
      const decision = identityDecision.safeParse(JSON.parse(record.payload));
      if (decision.success) items.push({ decision: decision.data, seq: record.seq, at: record.receivedAt });
      else readers.logger.error({ seq: record.seq }, 'decision cannot be read');
    } else if (fresh[next]?.seq === record.seq) {
      const event = fresh[next++]!;
      const observation = readers.observe(event);
      if (observation) items.push({ observation });
      const identifiers = observation?.identifiers ?? [];
      graphEvents.push({ event, anchor: identifiers[0]?.id ?? null, identifiers });
    }
  return { events, fresh, duplicates, items, graphEvents };
}
