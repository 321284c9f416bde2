import type { JsonObject } from '@guanxi/contracts';

export const SEED = Number(process.env['PRODUCT_SEED'] ?? 20261121);
/** More visitors than a path search or a neighbourhood holds in memory: what is asked of them is added up by the engine. */
const CROWD = 3200;
const USERS = 60;
const RICH = 1400;
const PRODUCTS = 25;
const START = Date.UTC(2025, 9, 1);
const DAY = 86_400_000;

/** Numbers in [0, 1), the same every time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface World {
  /** Requests in the order they are sent: to which source, which events. */
  readonly requests: readonly { readonly source: 'web' | 'app' | 'default'; readonly batch: readonly JsonObject[] }[];
  /** A small file for the import. */
  readonly file: string;
}

const CITIES = ['上海', '北京', '广州', 'London', '  Sao\u00a0Paulo '];
const NAMES = ['王小明', '李雷', '韩梅梅', 'Zoë O’Hara', '陈“安”', 'Ali\\ce', '👩‍👩‍👧 家庭'];
const BRANDS = ['茶颜', 'Acme', 'ＡＣＭＥ', '小米'];
const CATEGORIES = ['饮品', 'Tea/Green', 'gift set'];
const PRICES = [0.1, 0.2, 9.9, 19.99, 1234.5678];

class Maker {
  readonly #random = randomOf(SEED);
  #count = 0;
  int = (below: number) => Math.floor(this.#random() * below);
  pick = <T>(list: readonly T[]): T => list[this.int(list.length)]!;
  chance = (share: number) => this.#random() < share;
  id = () => `m${++this.#count}`;
  /** Many events share an instant, so that ties are decided. */
  at = () => new Date(START + this.int(40) * DAY + this.int(24) * 3_600_000).toISOString();

  product(n = this.int(PRODUCTS)): JsonObject {
    const price = PRICES[n % PRICES.length]!;
    const said = {
      product_id: `p${n}`,
      name: n % 3 ? `商品 ${n}` : `Product ${n}`,
      brand: BRANDS[n % 4]!,
      category: CATEGORIES[n % 3]!,
    };
    return { ...said, price, currency: 'CNY' };
  }

  lines = (): JsonObject[] =>
    Array.from({ length: 1 + this.int(4) }, () => ({ ...this.product(), quantity: this.pick([1, 0.1, 0.2, 3]) }));

  who(): JsonObject {
    const user = this.int(USERS);
    // Devices are shared by neighbours, and some events come before anybody signed in.
    const device = `a${Math.floor(user / 2)}-${this.int(2)}`;
    if (this.chance(0.25)) return { anonymousId: device };
    return this.chance(0.6) ? { userId: `u${user}`, anonymousId: device } : { userId: `u${user}` };
  }

  identify(): JsonObject {
    const user = this.int(USERS);
    const traits: JsonObject = { name: this.pick(NAMES), city: this.pick(CITIES), country: this.pick(['CN', 'GB']) };
    // Some phones and addresses belong to two accounts, which the limits and rules then have to decide about.
    if (this.chance(0.6)) traits['phone'] = `1380013${String(8000 + this.int(45))}`;
    if (this.chance(0.6)) traits['email'] = `U${this.int(50)}@Example.com`;
    if (this.chance(0.2)) traits['tags'] = ['a', '“b”', null];
    const context: JsonObject = this.chance(0.3) ? { device: { id: `d${this.int(20)}`, type: 'ios' } } : {};
    return {
      type: 'identify',
      ...(this.chance(0.8) ? { userId: `u${user}` } : { anonymousId: `a${this.int(30)}-0` }),
      traits,
      context,
    };
  }

  track(): JsonObject {
    const order = `o${this.int(200)}`;
    const [event, properties] = this.pick<() => [string, JsonObject]>([
      () => ['Product Viewed', this.product()],
      () => ['Product Viewed', this.product()],
      () => ['Product Added', { ...this.product(), quantity: this.pick([1, 2, 0.3]) }],
      () => ['Product Favourited', this.product()],
      () => ['Products Searched', { query: this.pick(['绿茶', ' Green  TEA', 'it’s']) }],
      () => [
        'Order Completed',
        {
          order_id: order,
          products: this.lines(),
          revenue: this.pick([0.3, 99.99]),
          coupon: this.pick(['满减', 'C1']),
          channel: 'web',
          store_id: `s${this.int(4)}`,
        },
      ],
      () => ['Order Completed', { order_id: order, products: this.lines(), country: this.pick(['CN', 'GB']) }],
      () => ['Order Refunded', { order_id: order, products: this.lines() }],
      () => ['Order Cancelled', { order_id: order, products: this.lines() }],
      () => [
        'Product Reviewed',
        { ...this.product(), review_id: `r${this.int(60)}`, review_body: '不错\n好喝', rating: 4.5 },
      ],
      () => ['Campaign Clicked', { campaign_id: `c${this.int(5)}` }],
      () => ['Service Ticket Opened', { ticket_id: `t${this.int(30)}`, body: '退货?', order_id: order }],
      () => ['签到 Checked In', { points: 5, nested: { deep: [1, 2] } }],
    ])();
    return { type: 'track', event, properties, ...this.who() };
  }

  rich(): JsonObject {
    const kind = this.int(10);
    const event =
      kind < 2
        ? this.identify()
        : kind === 2
          ? { type: 'page', name: '首页 Home', properties: { path: '/', url: 'https://e.cn/' }, ...this.who() }
          : this.track();
    return { messageId: this.id(), timestamp: this.at(), ...event };
  }

  refused(n: number): JsonObject {
    const broken: JsonObject[] = [
      { type: 'track', event: 'Order Completed', userId: `u${n}`, properties: { orderId: `o${n}` } },
      { type: 'track', userId: `u${n}`, properties: {} },
      { type: 'wink', userId: `u${n}` },
      { type: 'track', event: 'Products Searched', anonymousId: 'x', properties: { query: '' } },
      { type: 'track', event: 'Product Viewed', properties: { product_id: '编号' } },
      {
        type: 'track',
        event: 'Order Completed',
        userId: `u${n}`,
        properties: { order_id: 'o', products: [{}, { name: '无' }] },
      },
    ];
    return { messageId: this.id(), ...broken[n % broken.length]! };
  }
}

const inBatches = (events: readonly JsonObject[], size: number) =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, i) => events.slice(i * size, (i + 1) * size));

