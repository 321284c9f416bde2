import { DAY, type Period } from './calendar.ts';
import { type Effect, EFFECTS, type Skin, SKINS } from './catalogue.ts';
import { CITIES, type City, familyOf, fullName, nickname, phoneNumber } from './names.ts';
import { clamp, Random } from './random.ts';
import type { World } from './world.ts';

export type Channel = 'tmall' | 'mini' | 'web' | 'store';
/** How somebody answers to being written to: would buy only then, in any case, never, or least of all then. */
export type Answering = 'persuadable' | 'sure_thing' | 'lost_cause' | 'do_not_disturb';
export interface LifeEvent {
  readonly kind: 'pregnancy' | 'birth' | 'moving' | 'graduation';
  readonly at: number;
}

/** The names that systems know somebody by; null where a system never met them. */
export interface Names {
  readonly member: string | null;
  readonly account: string | null;
  readonly openid: string | null;
  readonly unionid: string | null;
  readonly buyer: string | null;
  readonly external: string | null;
  readonly email: string | null;
  readonly social: { readonly platform: string; readonly id: string; readonly name: string } | null;
  readonly device: string | null;
  /** Browsers, the one used now last. */
  readonly cookies: readonly string[];
}

/** Somebody as they are: what nobody measures and everything follows from. */
export interface Person {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly nickname: string;
  readonly woman: boolean;
  readonly birthday: string;
  readonly age: number;
  readonly city: City;
  readonly phone: string | null;
  /** Whose phone it is, where a family shares one. */
  readonly household: string | null;
  readonly skin: Skin;
  readonly sensitivity: number;
  readonly concerns: Readonly<Record<Effect, number>>;
  readonly priceSensitivity: number;
  readonly activity: number;
  readonly outgoing: number;
  /** How readily they do as friends do. */
  readonly suggestible: number;
  readonly channels: Readonly<Record<Channel, number>>;
  readonly answering: Answering;
  readonly hazard: number;
  readonly follows: readonly number[];
  readonly joined: number;
  readonly lifeEvents: readonly LifeEvent[];
  readonly names: Names;
}

function concernsOf(random: Random, age: number, skin: Skin, sensitivity: number, city: City): Record<Effect, number> {
  const base = Object.fromEntries(EFFECTS.map((effect) => [effect, 0.15 + 0.5 * random.next() ** 2])) as Record<Effect, number>;
  const add = (effects: readonly Effect[], much: number) => {
    for (const effect of effects) base[effect] += much;
  };
  if (skin === '干性') add(['补水', '滋润'], 0.8);
  if (skin === '油性') add(['控油', '祛痘', '收毛孔'], age < 28 ? 0.8 : 0.4);
  if (skin === '混合性') add(['收毛孔', '补水'], 0.3);
  if (sensitivity > 0.6) add(['修护', '舒缓', '温和'], 1);
  add(['抗皱', '紧致', '眼周护理'], clamp((age - 26) / 18) * 0.9);
  if (age < 24) add(['祛痘'], 0.4);
  if (city.dry > 0) add(['补水', '滋润'], 0.3);
  base['温和'] *= 0.4;
  base['清洁'] += 0.3;
  return base;
} // prettier-ignore

function lifeEventsOf(random: Random, woman: boolean, age: number, { start, end }: Period): LifeEvent[] {
  const events: LifeEvent[] = [];
  const when = () => Math.floor(random.between(start - 120 * DAY, end));
  if (woman && age >= 24 && age <= 37 && random.chance(0.07)) {
    const at = when();
    events.push({ kind: 'pregnancy', at }, { kind: 'birth', at: at + 200 * DAY });
  }
  if (random.chance(0.09)) events.push({ kind: 'moving', at: Math.floor(random.between(start, end)) });
  if (age >= 21 && age <= 23 && random.chance(0.4)) {
    const june = start + Math.floor(random.between(0, (end - start) / DAY)) * DAY;
    events.push({ kind: 'graduation', at: june });
  }
  return events.filter(({ at }) => at < end).sort((a, b) => a.at - b.at);
}

