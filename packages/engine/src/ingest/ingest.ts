import type { Json, JsonObject, Source } from '@guanxi/contracts';
import { Counter, type LogEntry, type Platform, UserError } from '../platform/index.ts';
import { parseJson, readText } from './body.ts';
import { createDedup, type Dedup } from './dedup.ts';
import { createFigures, type DayFigures, type VolumeSlice } from './figures.ts';
import { type SourceTrouble, troublesOf } from './troubles.ts';
import { type Court, judge, MAX_FILE_EVENT_BYTES, type Refused } from './judge.ts';
import { appendPatiently, createQuarantine, type Quarantine } from './quarantine.ts';
import { type NewItem, QuarantineStore } from './quarantine-store.ts';
import { type IngestRequest, type Opened, openRequest } from './request.ts';
import { openSources, type SourceConfig, type SourcePatch, type SourceStore } from './sources.ts';
import { readableInstant } from './time.ts';
import { type Envelope, isObject, type Refusal } from './types.ts';

/** What became of a request whose events are all on disk now, in the log or in quarantine. */
export interface Outcome {
  readonly accepted: number;
  readonly quarantined: number;
  /** Why, for the first of those in quarantine; `index` is the place in the request. */
  readonly issues: readonly (Refusal & { readonly index: number })[];
}

export interface Sources {
  list(): Promise<Source[]>;
  create(name: string): Promise<Source>;
  update(id: string, patch: SourcePatch): Promise<Source>;
  byId(id: string): SourceConfig | null;
  byWriteKey(key: string): SourceConfig | null;
  /** The source under which a file's events enter, made where there is none. */
  ensureFileSource(name: string): Promise<SourceConfig>;
  /** Sources of made-up events, which every screen labels as such. */
  readonly generated: Pick<SourceStore, 'ensureGenerated' | 'removeGenerated'>;
  volume(id: string, hours: number): Promise<VolumeSlice[]>;
}

export interface AcceptOptions {
  /** Their message ids are remembered for ever. */
  readonly lasting: boolean;
  readonly maxEventBytes?: number;
  /** They came earlier, each at its own `receivedAt`: an archive of what another gate took, or a made-up past. */
  readonly archived?: boolean;
}

export interface Ingest {
  /**
   * Take a client's request. Resolves when every event is on disk. Throws `unauthorised` for an unknown write key,
   * `invalid` and `too_large` for a body that cannot be read, `busy` and `unavailable` when it is to be sent again.
   */
  acceptRequest(request: IngestRequest): Promise<Outcome>;
  /**
   * Take events of an import, in Segment's shape. They should carry a messageId: the same one again, at any time, is a
   * duplicate. Waits while clients fill the log.
   */
  acceptEvents(
    sourceId: string,
    events: readonly JsonObject[],
    options: AcceptOptions,
  ): Promise<{ accepted: number; quarantined: number }>;
  readonly sources: Sources;
  readonly quarantine: Quarantine;
  readonly dedup: Dedup;
  /**
   * From now on what `drops` says yes to is answered as if accepted and kept nowhere: events of people who asked to be
   * forgotten. Null: nothing is dropped. An event that would be refused comes as its raw text.
   */
  guard(drops: Guard | null): void;
  /** The last days by receipt, the newest ending at `end`, as far as the log is worked through to `place`. */
  daily(days: number, end: number, place: number): Promise<DayFigures[]>;
  /** Sources that are not as they used to be. */
  troubles(): Promise<SourceTrouble[]>;
  /** Called after refused events are on disk. */
  onQuarantined: QuarantineStore['onAdd'];
}

const ISSUES_TOLD = 10;
/** Of a body that cannot be read, as much is kept as tells what it was. */
const UNREADABLE_KEPT = 65_536;

/** Whether something may not come in. */
export interface Guard {
  entry(entry: LogEntry): boolean;
  refused(raw: string, sourceId: string): boolean;
}

interface Parts {
  readonly platform: Platform;
  /** One for all ways in. */
  readonly gate: { guard: Guard | null };
  readonly store: QuarantineStore;
  readonly sources: Awaited<ReturnType<typeof openSources>>;
  readonly events: Counter<'verdict'>;
}