/** Everything that happens: a crowd at one product, a random life around it, refused events, repeated events. */
export function createWorld(): World {
  const make = new Maker();
  const crowd = Array.from({ length: CROWD }, (_, n) => ({
    messageId: make.id(), type: 'track', event: 'Product Viewed', anonymousId: `crowd${n}`, timestamp: make.at(),
    properties: { ...make.product(0), brand: '爆款' }, context: { location: { country: 'CN' } },
  })); // prettier-ignore
  // Every 40th of the crowd is one of two accounts of a pair, so that the hub's neighbours are persons of several anchors.
  const named = Array.from({ length: CROWD / 40 }, (_, n) => ({
    messageId: make.id(), type: 'identify', userId: `crowd-user${n >> 1}`, anonymousId: `crowd${n * 40}`, timestamp: make.at(), traits: { name: `路人 ${n}` },
  })); // prettier-ignore
  const rich = Array.from({ length: RICH }, () => make.rich());
  const repeated = rich.filter((_, n) => n % 37 === 0);
  const refused = Array.from({ length: 60 }, (_, n) => make.refused(n));
  const sources = ['web', 'app', 'default'] as const;
  const requests = [
    ...inBatches(crowd, 800).map((batch) => ({ source: 'web' as const, batch })),
    ...inBatches([...named, ...rich], 120).map((batch, n) => ({ source: sources[n % 3]!, batch })),
    // In the order they came, so that each returns to its own source now and then and to another otherwise.
    { source: 'web' as const, batch: repeated },
    { source: 'app' as const, batch: repeated },
    ...inBatches(refused, 25).map((batch, n) => ({ source: sources[n % 3]!, batch })),
  ];
  const rows = Array.from({ length: 120 }, (_, n) => {
    const fields = [
      `F${n >> 1}`,
      `u${make.int(USERS)}`,
      make.at(),
      `p${make.int(PRODUCTS)}`,
      make.pick(['0.1', '2', '-3']),
      make.pick(NAMES),
    ];
    return fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
  });
  return {
    requests,
    file: ['order,member,at,product,quantity,note', ...rows, 'broken,u1,not a date,p1,1,'].join('\n'),
  };
}
