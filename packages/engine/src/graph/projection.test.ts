import { type ContractedEvent, type JsonObject, ontology } from '@guanxi/contracts';
import { expect, test } from 'vitest';
import { readEvent } from '../ingest/index.ts';
import { identifierIdOf, nodeIdOf, UserError } from '../platform/index.ts';
import { describeEffects } from './effects.ts';
import { titlesOf } from './names.ts';
import { compileOntology, type GraphEvent } from './projection.ts';
import { retail } from './templates/retail.ts';

const person = identifierIdOf('user_id', 'u1');

function graphEvent(event: JsonObject, anchored = true): GraphEvent {
  const payload = JSON.stringify({ event: { type: 'track', messageId: 'm1', userId: 'u1', ...event } });
  const read = readEvent({
    seq: 1,
    kind: 'event',
    sourceId: 's',
    receivedAt: 1_700_000_000_000,
    sentAt: null,
    payload,
  });
  const identifiers = anchored ? [{ id: person, kind: 'user_id', value: 'u1' }] : [];
  return { event: read, anchor: anchored ? person : null, identifiers };
}

/** Edges as `from type to weight`, nodes by their keys, the person as `me`. */
function made(event: JsonObject, { anchored = true, by = retail } = {}): { edges: string[]; nodes: string[] } {
  const { nodes, edges } = describeEffects(compileOntology(by)(graphEvent(event, anchored)), titlesOf(by));
  const names = new Map(nodes.map(({ id, type, key }) => [id, type === 'person' ? 'me' : `${type}:${key}`]));
  return {
    nodes: nodes.map(({ id }) => names.get(id)!).sort(),
    edges: edges.map(({ from, type, to, weight }) => `${names.get(from)} ${type} ${names.get(to)} ${weight}`).sort(),
  };
}

const attributesOf = (event: JsonObject, type: string) =>
  describeEffects(compileOntology(retail)(graphEvent(event)), titlesOf(retail)).nodes.find((node) => node.type === type)
    ?.attributes;

/** What nodes are called, behind their types. */
const labelsOf = (event: JsonObject) =>
  describeEffects(compileOntology(retail)(graphEvent(event)), titlesOf(retail)).nodes.map(
    ({ type, label }) => `${type} ${label}`,
  );

const item = { product_id: 'p1', name: '精华', price: 199, quantity: 2, brand: '兰蔻', category: '护肤' };
const facts = ['product:p1 in_category category:护肤 1', 'product:p1 of_brand brand:兰蔻 1'];
const order: JsonObject = {
  order_id: 'o1',
  total: 500,
  products: [item, { sku: 'p2', quantity: 1 }, { product_id: 'p1', quantity: 3 }],
};

