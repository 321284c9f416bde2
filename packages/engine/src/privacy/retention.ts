import type { PrivacySettings, RetentionClass, RetentionPreview } from '@guanxi/contracts';
import { type JobHandler, type LogRecord } from '../platform/index.ts';
import { CONSENT_EVENT } from './consent-rows.ts';
import type { ErasureStore } from './erasure-store.ts';
import type { PrivacyParts } from './parts.ts';
import { readable, recordsTo } from './survey.ts';

const DAY = 86_400_000;

/** One class of data: how much of it is older than an instant, and how it is removed. */
interface Keeper {
  /** What is removed before this instant when things of `cutoff` are past their time. */
  boundary(cutoff: number): number;
  count(before: number): Promise<number>;
  remove(before: number): Promise<number>;
}

const exactly = (cutoff: number) => cutoff;
/** Raw events go by whole months: each time everything derived is made anew from what is left. */
function monthOf(cutoff: number): number {
  const at = new Date(cutoff);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
}

/**
 * Whether a record outlives its time: what people decided, what they agreed to, and corrections. Without them the state
 * of those who are still known would change for want of a proof.
 */
function lasts(record: LogRecord, consoleSource: string): boolean {
  if (record.kind === 'decision' || record.sourceId === consoleSource) return true;
  const event = readable(record);
  return event?.name === CONSENT_EVENT;
}

async function oldRecords(before: number, { platform }: PrivacyParts, consoleSource: string): Promise<number[]> {
  const old: number[] = [];
  for await (const records of recordsTo(platform.log, 0, platform.log.head())) {
    for (const record of records) if (record.receivedAt < before && !lasts(record, consoleSource)) old.push(record.seq);
    // The log is in order of receipt, but for a clock that was set back.
    if (records[0]!.receivedAt > before + DAY) break;
  }
  return old;
}

/** One for every class; a missing one does not compile. */
export function createKeepers(
  parts: PrivacyParts,
  erasures: ErasureStore,
  consoleSource: string,
): Readonly<Record<RetentionClass, Keeper>> {
  const { platform, ingest, audit, imports, river } = parts;
  const refused = (before: number) => ingest.quarantine.find(({ receivedAt }) => receivedAt < before);
  return {
    events: {
      boundary: monthOf,
      count: async (before) => (await oldRecords(before, parts, consoleSource)).length,
      async remove(before) {
        const old = await oldRecords(before, parts, consoleSource);
        if (old.length === 0) return 0;
        const removed = await platform.log.erase(old);
        await river.waitFor(await river.rebuild());
        await platform.clickhouse.purge(['event_log']);
        return removed;
      },
    },
    quarantine: {
      boundary: exactly,
      count: async (before) => (await refused(before)).length,
      async remove(before) {
        const numbers = await refused(before);
        await ingest.quarantine.erase(numbers);
        if (numbers.length > 0) await platform.clickhouse.purge(['quarantine']);
        return numbers.length;
      },
    },
    uploads: { boundary: exactly, count: imports.uploadsOlder, remove: imports.removeUploads },
    audit: { boundary: exactly, count: audit.older, remove: audit.removeOlder },
    jobs: { boundary: exactly, count: platform.jobs.ended, remove: platform.jobs.removeEnded },
    receipts: { boundary: exactly, count: erasures.finishedBefore, remove: erasures.removeFinished },
  };
}

type Keepers = ReturnType<typeof createKeepers>;
const CLASSES = (keepers: Keepers) => Object.keys(keepers) as RetentionClass[];

function boundaryOf(name: RetentionClass, settings: PrivacySettings, keepers: Keepers, now: number): number | null {
  const days = settings.retention[name];
  return days === null ? null : keepers[name].boundary(now - days * DAY);
}

export async function previewRetention(
  keepers: Keepers,
  settings: PrivacySettings,
  now: number,
): Promise<RetentionPreview['items']> {
  const items: RetentionPreview['items'] = [];
  for (const name of CLASSES(keepers)) {
    const before = boundaryOf(name, settings, keepers, now);
    items.push({
      class: name,
      days: settings.retention[name],
      before: before === null ? null : new Date(before).toISOString(),
      rows: before === null ? 0 : await keepers[name].count(before),
    });
  }
  return items;
}

/** The job that removes what is past its time, class by class. */
export function retentionHandler(keepers: Keepers, settings: () => PrivacySettings, parts: PrivacyParts): JobHandler {
  return async ({ signal, progress }) => {
    const removed: Record<string, number> = {};
    const names = CLASSES(keepers);
    for (const [index, name] of names.entries()) {
      signal.throwIfAborted();
      const before = boundaryOf(name, settings(), keepers, parts.platform.clock.now());
      if (before !== null) removed[name] = await keepers[name].remove(before);
      progress({ done: index + 1, total: names.length, result: removed });
    }
    await parts.audit.record({
      actor: { kind: 'system', id: 'retention', name: 'retention' },
      action: 'retentionApplied',
      subject: null,
      outcome: 'done',
      detail: removed,
    });
    return removed;
  };
}
