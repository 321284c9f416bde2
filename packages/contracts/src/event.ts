import { z } from 'zod';
import { identifier } from './identity.ts';
import { instant, jsonObject, nodeId } from './common.ts';

export const eventType = z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias']);
export type EventType = z.infer<typeof eventType>;

export const verdict = z.enum(['accepted', 'quarantined', 'duplicate']);

/** One event of the live view and of lists. */
export const eventSummary = z.object({
  seq: z.number().int().describe('Position in the event log; of a quarantined event, its number in quarantine'),
  receivedAt: instant,
  time: instant,
  sourceId: z.string(),
  type: eventType.or(z.literal('unknown')),
  name: z.string(),
  verdict,
  person: nodeId.nullable(),
  identifiers: z.array(identifier),
  /** Why it is in quarantine. */
  reason: z.string().nullable(),
  /** What it was about in a few words, for lists: product names, an order number, a search. */
  subject: z.string(),
});
export type EventSummary = z.infer<typeof eventSummary>;

/** One event whole: as it came, as it was understood, and what it made. */
export const eventDetail = z.object({
  summary: eventSummary,
  raw: z.unknown(),
  event: jsonObject.nullable(),
  effects: z.object({
    nodes: z.array(
      z.object({ id: nodeId, type: z.string(), key: z.string(), label: z.string(), attributes: jsonObject }),
    ),
    edges: z.array(z.object({ from: nodeId, to: nodeId, type: z.string(), weight: z.number() })),
  }),
});
export type EventDetail = z.infer<typeof eventDetail>;

const text = z.string().trim().min(1).max(500);
const money = z.coerce.number().finite();
const quantity = z.coerce.number().finite();

const product = z.looseObject({
  product_id: z.union([text, z.number().transform(String)]).optional(),
  sku: z.union([text, z.number().transform(String)]).optional(),
  name: z.string().max(1000).optional(),
  price: money.optional(),
  quantity: quantity.optional(),
});
const needsId = (item: { product_id?: string | undefined; sku?: string | undefined }) =>
  item.product_id !== undefined || item.sku !== undefined;
const noId = { message: 'a product needs product_id or sku', path: ['product_id'] };
const identifiedProduct = product.refine(needsId, noId);
const order = z.looseObject({
  order_id: z.union([text, z.number().transform(String)]),
  revenue: money.optional(),
  total: money.optional(),
  currency: z.string().max(10).optional(),
  products: z.array(identifiedProduct).max(10_000).optional(),
});
const id = z.union([text, z.number().transform(String)]);
const oneOrMany = z.union([z.string().trim().min(1).max(40), z.array(z.string().trim().min(1).max(40)).min(1).max(50)]);
/** One purpose or several, for one channel or several, or for all where none is named. */
const consent = z
  .looseObject({
    purpose: oneOrMany.optional(),
    purposes: oneOrMany.optional(),
    channel: oneOrMany.optional(),
    channels: oneOrMany.optional(),
    granted: z.boolean(),
    evidence: z.string().max(500).optional(),
  })
  .refine((item) => item.purpose !== undefined || item.purposes !== undefined, {
    message: 'consent needs a purpose',
    path: ['purpose'],
  });
const campaign = z.looseObject({ campaign_id: z.union([text, z.number().transform(String)]) });

/**
 * Typed event contracts for commerce: the properties each named event must have. Names and fields follow Segment's
 * e-commerce and RudderStack's event specifications; an event that is not listed here is kept as it is.
 */
