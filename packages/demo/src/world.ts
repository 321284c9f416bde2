import { DAY, dateOf, festivalsOf, type Festival, monthOf, type Period, periodUntil, startOfDay } from './calendar.ts';
import { type Effect, EFFECTS, type Product, PRODUCTS, RIVAL_PRODUCTS, RIVALS } from './catalogue.ts';
import { nickname } from './names.ts';
import { Random } from './random.ts';

export interface DemoOptions {
  /** How many people live in it, besides those of the stories and the bots. */
  readonly people: number;
  readonly seed: number;
  /** The first date that is not told any more, `YYYY-MM-DD` in China. */
  readonly until: string;
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly medium: 'sms' | 'wecom' | 'push';
  readonly at: number;
  readonly coupon: { readonly id: string; readonly name: string; readonly discount: number };
  readonly focus: Effect | null;
  /** How many of those who can be reached are chosen, by chance. */
  readonly share: number;
  /** How many of the chosen get nothing, by chance, so that the effect can be seen. */
  readonly holdout: number;
}

export interface Influencer {
  readonly id: string;
  readonly platform: '微博' | '小红书' | '抖音';
  readonly name: string;
  readonly followers: number;
  /** How readily those who follow do as they see, 0 to 1. */
  readonly trust: number;
  readonly effects: readonly Effect[];
}
export interface InfluencerPost {
  readonly id: string;
  readonly by: Influencer;
  readonly at: number;
  readonly product: Product;
}

export interface Offer {
  readonly category: string;
  readonly from: number;
  readonly to: number;
  readonly discount: number;
}
export interface StockOut {
  readonly product: string;
  readonly from: number;
  readonly to: number;
}

/** Everything that is the same for everybody: the calendar, what is sold, sent, said and short. */
export interface World {
  readonly options: DemoOptions;
  readonly period: Period;
  readonly festivals: readonly Festival[];
  readonly campaigns: readonly Campaign[];
  readonly influencers: readonly Influencer[];
  /** All posts by time, and those of each influencer by place. */
  readonly posts: readonly InfluencerPost[];
  readonly postsBy: readonly (readonly InfluencerPost[])[];
  /** Discounts of a day by category, `*` for all. */
  readonly offersOn: (at: number) => ReadonlyMap<string, number>;
  readonly stockOuts: readonly StockOut[];
}

const THEMES = [
  '换季修护',
  '会员日',
  '水光计划',
  '老友回归',
  '防晒集结',
  '抗初老月',
  '新客礼',
  '净痘行动',
  '冬日滋养',
  '空瓶回购',
] as const;
const THEME_FOCUS: Readonly<Record<(typeof THEMES)[number], Effect | null>> = {
  换季修护: '修护', 会员日: null, 水光计划: '补水', 老友回归: null, 防晒集结: '防晒', 抗初老月: '抗皱', 新客礼: null, 净痘行动: '祛痘', 冬日滋养: '滋润', 空瓶回购: null,
}; // prettier-ignore

/** Months in which a theme makes sense; the others do all year. */
const THEME_MONTHS: Readonly<Partial<Record<(typeof THEMES)[number], readonly number[]>>> = {
  换季修护: [2, 3, 4, 8, 9, 10], 水光计划: [3, 4, 5, 6, 9, 10, 11], 防晒集结: [4, 5, 6, 7, 8], 净痘行动: [5, 6, 7, 8, 9], 冬日滋养: [11, 12, 1, 2],
}; // prettier-ignore

/** The theme whose turn it is, or the next one that suits the month. */
function themeAt(turn: number, month: number): (typeof THEMES)[number] {
  const inTurn = THEMES.map((_, further) => THEMES[(turn + further) % THEMES.length]!);
  return inTurn.find((theme) => THEME_MONTHS[theme]?.includes(month) ?? true)!;
}

function campaignsOf({ start, days }: Period, seed: number): Campaign[] {
  const random = new Random('campaigns', seed);
  const count = 24;
  return Array.from({ length: count }, (_, at): Campaign => {
    const when = start + Math.floor(((at + 0.6) / count) * days) * DAY + random.whole(10, 19) * 3_600_000;
    const theme = themeAt(at, monthOf(when));
    const discount = random.pick([20, 30, 40, 50, 80]);
    const id = `K${dateOf(when).replaceAll('-', '').slice(2)}`;
    return {
      id,
      name: `${dateOf(when).slice(0, 7)} ${theme}`,
      medium: random.pick(['sms', 'wecom', 'push'] as const),
      at: when,
      coupon: { id: `C-${id}`, name: `${theme}满${discount * 6}减${discount}`, discount },
      focus: THEME_FOCUS[theme],
      share: random.between(0.07, 0.14),
      holdout: 0.2,
    };
  });
}

