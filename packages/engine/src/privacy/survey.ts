import type { Identifier, NodeId } from '@guanxi/contracts';
import type { Graph, GraphEvent, GraphRepair } from '../graph/index.ts';
import { identityDecision, type Identity, type IdentityItem } from '../identity/index.ts';
import { type CanonicalEvent, type Ingest, messageKeyOf, readEvent } from '../ingest/index.ts';
import type { EventLog, LogRecord } from '../platform/index.ts';

export interface SurveyParts {
  readonly platform: { readonly log: EventLog };
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly graph: Graph;
}

const PAGE = 2000;

/** Records of the log up to a place, a page at a time. */
export async function* recordsTo(log: EventLog, after: number, to: number): AsyncGenerator<LogRecord[]> {
  for (let from = after; from < to;) {
    const page = await log.read(from, PAGE);
    const records = page.filter(({ seq }) => seq <= to);
    if (records.length > 0) yield records;
    if (page.length === 0 || records.length < page.length) return;
    from = records.at(-1)!.seq;
  }
}

/** An event, or null where it cannot be read: the river leaves it out too. */
export function readable(record: LogRecord): CanonicalEvent | null {
  try {
    return record.kind === 'event' ? readEvent(record) : null;
  } catch {
    return null;
  }
}

const decisionIds = (record: LogRecord): NodeId[] => {
  const decision = identityDecision.safeParse(JSON.parse(record.payload)).data;
  if (!decision) return [];
  return decision.kind === 'unmerge' ? decision.identifiers : [decision.a, decision.b];
};

/**
 * Reads the log twice: to find the records of a person (events whose strongest identifier is theirs, decisions about
 * nobody else), and to gather what the records that stay say of all that those touched. It can go on where it stopped,
 * so that most is read while events flow and only the rest while they wait.
 */
export class Survey {
  readonly repair: GraphRepair;
  /** Places of the records that go, events and decisions. */
  readonly gone: number[] = [];
  /** Of these the events that were not duplicates. */
  readonly fresh: number[] = [];
  /** Events that stay and name the person too. */
  mentioned = 0;
  /** Identifiers of the person of which events of others speak, so that they stay known. */
  readonly shared = new Set<NodeId>();
  /** An event that stays was a duplicate of one that goes: it would count now, and more than this survey knows changes. */
  conflict = false;
  /** What One-ID was told and stays, of the component. */
  items: IdentityItem[] = [];
  /** Events that can be read and stay. */
  staying = 0;
  #found = 0;
  #gathered = 0;
  readonly #own: ReadonlySet<NodeId>;
  readonly #places = new Set<number>();
  readonly #keys = new Set<string>();

  constructor(
    private readonly parts: SurveyParts,
    identifiers: readonly Identifier[],
    private readonly component: ReadonlySet<NodeId>,
  ) {
    this.#own = new Set(identifiers.map(({ id }) => id));
    this.repair = parts.graph.repair();
  }

  #graphEvent(event: CanonicalEvent): GraphEvent {
    const identifiers = this.parts.identity.observe(event)?.identifiers ?? [];
    return { event, anchor: identifiers[0]?.id ?? null, identifiers };
  }

  /** Finds what goes, up to a place. */
  async find(to: number, told: (seq: number) => void = () => undefined): Promise<void> {
    const before = this.gone.length;
    for await (const records of recordsTo(this.parts.platform.log, this.#found, to)) {
      const events: GraphEvent[] = [];
      for (const record of records) {
        const event = readable(record);
        const item = event && this.#graphEvent(event);
        if (item && item.anchor !== null && this.#own.has(item.anchor)) events.push(item);
        else if (record.kind === 'decision' && this.#isOwnDecision(record)) this.gone.push(record.seq);
      }
      const duplicates = await this.parts.ingest.dedup.duplicatesOf(events.map(({ event }) => event));
      for (const item of events) {
        this.gone.push(item.event.seq);
        if (duplicates.has(item.event.seq)) continue;
        this.fresh.push(item.event.seq);
        this.#keys.add(messageKeyOf(item.event));
        this.repair.gone(item);
      }
      told(records.at(-1)!.seq);
    }
    this.#found = Math.max(this.#found, to);
    for (const place of this.gone.slice(before)) this.#places.add(place);
    // More goes than was known: what stays has to be looked at again.
    if (this.gone.length > before && this.#gathered > 0) this.#restart();
  }

  #isOwnDecision(record: LogRecord): boolean {
    const ids = decisionIds(record);
    return ids.length > 0 && ids.every((id) => this.#own.has(id));
  }

  #restart(): void {
    this.repair.restart();
    this.#gathered = 0;
    this.items = [];
    this.mentioned = 0;
    this.shared.clear();
    this.staying = 0;
    this.conflict = false;
  }

  /** Gathers what stays, up to a place that {@link find} has reached. */
  async gather(to: number, told: (seq: number) => void = () => undefined): Promise<void> {
    for await (const records of recordsTo(this.parts.platform.log, this.#gathered, to)) {
      await this.#gatherPage(records);
      told(records.at(-1)!.seq);
    }
    this.#gathered = Math.max(this.#gathered, to);
  }

  async #gatherPage(records: readonly LogRecord[]): Promise<void> {
    const candidates: { item: GraphEvent; touches: boolean; named: boolean }[] = [];
    const items: IdentityItem[] = [];
    for (const record of records) {
      if (this.#places.has(record.seq)) continue;
      if (record.kind === 'decision') {
        const decision = identityDecision.safeParse(JSON.parse(record.payload)).data;
        if (decision && decisionIds(record).some((id) => this.component.has(id)))
          items.push({ decision, seq: record.seq, at: record.receivedAt });
        continue;
      }
      const event = readable(record);
      if (!event) continue;
      this.staying++;
      if (this.#keys.has(messageKeyOf(event))) this.conflict = true;
      const item = this.#graphEvent(event);
      const touched = this.repair.touched(item);
      const named = item.identifiers.some(({ id }) => this.component.has(id));
      const own = [...item.identifiers.map(({ id }) => id), ...touched].filter((id) => this.#own.has(id));
      if (own.length > 0) this.mentioned++;
      for (const id of own) this.shared.add(id);
      const touches = touched.length > 0;
      if (named || touches) candidates.push({ item, touches, named });
    }
    const duplicates = await this.parts.ingest.dedup.duplicatesOf(candidates.map(({ item }) => item.event));
    for (const { item, touches, named } of candidates) {
      if (duplicates.has(item.event.seq)) continue;
      if (touches) this.repair.stays(item);
      const observation = named ? this.parts.identity.observe(item.event) : null;
      if (observation) items.push({ observation });
    }
    this.items.push(...items.sort((a, b) => placeOf(a) - placeOf(b)));
  }
}

const placeOf = (item: IdentityItem): number => ('observation' in item ? item.observation.seq : item.seq);
