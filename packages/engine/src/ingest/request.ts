import type { EventType, Json, JsonObject } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';
import { instantOf, readableInstant } from './time.ts';
import { type Dialect, type Envelope, isObject, objectOr, textOr } from './types.ts';

/** What the address a request came to says about it. */
export interface Address {
  /** Null where two dialects share the address and the body decides. */
  readonly dialect: Dialect | null;
  /** The one type of an address such as `/v1/track`, null of a batch. */
  readonly type: EventType | null;
  /** Events of an import are known by their messageId for ever. */
  readonly lasting?: boolean;
}

export interface IngestRequest {
  readonly address: Address;
  /** As it came over the wire, compressed or not. */
  readonly body: Uint8Array;
  /** Write keys from headers and the query, in the order to try. */
  readonly keys: readonly string[];
  /** When the headers or the query say it was sent. */
  readonly sentAt?: string | undefined;
  readonly anonymousId?: string | undefined;
  /** Told by how many bytes the body has grown when it was decompressed; may throw `busy`. */
  readonly grown?: (bytes: number) => void;
}

/** A request taken apart: events as they came, what is said of all of them, and the write keys in the body. */
export interface Opened {
  readonly events: readonly Json[];
  readonly envelope: Envelope;
  readonly keys: readonly string[];
}

/** Far more than any client sends; a request of nothing but `{}` would otherwise fill the quarantine with a million. */
const MOST_EVENTS = 50_000;
const KEY_FIELDS = ['writeKey', 'api_key', 'token'] as const;
const keysIn = (object: Json | undefined): string[] =>
  isObject(object) ? KEY_FIELDS.map((field) => object[field]).filter((key) => typeof key === 'string') : [];

function eventsOf(value: Json, address: Address): readonly Json[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) throw new UserError('invalid', 'not_an_object', 'The request must be a JSON object');
  const { batch } = value;
  if (Array.isArray(batch)) return batch;
  if (batch !== undefined && address.type === null)
    throw new UserError('invalid', 'bad_batch', 'batch must be a list of events', { where: 'batch' });
  return [value];
}

/** Where both meet, PostHog's clients say `api_key`. What a single event looks like decides nothing about its neighbours. */
function dialectOf(value: Json, address: Address): Dialect {
  if (address.dialect) return address.dialect;
  const head = Array.isArray(value) ? value[0] : value;
  return isObject(head) && typeof head['writeKey'] !== 'string' && typeof head['api_key'] === 'string'
    ? 'posthog'
    : 'segment';
}

/** A header or a query value: ISO 8601 or a count of milliseconds. */
const sentAtOf = (text: string | undefined): number | null =>
  text === undefined ? null : readableInstant(/^\d+$/.test(text) ? Number(text) : text);

/** Throws `invalid` where the body as a whole cannot be events, `too_large` where it holds too many. */
export function openRequest(value: Json, request: IngestRequest, receivedAt: number): Opened {
  const { address } = request;
  const events = eventsOf(value, address);
  if (events.length > MOST_EVENTS)
    throw new UserError('too_large', 'too_many_events', `The request holds more than ${MOST_EVENTS} events`, {
      remedy: 'Send fewer events in one request.',
    });
  const whole: JsonObject = isObject(value) ? value : {};
  const isBatch = events[0] !== value;
  const first = objectOr(events[0]);
  const said = isBatch ? [whole['sentAt'], whole['sent_at']].find((item) => instantOf(item) !== null) : undefined;
  const sentAt = readableInstant(said) ?? sentAtOf(request.sentAt);
  return {
    events,
    keys: [...keysIn(whole), ...keysIn(first ?? undefined), ...keysIn(first?.['properties'])],
    envelope: {
      dialect: dialectOf(value, address),
      type: address.type,
      sentAt,
      receivedAt,
      context: isBatch ? objectOr(whole['context']) : null,
      integrations: isBatch ? objectOr(whole['integrations']) : null,
      anonymousId: textOr(request.anonymousId ?? null),
      lasting: address.lasting === true,
    },
  };
}
