import { createHmac } from 'node:crypto';
import type { Identifier, Json, JsonObject, PrivacySettings } from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { type CanonicalEvent, type Guard, readEvent } from '../ingest/index.ts';
import type { Platform, Statements } from '../platform/index.ts';

/** Who was erased, as keyed hashes of their identifiers, and the guard that keeps old events of theirs out. */
export interface Suppression {
  /** The same text gives the same, and without the key nothing can be read from it or tried out. */
  hash(text: string): string;
  add(identifiers: readonly Identifier[], before: number, statements: Statements): Promise<void>;
  /** To be called once what was added is committed. */
  reload(): Promise<void>;
  readonly guard: Guard;
  /** Whether there is anybody to look out for. */
  active(): boolean;
}

const TOPIC = 'privacy.suppression';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: Json | undefined) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null;

/** What was refused, read as far as it can be: enough to see whom it names. */
export function guessEvent(raw: string, sourceId = '', receivedAt = 0): CanonicalEvent | null {
  let value: Json;
  try {
    value = JSON.parse(raw) as Json;
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const part = (name: string) => (isObject(value[name]) ? value[name] : {});
  const context = part('context');
  return {
    seq: 0,
    sourceId,
    type: 'track',
    name: '',
    messageId: '',
    lasting: false,
    time: receivedAt,
    receivedAt,
    channel: '',
    userId: textOf(value['userId']),
    anonymousId: textOf(value['anonymousId']) ?? textOf(value['distinct_id']),
    previousId: textOf(value['previousId']),
    groupId: textOf(value['groupId']),
    traits: { ...(isObject(context['traits']) ? context['traits'] : {}), ...part('traits') },
    properties: part('properties'),
    context,
  };
}

export async function openSuppression(
  platform: Platform,
  identity: Identity,
  settings: () => PrivacySettings,
): Promise<Suppression> {
  const { postgres, signals, vault } = platform;
  const key = vault.key('suppression');
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  const hashOf = ({ kind, value }: Identifier) => hash(`${kind}\0${value}`);
  let known = new Map<string, number>();
  const load = async () => {
    const rows = await postgres.query<{ hash: string; before: string }>('SELECT hash, before FROM privacy_suppression');
    known = new Map(rows.map((row) => [row.hash, Number(row.before)]));
  };
  await load();
  signals.subscribe(TOPIC, () => void load().catch(() => undefined));

  /** The strongest identifier decides, and any that names a person; a device may be somebody else's by now. */
  const drops = (event: CanonicalEvent | null): boolean => {
    const identifiers = (event && identity.observe(event)?.identifiers) ?? [];
    const { returning } = settings();
    return identifiers.some((identifier, index) => {
      if (index > 0 && !identity.isKnown(identifier.kind)) return false;
      const before = known.get(hashOf(identifier));
      return before !== undefined && (returning === 'drop_all' || event!.time < before);
    });
  };
  const active = () => known.size > 0 && settings().returning !== 'accept';
  return {
    hash,
    active,
    async add(identifiers, before, statements) {
      await statements.query(
        `INSERT INTO privacy_suppression (hash, before) SELECT unnest($1::text[]), $2
         ON CONFLICT (hash) DO UPDATE SET before = greatest(privacy_suppression.before, excluded.before)`,
        [identifiers.map(hashOf), before],
      );
    },
    async reload() {
      await load();
      await signals.publish(TOPIC);
    },
    guard: {
      entry: (entry) => active() && drops(readEvent({ ...entry, seq: 0 })),
      refused: (raw, sourceId) => active() && drops(guessEvent(raw, sourceId)),
    },
  };
}