interface Judged {
  readonly entries: LogEntry[];
  readonly refused: (Refused & { index: number; envelope: Envelope })[];
}

/** Each event came when it says, where that can be read. */
const receivedThen =
  (envelope: Envelope) =>
  (event: Json): Envelope => {
    const at = isObject(event) ? readableInstant(event['receivedAt']) : null;
    return at === null ? envelope : { ...envelope, receivedAt: Math.min(at, envelope.receivedAt) };
  };

function judgeAll(events: readonly Json[], envelopeOf: (event: Json) => Envelope, court: Court): Judged {
  const judged: Judged = { entries: [], refused: [] };
  events.forEach((event, index) => {
    const envelope = envelopeOf(event);
    const verdict = judge(event, envelope, court);
    if ('accepted' in verdict) judged.entries.push(verdict.accepted);
    else judged.refused.push({ ...verdict.refused, index, envelope });
  });
  return judged;
}

function guarded(judged: Judged, sourceId: string, { gate: { guard }, events }: Parts): Judged {
  if (!guard) return judged;
  const entries = judged.entries.filter((entry) => !guard.entry(entry));
  const refused = judged.refused.filter(({ raw }) => !guard.refused(raw, sourceId));
  events.inc(
    { verdict: 'suppressed' },
    judged.entries.length + judged.refused.length - entries.length - refused.length,
  );
  return { entries, refused };
}

const toItem = (sourceId: string, envelope: Envelope, { name, refusal, messageId, raw }: Refused): NewItem => ({
  sourceId, envelope, name, refusal, messageId, raw,
}); // prettier-ignore

function sourceOf(keys: readonly string[], { sources }: Parts): SourceConfig {
  for (const key of keys) {
    const source = sources.byWriteKey(key);
    if (!source) continue;
    if (source.enabled) return source;
    throw new UserError('unauthorised', 'source_disabled', 'The source of this write key is switched off');
  }
  throw new UserError('unauthorised', 'unknown_write_key', 'The write key is missing or unknown', {
    remedy: 'Use the write key that the console shows under Sources.',
  });
}

/** A body that cannot be read is kept as well, where a header already says whose it is. */
async function keepUnreadable(
  request: IngestRequest,
  trouble: UserError,
  receivedAt: number,
  parts: Parts,
): Promise<void> {
  const source = request.keys.map((key) => parts.sources.byWriteKey(key)).find((known) => known?.enabled);
  if (!source || request.body.byteLength === 0) return;
  const { type, dialect, lasting = false } = request.address;
  const envelope: Envelope = {
    dialect: dialect ?? 'segment', type, sentAt: null, receivedAt, context: null, integrations: null, anonymousId: null, lasting,
  }; // prettier-ignore
  const bytes = Buffer.from(request.body.subarray(0, UNREADABLE_KEPT));
  const raw = trouble.code === 'bad_gzip' ? bytes.toString('base64') : bytes.toString('utf8');
  const code =
    trouble.code === 'not_an_object' ? 'not_an_object' : trouble.code === 'bad_batch' ? 'bad_field' : 'invalid_json';
  const refusal: Refusal = { code, field: trouble.where ?? 'body', message: trouble.message };
  await parts.store.add([{ sourceId: source.id, name: '', refusal, messageId: null, envelope, raw }]);
  parts.events.inc({ verdict: 'quarantined' });
}

async function open(request: IngestRequest, receivedAt: number, parts: Parts): Promise<Opened> {
  try {
    const value = parseJson(await readText(request.body, parts.platform.config.maxRequestBytes, request.grown));
    return openRequest(value, request, receivedAt);
  } catch (error) {
    if (error instanceof UserError && error.kind === 'invalid') await keepUnreadable(request, error, receivedAt, parts);
    throw error;
  }
}

