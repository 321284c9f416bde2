import { randomUUID } from 'node:crypto';
import type {
  ActorRef,
  ConsentUpdate,
  CustomerConsent,
  Erasure,
  ErasurePreview,
  Identifier,
  Job,
  JsonObject,
  NodeId,
  PrivacySettings,
  RetentionPreview,
  TraitCorrection,
} from '@guanxi/contracts';
import { type JobHandler, type Table, UserError } from '../platform/index.ts';
import { accessFile } from './access.ts';
import { createConsent } from './consent.ts';
import { CONSENT_EVENT } from './consent-rows.ts';
import { erasureHandler, FORGET } from './erase.ts';
import { createErasureStore } from './erasure-store.ts';
import type { PrivacyParts } from './parts.ts';
import { previewErasure } from './preview.ts';
import { createKeepers, previewRetention, retentionHandler } from './retention.ts';
import { privacyMigrations } from './schema.ts';
import { openSettings, type SettingsStore } from './settings.ts';
import { openSuppression, type Suppression } from './suppression.ts';

/** The rights of a person over what is held of them. */
export interface Privacy {
  settings(): PrivacySettings;
  /** Throws `bad_privacy_settings`. */
  setSettings(settings: PrivacySettings): Promise<PrivacySettings>;
  /** Throws `not_found` for an id that is nobody's, as all that follow do. */
  consentOf(id: NodeId): Promise<CustomerConsent>;
  /** Records what the person said; resolves once it is known everywhere. */
  setConsent(id: NodeId, update: ConsentUpdate, actor: ActorRef): Promise<CustomerConsent>;
  /** Says what a trait is, as of now, with the reason; later events may say otherwise again. */
  correct(id: NodeId, correction: TraitCorrection, actor: ActorRef): Promise<void>;
  /** Everything held of a person, as the text of one JSON object. */
  access(id: NodeId, actor: ActorRef): Promise<AsyncGenerator<string>>;
  previewErasure(id: NodeId): Promise<ErasurePreview>;
  /** Keeps old events of the person out from now on, and removes what there is. Throws `erasure_under_way`. */
  erase(id: NodeId, reason: string, actor: ActorRef): Promise<Erasure>;
  erasures(limit: number, cursor?: string): Promise<{ items: Erasure[]; next: string | null }>;
  erasure(id: string): Promise<Erasure>;
  previewRetention(): Promise<RetentionPreview>;
  applyRetention(): Promise<Job>;
  /** Goes on with what an earlier process was asked, and applies retention once a day; returns how to stop. */
  start(): Promise<() => void>;
  readonly tables: readonly Table[];
  readonly handlers: { readonly erasure: JobHandler; readonly retention: JobHandler };
}

/** The source under which events that people record in the console enter. */
const CONSOLE = '控制台 Console';
const HOUR = 3_600_000;

/** What consent needs before there is a river. */
export interface PrivacyBase {
  readonly consent: PrivacyParts['consent'];
  readonly settings: SettingsStore;
  readonly suppression: Suppression;
  readonly consoleSource: string;
}

/** Consent, settings and the guard at the gate: makes the tables of this folder. */
export async function openPrivacy(parts: Pick<PrivacyParts, 'platform' | 'ingest' | 'identity'>): Promise<PrivacyBase> {
  const { platform, ingest, identity } = parts;
  await platform.postgres.migrate(privacyMigrations);
  const settings = await openSettings(platform);
  const suppression = await openSuppression(platform, identity, settings.current);
  ingest.guard(suppression.guard);
  const consoleSource = (await ingest.sources.ensureFileSource(CONSOLE)).id;
  const consent = createConsent(platform.clickhouse, identity, settings.current, () => consoleSource);
  await platform.clickhouse.create(consent.tables);
  return { consent, settings, suppression, consoleSource };
}

