import { Deposed, type Statements, type Table, type Term } from '../platform/index.ts';
import { Flow } from './flow.ts';
import { Following } from './following.ts';
import { readCheckpoint, riverMigrations } from './store.ts';
import { type Processed, type RiverParts, type StageState, tablesOf, View } from './view.ts';

export interface River {
  /** Processes the log from now on, as the one process that does. */
  lead(term: Term): Promise<void>;
  /** Lets the batch under way finish, and follows what the next leader does. */
  follow(): Promise<void>;
  /** Neither leads nor follows any more. */
  stop(): Promise<void>;
  /** Resolves once everything up to this place of the log is in identity and graph. */
  waitFor(seq: number): Promise<void>;
  /** Resolves while no more than `events` wait to be processed; imports wait here. */
  throttle(events: number): Promise<void>;
  /** Of the leader: empties everything derived and begins again; `change` runs while nothing is being processed. Returns the place to catch up to. */
  rebuild(change?: () => Promise<void>): Promise<number>;
  /** Everything that a replay of the log makes again. */
  tables(): readonly Table[];
  /**
   * Of the leader: runs `work` while nothing is being processed and everything up to the place it is given is in identity
   * and graph. Events are accepted meanwhile, and processed after it. Throws `Deposed` where the term is over by then.
   */
  quiet<T>(work: (position: number) => Promise<T>): Promise<T>;
  /** Of the leader, after records were taken out: how many events and duplicates there are now. */
  recount(counts: { accepted: number; duplicates: number }): Promise<void>;
  /**
   * Throws `Deposed` unless this process leads. In a transaction of PostgreSQL nobody else begins to lead until it ends;
   * before anything else it tells whoever was asleep meanwhile that it is no longer theirs to do.
   */
  fence(statements: Statements): Promise<void>;
  onProcessed(listener: (events: readonly Processed[]) => void): () => void;
  state(): { identity: StageState; graph: StageState; accepted: number; duplicates: number; rebuildTo: number | null };
}

/**
 * The river as every process sees it. One process at a time leads and processes; the others know how far it is from the
 * checkpoint.
 */
export async function createRiver(parts: RiverParts): Promise<River> {
  const { postgres } = parts.platform;
  await postgres.migrate(riverMigrations);
  const view = new View(parts.platform, await readCheckpoint(postgres));
  let flow: Flow | null = null;
  const following = new Following(parts, view, () => flow !== null);
  await parts.identity.lead(false);
  const follow = async () => {
    await flow?.end();
    flow = null;
  };
  const leading = (): Flow => {
    if (!flow) throw new Deposed();
    return flow;
  };
  return {
    async lead(term) {
      flow = new Flow(parts, view, term);
      await flow.start();
    },
    follow,
    async stop() {
      await follow();
      following.close();
    },
    waitFor: (seq) => view.waitFor(seq),
    throttle: (events) => view.waitFor(parts.platform.log.head() - events),
    rebuild: (change = async () => undefined) => leading().rebuild(change),
    quiet: (work) => leading().quiet(work),
    recount: (counts) => leading().recount(counts),
    fence: async (statements) => leading().fence(statements),
    onProcessed: (listener) => view.listen(listener),
    tables: () => tablesOf(parts),
    state: () => view.state(),
  };
}