async function acceptRequest(request: IngestRequest, parts: Parts): Promise<Outcome> {
  const { platform, store, events: counter } = parts;
  // Before the work of reading it: a server that is behind must refuse cheaply.
  if (platform.log.pending() > platform.config.maxPendingEvents)
    throw new UserError('busy', 'busy', 'Too many events wait to be written', { remedy: 'Send again after a second.' });
  const receivedAt = platform.clock.now();
  const { events, envelope, keys } = await open(request, receivedAt, parts);
  const source = sourceOf([...request.keys, ...keys], parts);
  const court = { sourceId: source.id, mends: source.mends, maxEventBytes: platform.config.maxEventBytes };
  const { entries, refused } = guarded(
    judgeAll(events, () => envelope, court),
    source.id,
    parts,
  );
  // The log first: when it refuses, the client sends everything again and nothing may lie in quarantine twice.
  await platform.log.append(entries);
  if (refused.length > 0) await store.add(refused.map((item) => toItem(source.id, envelope, item)));
  counter.inc({ verdict: 'accepted' }, entries.length);
  if (refused.length > 0) counter.inc({ verdict: 'quarantined' }, refused.length);
  return {
    accepted: entries.length,
    quarantined: refused.length,
    issues: refused.slice(0, ISSUES_TOLD).map(({ index, refusal }) => ({ index, ...refusal })),
  };
}

async function acceptEvents(
  sourceId: string,
  events: readonly JsonObject[],
  { lasting, maxEventBytes, archived = false }: AcceptOptions,
  parts: Parts,
): Promise<{ accepted: number; quarantined: number }> {
  const { platform, store, sources } = parts;
  const source = sources.byId(sourceId);
  if (!source) throw new UserError('not_found', 'no_such_source', 'There is no such source');
  const envelope: Envelope = {
    dialect: 'segment', type: null, sentAt: null, receivedAt: platform.clock.now(), context: null, integrations: null, anonymousId: null, lasting,
  }; // prettier-ignore
  const court = {
    sourceId,
    mends: source.mends,
    maxEventBytes: maxEventBytes ?? (source.kind === 'file' ? MAX_FILE_EVENT_BYTES : platform.config.maxEventBytes),
    mayNameNobody: source.kind === 'file',
  };
  const said = source.kind === 'file' ? events.map((event) => ({ channel: 'file', ...event })) : events;
  const judged = judgeAll(said, archived ? receivedThen(envelope) : () => envelope, court);
  const { entries, refused } = guarded(judged, sourceId, parts);
  await appendPatiently(platform.log, entries, platform.config.maxPendingEvents);
  if (refused.length > 0)
    await store.add(await store.fresh(refused.map((item) => toItem(sourceId, item.envelope, item))));
  parts.events.inc({ verdict: 'accepted' }, entries.length);
  parts.events.inc({ verdict: 'quarantined' }, refused.length);
  return { accepted: entries.length, quarantined: refused.length };
}

/** The gate: makes its tables and the default source where they are missing. One per platform. */
export async function createIngest(platform: Platform): Promise<Ingest> {
  const { clickhouse, clock } = platform;
  const sources = await openSources(platform);
  const store = await QuarantineStore.open(platform);
  const figures = createFigures(clickhouse, clock);
  const events = new Counter({
    name: 'guanxi_ingest_events_total',
    help: 'Events by what became of them',
    labelNames: ['verdict'] as const,
    registers: [platform.metrics],
  });
  const gate: Parts['gate'] = { guard: null };
  const parts: Parts = { platform, gate, store, sources, events };
  const whole = async (source: SourceConfig) => (await figures.of([source]))[0]!;
  return {
    acceptRequest: (request) => acceptRequest(request, parts),
    acceptEvents: (sourceId, list, options) => acceptEvents(sourceId, list, options, parts),
    sources: {
      list: () => figures.of(sources.all()),
      create: async (name) => whole(await sources.create(name, 'sdk')),
      update: async (id, patch) => whole(await sources.update(id, patch)),
      byId: sources.byId,
      byWriteKey: sources.byWriteKey,
      ensureFileSource: sources.ensureFile,
      generated: sources,
      volume: figures.volume,
    },
    quarantine: createQuarantine({ platform, gate, store, sources }),
    dedup: await createDedup(clickhouse),
    guard: (drops) => {
      gate.guard = drops;
    },
    daily: figures.daily,
    troubles: () => troublesOf(clickhouse, sources.all(), clock.now()),
    onQuarantined: (listener) => store.onAdd(listener),
  };
}
