import type { Json, JsonObject } from '@guanxi/contracts';
import { first, type Query } from './keys.ts';

/** The smallest transparent GIF. */
export const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** Parts of the query that are not a property of the event. */
const FIELDS = new Set(['event', 'name', 'userId', 'anonymousId', 'messageId', 'timestamp', 'channel']);
const OBJECTS = new Set(['properties', 'context', 'traits', 'integrations']);
const KEYS = new Set(['writeKey', 'token', 'api_key', 'data']);

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/**
 * The event a picture's address holds: `data` with base64 of the event's JSON, as Segment's pixel has it, or the fields
 * themselves, where everything that is no field of an event is a property.
 */
export function pixelEvent(query: Query): string {
  const data = first(query['data']);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const event: JsonObject = {};
  const properties: JsonObject = {};
  for (const [name, value] of Object.entries(query)) {
    const text = first(value);
    if (text === undefined || KEYS.has(name) || name === '__proto__') continue;
    if (FIELDS.has(name)) event[name] = text;
    else if (OBJECTS.has(name)) event[name] = parsed(text);
    else properties[name] = text;
  }
  const said = event['properties'];
  if (Object.keys(properties).length > 0 && (said === undefined || (typeof said === 'object' && !Array.isArray(said))))
    event['properties'] = { ...properties, ...said };
  return JSON.stringify(event);
}
