import { DAY, HOUR, momentOf, openMoment, seasonOf } from './calendar.ts';
import { type Effect, EFFECTS, fitOf, type Product, PRODUCTS } from './catalogue.ts';
import type { Agenda } from './heap.ts';
import type { Channel, Person } from './person.ts';
import { clamp, logistic, Random } from './random.ts';
import type { Recorder } from './records.ts';
import { Touch } from './touch.ts';
import { discountOf, festivalLift, isOut, type World } from './world.ts';

export interface Tie {
  readonly to: Life;
  /** That the friend does likewise after seeing it, where it fits. */
  readonly probability: number;
}
export interface Need {
  readonly effect: Effect;
  readonly strength: number;
  readonly halfLife: number;
  readonly from: number;
}

/** Somebody's life with the brand while it goes on. */
export interface Life {
  readonly person: Person;
  readonly touch: Touch;
  readonly random: Random;
  readonly friends: Tie[];
  /** How they take the brand by now, 0 to 1. */
  regard: number;
  gone: boolean;
  pregnant: boolean;
  readonly owned: Map<string, number>;
}

/** Where lives are lived together: one shard's people, their agenda, and who takes it down. */
export interface Scene {
  readonly world: World;
  readonly recorder: Recorder;
  readonly agenda: Agenda;
}

/** Buying, as what follows from it needs it: to come back, or to do as a friend did. */
export type Buy = (
  life: Life,
  product: Product,
  need: Effect | null,
  channel: Channel,
  at: number,
  scene: Scene,
) => void;

export function createLife(person: Person, scene: Scene): Life {
  const random = new Random('life', scene.world.options.seed, person.index);
  return {
    person, random,
    touch: new Touch(person, scene.recorder, random),
    friends: [], regard: 0.6, gone: false, pregnant: false, owned: new Map(),
  };
} // prettier-ignore

export const strengthAt = ({ strength, from, halfLife }: Need, at: number): number =>
  strength * 0.5 ** ((at - from) / halfLife);
export const affordable = (price: number, { priceSensitivity }: Person): number =>
  -priceSensitivity * Math.log(price / 120);
export const fitFor = ({ person, pregnant }: Life, product: Product, need: Effect | null): number =>
  fitOf(product, person.skin, person.sensitivity, pregnant, need);

/** What somebody would look at for a need: what seems to suit, is affordable, and was good before. */
export function choices(life: Life, need: Effect | null, at: number, count: number, { world }: Scene, category?: string): Product[] {
  const { person, random } = life;
  const skin = person.sensitivity > 0.65 ? '敏感肌' : person.skin;
  const scored = PRODUCTS.filter((product) => (category === undefined || product.category === category) && (product.category !== '母婴护理' || category !== undefined))
    .filter((product) => need === null || product.effects.includes(need))
    .map((product) => {
      const suits = (product.suited.includes(skin) ? 0.5 : 0) - (product.unsuited.includes(skin) ? 0.45 : 0) - (life.pregnant && product.unsuited.includes('孕期') ? 2 : 0);
      const known = life.owned.get(product.id);
      const before = known === undefined ? 0 : 1.6 * (known - 0.5);
      const offer = discountOf(world, product, at) * (1 + 2 * person.priceSensitivity);
      const noise = -Math.log(-Math.log(random.next() * 0.9998 + 0.0001));
      return { product, score: suits + before + offer + affordable(product.price, person) + (product.size === '旅行装' ? -0.5 : 0) + 0.7 * noise };
    });
  return scored.sort((a, b) => b.score - a.score || (a.product.id < b.product.id ? -1 : 1)).slice(0, count).map(({ product }) => product);
} // prettier-ignore

/** Where somebody buys, of the places that know them. */
export function buyingChannel({ person, random }: Life): Channel {
  const { channels, names, city } = person;
  const open: Channel[] = (['tmall', 'mini', 'web', 'store'] as const).filter(
    (channel) => ({ tmall: names.buyer !== null, mini: names.openid !== null, web: names.account !== null, store: city.tier < 3 })[channel],
  ); // prettier-ignore
  return open.length === 0 ? 'tmall' : random.weighted(open, (channel) => channels[channel] + 0.03);
}

