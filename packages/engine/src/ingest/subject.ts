import { type ContractedEvent, eventSubjects, type JsonObject } from '@guanxi/contracts';
import { wellFormed } from './clean.ts';
import { type CanonicalEvent, isObject, textOr } from './types.ts';

const LONGEST = 120;
/** What tells most about an event, best first. */
const TELLING = [
  'name',
  'title',
  'query',
  'order_id',
  'review_body',
  'body',
  'campaign_name',
  'campaign_id',
  'coupon_id',
  'ticket_id',
  'product_id',
  'sku',
  'url',
  'path',
] as const;

function productNames(products: unknown): string | null {
  if (!Array.isArray(products)) return null;
  const names = products
    .slice(0, 20)
    .map((product: unknown) =>
      isObject(product) ? (textOr(product['name']) ?? textOr(product['product_id']) ?? textOr(product['sku'])) : null,
    )
    .filter((name) => name !== null);
  return names.length > 0 ? names.join(', ') : null;
}

function firstOf(object: JsonObject, keys: readonly string[]): string | null {
  for (const key of keys) {
    const text = textOr(object[key]);
    if (text) return text;
  }
  return null;
}

/** What an event was about, in at most 120 characters: product names, an order number, a search, an address. */
export function subjectOf(event: CanonicalEvent): string {
  const own = eventSubjects[event.name as ContractedEvent];
  const text =
    (own ? firstOf(event.properties, own) : null) ??
    productNames(event.properties['products']) ??
    firstOf(event.properties, TELLING) ??
    (event.type === 'group' ? (textOr(event.traits['name']) ?? event.groupId) : null) ??
    (event.type === 'alias' ? `${event.previousId} → ${event.userId}` : null) ??
    '';
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${wellFormed(line.slice(0, LONGEST - 1))}…`;
}
