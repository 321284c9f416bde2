import type { EventDetail, EventSummary } from '@guanxi/contracts';
import { type CanonicalEvent, readEvent, wireEventOf } from '@guanxi/engine/ingest';
import { type LogRecord, UserError } from '@guanxi/engine/platform';
import type { Guanxi } from '../compose.ts';
import { quarantineSummary, summaryOf } from '../live.ts';
import type { Handlers } from './handler.ts';

async function summariesOf(events: readonly CanonicalEvent[], { identity, ingest }: Guanxi): Promise<EventSummary[]> {
  const duplicates = await ingest.dedup.duplicatesOf([...events].sort((a, b) => a.seq - b.seq));
  const observed = events.map((event) => ({ event, identifiers: identity.observe(event)?.identifiers ?? [] }));
  const anchors = [...new Set(observed.flatMap(({ identifiers }) => identifiers[0]?.id ?? []))];
  const persons = await identity.personsOf(anchors);
  return observed.map(({ event, identifiers }) => {
    const anchor = identifiers[0]?.id ?? null;
    return summaryOf(
      { event, identifiers, anchor, duplicate: duplicates.has(event.seq) },
      anchor && (persons.get(anchor) ?? null),
    );
  });
}

interface EventQuery {
  readonly source?: string | undefined;
  readonly name?: string | undefined;
  readonly verdict?: EventSummary['verdict'] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** How many log records one page looks through at most; a rarer filter gives a short page that goes on. */
const LOOKED_THROUGH = 5000;
const CHUNK = 500;

/** Newest first through the log, filtered on the way. */
async function eventPage(query: EventQuery, guanxi: Guanxi): Promise<{ items: EventSummary[]; next: string | null }> {
  const items: EventSummary[] = [];
  let before = query.cursor === undefined ? guanxi.platform.log.head() + 1 : Number(query.cursor);
  if (!Number.isSafeInteger(before) || before < 0)
    throw new UserError('invalid', 'bad_cursor', 'The page mark is not one this server gave', { where: 'cursor' });
  for (let looked = 0; before > 1 && looked < LOOKED_THROUGH; looked += CHUNK) {
    const after = Math.max(0, before - 1 - CHUNK);
    const records = (await guanxi.platform.log.read(after, CHUNK)).filter(
      ({ seq, kind }) => seq < before && kind === 'event',
    );
    const events = records
      .map(readEvent)
      .filter(
        (event) => (!query.source || event.sourceId === query.source) && (!query.name || event.name === query.name),
      );
    for (const summary of (await summariesOf(events, guanxi)).toReversed()) {
      if (query.verdict && summary.verdict !== query.verdict) continue;
      if (items.length === query.limit) return { items, next: String(items.at(-1)!.seq) };
      items.push(summary);
    }
    before = after + 1;
  }
  return { items, next: before > 1 ? String(before) : null };
}

async function quarantinedPage(query: EventQuery, { ingest }: Guanxi) {
  const page = await ingest.quarantine.list({
    status: 'waiting',
    source: query.source,
    limit: Math.min(query.limit, 500),
    cursor: query.cursor,
  });
  return { items: page.items.map(quarantineSummary), next: page.next };
}

async function recordOf(seq: number, { platform }: Guanxi): Promise<LogRecord> {
  const [record] = await platform.log.read(seq - 1, 1);
  if (record?.seq !== seq || record.kind !== 'event')
    throw new UserError('not_found', 'no_such_event', 'There is no such event');
  return record;
}

/** One event whole, as it is. */
export async function eventDetail(seq: number, guanxi: Guanxi): Promise<EventDetail> {
  const record = await recordOf(seq, guanxi);
  const event = readEvent(record);
  const identifiers = guanxi.identity.observe(event)?.identifiers ?? [];
  const [summary] = await summariesOf([event], guanxi);
  const { original, wire } = wireEventOf(record);
  return {
    summary: summary!,
    raw: original,
    event: wire,
    effects: await guanxi.graph.effects({ event, anchor: identifiers[0]?.id ?? null, identifiers }),
  };
}

export const dataHandlers: Handlers<
  | 'sources'
  | 'sourceCreate'
  | 'sourceUpdate'
  | 'sourceVolume'
  | 'events'
  | 'event'
  | 'quarantine'
  | 'quarantineItem'
  | 'quarantineReplay'
  | 'quarantineDismiss'
> = {
  sources: async (_, { ingest }) => ({ items: await ingest.sources.list() }),
  sourceCreate: ({ body }, { ingest }) => ingest.sources.create(body.name),
  sourceUpdate: ({ params, body }, { ingest }) => ingest.sources.update(params.id, body),
  sourceVolume: async ({ params, query }, { ingest }) => ({
    items: await ingest.sources.volume(params.id, query.hours),
  }),
  events: ({ query }, guanxi) =>
    query.verdict === 'quarantined' ? quarantinedPage(query, guanxi) : eventPage(query, guanxi),
  event: ({ params }, guanxi) => eventDetail(params.seq, guanxi),
  quarantine: ({ query }, { ingest }) => ingest.quarantine.list(query),
  quarantineItem: ({ params }, { ingest }) => ingest.quarantine.get(params.id),
  quarantineReplay: ({ body }, { ingest }) => ingest.quarantine.replay(body),
  quarantineDismiss: async ({ body }, { ingest }) => ({ dismissed: await ingest.quarantine.dismiss(body.ids) }),
};