export function createPrivacy(base: PrivacyBase, rest: Omit<PrivacyParts, 'consent'>): Privacy {
  const parts: PrivacyParts = { ...rest, consent: base.consent };
  const { platform, identity, ingest, profile, river, audit } = parts;
  const store = createErasureStore(platform);
  const keepers = createKeepers(parts, store, base.consoleSource);
  const identifiersOf = async (id: NodeId): Promise<{ person: NodeId; identifiers: Identifier[] }> => {
    const person = await profile.person(id);
    return { person, identifiers: (await identity.identifiersOf([person])).get(person) ?? [] };
  };

  /** An event in the name of a person, under their strongest identifier. */
  const say = async (id: NodeId, event: JsonObject, actor: ActorRef): Promise<void> => {
    const { identifiers } = await identifiersOf(id);
    const [{ kind, value }] = identifiers as [Identifier];
    const context = { externalIds: [{ type: kind, id: value }], recordedBy: actor.name };
    const now = new Date(platform.clock.now()).toISOString();
    const whole = { messageId: randomUUID(), channel: 'console', timestamp: now, ...event, context };
    const { accepted } = await ingest.acceptEvents(base.consoleSource, [whole], { lasting: true });
    if (accepted === 0)
      throw new UserError('conflict', 'not_recorded', 'This cannot be recorded under any identifier of the person', {
        remedy: 'See the reason in quarantine.',
      });
    await river.waitFor(platform.log.head());
  };

  // Of an erasure that is over, and where signals may have been missed, nobody is known any more: everything is forgotten.
  const forget = async (erasure: string) => {
    const { person, identifiers } = await store.work(erasure);
    parts.forget(identifiers.length === 0 ? null : new Set([person, ...identifiers.map(({ id }) => id)]));
  };
  platform.signals.subscribe(FORGET, (erasure) => void forget(erasure).catch(() => parts.forget(null)));

  const submit = async (id: string): Promise<void> => {
    const job = await platform.jobs.submit('erasure', '', { erasure: id }, 'events');
    await store.setJob(id, job.id);
  };

  const retention = () => platform.jobs.submit('retention', '', {}, 'rows');
  /** Of several processes one finds that a day has passed. */
  const applyDaily = async (): Promise<void> => {
    const now = platform.clock.now();
    const rows = await platform.postgres.query(
      'UPDATE privacy_retention SET last_run = $1 WHERE last_run <= $2 RETURNING last_run',
      [now, now - 24 * HOUR],
    );
    if (rows.length > 0) await retention();
  };

  return {
    tables: base.consent.tables,
    settings: base.settings.current,
    setSettings: base.settings.save,
    consentOf: async (id) => base.consent.of(await profile.person(id)),
    async setConsent(id, { changes, evidence }, actor) {
      checkConsent(changes, base.settings.current());
      for (const { purpose, channel, granted } of changes)
        await say(
          id,
          {
            type: 'track',
            event: CONSENT_EVENT,
            properties: { purpose, ...(channel ? { channel } : {}), granted, evidence },
          },
          actor,
        );
      return base.consent.of(await profile.person(id));
    },
    correct: (id, { trait, value, reason }, actor) =>
      say(id, { type: 'identify', traits: { [trait]: value }, properties: { correction: reason } }, actor),
    async access(id, actor) {
      const person = await profile.person(id);
      await audit.record({ actor, action: 'customerAccess', subject: person, outcome: 'done' });
      return accessFile(person, parts);
    },
    previewErasure: async (id) => previewErasure(await identifiersOf(id), parts),
    async erase(id, reason, actor) {
      const { person, identifiers } = await identifiersOf(id);
      const at = platform.clock.now();
      const subject = base.suppression.hash(`person\0${person}`).slice(0, 22);
      const erasure = await platform.postgres.transaction(async (statements) => {
        await base.suppression.add(identifiers, at, statements);
        return store.create({ person, identifiers, subject, at, by: actor, reason }, statements);
      });
      await base.suppression.reload();
      await audit.record({ actor, action: 'erasureRequested', subject: `erasure:${erasure}`, outcome: 'done' });
      await submit(erasure);
      return store.get(erasure);
    },
    erasures: (limit, cursor) => store.list(limit, cursor),
    erasure: store.get,
    async previewRetention() {
      const [row] = await platform.postgres.query<{ last_run: string }>('SELECT last_run FROM privacy_retention');
      const lastRun = Number(row!.last_run);
      return {
        items: await previewRetention(keepers, base.settings.current(), platform.clock.now()),
        lastRun: lastRun === 0 ? null : new Date(lastRun).toISOString(),
      };
    },
    async applyRetention() {
      await platform.postgres.query('UPDATE privacy_retention SET last_run = $1', [platform.clock.now()]);
      return retention();
    },
    async start() {
      for (const id of await store.orphans()) await submit(id);
      const timer = setInterval(() => void applyDaily().catch(() => undefined), HOUR);
      timer.unref();
      return () => clearInterval(timer);
    },
    handlers: {
      erasure: erasureHandler(parts, store),
      retention: retentionHandler(keepers, base.settings.current, parts),
    },
  };
}

/** Throws `no_such_purpose` and `no_such_channel`. */
function checkConsent(changes: ConsentUpdate['changes'], { purposes, channels }: PrivacySettings): void {
  for (const [index, { purpose, channel }] of changes.entries()) {
    if (!purposes.some(({ key }) => key === purpose))
      throw new UserError('invalid', 'no_such_purpose', 'There is no such purpose', {
        where: `changes.${index}.purpose`,
      });
    if (channel !== null && !channels.some(({ key }) => key === channel))
      throw new UserError('invalid', 'no_such_channel', 'There is no such channel', {
        where: `changes.${index}.channel`,
      });
  }
}
