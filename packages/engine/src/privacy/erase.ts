import type { NodeId } from '@guanxi/contracts';
import type { JobHandler, JobRun, Statements } from '../platform/index.ts';
import { z } from 'zod';
import type { ErasureStore, Plan, Work } from './erasure-store.ts';
import { mentionsOf } from './mentions.ts';
import type { PrivacyParts } from './parts.ts';
import { countDerived, personalPostgresTables } from './stores.ts';
import { Survey } from './survey.ts';

/** A person bound to more identifiers than this, by links of any state, is taken out by a rebuild. */
const MOST_COMPONENT = 20_000;
/** Places looked at again after they were erased. */
const CHECKED = 1000;

export const erasureParams = z.object({ erasure: z.uuid() });

/** Told to every process with the id of an erasure: what it holds in memory of the person is to be forgotten. */
export const FORGET = 'privacy.forget';

/**
 * Takes one person out of everything; can be done again from the beginning at any point. What is found is written down
 * before any of it is removed: the next attempt would find less.
 */
class Erasing {
  readonly #ids: readonly NodeId[];
  #plan: Plan;

  constructor(
    private readonly parts: PrivacyParts,
    private readonly store: ErasureStore,
    private readonly work: Work,
    private readonly run: JobRun,
  ) {
    this.#ids = work.identifiers.map(({ id }) => id);
    this.#plan = work.plan;
  }

  async records(): Promise<void> {
    const { platform, river } = this.parts;
    await this.#caughtUp(platform.log.head());
    const head = platform.log.head();
    // The log is read twice.
    const told = (before: number) => (seq: number) =>
      this.run.progress({ done: Math.round((before + seq) / 2), total: head });
    let component = await this.#component();
    let survey = new Survey(this.parts, this.work.identifiers, new Set(component ?? []));
    // Most of the log is read while events flow; what comes meanwhile is read while they wait.
    await survey.find(head, told(0));
    await survey.gather(head, told(head));
    await river.quiet(async (position) => {
      this.run.signal.throwIfAborted();
      const now = await this.#component();
      if (now?.length !== component?.length) {
        component = now;
        survey = new Survey(this.parts, this.work.identifiers, new Set(component ?? []));
      }
      await survey.find(position);
      await survey.gather(position);
      await this.#planned(survey, component, position);
      await this.#scenes(survey.repair.vanishing());
      if (this.#plan.method === 'targeted') await this.#derived(survey, component!);
      await this.#mine();
      await platform.log.erase(survey.gone);
    });
    if (this.#plan.method === 'rebuild') await this.#caughtUp(await river.rebuild());
    await this.#receipts(survey);
  }

  /** Waits for the river, as long as this run is to go on. */
  async #caughtUp(seq: number): Promise<void> {
    const { signal } = this.run;
    signal.throwIfAborted();
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', (stop = () => resolve())));
    await Promise.race([this.parts.river.waitFor(seq), stopped]);
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
  }

  /** Throws when the job was cancelled, and when another process leads by now: what comes next is not this run's to do. */
  async #mine(): Promise<void> {
    this.run.signal.throwIfAborted();
    await this.parts.river.fence(this.parts.platform.postgres);
  }

