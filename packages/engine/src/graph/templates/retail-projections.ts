import type { ContractedEvent } from '@guanxi/contracts';
import { brandAndCategory, type EdgeInput, product, productEdges, type ProjectionInput } from './retail-parts.ts';
import type { Place } from './retail-parts.ts';
import { retailGoods } from './retail-goods.ts';
import { retailTalk } from './retail-talk.ts';

const ORDER_KEY = 'properties.order_id';
const quantity = (place: Place) => `${place}.quantity`;

/** An event about one product: what the person did with it. */
const onProduct = (id: string, name: ContractedEvent, edge: string, weight?: EdgeInput['weight']): ProjectionInput => ({
  id,
  when: { types: ['track'], names: [name] },
  nodes: brandAndCategory('properties'),
  edges: [{ type: edge, from: 'person', to: 'product', ...(weight === undefined ? {} : { weight }) }, ...productEdges],
});

/** An event about several products, in `properties.products`, perhaps of an order. */
const onProducts = (
  id: string,
  name: ContractedEvent,
  edge: string,
  options: { weight?: EdgeInput['weight']; order?: string } = {},
): ProjectionInput => {
  const weight = options.weight ?? quantity('item');
  return {
    id,
    when: { types: ['track'], names: [name] },
    each: 'properties.products',
    nodes: {
      ...brandAndCategory('item'),
      ...(options.order ? { order: { type: 'order', key: ORDER_KEY } } : {}),
    },
    edges: [
      { type: edge, from: 'person', to: 'product', weight },
      ...(options.order ? [{ type: options.order, from: 'order', to: 'product', weight }] : []),
      ...productEdges,
    ],
  };
};

const onOrder = (id: string, name: ContractedEvent, status: string, edge: string): ProjectionInput => ({
  id,
  when: { types: ['track'], names: [name] },
  nodes: {
    order: { type: 'order', key: ORDER_KEY, attributes: { status: { constant: status } } },
  },
  edges: [{ type: edge, from: 'person', to: 'order' }],
});

/** What a person says of themselves comes before where an address seems to be. */
const COUNTRY = 'traits.country|traits.address.country|context.location.country|properties.country';
const CITY = 'traits.city|traits.address.city|context.location.city|properties.city';
const RETURNED = { absolute: quantity('item') };

const orders: ProjectionInput[] = [
  onOrder('order_placed', 'Order Completed', 'completed', 'placed'),
  onProducts('order_lines', 'Order Completed', 'bought', { order: 'contains' }),
  {
    id: 'order_details',
    when: { types: ['track'], names: ['Order Completed'] },
    nodes: {
      order: {
        type: 'order',
        key: ORDER_KEY,
        attributes: {
          total: 'properties.total|properties.revenue|properties.value',
          currency: 'properties.currency',
          coupon: 'properties.coupon',
        },
      },
      channel: { type: 'channel', key: 'properties.sales_channel|properties.channel' },
      store: { type: 'store', key: 'properties.store_id', attributes: { name: 'properties.store_name' } },
      country: { type: 'country', key: `properties.shipping_country|properties.country|${COUNTRY}` },
      coupon: { type: 'coupon', key: 'properties.coupon' },
    },
    edges: [
      { type: 'ordered_through', from: 'order', to: 'channel' },
      { type: 'ordered_at', from: 'order', to: 'store' },
      { type: 'ordered_from', from: 'order', to: 'country' },
      { type: 'redeemed_in', from: 'coupon', to: 'order' },
      { type: 'used_coupon', from: 'person', to: 'coupon' },
    ],
  },
  onOrder('order_refunded', 'Order Refunded', 'refunded', 'refunded'),
  onProducts('refund_lines', 'Order Refunded', 'returned', { weight: RETURNED, order: 'contains_return' }),
  onOrder('order_cancelled', 'Order Cancelled', 'cancelled', 'cancelled_order'),
  onProducts('cancelled_lines', 'Order Cancelled', 'cancelled', { weight: RETURNED }),
];

const shopping: ProjectionInput[] = [
  onProduct('product_viewed', 'Product Viewed', 'viewed'),
  onProduct('product_added', 'Product Added', 'added_to_cart', quantity('properties')),
  onProduct('product_removed', 'Product Removed', 'removed_from_cart', quantity('properties')),
  onProduct('product_favourited', 'Product Favourited', 'favourited'),
  onProduct('product_shared', 'Product Shared', 'shared'),
  onProduct('product_reviewed', 'Product Reviewed', 'reviewed'),
  {
    id: 'review_written',
    when: { types: ['track'], names: ['Product Reviewed'] },
    nodes: {
      product: product('properties'),
      review: {
        type: 'review',
        key: 'properties.review_id|messageId',
        attributes: { body: 'properties.review_body', rating: 'properties.rating' },
      },
    },
    edges: [
      { type: 'wrote', from: 'person', to: 'review' },
      { type: 'about_product', from: 'review', to: 'product' },
    ],
  },
  onProducts('cart_viewed', 'Cart Viewed', 'kept_in_cart'),
  onProducts('checkout_started', 'Checkout Started', 'checked_out'),
  {
    id: 'products_searched',
    when: { types: ['track'], names: ['Products Searched'] },
    nodes: { search: { type: 'search', key: 'properties.query' } },
    edges: [{ type: 'searched', from: 'person', to: 'search' }],
  },
  {
    id: 'coupon_applied',
    when: { types: ['track'], names: ['Coupon Applied'] },
    nodes: {
      coupon: {
        type: 'coupon',
        key: 'properties.coupon_id',
        attributes: { name: 'properties.coupon_name', discount: 'properties.discount' },
      },
      order: { type: 'order', key: ORDER_KEY },
    },
    edges: [
      { type: 'used_coupon', from: 'person', to: 'coupon' },
      { type: 'redeemed_in', from: 'coupon', to: 'order' },
    ],
  },
];