const cases: Record<ContractedEvent, [JsonObject, string[]]> = {
  'Product Viewed': [item, ['me viewed product:p1 1', ...facts]],
  'Products Searched': [{ query: ' 敏感肌 ' }, ['me searched search:敏感肌 1']],
  'Product Added': [item, ['me added_to_cart product:p1 2', ...facts]],
  'Product Removed': [item, ['me removed_from_cart product:p1 2', ...facts]],
  'Product Favourited': [item, ['me favourited product:p1 1', ...facts]],
  'Product Shared': [item, ['me shared product:p1 1', ...facts]],
  'Product Reviewed': [
    { product_id: 'p1', review_body: '好用', rating: 5 },
    ['me reviewed product:p1 1', 'me wrote review:m1 1', 'review:m1 about_product product:p1 1'],
  ],
  'Cart Viewed': [{ products: [item] }, ['me kept_in_cart product:p1 2', ...facts]],
  'Checkout Started': [{ products: [item] }, ['me checked_out product:p1 2', ...facts]],
  'Order Completed': [
    { ...order, coupon: 'C5', country: '中国', sales_channel: 'tmall', store_id: 's9' },
    [
      'coupon:C5 redeemed_in order:o1 1',
      'me bought product:p1 5',
      'me bought product:p2 1',
      'me lives_in country:中国 1',
      'me placed order:o1 1',
      'me used_coupon coupon:C5 1',
      'me visits_store store:s9 1',
      'order:o1 contains product:p1 5',
      'order:o1 contains product:p2 1',
      'order:o1 ordered_at store:s9 1',
      'order:o1 ordered_from country:中国 1',
      'order:o1 ordered_through channel:tmall 1',
      ...facts,
    ],
  ],
  'Order Refunded': [
    { order_id: 'o1', products: [{ product_id: 'p1', quantity: -4 }] },
    ['me refunded order:o1 1', 'me returned product:p1 4', 'order:o1 contains_return product:p1 4'],
  ],
  'Order Cancelled': [
    { order_id: 'o1', products: [{ product_id: 'p1', quantity: 4 }] },
    ['me cancelled product:p1 4', 'me cancelled_order order:o1 1'],
  ],
  'Coupon Applied': [
    { coupon_id: 'C5', order_id: 'o1' },
    ['coupon:C5 redeemed_in order:o1 1', 'me used_coupon coupon:C5 1'],
  ],
  'Campaign Sent': [{ campaign_id: 'k1' }, ['me received campaign:k1 1']],
  'Campaign Withheld': [{ campaign_id: 'k1' }, ['me held_out_of campaign:k1 1']],
  'Message Sent': [
    { conversation_id: 'c1', staff_id: 's1', product_id: 'p1', body: '在吗', from: 'customer' },
    [
      'conversation:c1 attended_by staff:s1 1',
      'conversation:c1 conversation_about product:p1 1',
      'me talked_in conversation:c1 1',
    ],
  ],
  'Post Published': [
    { post_id: 'n1', account_id: '微博:a', topics: ['抗初老', '早C晚A'], product_id: 'p1', brand: '兰蔻' },
    [
      'account:微博:a published post:n1 1',
      'post:n1 on_topic topic:抗初老 1',
      'post:n1 on_topic topic:早C晚A 1',
      'post:n1 post_about product:p1 1',
      'post:n1 post_names brand:兰蔻 1',
    ],
  ],
  'Post Engaged': [{ post_id: 'n1', action: 'like' }, ['me engaged_with post:n1 1']],
  'Topic Joined': [{ topic: '油痘肌护肤' }, ['me took_part topic:油痘肌护肤 1']],
  'Share Opened': [{ share_id: 's1' }, ['me opened_share share:s1 1']],
  'Product Listed': [
    { ...item, ingredients: ['胜肽', '角鲨烷'], effects: ['抗皱'], suited: ['敏感肌'], unsuited: ['油性'] },
    [
      'product:p1 does effect:抗皱 1',
      'product:p1 made_with ingredient:胜肽 1',
      'product:p1 made_with ingredient:角鲨烷 1',
      'product:p1 not_for skin:油性 1',
      'product:p1 suits skin:敏感肌 1',
      ...facts,
    ],
  ],
  'Stock Counted': [{ product_id: 'p1', stock: 12 }, []],
  'Ad Spend Recorded': [
    { campaign_id: 'a1', medium: '微博', cost: 250.5 },
    ['campaign:a1 advertised_on channel:微博 250.5'],
  ],
  'Campaign Opened': [{ campaign_id: 'k1' }, ['me opened campaign:k1 1']],
  'Campaign Clicked': [{ campaign_id: 'k1' }, ['me clicked campaign:k1 1']],
  'Service Ticket Opened': [
    { ticket_id: 't1', product_id: 'p1', order_id: 'o1' },
    ['me opened_ticket ticket:t1 1', 'ticket:t1 ticket_about product:p1 1', 'ticket:t1 ticket_on_order order:o1 1'],
  ],
  'Service Ticket Closed': [{ ticket_id: 't1' }, ['me closed_ticket ticket:t1 1']],
  // Consent is kept beside the graph.
  'Consent Updated': [{ purpose: 'marketing', channel: 'sms', granted: true }, []],
};

