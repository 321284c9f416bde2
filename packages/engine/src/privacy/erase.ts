import type { NodeId } from '@guanxi/contracts';
import { idArray, type JobHandler, type JobRun } from '../platform/index.ts';
import { z } from 'zod';
import type { ErasureStore, Work } from './erasure-store.ts';
import { mentionsOf } from './mentions.ts';
import type { PrivacyParts } from './parts.ts';
import { Survey } from './survey.ts';

/** A person bound to more identifiers than this, by links of any state, is taken out by a rebuild. */
const MOST_COMPONENT = 20_000;
/** Places looked at again after they were erased. */
const CHECKED = 1000;

export const erasureParams = z.object({ erasure: z.uuid() });

/** ClickHouse tables whose files may hold what was removed. */
const TABLES = [
  'event_log', 'quarantine', 'message', 'event', 'node', 'node_attribute', 'node_name', 'edge_event', 'adjacency',
  'activity', 'consent', 'person_alias', 'identifier_name',
] as const; // prettier-ignore
const POSTGRES_TABLES = [
  'identifier', 'identity_link', 'identity_change', 'job', 'pgboss.job', 'privacy_erasure',
] as const; // prettier-ignore

/** Takes one person out of everything; can be done again from the beginning at any point. */
class Erasing {
  readonly #ids: readonly NodeId[];
  readonly #receipt: (store: string, removed: number, left: number, kept?: number) => Promise<void>;

  constructor(
    private readonly parts: PrivacyParts,
    private readonly store: ErasureStore,
    private readonly work: Work,
    private readonly run: JobRun,
  ) {
    this.#ids = work.identifiers.map(({ id }) => id);
    this.#receipt = (name, removed, left, kept = 0) =>
      store.receipt(work.id, {
        store: name,
        removed,
        left,
        kept,
        at: new Date(parts.platform.clock.now()).toISOString(),
      });
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
    const method = await river.quiet(async (position) => {
      this.run.signal.throwIfAborted();
      const now = await this.#component();
      if (now?.length !== component?.length) {
        component = now;
        survey = new Survey(this.parts, this.work.identifiers, new Set(component ?? []));
      }
      await survey.find(position);
      await survey.gather(position);
      const whole = component === null || survey.conflict;
      if (!whole) await this.#derived(survey, component!);
      const erased = await platform.log.erase(survey.gone);
      await this.#receipt('event_log', erased, await this.#stillThere(survey.gone), survey.mentioned);
      return whole ? 'rebuild' : 'targeted';
    });
    await this.store.method(this.work.id, method);
    if (method === 'rebuild') await this.#rebuild();
  }

  #component = () => this.parts.identity.componentOf(this.#ids, MOST_COMPONENT);

  async #derived(survey: Survey, component: readonly NodeId[]): Promise<void> {
    const { identity, ingest, profile, consent, river, platform } = this.parts;
    const graph = await survey.repair.write();
    for (const [table, rows] of Object.entries(graph)) await this.#receipt(table, rows, await this.#leftIn(table));
    await this.#receipt('activity', await profile.erase(this.#ids), await this.#leftIn('activity'));
    await this.#receipt('consent', await consent.erase(this.#ids), await this.#leftIn('consent'));
    await ingest.dedup.erase(survey.fresh);
    await this.#receipt('message', survey.fresh.length, 0);
    const { identifiers, links, changes } = await identity.remake(component, survey.gone, survey.items);
    const left = (await identity.anchorsOf([this.work.person])).get(this.work.person)?.length ?? 0;
    const others = component.length - this.#ids.length;
    await this.#receipt('identifier', Math.max(0, identifiers - others), survey.mentioned > 0 ? 0 : left, others);
    await this.#receipt('identity_link', links, 0);
    await this.#receipt('identity_change', changes, 0);
    const [row] = await platform.clickhouse.query<{ rows: number }>('SELECT count() AS rows FROM message');
    await river.recount({ accepted: row!.rows, duplicates: Math.max(0, survey.staying - row!.rows) });
  }

  async #rebuild(): Promise<void> {
    const { river } = this.parts;
    const target = await river.rebuild();
    await river.waitFor(target);
    for (const table of ['event', 'activity', 'consent', 'node_attribute'])
      await this.#receipt(table, 0, await this.#leftIn(table));
  }

  /** Rows under the person's own anchors. */
  async #leftIn(table: string): Promise<number> {
    const column =
      ({ node: 'id', event: 'anchor', activity: 'anchor', consent: 'anchor' } as Record<string, string>)[table] ??
      'node';
    const [row] = await this.parts.platform.clickhouse.query<{ rows: number }>(
      `SELECT count() AS rows FROM ${table} WHERE ${column} IN {ids:Array(UInt64)}`,
      { ids: idArray(this.#ids) },
    );
    return row!.rows;
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
    const mentions = mentionsOf(this.work.identifiers, identity);
    const refused = await ingest.quarantine.find(({ raw }) => mentions.raw(raw));
    await ingest.quarantine.erase(refused);
    await this.#receipt(
      'quarantine',
      refused.length,
      (await ingest.quarantine.find(({ raw }) => mentions.raw(raw))).length,
    );
    const files = await imports.eraseUploads((text) => mentions.cell(text), this.run.signal);
    await this.#receipt('uploads', files, 0);
    await this.#receipt('job', await platform.jobs.scrub((text) => mentions.text(text)), 0);
    forget(new Set<NodeId>([...this.#ids, this.work.person]));
    await this.#receipt('memory', 0, 0);
  }

  /** Nothing of it is left in any file. */
  async disk(): Promise<void> {
    const { clickhouse, postgres } = this.parts.platform;
    await clickhouse.purge(TABLES);
    await postgres.purge(POSTGRES_TABLES);
  }
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
      // The row that named the person until now has left its trace too.
      await parts.platform.postgres.purge(['privacy_erasure']);
    }
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
