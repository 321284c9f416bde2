import { DAY, dateOf, momentOf, wallClock } from './calendar.ts';
import { EFFECTS, OWN_BRAND, PRODUCTS, type Product, RIVAL_PRODUCTS, SKINS } from './catalogue.ts';
import { publish } from './experience.ts';
import type { Life, Scene } from './life.ts';
import { nickname } from './names.ts';
import { Random } from './random.ts';
import type { Recorder } from './records.ts';
import { said } from './text-record.ts';
import { writePost, writeTalk } from './text/posts.ts';
import { writeSpam } from './text/reviews.ts';
import { productFacts } from './touch.ts';
import { isOut, MEDIA, type World } from './world.ts';

/** Share of a shard's people by which the public, bots and spammers come on top. */
const PUBLIC_POSTS = 0.1;
const BOTS = 0.004;
const SPAM_REVIEWS = 0.012;

/** Talk of people who are nobody's customer, about the brand and about others. */
function talk(count: number, shard: number, scene: Scene): void {
  const { world, recorder } = scene;
  for (let i = 0; i < count; i++) {
    const random = new Random('public', world.options.seed, shard, i);
    const at = momentOf(random.between(world.period.start, world.period.end - DAY), random);
    const platform = random.pick(['微博', '小红书', '抖音']);
    const account = `${platform}:x${shard}.${Math.floor(random.next() ** 2 * count)}`;
    const rival = random.chance(0.55);
    const product = random.pick<Product>(rival ? RIVAL_PRODUCTS : PRODUCTS);
    const scope = { product, skin: random.pick(SKINS), sensitive: random.chance(0.3), need: random.pick(EFFECTS) };
    const mentioned = random.pick(RIVAL_PRODUCTS).brand;
    const written = random.chance(0.5)
      ? writeTalk({ ...scope, rival: rival ? product.brand : mentioned, brand: OWN_BRAND }, random)
      : writePost({ ...scope, satisfaction: random.chance(0.6) ? 0.75 : 0.25, stung: false }, random);
    const id = `${account}.${at}`;
    const body = said(recorder, written, { of: 'post', id, person: null, sentiment: written.sentiment, needs: [scope.need] });
    publish(scene, at, { id, body, platform, account, name: nickname(random, '王一'), followers: random.whole(3, 5000), topics: written.topics, product: random.chance(0.7) ? product : null, brand: product.brand });
  }
} // prettier-ignore

/** Machines that read the shop, page after page at even intervals. */
function bots(count: number, shard: number, { world, recorder }: Scene): void {
  for (let i = 0; i < count; i++) {
    const random = new Random('bot', world.options.seed, shard, i);
    const anonymousId = `a-${random.hex(20)}`;
    recorder.truth({ kind: 'spam', of: 'account', id: `anonymous_id:${anonymousId}`, why: 'reads the shop by machine' });
    let at = random.between(world.period.start, world.period.end - 2 * DAY);
    const step = random.whole(2, 9) * 1000;
    for (let page = random.whole(25, 60); page > 0; page--, at += step)
      recorder.event('web', Math.floor(at), {
        event: 'Product Viewed', channel: 'web', anonymousId, properties: productFacts(PRODUCTS[(page * 7 + i) % PRODUCTS.length]!),
        context: { library: { name: 'analytics.js', version: 'next-1.81.0' }, userAgent: 'Mozilla/5.0 (compatible; HeadlessChrome/119.0)' },
      });
  }
} // prettier-ignore

/** Reviews that somebody was paid for, most of them the same words. */
function spam(count: number, shard: number, { world, recorder }: Scene): void {
  for (let i = 0; i < count; i++) {
    const random = new Random('spam', world.options.seed, shard, i);
    const at = momentOf(random.between(world.period.start, world.period.end), random);
    const written = writeSpam(random);
    const id = `RS${shard}.${i}`;
    const buyer = `AS${new Random('spammer', world.options.seed, shard, Math.floor(i / 4)).hex(16)}`;
    const product = PRODUCTS[new Random('spammed', shard, Math.floor(i / 4)).whole(0, PRODUCTS.length - 1)]!;
    recorder.truth({ kind: 'spam', of: 'review', id, why: 'written for money' });
    recorder.row('tmall_reviews', [id, `T9${shard}${i}`, buyer, `tb${random.whole(100000, 999999)}`, product.id, product.name, 5, said(recorder, written, { of: 'review', id, person: null, sentiment: 'neutral' }), wallClock(at)]);
  }
} // prettier-ignore

