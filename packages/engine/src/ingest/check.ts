import {
  type EventType,
  eventContracts,
  eventType,
  type Json,
  type JsonObject,
  type QuarantineCode,
  reason,
} from '@guanxi/contracts';
import type { z } from 'zod';
import { canonicalName } from './read.ts';
import { instantOf } from './time.ts';
import { isObject, objectOr, type Refusal, textOr } from './types.ts';

const TYPES: ReadonlySet<string> = new Set(eventType.options);
const CONTRACTS: ReadonlyMap<string, z.ZodType> = new Map(Object.entries(eventContracts));
const LONGEST_ID = 500;
const LONGEST_NAME = 500;

/** Fields that name somebody beside `userId` and `anonymousId`: what people's events carry instead of an account. */
const NAMING = [
  'email', 'phone', 'mobile', 'openid', 'unionid', 'openId', 'unionId', 'memberId', 'member_id', 'member_no',
  'memberNumber', 'customerId', 'customer_id', 'externalId', 'external_id', 'deviceId', 'device_id',
  'external_userid', 'buyer_id', 'social_id',
] as const; // prettier-ignore

const refuse = (code: QuarantineCode, field: string, message: string): Refusal => ({ code, field, message });

function checkId(event: JsonObject, field: string): Refusal | null {
  const value = event[field];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !Number.isInteger(value)
      ? null
      : refuse('bad_field', field, reason('number'));
  if (typeof value !== 'string') return refuse('bad_field', field, reason('text'));
  return value.length <= LONGEST_ID ? null : refuse('bad_field', field, reason('long', { most: LONGEST_ID }));
}

function checkObject(event: JsonObject, field: string): Refusal | null {
  const value = event[field];
  return value === undefined || value === null || isObject(value) ? null : refuse('bad_field', field, reason('object'));
}

function checkTime(event: JsonObject, field: string): Refusal | null {
  const at = instantOf(event[field]);
  return at !== null && Number.isNaN(at) ? refuse('bad_field', field, reason('time')) : null;
}

function checkName(event: JsonObject, type: EventType): Refusal | null {
  const field = type === 'track' ? 'event' : 'name';
  const value = event[field];
  if (type === 'track') {
    if (value === undefined || value === null || value === '')
      return refuse('no_event_name', 'event', reason('eventName'));
    if (typeof value !== 'string') return refuse('bad_field', 'event', reason('text'));
    if (value.trim() === '') return refuse('no_event_name', 'event', reason('eventName'));
  } else if (type !== 'page' && type !== 'screen') return null;
  if (value !== undefined && value !== null && typeof value !== 'string')
    return refuse('bad_field', field, reason('text'));
  return typeof value === 'string' && value.length > LONGEST_NAME
    ? refuse('bad_field', field, reason('long', { most: LONGEST_NAME }))
    : null;
}

const names = (object: Json | undefined): boolean =>
  isObject(object) && NAMING.some((key) => textOr(object[key]) !== null);

function namesSomebody(event: JsonObject, context: JsonObject | null): boolean {
  if (textOr(event['userId']) || textOr(event['anonymousId'])) return true;
  if (names(event['traits']) || names(context?.['traits']) || names(event['properties'])) return true;
  return textOr(objectOr(context?.['device'])?.['id']) !== null || context?.['externalId'] !== undefined;
}

function checkIdentifiers(
  event: JsonObject,
  type: EventType,
  context: JsonObject | null,
  mayNameNobody: boolean,
): Refusal | null {
  if (type === 'alias') {
    if (!textOr(event['previousId']))
      return refuse('no_identifier', 'previousId', reason('alias', { field: 'previousId' }));
    if (!textOr(event['userId'])) return refuse('no_identifier', 'userId', reason('alias', { field: 'userId' }));
    return null;
  }
  if (type === 'group') return textOr(event['groupId']) ? null : refuse('bad_field', 'groupId', reason('groupId'));
  return mayNameNobody || namesSomebody(event, context) ? null : refuse('no_identifier', 'userId', reason('nobody'));
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], value);

/** What a contract has against a property, in the words that are known in every language. */
function againstContract(event: string, issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return reason('expected', { event, list: issue.expected });
  if (issue.code === 'too_small') return reason('small', { event, most: String(issue.minimum) });
  if (issue.code === 'too_big') return reason('big', { event, most: String(issue.maximum) });
  if (issue.code === 'invalid_value') return reason('noneOfEvent', { event, list: issue.values.join(', ') });
  if (issue.code === 'invalid_format') return reason('form', { event, list: issue.format });
  if (issue.code === 'custom' && issue.path.at(-1) === 'product_id') return reason('productId', { event });
  if (issue.code === 'custom' && issue.path.at(-1) === 'purpose') return reason('purpose', { event });
  return reason('other', { event });
}

function checkContract(event: JsonObject): Refusal | null {
  const name = canonicalName((event['event'] as string).trim());
  const contract = CONTRACTS.get(name);
  if (!contract) return null;
  const properties = event['properties'] ?? {};
  const parsed = contract.safeParse(properties);
  if (parsed.success) return null;
  const issue = parsed.error.issues[0]!;
  const missing = valueAt(properties, issue.path) === undefined && issue.code !== 'custom';
  return refuse(
    'contract',
    ['properties', ...issue.path].join('.'),
    missing ? reason('needed', { event: name }) : againstContract(name, issue),
  );
}

/** Why an event in Segment's shape cannot be accepted, or null. */
export function checkEvent(event: JsonObject, mayNameNobody = false): Refusal | null {
  const type = event['type'];
  if (typeof type !== 'string' || !TYPES.has(type))
    return refuse(
      'unknown_type',
      'type',
      type === undefined ? reason('missing') : reason('noneOf', { list: eventType.options.join(', ') }),
    );
  for (const field of ['messageId', 'userId', 'anonymousId', 'previousId', 'groupId']) {
    const refusal = checkId(event, field);
    if (refusal) return refusal;
  }
  for (const field of ['properties', 'traits', 'context']) {
    const refusal = checkObject(event, field);
    if (refusal) return refusal;
  }
  const context = objectOr(event['context']);
  return (
    checkTime(event, 'timestamp') ??
    checkTime(event, 'originalTimestamp') ??
    checkName(event, type as EventType) ??
    checkIdentifiers(event, type as EventType, context, mayNameNobody) ??
    (type === 'track' ? checkContract(event) : null)
  );
}
