import { randomUUID } from 'node:crypto';
import { seededRandom } from './random.ts';

/** An event as Segment's clients send it. */
export type WireEvent = Record<string, unknown> & { readonly type: string; readonly messageId: string };

const USERS = 20_000;
const PRODUCTS = 2_000;
/** Visits under way at once, so that neighbouring events are of different people. */
const OPEN_VISITS = 200;
const QUERIES = ['保湿面霜', '精华', '防晒', '面膜', 'serum', 'sunscreen', '敏感肌', '抗老', 'gift set', '洗面奶'];

/** Popularity as shops see it: the first of a hundred things take most of the visits. */
const popular = (random: () => number, count: number) => Math.min(count - 1, Math.floor(count * random() ** 3));

const productOf = (index: number) => ({
  product_id: `P${String(index).padStart(5, '0')}`,
  name: `商品 ${index}`,
  category: `类目 ${index % 40}`,
  brand: `品牌 ${index % 120}`,
  price: 20 + (index % 500),
});

/** One visit: a device that looks around, sometimes logs in, sometimes buys. Yields events without ids and times. */
function* visit(random: () => number): Generator<Record<string, unknown> & { type: string }> {
  const user = Math.floor(random() * USERS);
  const device = `device-${user}-${random() < 0.8 ? 0 : 1}`;
  let who: Record<string, string> = { anonymousId: device };
  const track = (event: string, properties: object) => ({ type: 'track', event, properties, ...who });
  yield { type: 'page', name: 'Home', properties: { path: '/', referrer: 'https://search.example/' }, ...who };
  if (random() < 0.35) yield track('Products Searched', { query: QUERIES[popular(random, QUERIES.length)]! });
  if (random() < 0.4) {
    who = { anonymousId: device, userId: `user-${user}` };
    yield {
      type: 'identify',
      traits: {
        name: `顾客 ${user}`,
        email: `user${user}@mail.example`,
        ...(random() < 0.6 ? { phone: `+86138${String(user).padStart(8, '0')}` } : {}),
        city: ['上海', '北京', '广州', '深圳', '成都'][user % 5],
      },
      ...who,
    };
  }
  const seen = Array.from({ length: 1 + Math.floor(random() * 6) }, () => productOf(popular(random, PRODUCTS)));
  const cart = [];
  for (const product of seen) {
    yield track('Product Viewed', product);
    if (random() > 0.25) continue;
    cart.push({ ...product, quantity: 1 + Math.floor(random() * 3) });
    yield track('Product Added', cart.at(-1)!);
  }
  if (cart.length === 0 || random() > 0.6) return;
  const products = cart.slice(0, 5);
  const total = products.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  const order = `O${Math.floor(random() * 2 ** 40)}`;
  yield track('Order Completed', { order_id: order, total, currency: 'CNY', products });
}

/** An endless, seeded stream of what the visitors of a shop do; ids of messages are new in every run. */
export function* shopEvents(seed: number): Generator<WireEvent> {
  const random = seededRandom(seed);
  const visits = Array.from({ length: OPEN_VISITS }, () => visit(random));
  for (let i = 0; ; i++) {
    const place = Math.floor(random() * OPEN_VISITS);
    let next = visits[place]!.next();
    while (next.done) {
      visits[place] = visit(random);
      next = visits[place]!.next();
    }
    const context = {
      library: { name: 'analytics.js', version: '2.11.1' },
      page: { url: `https://shop.example/p/${i % 977}`, title: '店铺' },
      userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15',
      locale: 'zh-CN',
    };
    yield { ...next.value, messageId: randomUUID(), timestamp: new Date().toISOString(), context };
  }
}