export const eventContracts = {
  'Product Viewed': identifiedProduct,
  'Products Searched': z.looseObject({ query: text }),
  'Product Added': identifiedProduct,
  'Product Removed': identifiedProduct,
  'Product Favourited': identifiedProduct,
  'Product Shared': identifiedProduct,
  'Product Reviewed': product.extend({
    review_body: z.string().max(20_000).optional(),
    rating: z.coerce.number().min(0).max(100).optional(),
  }),
  'Cart Viewed': z.looseObject({ products: z.array(identifiedProduct).max(10_000).optional() }),
  'Checkout Started': order.partial({ order_id: true }),
  'Order Completed': order,
  'Order Refunded': order,
  'Order Cancelled': order,
  'Coupon Applied': z.looseObject({ coupon_id: z.union([text, z.number().transform(String)]) }),
  'Campaign Sent': campaign,
  'Campaign Withheld': campaign,
  'Campaign Opened': campaign,
  'Campaign Clicked': campaign,
  'Consent Updated': consent,
  'Service Ticket Opened': z.looseObject({
    ticket_id: z.union([text, z.number().transform(String)]),
    body: z.string().max(20_000).optional(),
  }),
  'Service Ticket Closed': z.looseObject({ ticket_id: z.union([text, z.number().transform(String)]) }),
  'Message Sent': z.looseObject({
    conversation_id: id,
    from: z.string().max(100).optional(),
    body: z.string().max(20_000).optional(),
  }),
  'Post Published': z.looseObject({ post_id: id, body: z.string().max(20_000).optional() }),
  'Post Engaged': z.looseObject({ post_id: id, action: z.string().max(100).optional() }),
  'Topic Joined': z.looseObject({ topic: text }),
  'Share Opened': z.looseObject({ share_id: id }),
  'Product Listed': identifiedProduct,
  'Stock Counted': product.extend({ stock: quantity }).refine(needsId, noId),
  'Ad Spend Recorded': z.looseObject({ campaign_id: id, cost: money }),
} as const satisfies Record<string, z.ZodType>;
export type ContractedEvent = keyof typeof eventContracts;

/** Properties that say what an event was about, best first, where it is not what is usual (a name, a title, an order). */
export const eventSubjects: Readonly<Partial<Record<ContractedEvent, readonly string[]>>> = {
  'Service Ticket Opened': ['subject', 'category', 'body', 'ticket_id'],
  'Service Ticket Closed': ['subject', 'ticket_id'],
  'Topic Joined': ['topic'],
  'Message Sent': ['body', 'conversation_id'],
  'Post Engaged': ['title', 'action', 'post_id'],
  'Share Opened': ['name', 'share_id'],
  'Consent Updated': ['purpose'],
};

/** Other spellings of the contracted events, as clients send them. */
export const eventAliases: Record<string, ContractedEvent> = {
  Searched: 'Products Searched',
  Viewed: 'Product Viewed',
  Added: 'Product Added',
  'Product Added to Wishlist': 'Product Favourited',
  Favourited: 'Product Favourited',
  Favorited: 'Product Favourited',
  Shared: 'Product Shared',
  'Review Posted': 'Product Reviewed',
  Refunded: 'Order Refunded',
  'Email Opened': 'Campaign Opened',
  'Email Link Clicked': 'Campaign Clicked',
  'Service Ticket': 'Service Ticket Opened',
};

export const quarantineCode = z.enum([
  'not_an_object',
  'invalid_json',
  'unknown_type',
  'no_event_name',
  'no_identifier',
  'too_large',
  'bad_field',
  'contract',
]);
export type QuarantineCode = z.infer<typeof quarantineCode>;

export const quarantined = z.object({
  id: z.string(),
  receivedAt: instant,
  sourceId: z.string(),
  name: z.string(),
  code: quarantineCode,
  /** Where in the event, for example `properties.order_id`. */
  field: z.string(),
  message: z.string(),
  status: z.enum(['waiting', 'replayed', 'dismissed']),
  raw: z.string().describe('What came, cut at 4,000 characters in lists'),
});
export type Quarantined = z.infer<typeof quarantined>;

/** A mend applied to a source's events before they are checked, in order. */
export const sourceMend = z.object({
  /** Which events: all of the source where absent. */
  event: z.string().optional(),
  change: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('rename_event'), to: z.string().min(1) }),
    z.object({ kind: z.literal('move'), from: z.string().min(1), to: z.string().min(1) }),
    z.object({
      kind: z.literal('set'),
      path: z.string().min(1),
      value: z.union([z.string(), z.number(), z.boolean()]),
    }),
    z.object({ kind: z.literal('remove'), path: z.string().min(1) }),
  ]),
});
export type SourceMend = z.infer<typeof sourceMend>;
