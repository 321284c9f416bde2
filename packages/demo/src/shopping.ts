import { DAY, HOUR, momentOf } from './calendar.ts';
import type { Effect, Product } from './catalogue.ts';
import { chat } from './chatting.ts';
import { experienced } from './experience.ts';
import { buyingChannel, buysWith, choices, laterMoment, type Life, type Need, type Scene, strengthAt } from './life.ts';
import type { Channel } from './person.ts';
import { said } from './text-record.ts';
import { topicsOf } from './text/posts.ts';
import { writeSearch } from './text/searches.ts';
import { productFacts } from './touch.ts';
import { discountOf, isOut, type World } from './world.ts';

/** What is bought after what, and how soon: true of everybody, besides their needs. */
export const LAGGED = [
  { rule: 'sunscreen_then_cleanser', from: '防晒', to: '卸妆', days: 21, probability: 0.22 },
  { rule: 'mask_then_serum', from: '面膜', to: '精华', days: 45, probability: 0.12 },
  { rule: 'eye_then_cream', from: '眼霜', to: '面霜', days: 60, probability: 0.15 },
  { rule: 'cleanser_then_toner', from: '洁面', to: '化妆水', days: 30, probability: 0.14 },
  { rule: 'birth_then_baby_care', from: 'birth', to: '母婴护理', days: 90, probability: 0.65 },
] as const;

const CONTENT: Readonly<Record<string, string>> = {
  修护: '敏感肌修护指南', 舒缓: '换季泛红怎么办', 补水: '补水的五个误区', 滋润: '干皮过冬手册', 抗皱: '第一瓶抗老精华怎么选', 紧致: '轮廓管理日课', 提亮: '暗沉从哪来', 美白: '美白成分全解',
  控油: '油皮的一天', 祛痘: '痘痘肌护肤误区', 收毛孔: '毛孔的真相', 防晒: '防晒用量实测', 清洁: '洁面怎么挑', 眼周护理: '黑眼圈分型', 温和: '孕期护肤安全清单',
}; // prettier-ignore

/** A need sets in: it is looked into once or several times, until it is met or fades. */
export function onNeed(life: Life, need: Need, at: number, scene: Scene): void {
  const { random } = life;
  const visits = 1 + random.poisson(0.8);
  let when = at;
  for (let i = 0; i < visits; i++) {
    when = momentOf(when + (i === 0 ? 0 : random.exponential(6 * DAY)), random);
    const moment = Math.max(at, when);
    scene.agenda.add(moment, () => visit(life, need, moment, scene));
  }
  if (need.effect === '温和' && life.person.lifeEvents.some(({ kind, at: born }) => kind === 'birth' && born < at))
    lagged('birth', life, at, scene);
  if (life.person.names.external && random.chance(0.09)) {
    const asked = at + random.whole(1, 30) * HOUR;
    scene.agenda.add(asked, () => chat(life, life.pregnant ? 'pregnancy' : 'advice', need.effect, asked, scene));
  }
  const topics = topicsOf(need.effect);
  if (life.person.names.openid && topics.length > 0 && random.chance(0.06 + 0.2 * life.person.outgoing))
    scene.agenda.add(at + DAY, (then) => {
      if (!life.gone)
        life.touch.on('mini', then, { event: 'Topic Joined', properties: { topic: random.pick(topics) } });
    });
}