const onCampaign = (id: string, name: ContractedEvent, edge: string): ProjectionInput => ({
  id,
  when: { types: ['track'], names: [name] },
  nodes: {
    campaign: {
      type: 'campaign',
      key: 'properties.campaign_id',
      attributes: { name: 'properties.campaign_name|properties.name' },
    },
  },
  edges: [{ type: edge, from: 'person', to: 'campaign' }],
});

const onTicket = (id: string, name: ContractedEvent, status: string, edge: string): ProjectionInput => ({
  id,
  when: { types: ['track'], names: [name] },
  nodes: {
    ticket: {
      type: 'ticket',
      key: 'properties.ticket_id',
      attributes: {
        status: { constant: status },
        subject: 'properties.subject',
        body: 'properties.body',
        topic: 'properties.category|properties.topic',
      },
    },
    product: { type: 'product', key: 'properties.product_id|properties.sku' },
    order: { type: 'order', key: ORDER_KEY },
  },
  edges: [
    { type: edge, from: 'person', to: 'ticket' },
    { type: 'ticket_about', from: 'ticket', to: 'product' },
    { type: 'ticket_on_order', from: 'ticket', to: 'order' },
  ],
});

const marketing: ProjectionInput[] = [
  onCampaign('campaign_sent', 'Campaign Sent', 'received'),
  onCampaign('campaign_withheld', 'Campaign Withheld', 'held_out_of'),
  onCampaign('campaign_opened', 'Campaign Opened', 'opened'),
  onCampaign('campaign_clicked', 'Campaign Clicked', 'clicked'),
  {
    id: 'arrival',
    when: { types: ['track', 'page', 'screen'] },
    nodes: {
      campaign: {
        type: 'campaign',
        key: 'context.campaign.id|context.campaign.name',
        attributes: {
          name: 'context.campaign.name',
          medium: 'context.campaign.medium',
          source: 'context.campaign.source',
        },
      },
    },
    edges: [{ type: 'came_from', from: 'person', to: 'campaign' }],
  },
  onTicket('ticket_opened', 'Service Ticket Opened', 'open', 'opened_ticket'),
  onTicket('ticket_closed', 'Service Ticket Closed', 'closed', 'closed_ticket'),
];

const visits: ProjectionInput[] = [
  {
    id: 'page_visited',
    when: { types: ['page'] },
    nodes: {
      content: {
        type: 'content',
        key: 'properties.path|context.page.path|properties.url|name',
        attributes: {
          title: 'properties.title|context.page.title|name',
          url: 'properties.url|context.page.url',
        },
      },
    },
    edges: [{ type: 'visited', from: 'person', to: 'content' }],
  },
  {
    id: 'screen_visited',
    when: { types: ['screen'] },
    nodes: { content: { type: 'content', key: 'name' } },
    edges: [{ type: 'visited', from: 'person', to: 'content' }],
  },
];

const people: ProjectionInput[] = [
  {
    id: 'place',
    when: { types: ['track', 'identify', 'page', 'screen'] },
    traits: {
      country: COUNTRY,
      city: CITY,
    },
    nodes: {
      country: { type: 'country', key: COUNTRY },
      city: { type: 'city', key: CITY },
    },
    edges: [
      { type: 'lives_in', from: 'person', to: 'country' },
      { type: 'lives_in_city', from: 'person', to: 'city' },
      { type: 'city_of', from: 'city', to: 'country' },
    ],
  },
  {
    id: 'device_used',
    when: {},
    nodes: {
      device: {
        type: 'device',
        key: 'context.device.id',
        attributes: {
          model: 'context.device.model',
          manufacturer: 'context.device.manufacturer',
          os: 'context.os.name',
        },
      },
    },
    edges: [{ type: 'uses_device', from: 'person', to: 'device' }],
  },
  {
    id: 'store_visited',
    when: { types: ['track', 'page', 'screen'] },
    nodes: {
      store: { type: 'store', key: 'properties.store_id', attributes: { name: 'properties.store_name' } },
    },
    edges: [{ type: 'visits_store', from: 'person', to: 'store' }],
  },
  {
    id: 'profile',
    when: { types: ['identify'] },
    traits: {
      name: 'traits.name|traits.full_name',
      nickname: 'traits.nickname|traits.nick_name',
      gender: 'traits.gender|traits.sex',
      birthday: 'traits.birthday|traits.birthdate',
      level: 'traits.level|traits.membership_level|traits.vip_level',
      skin_type: 'traits.skin_type|traits.skinType',
      language: 'traits.language|context.locale',
    },
  },
  {
    id: 'membership',
    when: { types: ['group'] },
    nodes: {
      group: { type: 'group', key: 'groupId', attributes: { name: 'traits.name', industry: 'traits.industry' } },
    },
    edges: [{ type: 'member_of', from: 'person', to: 'group' }],
  },
];

export const retailProjections: ProjectionInput[] = [
  ...shopping,
  ...retailGoods,
  ...orders,
  ...marketing,
  ...retailTalk,
  ...visits,
  ...people,
];
