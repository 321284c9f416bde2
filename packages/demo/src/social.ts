import { DAY, HOUR, momentOf } from './calendar.ts';
import type { Effect, Product } from './catalogue.ts';
import { type Buy, buyingChannel, fitFor, laterMoment, type Life, type Scene } from './life.ts';
import { Random } from './random.ts';
import { productFacts } from './touch.ts';
import type { InfluencerPost } from './world.ts';

/** How near people are: most ties are within a circle of friends, some lead to the next one. */
const CIRCLE = 25;

/** Ties of a shard's people: each has the friend's readiness to follow in it. */
export function befriend(lives: readonly Life[], scene: Scene): void {
  const { recorder, world } = scene;
  const tie = (a: Life, b: Life, nearness: number) => {
    for (const [from, to] of [[a, b], [b, a]] as const) {
      const probability = Math.round(nearness * to.person.suggestible * 1000) / 1000;
      from.friends.push({ to, probability });
      recorder.truth({ kind: 'tie', from: from.person.id, to: to.person.id, probability });
    }
  };
  for (let first = 0; first < lives.length; first += CIRCLE) {
    const random = new Random('circle', world.options.seed, lives[first]!.person.index);
    const circle = lives.slice(first, first + CIRCLE);
    circle.forEach((a, at) => {
      for (const b of circle.slice(at + 1)) if (random.chance(0.11)) tie(a, b, random.between(0.12, 0.65));
      if (random.chance(0.12) && lives[first + CIRCLE]) tie(a, lives[first + CIRCLE + random.whole(0, Math.min(CIRCLE, lives.length - first - CIRCLE) - 1)]!, random.between(0.05, 0.4));
    });
  }
} // prettier-ignore

/** Shares a product with friends; some open it, and of these some do likewise. */
export function exposeFriends(life: Life, product: Product, at: number, scene: Scene, buy: Buy): void {
  if (life.gone || life.friends.length === 0) return;
  const { random, touch, person } = life;
  const share = `s.${person.id}.${at}`;
  touch.on('mini', at, { event: 'Product Shared', properties: { ...productFacts(product), share_id: share } }, true);
  for (const { to, probability } of random.sample(life.friends, random.whole(1, 4))) {
    const seen = momentOf(at + random.exponential(1.5) * DAY, random);
    const when = Math.max(at + HOUR / 6, seen);
    scene.agenda.add(when, () => follow(to, person.id, product, probability, share, when, scene, buy));
  }
}

function follow(friend: Life, from: string, product: Product, probability: number, share: string, at: number, scene: Scene, buy: Buy): void {
  if (friend.gone || friend.person.joined > at + 30 * DAY || friend.owned.has(product.id)) return;
  const { random, touch, person } = friend;
  if (random.chance(0.75)) {
    const screen = person.names.openid ? 'mini' : 'web';
    touch.on(screen, at, { event: 'Share Opened', properties: { ...productFacts(product), share_id: share } });
  }
  const likely = probability * (0.35 + 0.9 * fitFor(friend, product, null));
  const bought = random.chance(likely);
  scene.recorder.truth({ kind: 'influence', from, to: person.id, product: product.id, at, bought, probability: likely });
  if (!bought) return;
  const channel = buyingChannel(friend);
  const when = laterMoment(at, random.exponential(3), channel, random);
  scene.agenda.add(when, () => buy(friend, product, null, channel, when, scene));
} // prettier-ignore

/** Follows somebody many follow: sees what they show, and may do likewise. */
export function followInfluencer(life: Life, post: InfluencerPost, scene: Scene, buy: Buy): void {
  const { random, person } = life;
  if (!random.chance(0.35)) return;
  const at = momentOf(post.at + random.exponential(1.5) * DAY, random);
  if (at <= post.at) return;
  scene.agenda.add(at, () => {
    if (life.gone || person.joined > at) return;
    const match = Math.max(0, ...post.product.effects.map((effect: Effect) => person.concerns[effect]));
    const likely = Math.min(0.6, post.by.trust * person.suggestible * match * 0.5);
    const bought = random.chance(likely);
    scene.recorder.truth({ kind: 'influence', from: post.by.id, to: person.id, product: post.product.id, at, bought, probability: likely });
    if (person.names.social && random.chance(0.6))
      scene.recorder.event('social', at, { event: 'Post Engaged', channel: 'social', properties: { post_id: post.id, action: random.pick(['like', 'like', 'save', 'comment']), account_id: person.names.social.id, account_name: person.names.social.name, platform: post.by.platform }, context: { traits: { social_id: person.names.social.id } } }, person);
    if (random.chance(bought ? 0.8 : 0.16))
      life.touch.on(life.touch.screen(), at + HOUR / 5, { event: 'Product Viewed', properties: productFacts(post.product), context: { campaign: { source: post.by.platform, medium: 'kol', name: post.by.name } } });
    if (!bought) return;
    const channel = buyingChannel(life);
    const when = laterMoment(at, random.exponential(2), channel, random);
    scene.agenda.add(when, () => buy(life, post.product, null, channel, when, scene));
  });
} // prettier-ignore