  /** Writes about the erasure: not those of a run that another process has taken over from. */
  #write(work: (statements: Statements) => Promise<void>): Promise<void> {
    return this.parts.platform.postgres.transaction(async (statements) => {
      await this.parts.river.fence(statements);
      await work(statements);
    });
  }

  /** Links that an earlier attempt removed joined more than is joined now. */
  async #component(): Promise<readonly NodeId[] | null> {
    const known = new Set([...this.#ids, ...this.#plan.component]);
    return this.parts.identity.componentOf([...known], MOST_COMPONENT);
  }

  /** Once events have begun to go, whether all has to be made anew can no longer be seen. */
  async #planned(survey: Survey, component: readonly NodeId[] | null, position: number): Promise<void> {
    const { gone, conflict } = survey;
    const before = this.#plan;
    const names = { ids: this.#ids, places: gone };
    const found = await countDerived(this.parts.platform, this.parts.river.tables(), names);
    await this.#note({
      position,
      method: before.method ?? (component === null || conflict ? 'rebuild' : 'targeted'),
      component: component ?? [],
      found: { ...found, event_log: gone.filter((place) => place > before.position).length },
    });
  }

  async #note({ found, ...plan }: Plan): Promise<void> {
    const before = this.#plan.found;
    const all = { ...before };
    for (const [name, rows] of Object.entries(found))
      all[name] = name === 'event_log' ? (before[name] ?? 0) + rows : Math.max(before[name] ?? 0, rows);
    this.#plan = { ...plan, found: all };
    const noted = this.#plan;
    await this.#write((statements) => this.store.plan(this.work.id, noted, statements));
  }

  async #derived(survey: Survey, component: readonly NodeId[]): Promise<void> {
    const { identity, ingest, profile, consent, river, platform } = this.parts;
    await survey.repair.write(() => this.#mine());
    await this.#mine();
    await profile.erase(this.#ids);
    await this.#mine();
    await consent.erase(this.#ids);
    await this.#mine();
    await ingest.dedup.erase(survey.fresh);
    await identity.remake(component, survey.gone, survey.items, river.fence);
    const [row] = await platform.clickhouse.query<{ rows: number }>('SELECT count() AS rows FROM message');
    await river.recount({ accepted: row!.rows, duplicates: Math.max(0, survey.staying - row!.rows) });
  }

  /** What was found has gone; what a search finds now is told. Identifiers of which others speak stay known as theirs. */
  async #receipts({ gone, shared, mentioned }: Survey): Promise<void> {
    const tables = this.parts.river.tables();
    const own = this.#ids.filter((id) => !shared.has(id));
    const left = await countDerived(this.parts.platform, tables, { ids: own, places: gone });
    const kept = await countDerived(this.parts.platform, tables, { ids: [...shared], places: [] });
    await this.#receipt('event_log', await this.#stillThere(gone), mentioned);
    for (const name of Object.keys(left)) await this.#receipt(name, left[name]!, kept[name]!);
  }

  async #receipt(store: string, left: number, kept = 0): Promise<void> {
    const found = this.#plan.found[store] ?? 0;
    const removed = Math.max(0, store === 'event_log' ? found - left : found - left - kept);
    const at = new Date(this.parts.platform.clock.now()).toISOString();
    await this.#write((statements) => this.store.receipt(this.work.id, { store, removed, left, kept, at }, statements));
  }

  async #stillThere(places: readonly number[]): Promise<number> {
    let left = 0;
    for (const place of places.slice(0, CHECKED)) {
      const [record] = await this.parts.platform.log.read(place - 1, 1);
      if (record?.seq === place) left++;
    }
    return left;
  }

  /** What stands beside the log: refused events, files that wait, what jobs were given. */
  async beside(): Promise<void> {
    const { ingest, imports, platform, identity, forget } = this.parts;
    const { jobs, signals } = platform;
    const mentions = mentionsOf(this.work.identifiers, identity);
    const { signal } = this.run;
    await this.#store({
      name: 'quarantine',
      find: () => ingest.quarantine.find(({ raw }) => mentions.raw(raw)),
      erase: (numbers) => ingest.quarantine.erase(numbers),
    });
    await this.#store({
      name: 'uploads',
      find: () => imports.uploadsNaming((text) => mentions.cell(text), signal),
      erase: (files) => imports.eraseUploads(files),
    });
    await this.#store({
      name: 'job',
      find: () => jobs.naming((text) => mentions.text(text)),
      erase: (ids) => jobs.scrub(ids),
    });
    forget(new Set<NodeId>([...this.#ids, this.work.person]));
    await signals.publish(FORGET, this.work.id);
    await this.#receipt('memory', 0);
  }

  /**
   * Explorations that people kept: what was drawn of the person in them, and nodes that are gone with the person. Before
   * the log loses the events that tell which those are.
   */
  async #scenes(vanishing: readonly NodeId[]): Promise<void> {
    const { scenes, identity } = this.parts;
    const nodes = new Set<NodeId>([...this.#ids, this.work.person, ...vanishing]);
    const { text } = mentionsOf(this.work.identifiers, identity);
    await this.#store({
      name: 'scene',
      find: () => scenes.naming(nodes, text),
      erase: (ids) => scenes.eraseNodes(ids, nodes, text),
    });
  }

  async #store<T>({ name, find, erase }: BesideStore<T>): Promise<void> {
    const found = await find();
    await this.#note({ ...this.#plan, found: { [name]: found.length } });
    await this.#mine();
    await erase(found);
    await this.#receipt(name, (await find()).length);
  }

  /** Nothing of it is left in any file. */
  async disk(): Promise<void> {
    const { clickhouse, postgres } = this.parts.platform;
    await this.#mine();
    await clickhouse.purge(
      clickhouse.declared().map(({ name }) => name),
      this.run.signal,
    );
    await postgres.purge(personalPostgresTables);
  }

  async finish(): Promise<void> {
    const { id } = this.work;
    await this.#write((statements) => this.store.finish(id, this.parts.platform.clock.now(), statements));
  }
}

interface BesideStore<T> {
  readonly name: string;
  readonly find: () => Promise<readonly T[]>;
  readonly erase: (found: readonly T[]) => Promise<void>;
}

/** The job that erases: in steps that may each be done again. */
export function erasureHandler(parts: PrivacyParts, store: ErasureStore): JobHandler {
  return async (run) => {
    const { erasure: id } = erasureParams.parse(run.params);
    const work = await store.work(id);
    if (work.state === 'waiting') {
      const erasing = new Erasing(parts, store, work, run);
      await erasing.records();
      await erasing.beside();
      await erasing.disk();
      await erasing.finish();
    }
    // The row that named the person until now has left its trace too.
    await parts.platform.postgres.purge(['privacy_erasure']);
    const { receipts } = await store.get(id);
    await parts.river.fence(parts.platform.postgres);
    await parts.audit.record({
      actor: { kind: 'system', id: 'erasure', name: 'erasure' },
      action: 'erasureDone',
      subject: `erasure:${id}`,
      outcome: 'done',
      detail: Object.fromEntries(receipts.map(({ store: name, removed }) => [name, removed])),
    });
    return Object.fromEntries(receipts.map(({ store: name, removed }) => [name, removed]));
  };
}
