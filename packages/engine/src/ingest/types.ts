import type { EventType, Json, JsonObject, QuarantineCode } from '@guanxi/contracts';

/** One accepted event as it is understood: a pure function of its log record. */
export interface CanonicalEvent {
  /** Place in the event log. */
  readonly seq: number;
  readonly sourceId: string;
  readonly type: EventType;
  /** Event, page or screen name; the type where there is none. */
  readonly name: string;
  readonly messageId: string;
  /** Its messageId is remembered for ever (imports, replays from quarantine) and not only for seven days. */
  readonly lasting: boolean;
  /** When it happened, in milliseconds, the client's clock corrected. */
  readonly time: number;
  /** When it entered the log, in milliseconds. */
  readonly receivedAt: number;
  /** `web`, `mobile`, `server`, `file`, or what the client says. */
  readonly channel: string;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly previousId: string | null;
  readonly groupId: string | null;
  /** `context.traits` under `traits`. */
  readonly traits: JsonObject;
  readonly properties: JsonObject;
  readonly context: JsonObject;
}

/** How a client speaks. RudderStack's events are Segment's with other names for the times. */
export type Dialect = 'segment' | 'posthog';

/** What a request says about all of its events. Kept with what goes to quarantine, so that it can be checked again. */
export interface Envelope {
  readonly dialect: Dialect;
  /** The type an address such as `/v1/track` stands for; null where each event says it. */
  readonly type: EventType | null;
  /** When the client says it sent the request, in milliseconds. */
  readonly sentAt: number | null;
  readonly receivedAt: number;
  readonly context: JsonObject | null;
  readonly integrations: JsonObject | null;
  /** For events that name nobody, as some clients say it in a header alone. */
  readonly anonymousId: string | null;
  readonly lasting: boolean;
}

/** Why an event is not accepted. Never holds a value of the event. */
export interface Refusal {
  readonly code: QuarantineCode;
  /** Path in the event, `properties.products.0.price`; `body` for the whole. */
  readonly field: string;
  readonly message: string;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object, or null for anything else. */
export const objectOr = (value: Json | undefined): JsonObject | null => (isObject(value) ? value : null);

/** Text that says something, or null. Numbers count: JSON clients send ids as either. */
export function textOr(value: Json | undefined): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}