function namesOf(random: Random, index: number, seed: number, nick: string, channels: Person['channels']): Names {
  const has = (probability: number) => random.chance(clamp(probability));
  const digits = String(index + 1).padStart(7, '0');
  const openid = has(0.35 + channels.mini) ? `o${random.hex(24)}` : null;
  const member = has(0.62) ? `GX${digits}` : null;
  const unionid = openid && has(0.75) ? `uni_${random.hex(20)}` : null;
  const platform = random.pick(['微博', '小红书', '小红书', '抖音']);
  return {
    member,
    account: has(0.15 + channels.web) ? `u${seed % 100}${random.hex(10)}` : null,
    openid,
    unionid,
    buyer: has(0.25 + channels.tmall) ? `AA${random.hex(18)}` : null,
    external: has(member ? 0.3 : 0.12) ? `wm${random.hex(22)}` : null,
    email: has(0.18) ? `${random.hex(4)}${digits}@${random.pick(['mail', 'post', 'inbox'])}.example.com` : null,
    social: has(0.13) ? { platform, id: `${platform}:${random.hex(10)}`, name: nick } : null,
    device: has(0.4) ? `dev-${random.hex(16)}` : null,
    cookies: Array.from({ length: 1 + random.poisson(0.5) }, () => `a-${random.hex(20)}`),
  };
}

const ANSWERING: readonly (readonly [Answering, number])[] = [
  ['persuadable', 0.22],
  ['sure_thing', 0.16],
  ['lost_cause', 0.52],
  ['do_not_disturb', 0.1],
];

/** Who shares the phone of whom: in one of twenty-five pairs of neighbours the second has the first one's number. */
const sharesPhone = (seed: number, index: number): boolean =>
  index % 2 === 1 && new Random('household', seed, (index - 1) / 2).chance(0.08);

function birthdayOf(random: Random, age: number, year: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year - age}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`;
}

/** Person number `index` of a world. */
export function createPerson(world: World, index: number): Person {
  const { seed } = world.options;
  const random = new Random('person', seed, index);
  const { start, end } = world.period;
  const woman = random.chance(0.86);
  const age = Math.round(clamp(19 + 8 * Math.exp(0.62 * random.normal()), 16, 68));
  const skin = random.weighted(SKINS, (type) => ({ 干性: 3, 油性: 2.5, 混合性: 3, 中性: 1.5 })[type]);
  const sensitivity = clamp(random.next() ** 1.4 + (skin === '干性' ? 0.12 : 0));
  const shared = sharesPhone(seed, index);
  const partner = shared ? createPerson(world, index - 1) : null;
  const own = fullName(random, woman);
  const name = partner && random.chance(0.5) ? familyOf(partner.name) + own.slice(familyOf(own).length) : own;
  const nick = nickname(random, name);
  const city = partner?.city ?? random.weighted(CITIES, ({ weight }) => weight);
  const raw = {
    tmall: random.next() ** 1.5,
    mini: random.next() ** 1.5,
    web: random.next() ** 2.4,
    store: (city.tier < 3 ? 1 : 0) * random.next() ** 2,
  };
  const sum = raw.tmall + raw.mini + raw.web + raw.store + 0.001;
  const channels = { tmall: raw.tmall / sum, mini: raw.mini / sum, web: raw.web / sum, store: raw.store / sum };
  const ownPhone = random.chance(0.93) ? phoneNumber(seed * 131 + index) : null;
  return {
    index, id: `P${String(index + 1).padStart(7, '0')}`, name, nickname: nick, woman, age, city, skin, sensitivity, channels,
    birthday: birthdayOf(random, age, new Date(start).getUTCFullYear()),
    phone: partner ? partner.phone : ownPhone,
    household: partner?.phone ? partner.id : null,
    concerns: concernsOf(random, age, skin, sensitivity, city),
    priceSensitivity: clamp(0.5 + 0.22 * random.normal() - (city.tier === 1 ? 0.05 : -0.04) + (age < 25 ? 0.12 : 0)),
    activity: Math.exp(0.95 * random.normal() - 0.45),
    outgoing: random.next() ** 2.2,
    suggestible: random.next() ** 1.3,
    answering: random.weighted(ANSWERING, ([, weight]) => weight)[0],
    hazard: 0.1 + 0.5 * random.next(),
    follows: random.chance(0.45) ? random.sample(world.influencers.map((_, at) => at), 1 + random.poisson(1)) : [],
    joined: Math.floor(random.chance(0.45) ? start - random.next() * 400 * DAY : random.between(start, end - 5 * DAY)),
    lifeEvents: lifeEventsOf(random, woman, age, world.period),
    names: namesOf(random, index, seed, nick, channels),
  }; // prettier-ignore
}