test.each(Object.entries(cases))('%s makes what it should', (event, [properties, edges]) => {
  expect(made({ event, properties }).edges).toEqual([...edges].sort());
});

test('pages, screens, groups, places, devices and campaigns of arrivals', () => {
  const context = {
    page: { path: '/a', title: 'A' },
    location: { country: 'China', city: 'Shanghai' },
    device: { id: 'd1', model: 'X' },
    campaign: { name: 'spring', source: 'weibo' },
  };
  expect(made({ type: 'page', name: 'Home', properties: {}, context }).edges).toEqual([
    'city:Shanghai city_of country:China 1',
    'me came_from campaign:spring 1',
    'me lives_in country:China 1',
    'me lives_in_city city:Shanghai 1',
    'me uses_device device:d1 1',
    'me visited content:/a 1',
  ]);
  expect(made({ type: 'screen', name: '首页' }).edges).toEqual(['me visited content:首页 1']);
  expect(made({ type: 'group', groupId: 'g1', traits: { name: 'VIP', city: 'x' } }).edges).toEqual([
    'me member_of group:g1 1',
  ]);
});

test('a share joins who sent it with who opened it; an account belongs to whom its name is known', () => {
  expect(made({ event: 'Product Shared', properties: { product_id: 'p1', share_id: 's1' } }).edges).toEqual([
    'me sent_share share:s1 1',
    'me shared product:p1 1',
    'share:s1 share_of product:p1 1',
  ]);
  for (const event of ['Product Shared', 'Share Opened'])
    expect(labelsOf({ event, properties: { ...item, share_id: 's1' } })).toContain('share 精华');
  expect(labelsOf({ event: 'Share Opened', properties: { share_id: 's1' } })).toContain('share s1');
  expect(made({ type: 'identify', traits: { social_id: '微博:a' } }).edges).toEqual([
    'me has_account account:微博:a 1',
  ]);
  const post = { event: 'Post Published', properties: { post_id: 'n1', account_id: '微博:a' } };
  expect(made(post, { anchored: false }).edges).toEqual(['account:微博:a published post:n1 1']);
});

test('every trait of an identify is kept, inner ones under their path, and places become nodes', () => {
  const traits = {
    name: '李雷',
    address: { city: '上海', country: '中国' },
    odd: [1, { a: 2 }],
    n: 5,
    yes: true,
    no: null,
    blank: ' ',
  };
  const event = { type: 'identify', traits };
  expect(attributesOf(event, 'person')).toEqual({
    name: '李雷',
    'address.city': '上海',
    'address.country': '中国',
    odd: '[1,{"a":2}]',
    n: '5',
    yes: 'true',
    country: '中国',
    city: '上海',
  });
  expect(made(event).edges).toEqual([
    'city:上海 city_of country:中国 1',
    'me lives_in country:中国 1',
    'me lives_in_city city:上海 1',
  ]);
});

test('an event of nobody makes things and the edges between them', () => {
  const effects = made({ event: 'Order Completed', properties: order }, { anchored: false });
  expect(effects.nodes).toEqual(['brand:兰蔻', 'category:护肤', 'order:o1', 'product:p1', 'product:p2']);
  expect(effects.edges.filter((edge) => edge.includes('me '))).toEqual([]);
  expect(effects.edges).toContain('order:o1 contains product:p1 5');
});

