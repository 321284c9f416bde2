import type { LogRecord, Platform, Table } from '../platform/index.ts';
import type { CanonicalEvent, Ingest } from '../ingest/index.ts';
import type { Graph, GraphEvent } from '../graph/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Consent } from '../privacy/index.ts';
import type { Profile } from '../profile/index.ts';
import { RateMeter } from './rate-meter.ts';
import type { Checkpoint } from './store.ts';

export interface RiverParts {
  readonly platform: Platform;
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly graph: Graph;
  readonly profile: Profile;
  readonly consent: Pick<Consent, 'apply' | 'tables'>;
}

/** A processed event, for the live view. */
export interface Processed {
  readonly event: CanonicalEvent;
  readonly anchor: string | null;
  readonly identifiers: GraphEvent['identifiers'];
  readonly duplicate: boolean;
}

export interface StageState {
  readonly position: number;
  readonly rate: number;
  readonly updatedAt: number | null;
  readonly error: string | null;
}

type Stage = 'identity' | 'graph';
/** Batches of the leader are announced under this topic; an empty payload says that the checkpoint has changed otherwise. */
export const RIVER_TOPIC = 'river';

/** How far the river is, as this process knows it, and who waits for it. */
export class View {
  readonly #errors: Record<Stage, string | null> = { identity: null, graph: null };
  readonly #updated: Record<Stage, number | null> = { identity: null, graph: null };
  readonly #rates = { identity: new RateMeter(), graph: new RateMeter() };
  readonly #listeners = new Set<(events: readonly Processed[]) => void>();
  readonly #waiting = new Set<{ seq: number; resolve: () => void }>();

  constructor(
    private readonly platform: Platform,
    public checkpoint: Checkpoint,
  ) {}

  waitFor(seq: number): Promise<void> {
    if (this.checkpoint.graphSeq >= seq) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ seq, resolve }));
  }

  listen(listener: (events: readonly Processed[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  tell(processed: readonly Processed[]): void {
    for (const listener of this.#listeners) listener(processed);
  }

  failed(stage: Stage, reason: string): void {
    this.#errors[stage] = reason;
  }

  /** Nothing is wrong with the stage any more, whether or not there is anything to do for it. */
  recovered(stage: Stage): void {
    this.#errors[stage] = null;
  }

  /** A stage got so many events further: call it after the checkpoint was set. */
  moved(stage: Stage, events: number): void {
    const now = this.platform.clock.now();
    this.#rates[stage].add(now, events);
    this.#updated[stage] = now;
    this.recovered(stage);
    for (const waiting of this.#waiting)
      if (waiting.seq <= this.checkpoint.graphSeq) {
        this.#waiting.delete(waiting);
        waiting.resolve();
      }
  }

  state() {
    const { identitySeq, graphSeq, accepted, duplicates, rebuildTo } = this.checkpoint;
    const now = this.platform.clock.now();
    const stage = (name: Stage, position: number): StageState => ({
      position,
      rate: this.#rates[name].perSecond(now),
      updatedAt: this.#updated[name],
      error: this.#errors[name],
    });
    return {
      identity: stage('identity', identitySeq),
      graph: stage('graph', graphSeq),
      accepted,
      duplicates,
      rebuildTo,
    };
  }
}

/** The first records up to the weight of a batch, at least one. */
export function lightest(
  records: readonly LogRecord[],
  mostCharacters: number,
): { taken: readonly LogRecord[]; characters: number } {
  let characters = 0;
  let count = 0;
  for (const { payload } of records) {
    if (count > 0 && characters + payload.length > mostCharacters) break;
    characters += payload.length;
    count++;
  }
  return { taken: records.slice(0, count), characters };
}

/** Everything that a replay of the log makes again. */
export const tablesOf = ({ ingest, identity, graph, profile, consent }: RiverParts): readonly Table[] => [
  ...ingest.dedup.tables,
  ...identity.tables,
  ...graph.tables,
  ...profile.tables,
  ...consent.tables,
];
