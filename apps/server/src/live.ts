import type { EventSummary, Quarantined } from '@guanxi/contracts';
import type { Identity } from '@guanxi/engine/identity';
import { type Ingest, subjectOf } from '@guanxi/engine/ingest';
import type { Processed, River } from '@guanxi/engine/river';

/** Events as they come out of the river or go into quarantine, kept for a while and told to whoever watches. */
export interface Live {
  /** The newest events, newest first. */
  recent(): readonly EventSummary[];
  watch(listener: (events: readonly EventSummary[]) => void): () => void;
  /** Forgets events that name any of these persons or identifiers, and everything refused; with null every event. */
  forget(ids: ReadonlySet<string> | null): void;
}

const KEPT = 2000;
/** More than a person can follow: of a larger batch, the newest are shown. */
const SHOWN_PER_BATCH = 200;

export function summaryOf(item: Processed, person: string | null): EventSummary {
  const { event, identifiers, duplicate } = item;
  return {
    seq: event.seq,
    receivedAt: new Date(event.receivedAt).toISOString(),
    time: new Date(event.time).toISOString(),
    sourceId: event.sourceId,
    type: event.type,
    name: event.name,
    verdict: duplicate ? 'duplicate' : 'accepted',
    person,
    identifiers: [...identifiers],
    reason: null,
    subject: subjectOf(event),
  };
}

export function quarantineSummary(item: Quarantined): EventSummary {
  return {
    seq: 0,
    receivedAt: item.receivedAt,
    time: item.receivedAt,
    sourceId: item.sourceId,
    type: 'unknown',
    name: item.name,
    verdict: 'quarantined',
    person: null,
    identifiers: [],
    reason: `${item.field}: ${item.message}`,
    subject: item.id,
  };
}

export function createLive({ ingest, identity, river }: { ingest: Ingest; identity: Identity; river: River }): Live {
  const recent: EventSummary[] = [];
  const listeners = new Set<(events: readonly EventSummary[]) => void>();
  const tell = (events: EventSummary[]) => {
    recent.push(...events);
    if (recent.length > KEPT) recent.splice(0, recent.length - KEPT);
    for (const listener of listeners) listener(events);
  };
  river.onProcessed((processed) => {
    const shown = processed.slice(-SHOWN_PER_BATCH);
    const anchors = [...new Set(shown.flatMap((item) => item.anchor ?? []))];
    identity.personsOf(anchors).then(
      (persons) => tell(shown.map((item) => summaryOf(item, item.anchor && (persons.get(item.anchor) ?? item.anchor)))),
      // Showing events live is a courtesy; the events themselves are safe.
      () => undefined,
    );
  });
  ingest.onQuarantined((items) => tell(items.slice(-SHOWN_PER_BATCH).map(quarantineSummary)));
  return {
    recent: () => recent.toReversed(),
    forget(ids) {
      const kept = recent.filter(
        ({ person, identifiers, verdict }) =>
          ids !== null &&
          verdict !== 'quarantined' &&
          !(person !== null && ids.has(person)) &&
          !identifiers.some(({ id }) => ids.has(id)),
      );
      recent.splice(0, recent.length, ...kept);
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