/** Somebody looks around, for a need or for nothing in particular. */
export function visit(life: Life, need: Need | null, at: number, scene: Scene): void {
  if (life.gone) return;
  const { random, touch, person } = life;
  const screen = touch.screen();
  const signedIn = random.chance(0.45);
  const effect = need?.effect ?? null;
  const seen = choices(life, effect, at, random.whole(1, need ? 3 : 2), scene);
  if (seen.length === 0) return;
  let when = at;
  const next = () => (when += random.whole(8, 150) * 1000);
  if (need && random.chance(0.45)) search(life, need.effect, seen[0]!, when, screen, signedIn, scene);
  if (random.chance(need ? 0.3 : 0.2)) {
    const title = effect ? CONTENT[effect]! : '本月新品';
    touch.on(screen, next(), { type: 'page', name: title, properties: { path: `/content/${effect ?? 'new'}`, title } }, signedIn);
  }
  for (const product of seen) touch.on(screen, next(), { event: 'Product Viewed', properties: productFacts(product) }, signedIn);
  const strength = need ? strengthAt(need, at) : 0.05;
  const best = seen[0]!;
  const wants = random.chance(buysWith(life, best, strength, at, scene));
  if (random.chance(wants ? 0.1 : 0.12 + 0.15 * strength))
    touch.on(screen, next(), { event: 'Product Favourited', properties: productFacts(best) }, signedIn);
  if (wants && isOut(scene.world, best.id, at)) return;
  if (wants || random.chance(0.08)) touch.on(screen, next(), { event: 'Product Added', properties: { ...productFacts(best), quantity: 1 } }, signedIn);
  if (!wants) return;
  const channel = buyingChannel(life);
  const here = channel === screen && random.chance(0.8);
  const later = here ? next() + 60_000 : laterMoment(at, random.exponential(1.2), channel, random);
  if (person.names.member === null && here && !signedIn && random.chance(0.3)) return;
  scene.agenda.add(later, () => buy(life, best, effect, channel, later, scene));
} // prettier-ignore

function search(life: Life, effect: Effect, product: Product, at: number, screen: 'web' | 'mini', signedIn: boolean, scene: Scene): void {
  const { person, random, touch } = life;
  const text = writeSearch({ product, skin: person.skin, sensitive: person.sensitivity > 0.65, need: effect }, random);
  const id = `search.${person.id}.${at}`;
  const query = said(scene.recorder, text, { of: 'search', id, person: person.id, needs: [effect] });
  touch.on(screen, at, { event: 'Products Searched', properties: { query, search_id: id } }, signedIn);
} // prettier-ignore

export const priceOf = (world: World, product: Product, at: number): number =>
  Math.max(9, Math.round(product.price * (1 - discountOf(world, product, at))));

/** Buys a product, perhaps with another of its kind, and lives with it from then on. */
export function buy(life: Life, product: Product, need: Effect | null, channel: Channel, at: number, scene: Scene, coupon: { id: string; discount: number } | null = null): void {
  const { random, touch } = life;
  const { world } = scene;
  if (life.gone || isOut(world, product.id, at)) return;
  const more = random.chance(0.26) ? choices(life, need, at, 4, scene).filter(({ id, category }) => id !== product.id && category !== product.category).slice(0, 1) : [];
  const items = [product, ...more].map((each) => ({ product: each, price: priceOf(world, each, at), quantity: random.chance(0.1) ? 2 : 1 }));
  const sum = items.reduce((total, { price, quantity }) => total + price * quantity, 0);
  const basket = { items, total: Math.max(1, sum - (coupon?.discount ?? 0)), coupon: coupon?.id ?? null, at };
  const id = touch.order(channel, basket, life.random.chance(0.85));
  for (const item of items) {
    const used = at + (3 + random.exponential(9)) * DAY;
    scene.agenda.add(used, () => experienced(life, item.product, need, { ...basket, id }, channel, used, scene, buy));
    lagged(item.product.category, life, at, scene);
  }
} // prettier-ignore

function lagged(from: string, life: Life, at: number, scene: Scene): void {
  for (const { rule, from: first, to, days, probability } of LAGGED) {
    if (first !== from || !life.random.chance(probability)) continue;
    const channel = buyingChannel(life);
    const when = laterMoment(at, life.random.between(2, days - 1), channel, life.random);
    scene.agenda.add(when, () => {
      const [product] = choices(life, null, when, 1, scene, to);
      if (life.gone || !product || when >= scene.world.period.end) return;
      scene.recorder.truth({ kind: 'lagged', person: life.person.id, rule, at: when });
      buy(life, product, null, channel, when, scene);
    });
  }
}
