import type { Quarantined, QuarantineCode, SourceMend } from '@guanxi/contracts';
import { type EventLog, type LogEntry, type Platform, UserError } from '../platform/index.ts';
import { judge, MAX_FILE_EVENT_BYTES, type Verdict } from './judge.ts';
import { checkMends } from './mend.ts';
import {
  type Group,
  type Place,
  type QuarantineStore,
  type Selection,
  type Status,
  type StoredItem,
  toQuarantined,
} from './quarantine-store.ts';
import type { SourceStore } from './sources.ts';

export interface QuarantineQuery {
  readonly status?: Status | undefined;
  readonly code?: QuarantineCode | undefined;
  readonly source?: string | undefined;
  /** By the time they came; newest first when absent. */
  readonly order?: 'newest' | 'oldest' | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface ReplayRequest {
  readonly ids?: readonly string[] | undefined;
  readonly source?: string | undefined;
  readonly code?: QuarantineCode | undefined;
  readonly dryRun?: boolean | undefined;
  readonly mends?: readonly SourceMend[] | undefined;
}

export interface ReplayResult {
  tried: number;
  passed: number;
  stillFailing: number;
  /** Some of those that still fail, with the reason of now. */
  sample: Quarantined[];
}

export interface Quarantine {
  list(query: QuarantineQuery): Promise<{ items: Quarantined[]; next: string | null; groups: Group[]; total: number }>;
  /** One whole. Throws `not_found`. */
  get(id: string): Promise<Quarantined>;
  /** Check waiting events again under their sources' mends; those that pass enter the log, once however often it is asked. */
  replay(request: ReplayRequest): Promise<ReplayResult>;
  /** Put waiting events aside for good; how many waited. */
  dismiss(ids: readonly string[]): Promise<number>;
  /** Removes what these sources sent, whatever became of it. */
  remove(sources: readonly string[]): Promise<void>;
  /** Numbers of those, of any status, of which `is` holds. */
  find(is: (item: { raw: string; receivedAt: number; sourceId: string }) => boolean): Promise<number[]>;
  /** Removes them for good. */
  erase(numbers: readonly number[]): Promise<void>;
  /** How many wait. */
  count(): Promise<number>;
}

const PAGE = 500;
const SAMPLE = 20;

function numberOf(id: string): number {
  const number = /^\d{1,15}$/.test(id) ? Number(id) : NaN;
  if (Number.isNaN(number)) throw new UserError('not_found', 'no_such_event', 'There is no such event in quarantine');
  return number;
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, at, number] = /^(\d{1,15})-(\d{1,15})$/.exec(cursor) ?? [];
  if (number === undefined)
    throw new UserError('invalid', 'bad_cursor', 'The page mark is not one this server gave', { where: 'cursor' });
  return { at: Number(at), number: Number(number) };
}
const cursorAt = ({ receivedAt, number }: StoredItem) => `${Date.parse(receivedAt)}-${number}`;

interface Parts {
  readonly platform: Platform;
  readonly gate: { readonly guard: { entry(entry: LogEntry): boolean } | null };
  readonly store: QuarantineStore;
  readonly sources: SourceStore;
}

/** What an event of the quarantine is now, under these mends. */
function rejudge(item: StoredItem, mends: readonly SourceMend[], { platform, sources }: Parts): Verdict {
  const isFile = sources.byId(item.sourceId)?.kind === 'file';
  let raw;
  try {
    raw = JSON.parse(item.raw);
  } catch {
    const { code, field, message, name } = item;
    return { refused: { refusal: { code, field, message }, name, raw: item.raw, messageId: null } };
  }
  return judge(
    raw,
    { ...item.envelope, lasting: true },
    {
      sourceId: item.sourceId,
      mends,
      maxEventBytes: isFile ? MAX_FILE_EVENT_BYTES : platform.config.maxEventBytes,
      mayNameNobody: isFile,
      messageId: `quarantine-${item.number}`,
      enteredAt: platform.clock.now(),
    },
  );
}

