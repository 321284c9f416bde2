import type { NodeId } from '@guanxi/contracts';
import type { JobHandler, JobRun } from '../platform/index.ts';
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
    await river.waitFor(platform.log.head());
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
      if (this.#plan.method === 'targeted') await this.#derived(survey, component!);
      await platform.log.erase(survey.gone);
    });
    if (this.#plan.method === 'rebuild') await river.waitFor(await river.rebuild());
    await this.#receipts(survey);
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
    await this.store.plan(this.work.id, this.#plan);
  }

  async #derived(survey: Survey, component: readonly NodeId[]): Promise<void> {
    const { identity, ingest, profile, consent, river, platform } = this.parts;
    await survey.repair.write();
    await profile.erase(this.#ids);
    await consent.erase(this.#ids);
    await ingest.dedup.erase(survey.fresh);
    await identity.remake(component, survey.gone, survey.items);
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
    await this.store.receipt(this.work.id, { store, removed, left, kept, at });
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

  async #store<T>({ name, find, erase }: BesideStore<T>): Promise<void> {
    const found = await find();
    await this.#note({ ...this.#plan, found: { [name]: found.length } });
    await erase(found);
    await this.#receipt(name, (await find()).length);
  }

  /** Nothing of it is left in any file. */
  async disk(): Promise<void> {
    const { clickhouse, postgres } = this.parts.platform;
    await clickhouse.purge(
      clickhouse.declared().map(({ name }) => name),
      this.run.signal,
    );
    await postgres.purge(personalPostgresTables);
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
      await store.finish(id, parts.platform.clock.now());
    }
    // The row that named the person until now has left its trace too.
    await parts.platform.postgres.purge(['privacy_erasure']);
    const { receipts } = await store.get(id);
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