/** Shared tablets in stores: members sign up on them one after the other. */
export function tablets(lives: readonly Life[], storeOf: (life: Life) => { id: string; name: string }, { recorder, world }: Scene): void {
  for (const life of lives) {
    const { person } = life;
    const random = new Random('tablet', world.options.seed, person.index);
    if (!person.names.member || !person.phone || !random.chance(0.25 * person.channels.store)) continue;
    const store = storeOf(life);
    const device = `tablet-${store.id}`;
    const at = Math.max(person.joined, world.period.start) + random.whole(0, 40) * DAY;
    recorder.event('mini', at, {
      type: 'identify', channel: 'store', anonymousId: `tab-${store.id}`, context: { device: { id: device, model: '门店平板' } },
      traits: { member_no: person.names.member, phone: person.phone }, properties: { store_id: store.id, store_name: store.name },
    });
  }
} // prettier-ignore

/** Everything around one shard's people that is not their doing. */
export function surroundings(people: number, shard: number, scene: Scene): void {
  talk(Math.round(people * PUBLIC_POSTS), shard, scene);
  bots(Math.round(people * BOTS), shard, scene);
  spam(Math.round(people * SPAM_REVIEWS), shard, scene);
}

/** What the influencers say; told once. */
export function influencerPosts(scene: Scene): void {
  const { world, recorder } = scene;
  for (const post of world.posts) {
    const random = new Random('influencer text', world.options.seed, post.id);
    const written = writePost({ product: post.product, skin: random.pick(SKINS), sensitive: random.chance(0.3), need: post.product.effects[0]!, satisfaction: 0.85, stung: false }, random);
    const body = said(recorder, written, { of: 'post', id: post.id, person: post.by.id, sentiment: written.sentiment });
    publish(scene, post.at, { id: post.id, body, platform: post.by.platform, account: `${post.by.platform}:${post.by.id}`, name: post.by.name, followers: post.by.followers, topics: written.topics, product: post.product });
  }
} // prettier-ignore

/** What the brand's own systems know: what is sold, what is in stock, what was spent on being seen. */
export function companyFiles(world: World, recorder: Recorder): void {
  const { start, end } = world.period;
  for (const product of [...PRODUCTS, ...RIVAL_PRODUCTS])
    recorder.row('catalogue', [product.id, product.name, product.brand, product.own ? '自有' : '竞品', product.category, product.line, product.price.toFixed(2), product.size, product.texture, list(product.ingredients), list(product.effects), list(product.suited), list(product.unsuited), wallClock(start)]);
  const random = new Random('company', world.options.seed);
  for (let at = start; at < end; at += 30 * DAY)
    for (const product of PRODUCTS) {
      const out = isOut(world, product.id, at);
      recorder.row('stock', [product.id, out ? 0 : random.whole(80, 4000), out ? '缺货' : '正常', dateOf(at)]);
    }
  for (const { product, from, to } of world.stockOuts) {
    recorder.row('stock', [product, 0, '缺货', dateOf(from)]);
    if (to < end) recorder.row('stock', [product, random.whole(300, 2000), '正常', dateOf(to)]);
  }
  for (let at = start; at < end; at += DAY)
    MEDIA.forEach((medium, place) => {
      const festival = world.festivals.some(({ from, to }) => at >= from - 5 * DAY && at < to);
      const spent = (300 + 260 * place) * (festival ? 3 : 1) * random.between(0.6, 1.4) * (world.options.people / 20_000);
      const shown = spent * random.between(22, 60);
      recorder.row('ads', [dateOf(at), medium, `AD${place + 1}-${dateOf(at).slice(0, 7)}`, spent.toFixed(2), Math.round(shown), Math.round(shown * random.between(0.006, 0.025))]);
    });
} // prettier-ignore

const list = (items: readonly string[]): string => JSON.stringify(items);