async function replayPage(items: readonly StoredItem[], request: ReplayRequest, parts: Parts, result: ReplayResult) {
  const passed: { number: number; entry: LogEntry }[] = [];
  for (const item of items) {
    const saved = parts.sources.byId(item.sourceId)?.mends ?? [];
    const verdict = rejudge(item, request.dryRun ? (request.mends ?? saved) : saved, parts);
    if ('accepted' in verdict) passed.push({ number: item.number, entry: verdict.accepted });
    else if (result.sample.length < SAMPLE)
      result.sample.push(toQuarantined({ ...item, ...verdict.refused.refusal, raw: item.raw.slice(0, 4000) }));
  }
  result.tried += items.length;
  result.passed += passed.length;
  result.stillFailing = result.tried - result.passed;
  if (request.dryRun || passed.length === 0) return;
  // First the log, then the mark: a crash between the two lets it pass again, and its lasting messageId makes that one a duplicate.
  const { guard } = parts.gate;
  await appendPatiently(
    parts.platform.log,
    passed.map(({ entry }) => entry).filter((entry) => !guard?.entry(entry)),
    parts.platform.config.maxPendingEvents,
  );
  await parts.store.settle(
    passed.map(({ number }) => number),
    'replayed',
  );
}

/** For work that can wait: lets clients that cannot go first. */
export async function appendPatiently(
  log: EventLog,
  entries: readonly LogEntry[],
  maxPending: number,
): Promise<number[]> {
  while (log.pending() > maxPending / 2) await new Promise((resolve) => setTimeout(resolve, 20));
  for (;;)
    try {
      return await log.append(entries);
    } catch (error) {
      if (!(error instanceof UserError) || error.kind !== 'busy') throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

export function createQuarantine(parts: Parts): Quarantine {
  const { store } = parts;
  let turn: Promise<unknown> = Promise.resolve();
  /** Replays and dismissals one after the other: two at once would both find the same events waiting. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work, work);
    turn = result.catch(() => undefined);
    return result;
  };
  const replayAll = async (request: ReplayRequest): Promise<ReplayResult> => {
    const selection: Selection = {
      status: 'waiting',
      source: request.source,
      code: request.code,
      numbers: request.ids?.map(numberOf),
    };
    const result: ReplayResult = { tried: 0, passed: 0, stillFailing: 0, sample: [] };
    for (let after = 0; ;) {
      const items = await store.page(selection, { after, limit: PAGE });
      if (items.length === 0) return result;
      await replayPage(items, request, parts, result);
      after = items.at(-1)!.number;
    }
  };
  return {
    async list({ status = 'waiting', code, source, order = 'newest', limit = 50, cursor }) {
      const selection: Selection = { status, code, source };
      const past = placeOf(cursor);
      const [items, groups, total] = await Promise.all([
        store.list(selection, { order, past, limit: limit + 1 }),
        store.groups(selection),
        store.count(selection),
      ]);
      const shown = items.slice(0, limit);
      return {
        items: shown.map(toQuarantined),
        next: items.length > limit ? cursorAt(shown.at(-1)!) : null,
        groups,
        total,
      };
    },
    async get(id) {
      const [item] = await store.page({ numbers: [numberOf(id)] }, { after: 0, limit: 1 });
      if (!item) throw new UserError('not_found', 'no_such_event', 'There is no such event in quarantine');
      return toQuarantined(item);
    },
    async replay(request) {
      if (request.mends) checkMends(request.mends);
      return request.dryRun ? replayAll(request) : inTurn(() => replayAll(request));
    },
    dismiss: (ids) =>
      inTurn(async () => {
        const numbers = ids.map(numberOf);
        const waiting = await store.count({ status: 'waiting', numbers });
        await store.settle(numbers, 'dismissed');
        return waiting;
      }),
    remove: (sources) => store.remove(sources),
    async find(is) {
      const found: number[] = [];
      for (let after = 0; ;) {
        const items = await store.page({}, { after, limit: PAGE });
        if (items.length === 0) return found;
        after = items.at(-1)!.number;
        for (const { number, raw, receivedAt, sourceId } of items)
          if (is({ raw, sourceId, receivedAt: Date.parse(receivedAt) })) found.push(number);
      }
    },
    erase: (numbers) => inTurn(() => store.erase(numbers)),
    count: () => store.count({ status: 'waiting' }),
  };
}
