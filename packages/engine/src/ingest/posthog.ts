import type { Json, JsonObject } from '@guanxi/contracts';
import { type Envelope, objectOr, textOr } from './types.ts';

const withoutNulls = (object: { [key: string]: Json | undefined }): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null)) as JsonObject;

/** What PostHog's clients know beside the event, under the names Segment's context has for it. */
function contextOf(properties: JsonObject, traits: JsonObject): JsonObject {
  const part = (object: { [key: string]: Json | undefined }): JsonObject | undefined => {
    const present = withoutNulls(object);
    return Object.keys(present).length > 0 ? present : undefined;
  };
  const p = properties;
  return withoutNulls({
    library: part({ name: p['$lib'], version: p['$lib_version'] }),
    page: part({ url: p['$current_url'], path: p['$pathname'], referrer: p['$referrer'], title: p['title'] }),
    campaign: part({
      source: p['utm_source'],
      medium: p['utm_medium'],
      name: p['utm_campaign'],
      term: p['utm_term'],
      content: p['utm_content'],
    }),
    device: part({
      id: p['$device_id'],
      type: p['$device_type'],
      model: p['$device_model'],
      manufacturer: p['$device_manufacturer'],
    }),
    app: part({
      name: p['$app_name'],
      version: p['$app_version'],
      build: p['$app_build'],
      namespace: p['$app_namespace'],
    }),
    os: part({ name: p['$os'], version: p['$os_version'] }),
    screen: part({ width: p['$screen_width'], height: p['$screen_height'] }),
    userAgent: p['$raw_user_agent'] ?? p['$user_agent'],
    ip: p['$ip'],
    locale: p['$browser_language'] ?? p['$locale'],
    timezone: p['$timezone'],
    sessionId: p['$session_id'],
    traits: Object.keys(traits).length > 0 ? traits : undefined,
  });
}

/** `$set` may stand beside the properties or among them; what is set once gives way to what is set. */
function traitsOf(raw: JsonObject, properties: JsonObject): JsonObject {
  const of = (key: string) => objectOr(raw[key]) ?? objectOr(properties[key]) ?? {};
  return { ...of('$set_once'), ...of('$set') };
}

interface Ids {
  userId?: string;
  anonymousId?: string;
}

/**
 * PostHog knows one `distinct_id`, which is a device until somebody logs in. Browsers say which it is; servers send the
 * account. The id that clients share when cookies are refused names nobody.
 */
function idsOf(raw: JsonObject, properties: JsonObject): Ids {
  const distinct = textOr(raw['distinct_id']) ?? textOr(properties['distinct_id']) ?? textOr(raw['$distinct_id']);
  const device = textOr(properties['$device_id']) ?? undefined;
  if (distinct === null || distinct === '$posthog_cookieless')
    return device && distinct === null ? { anonymousId: device } : {};
  const isDevice = distinct === device || (properties['$is_identified'] === false && raw['event'] !== '$identify');
  if (isDevice) return { anonymousId: distinct };
  const anonymousId = textOr(properties['$anon_distinct_id']) ?? device;
  return anonymousId === undefined ? { userId: distinct } : { userId: distinct, anonymousId };
}

type Meaning = (of: { raw: JsonObject; properties: JsonObject; ids: Ids; traits: JsonObject }) => JsonObject;

const identify: Meaning = ({ ids, traits }) => ({ type: 'identify', ...ids, traits });
const alias: Meaning = ({ properties, ids }) => ({
  type: 'alias',
  userId: ids.userId ?? ids.anonymousId ?? null,
  previousId: properties['alias'] ?? null,
});

/** PostHog's events that mean something else than that they happened. */
const MEANINGS: ReadonlyMap<Json, Meaning> = new Map<Json, Meaning>([
  ['$identify', identify],
  ['$set', identify],
  ['$create_alias', alias],
  ['$merge_dangerously', alias],
  [
    '$groupidentify',
    ({ properties, ids }) => {
      const groupType = textOr(properties['$group_type']);
      const groupId = textOr(properties['$group_key']);
      // A server that names no person makes one up out of the group.
      const invented = ids.userId === `$${groupType}_${groupId}`;
      const traits = objectOr(properties['$group_set']) ?? {};
      return {
        type: 'group',
        ...(invented ? {} : ids),
        groupId,
        traits: groupType ? { ...traits, groupType } : traits,
      };
    },
  ],
  [
    '$pageview',
    ({ properties, ids }) => ({
      type: 'page',
      ...ids,
      name: textOr(properties['title']),
      properties: withoutNulls({
        ...properties,
        url: properties['$current_url'],
        path: properties['$pathname'],
        referrer: properties['$referrer'],
      }),
    }),
  ],
  [
    '$screen',
    ({ properties, ids }) => ({
      type: 'screen',
      ...ids,
      name: textOr(properties['$screen_name']),
      properties,
    }),
  ],
]);

/** `offset` is how many milliseconds before the request it happened. Sent on receipt means that nothing is shifted. */
function timesOf(raw: JsonObject, properties: JsonObject, receivedAt: number): JsonObject {
  const onReceipt = new Date(receivedAt).toISOString();
  const timestamp = raw['timestamp'] ?? properties['timestamp'] ?? null;
  const offset = raw['offset'];
  if (timestamp === null && typeof offset === 'number' && Number.isFinite(offset))
    return { timestamp: receivedAt - offset, sentAt: onReceipt };
  const sentAt = properties['$ignore_sent_at'] === true ? onReceipt : (raw['sent_at'] ?? null);
  return { timestamp, sentAt };
}

/** An event of PostHog's clients in Segment's shape; what cannot be one comes out in a form that the checks refuse. */
export function fromPostHog(raw: JsonObject, envelope: Envelope): JsonObject {
  const all = objectOr(raw['properties']);
  if (!all && raw['properties'] !== undefined && raw['properties'] !== null)
    return { type: 'track', event: raw['event'] ?? null, properties: raw['properties'] };
  const { token: _token, $set: _set, $set_once: _setOnce, $unset: _unset, ...properties } = all ?? {};
  const ids = idsOf(raw, properties);
  const traits = traitsOf(raw, all ?? {});
  const meaning = MEANINGS.get(raw['event'] ?? null);
  const told = meaning
    ? meaning({ raw, properties, ids, traits })
    : { type: 'track', event: raw['event'] ?? null, ...ids, properties };
  const messageId = raw['uuid'] ?? properties['$insert_id'] ?? null;
  return withoutNulls({
    ...told,
    messageId,
    ...timesOf(raw, all ?? {}, envelope.receivedAt),
    context: contextOf(properties, told['type'] === 'identify' ? {} : traits),
  });
}