/** Plans what a life brings by itself: needs, idle visits, life events, an end. */
export function planLife(life: Life, scene: Scene, onNeed: (life: Life, need: Need, at: number) => void, onVisit: (life: Life, at: number) => void): void {
  const { person, random } = life;
  const { world, agenda, recorder } = scene;
  const { start, end } = world.period;
  const from = Math.max(start, person.joined);
  const share = (end - from) / (end - start);
  const need = (effect: Effect, at: number, strength: number, cause: string) => {
    const halfLife = random.between(10, 45) * DAY;
    agenda.add(at, () => {
      if (life.gone) return;
      recorder.truth({ kind: 'need', person: person.id, effect, from: at, strength, halfLifeDays: Math.round(halfLife / DAY), cause });
      onNeed(life, { effect, strength, halfLife, from: at }, at);
    });
  };
  const count = random.poisson(Math.min(14, 2 * person.activity * share));
  for (let i = 0; i < count; i++) {
    const at = momentOf(random.between(from, end), random);
    const effect = random.weighted(EFFECTS, (each) => person.concerns[each] * seasonOf(each, at));
    need(effect, at, clamp(0.25 + 0.35 * person.concerns[effect] + 0.2 * random.next()), 'concern');
  }
  const visits = random.poisson(Math.min(25, 0.9 * person.activity * share));
  for (let i = 0; i < visits; i++) {
    const at = festiveMoment(from, end, random, world);
    agenda.add(at, () => onVisit(life, at));
  }
  planEvents(life, scene, need);
  const last = from + random.exponential((520 * DAY) / person.hazard);
  agenda.add(last, () => leave(life, scene, last, 'drifted away'));
} // prettier-ignore

/** A moment, more likely in a festival. */
function festiveMoment(from: number, end: number, random: Random, world: World): number {
  let at = momentOf(random.between(from, end), random);
  for (let tries = 0; tries < 3 && !random.chance(festivalLift(world, at) / 3.2); tries++)
    at = momentOf(random.between(from, end), random);
  return at;
}

function planEvents(life: Life, { agenda }: Scene, need: (effect: Effect, at: number, strength: number, cause: string) => void): void {
  const { person } = life;
  for (const { kind, at } of person.lifeEvents) {
    if (kind === 'pregnancy') {
      agenda.add(at, () => (life.pregnant = true));
      need('温和', at + 12 * DAY, 0.9, 'pregnancy');
      need('修护', at + 70 * DAY, 0.6, 'pregnancy');
    } else if (kind === 'birth') {
      agenda.add(at, () => (life.pregnant = false));
      need('温和', at + 10 * DAY, 0.85, 'birth');
    } else if (kind === 'moving') need(person.city.dry > 0 ? '补水' : '舒缓', at + 9 * DAY, 0.75, 'moving');
    else need('抗皱', at + 30 * DAY, 0.6, 'graduation');
  }
} // prettier-ignore

/** From here on they do nothing any more. */
export function leave(life: Life, { recorder, world }: Scene, at: number, cause: string): void {
  if (life.gone || at >= world.period.end) return;
  life.gone = true;
  recorder.truth({ kind: 'churn', person: life.person.id, at, cause });
}

/** How likely a visit ends in buying. */
export function buysWith(life: Life, product: Product, strength: number, at: number, { world }: Scene): number {
  if (isOut(world, product.id, at)) return 0;
  const { person } = life;
  const offer = discountOf(world, product, at) * (0.6 + 2.2 * person.priceSensitivity);
  return logistic(-2.15 + 2.1 * strength + 1.8 * offer + 1.4 * (life.regard - 0.6) + 0.35 * affordable(product.price, person) + 0.35 * Math.log(festivalLift(world, at)));
} // prettier-ignore

/** When a shop can be gone to, after that. */
export const laterMoment = (at: number, days: number, channel: Channel, random: Random): number => {
  const later = at + days * DAY;
  return Math.max(at + HOUR / 4, channel === 'store' ? openMoment(later, random) : momentOf(later, random));
};
