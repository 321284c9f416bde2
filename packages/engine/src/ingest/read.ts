import { eventAliases, type EventType, type Json, type JsonObject } from '@guanxi/contracts';
import type { LogRecord } from '../platform/index.ts';
import { eventTime } from './time.ts';
import { type CanonicalEvent, isObject, objectOr, textOr } from './types.ts';

/** What the log keeps of an event, as JSON text. */
export interface Payload {
  /** The event in Segment's shape. */
  readonly event: JsonObject;
  /** What came, where a dialect, a mend or the cleaning changed it. */
  readonly original?: Json;
  readonly lasting?: boolean;
  /** When the client's request came, for events that waited in quarantine; milliseconds. */
  readonly receivedAt?: number;
}

const aliases = new Map<string, string>(Object.entries(eventAliases));
const EMPTY: JsonObject = Object.freeze({});

/** The one name of an event that clients spell in several ways. */
export const canonicalName = (name: string): string => aliases.get(name) ?? name;

const SERVER_LIBRARY =
  /-(node|python|go|java|php|ruby|net|elixir|rust|server|sdk-node)$|^(python|node|php|ruby|go|java|\.net)$/i;
const MOBILE_LIBRARY = /kotlin|swift|android|ios|react-native|flutter|mobile|cordova/i;
const WEB_LIBRARY = /analytics\.js|analytics-next|analytics-js|javascript|posthog-js|^web$|^js$/i;

function channelOf(event: JsonObject, context: JsonObject): string {
  const said = textOr(event['channel']);
  if (said) return said.slice(0, 40).toLowerCase();
  const library = textOr(objectOr(context['library'])?.['name']) ?? '';
  if (MOBILE_LIBRARY.test(library)) return 'mobile';
  if (SERVER_LIBRARY.test(library)) return 'server';
  if (WEB_LIBRARY.test(library) || isObject(context['page'])) return 'web';
  return isObject(context['app']) || isObject(context['device']) ? 'mobile' : 'server';
}

function nameOf(type: EventType, event: JsonObject): string {
  if (type === 'track') return canonicalName((event['event'] as string).trim());
  if (type === 'page' || type === 'screen') return textOr(event['name']) ?? type;
  return type;
}

function traitsOf(event: JsonObject, context: JsonObject): JsonObject {
  const own = objectOr(event['traits']);
  const beside = objectOr(context['traits']);
  if (own && beside) return { ...beside, ...own };
  return own ?? beside ?? EMPTY;
}

/** Of a page or screen the category stands beside the properties in some clients, among them in others. */
function propertiesOf(type: EventType, event: JsonObject): JsonObject {
  const properties = objectOr(event['properties']) ?? EMPTY;
  const category = type === 'page' || type === 'screen' ? textOr(event['category']) : null;
  return category && properties['category'] === undefined ? { ...properties, category } : properties;
}

/**
 * Understand one log record of kind `event`. Pure, and cheap enough to be called for every event by every stage. Throws
 * where the record is not one that {@link Ingest} wrote, which is a bug.
 */
export function readEvent(record: LogRecord): CanonicalEvent {
  const payload = JSON.parse(record.payload) as Payload;
  const { event } = payload;
  if (!isObject(event)) throw new Error(`log record ${record.seq} holds no event`);
  const type = event['type'] as EventType;
  const context = objectOr(event['context']) ?? EMPTY;
  return {
    seq: record.seq,
    sourceId: record.sourceId,
    type,
    name: nameOf(type, event),
    messageId: String(event['messageId']),
    lasting: payload.lasting === true,
    time: eventTime(event, record.sentAt, payload.receivedAt ?? record.receivedAt),
    receivedAt: record.receivedAt,
    channel: channelOf(event, context),
    userId: textOr(event['userId']),
    anonymousId: textOr(event['anonymousId']),
    previousId: textOr(event['previousId']),
    groupId: textOr(event['groupId']),
    traits: traitsOf(event, context),
    properties: propertiesOf(type, event),
    context,
  };
}

/** A log record's event as it came and in Segment's shape, for people to look at. */
export function wireEventOf(record: LogRecord): { original: Json; wire: JsonObject } {
  const { event, original } = JSON.parse(record.payload) as Payload;
  return { original: original ?? event, wire: event };
}
