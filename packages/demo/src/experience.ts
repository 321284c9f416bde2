import { DAY, HOUR, momentOf, wallClock } from './calendar.ts';
import type { Effect, Product } from './catalogue.ts';
import { chat } from './chatting.ts';
import { type Buy, fitFor, laterMoment, leave, type Life, type Scene } from './life.ts';
import type { Channel } from './person.ts';
import { clamp } from './random.ts';
import { exposeFriends } from './social.ts';
import { said } from './text-record.ts';
import { writeComplaint } from './text/chats.ts';
import { writePost } from './text/posts.ts';
import { type Experience, writeReview } from './text/reviews.ts';
import { type Basket, productFacts } from './touch.ts';

/** After some days of use: what it did, and what follows from that. */
export function experienced(life: Life, product: Product, need: Effect | null, order: Basket, channel: Channel, at: number, scene: Scene, buy: Buy): void {
  if (at >= scene.world.period.end) return;
  const { person, random } = life;
  const fit = fitFor(life, product, need);
  const satisfaction = clamp(fit + 0.1 * random.normal());
  const stung = random.chance(product.harshness * Math.max(0, person.sensitivity - 0.35) * 1.1);
  const felt = stung ? satisfaction * 0.4 : satisfaction;
  life.owned.set(product.id, felt);
  life.regard = clamp(0.7 * life.regard + 0.3 * felt);
  scene.recorder.truth({ kind: 'satisfaction', person: person.id, product: product.id, at, fit, satisfaction: felt });
  const lived: Experience = { product, skin: person.skin, sensitive: person.sensitivity > 0.65, need: need ?? product.effects[0]!, satisfaction: felt, stung };
  const strong = Math.abs(felt - 0.55);
  if (random.chance(0.14 + 0.55 * strong)) review(life, lived, order, channel, at + HOUR, scene);
  if (person.names.social && random.chance(0.5 * person.outgoing + 0.2 * strong)) post(life, lived, at + 2 * HOUR, scene);
  if (felt > 0.55 && person.names.openid && random.chance(0.12 + 0.5 * person.outgoing)) exposeFriends(life, product, at + DAY, scene, buy);
  if ((stung || felt < 0.25) && !life.gone) complain(life, lived, order, channel, at + 4 * HOUR, scene);
  if (felt > 0.5 && random.chance(0.22 + 0.45 * (felt - 0.5) + 0.2 * (life.regard - 0.5))) {
    const again = laterMoment(at, product.lasts * random.between(0.75, 1.35), channel, random);
    scene.agenda.add(again, () => buy(life, product, need, channel, again, scene));
  } else if (felt < 0.3 && random.chance(0.12)) leave(life, scene, at + 5 * DAY, 'disappointed');
} // prettier-ignore

function review(life: Life, lived: Experience, order: Basket, channel: Channel, at: number, scene: Scene): void {
  if (channel === 'store' || at >= scene.world.period.end) return;
  const { person, random, touch } = life;
  const written = writeReview(lived, random);
  const id = `R${order.id}${lived.product.id}`;
  const body = said(scene.recorder, written, {
    of: 'review', id, person: person.id, sentiment: written.sentiment, opinions: written.opinions, needs: [lived.need],
  });
  if (channel === 'tmall')
    scene.recorder.row('tmall_reviews', [id, order.id, person.names.buyer ?? `AB${person.id}`, person.nickname, lived.product.id, lived.product.name, written.rating, body, wallClock(at)]);
  else
    touch.on(channel, at, { event: 'Product Reviewed', properties: { ...productFacts(lived.product), review_id: id, rating: written.rating, review_body: body, order_id: order.id } }, true);
} // prettier-ignore

function post(life: Life, lived: Experience, at: number, scene: Scene): void {
  const { person, random } = life;
  const social = person.names.social!;
  const written = writePost(lived, random);
  const id = `${social.id}.${at}`;
  const body = said(scene.recorder, written, { of: 'post', id, person: person.id, sentiment: written.sentiment, needs: [lived.need] });
  publish(scene, at, { id, body, platform: social.platform, account: social.id, name: social.name, followers: random.whole(20, 900), topics: written.topics, product: lived.product });
} // prettier-ignore

/** A post as a listening service delivers it; the account is all that is known of the author. */
export function publish(
  { recorder }: Scene,
  at: number,
  post: { id: string; body: string; platform: string; account: string; name: string; followers: number; topics: readonly string[]; product: Product | null; brand?: string },
): void {
  const { product } = post;
  recorder.event('social', at, {
    event: 'Post Published',
    channel: 'social',
    properties: {
      post_id: post.id, body: post.body, platform: post.platform, account_id: post.account, account_name: post.name,
      followers: post.followers, topics: [...post.topics], ...(product ? { product_id: product.id } : {}), ...(post.brand ? { brand: post.brand } : {}),
    },
  });
} // prettier-ignore

/** A product hurt or failed: a chat, a ticket, money back; and if nobody answers, they are gone. */
function complain(life: Life, lived: Experience, order: Basket, channel: Channel, at: number, scene: Scene): void {
  const { person, random, touch } = life;
  const { agenda, recorder } = scene;
  if (!random.chance(0.5)) return;
  const known = chat(life, 'complaint', lived.need as Effect, at, scene, lived.product);
  const ticket = `TK${order.id}${lived.product.id}`;
  const about = { product: lived.product, skin: lived.skin, sensitive: lived.sensitive, need: lived.need };
  const text = writeComplaint(about, random);
  const body = said(recorder, text, { of: 'ticket', id: ticket, person: person.id, sentiment: 'negative', needs: ['修护'] });
  const facts = { ticket_id: ticket, product_id: lived.product.id, order_id: order.id };
  const open = { event: 'Service Ticket Opened', properties: { ...facts, subject: lived.stung ? '使用不适' : '效果不符', category: '售后', body, ...(known ? { conversation_id: known } : {}) } };
  const screen = person.names.openid ? 'mini' : 'web';
  touch.on(screen, at + HOUR, open, true);
  const answered = random.chance(0.68);
  const settled = momentOf(at + random.between(1, 5) * DAY, random);
  if (answered) agenda.add(settled, () => touch.on(screen, settled, { event: 'Service Ticket Closed', properties: { ticket_id: ticket } }, true));
  if (random.chance(0.55)) agenda.add(settled + DAY, () => touch.refund(channel, order, settled + DAY));
  life.regard = clamp(life.regard + (answered ? 0.08 : -0.15));
  if (random.chance(answered ? 0.12 : 0.62)) {
    const gone = at + random.between(6, 35) * DAY;
    agenda.add(gone, () => leave(life, scene, gone, answered ? 'complaint' : 'unanswered complaint'));
  }
} // prettier-ignore