test('keys are trimmed, NFKC, text, and at most 500 characters; nothing makes no node', () => {
  const key = (product_id: unknown) =>
    made({ event: 'Product Viewed', properties: { product_id } as JsonObject }).nodes.find((node) =>
      node.startsWith('product'),
    );
  expect(key(' A1 ')).toBe('product:A1');
  expect(key(85123)).toBe('product:85123');
  expect(key(true)).toBe('product:true');
  expect(key('ab\ud800')).toBe('product:ab\ufffd');
  expect(key('𝒳'.repeat(400))!.length).toBeLessThanOrEqual(508);
  for (const nothing of ['', '  ', null, {}, [], Number.NaN]) expect(key(nothing)).toBeUndefined();
  const own = made({ event: 'Product Viewed', properties: { product_id: 'p1' } });
  expect(own.nodes).toEqual(['me', 'product:p1']);
  expect(nodeIdOf('product', 'p1')).toBe(
    describeEffects(
      compileOntology(retail)(graphEvent({ event: 'Product Viewed', properties: { product_id: 'p1' } })),
      titlesOf(retail),
    ).nodes[1]!.id,
  );
});

test('odd products, weights and prototypes do no harm', () => {
  const products = [
    null,
    5,
    'x',
    [],
    { product_id: 'a', quantity: 'many' },
    { product_id: 'b', quantity: 1e300 },
    { product_id: 'c', quantity: '3' },
  ];
  expect(
    made({ event: 'Order Completed', properties: { order_id: 1, products } }).edges.filter((edge) =>
      edge.startsWith('me bought'),
    ),
  ).toEqual(['me bought product:a 1', 'me bought product:b 100000000000', 'me bought product:c 3']);
  const properties = JSON.parse('{"__proto__":{"product_id":"x"},"constructor":{"name":"y"}}') as JsonObject;
  expect(made({ event: 'Product Viewed', properties }).nodes).toEqual(['me']);
});

test('expressions: alternatives, constants, products, absolutes', () => {
  const own = ontology.parse({
    id: 'own',
    label: { zh: '一', en: 'One' },
    nodeTypes: {
      person: { label: { zh: '人', en: 'P' }, family: 'person' },
      thing: { label: { zh: '物', en: 'T' }, family: 'product' },
    },
    edgeTypes: {
      has: { label: { zh: '有', en: 'has' }, inverse: { zh: '属', en: 'of' }, from: 'person', to: 'thing' },
    },
    projections: [
      {
        id: 'each',
        when: { names: ['Had'] },
        each: 'properties.list',
        nodes: { thing: { type: 'thing', key: 'item.a|item.b', attributes: { from: { constant: 7 } } } },
        edges: [{ type: 'has', from: 'person', to: 'thing', weight: { product: ['item.x', 'item.y'] } }],
      },
      {
        id: 'plain',
        when: {},
        nodes: { thing: { type: 'thing', key: 'item|properties.list.0.b|channel' } },
        edges: [{ type: 'has', from: 'person', to: 'thing', weight: { absolute: 'properties.minus' } }],
      },
    ],
  });
  const event: JsonObject = {
    event: 'Had',
    channel: 'web',
    properties: {
      minus: -2.5,
      list: [
        { b: 'q', x: 2, y: '1.5' },
        { a: '', b: 'r', x: 1 },
      ],
    },
  };
  expect(made(event, { by: own }).edges).toEqual(['me has thing:q 5.5', 'me has thing:r 1']);
});

test('an ontology that cannot be compiled says where', () => {
  const [projection] = retail.projections;
  const bad = {
    ...retail,
    projections: [{ ...projection!, nodes: { product: { type: 'product', key: 'nowhere.x', attributes: {} } } }],
  };
  expect(() => compileOntology(bad)).toThrow(UserError);
  expect(() => compileOntology(bad)).toThrow(
    expect.objectContaining({ where: 'projections.product_viewed.nodes.product.key' }) as Error,
  );
});

test('a batch of simple events is projected fast enough', () => {
  const project = compileOntology(retail);
  const events = Array.from({ length: 5000 }, (_, index) =>
    graphEvent({ event: 'Product Viewed', properties: { ...item, product_id: `p${index % 700}` } }),
  );
  for (const event of events) project(event);
  const start = performance.now();
  for (const event of events) project(event);
  expect((performance.now() - start) / events.length).toBeLessThan(0.1);
});