function influencersOf(seed: number): Influencer[] {
  return Array.from({ length: 24 }, (_, at): Influencer => {
    const random = new Random('influencer', seed, at);
    return {
      id: `kol_${String(at + 1).padStart(2, '0')}`,
      platform: random.pick(['微博', '小红书', '小红书', '抖音'] as const),
      name: nickname(random, '陈小禾'),
      followers: Math.round(10 ** random.between(4, 6.3)),
      trust: random.between(0.15, 0.8),
      effects: random.sample(EFFECTS, 3),
    };
  });
}

function postsOf({ start, end }: Period, influencers: readonly Influencer[], seed: number): InfluencerPost[] {
  return influencers
    .flatMap((by) => {
      const random = new Random('influencer posts', seed, by.id);
      const posts: InfluencerPost[] = [];
      for (let at = start + random.exponential(20 * DAY); at < end - DAY; at += random.exponential(26 * DAY)) {
        const known = PRODUCTS.filter((product) => product.effects.some((effect) => by.effects.includes(effect)));
        posts.push({ id: `${by.id}_${posts.length + 1}`, by, at: Math.floor(at), product: random.pick(known) });
      }
      return posts;
    })
    .sort((a, b) => a.at - b.at);
}

function offersOf({ start, end }: Period, festivals: readonly Festival[], seed: number): Offer[] {
  const random = new Random('offers', seed);
  const categories = [...new Set(PRODUCTS.map(({ category }) => category))];
  const weekly: Offer[] = [];
  for (let from = start; from < end; from += 7 * DAY)
    weekly.push({ category: random.pick(categories), from, to: from + 4 * DAY, discount: random.between(0.08, 0.22) });
  return [...weekly, ...festivals.map(({ from, to, discount }) => ({ category: '*', from, to, discount }))];
}

function offersByDay(offers: readonly Offer[]): World['offersOn'] {
  const days = new Map<number, Map<string, number>>();
  return (at) => {
    const day = startOfDay(at);
    let known = days.get(day);
    if (!known) {
      known = new Map();
      for (const { category, from, to, discount } of offers)
        if (day >= from && day < to) known.set(category, Math.max(known.get(category) ?? 0, discount));
      days.set(day, known);
    }
    return known;
  };
}

function stockOutsOf({ start, days }: Period, seed: number): StockOut[] {
  const random = new Random('stock', seed);
  return Array.from({ length: 45 }, () => {
    const from = start + random.whole(20, days - 10) * DAY;
    return { product: random.pick(PRODUCTS).id, from, to: from + random.whole(4, 25) * DAY };
  });
}

/** The world of a demo brand. The same options give the same world. */
export function createWorld(options: DemoOptions): World {
  const { seed, until } = options;
  const period = periodUntil(until);
  const festivals = festivalsOf(period);
  const influencers = influencersOf(seed);
  const posts = postsOf(period, influencers, seed);
  return {
    options,
    period,
    festivals,
    campaigns: campaignsOf(period, seed),
    influencers,
    posts,
    postsBy: influencers.map((by) => posts.filter((post) => post.by === by)),
    offersOn: offersByDay(offersOf(period, festivals, seed)),
    stockOuts: stockOutsOf(period, seed),
  };
}

/** What is taken off a product's price at a time, 0 to 1. */
export function discountOf(world: World, product: Product, at: number): number {
  const offers = world.offersOn(at);
  return Math.max(offers.get('*') ?? 0, offers.get(product.category) ?? 0);
}
export const festivalLift = ({ festivals }: World, at: number): number =>
  festivals.find(({ from, to }) => at >= from && at < to)?.lift ?? 1;
export const isOut = ({ stockOuts }: World, product: string, at: number): boolean =>
  stockOuts.some((out) => out.product === product && at >= out.from && at < out.to);

export const MEDIA = ['小红书种草', '抖音信息流', '微博开屏', '天猫直通车', '微信朋友圈广告'] as const;
export { PRODUCTS, RIVAL_PRODUCTS, RIVALS };
