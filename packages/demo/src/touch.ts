import type { JsonObject } from '@guanxi/contracts';
import { wallClock } from './calendar.ts';
import { OWN_BRAND, type Product } from './catalogue.ts';
import { homophone, maskedPhone, STORES, type Store, toTraditional, writtenPhone } from './names.ts';
import type { Person } from './person.ts';
import { Random } from './random.ts';
import type { Happening, Recorder } from './records.ts';

export type Screen = 'web' | 'mini';
export interface Basket {
  readonly id: string;
  readonly items: readonly { readonly product: Product; readonly price: number; readonly quantity: number }[];
  readonly total: number;
  readonly coupon: string | null;
  readonly at: number;
}

/** What events say of a product; brand, category and the rest come with the catalogue. */
export const productFacts = ({ id, name, price }: Product): JsonObject => ({ product_id: id, name, price });
export const storeOf = (person: Person): Store =>
  STORES.find((store) => store.city === person.city.name && (person.index % 2 === 0 || store.id.endsWith('2'))) ??
  STORES.find((store) => store.city === person.city.name) ??
  STORES[person.index % STORES.length]!;

const MODELS = ['iPhone 15', 'iPhone 13', 'Mate 60', 'Redmi K70', 'OPPO Reno11', 'vivo X100', 'Honor 90'] as const;
const without = <T extends object>(value: T): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)) as JsonObject;

/**
 * Puts what one person does on the streams and files of each system, under the names that system knows them by.
 */
export class Touch {
  readonly #said = new Set<string>();
  #orders = 0;

  constructor(
    readonly person: Person,
    private readonly recorder: Recorder,
    private readonly random: Random,
  ) {}

  /** Where they would rather look, of what they have. */
  screen(): Screen {
    const { channels, names } = this.person;
    if (!names.openid) return 'web';
    return this.random.chance((channels.mini + 0.1) / (channels.mini + channels.web + 0.2)) ? 'mini' : 'web';
  }

  /** Something on the website or in the mini-program. Whoever has an account is signed in for some of it. */
  on(screen: Screen, at: number, happening: Omit<Happening, 'channel'>, signedIn = this.random.chance(0.45)): string | null {
    const { names } = this.person;
    this.#introduce(screen, at, signedIn);
    if (screen === 'mini')
      return this.recorder.event('mini', at, { ...happening, channel: 'mini_program', ...this.#miniNames(), context: { ...this.#miniContext(), ...happening.context } }, this.person);
    const cookie = names.cookies[Math.min(names.cookies.length - 1, Math.floor((at / 1e10) % names.cookies.length))]!;
    const library = { name: 'analytics.js', version: 'next-1.81.0' };
    return this.recorder.event('web', at, { ...happening, channel: 'web', anonymousId: cookie, userId: signedIn ? (names.account ?? undefined) : undefined, context: { library, ...happening.context } }, this.person);
  } // prettier-ignore

  #miniNames(): Pick<Happening, 'anonymousId'> {
    return { anonymousId: `mp-${this.person.names.openid!.slice(1, 15)}` };
  }
  #miniContext(): JsonObject {
    const { openid, unionid, device, member } = this.person.names;
    const traits = without({ openid, unionid, member_no: this.#said.has('mini') ? member : null });
    return { app: { name: `${OWN_BRAND}小程序` }, traits, ...(device ? { device: { id: device, model: MODELS[this.person.index % MODELS.length]! } } : {}) };
  } // prettier-ignore

  /** The first sign-in on a system tells it who this is. */
  #introduce(screen: Screen, at: number, signedIn: boolean): void {
    const { person } = this;
    const { names } = person;
    if (this.#said.has(screen) || !signedIn || (screen === 'web' ? !names.account : !names.member)) return;
    this.#said.add(screen);
    const random = new Random('introduction', person.id, screen);
    const gives = random.chance(screen === 'mini' ? 0.72 : 0.6);
    const traits = without({
      nickname: person.nickname,
      phone: gives && person.phone ? (random.chance(0.25) ? writtenPhone(person.phone, random) : person.phone) : null,
      email: screen === 'web' ? names.email : null,
      city: random.chance(0.5) ? person.city.name : null,
      member_no: screen === 'web' && random.chance(0.4) ? names.member : null,
      social_id: random.chance(0.5) ? (names.social?.id ?? null) : null,
      gender: random.chance(0.3) ? (person.woman ? '女' : '男') : null,
    });
    this.on(screen, at - 400, { type: 'identify', traits }, true);
  }

  /** The row of the member file, as staff or the member wrote it. */
  member(at: number): void {
    const { person, recorder } = this;
    const { names } = person;
    if (!names.member) return;
    const random = new Random('member', person.id);
    const typed = random.chance(0.03) ? homophone(person.name, random) : random.chance(0.06) ? person.nickname : person.name;
    const name = random.chance(0.015) ? toTraditional(typed) : typed;
    const phone = person.phone === null ? null : random.chance(0.2) ? writtenPhone(person.phone, random) : person.phone;
    const cells = (when: string) => [
      names.member, random.chance(0.04) ? null : name, random.chance(0.2) ? null : person.woman ? '女' : '男',
      random.chance(0.45) ? null : person.birthday, phone, names.email, random.chance(0.12) ? null : person.city.name,
      random.weighted(['银卡', '金卡', '黑金卡'], (level) => ({ 银卡: 7, 金卡: 2, 黑金卡: 0.6 })[level]!), when,
      random.weighted(['门店', '小程序', '天猫', '活动'], (way) => ({ 门店: person.channels.store + 0.05, 小程序: person.channels.mini, 天猫: person.channels.tmall, 活动: 0.1 })[way]!),
      random.chance(0.62) ? null : person.skin + (person.sensitivity > 0.65 ? '·敏感' : ''), random.chance(0.5) ? names.unionid : null,
    ];
    recorder.row('crm', cells(wallClock(at)));
    recorder.badRow('crm', cells('入会时间不详'), names.member);
  } // prettier-ignore

  /** Buys on a system; gives the order's number. */
  order(channel: 'tmall' | 'mini' | 'web' | 'store', basket: Omit<Basket, 'id'>, signedIn = true): string {
    const number = `${this.person.index + 1}`.padStart(7, '0') + String(++this.#orders).padStart(3, '0');
    const id = { tmall: 'T3', mini: 'M', web: 'W', store: 'P' }[channel] + number;
    const whole = { ...basket, id };
    if (channel === 'tmall') this.#tmall(whole, '交易成功');
    else if (channel === 'store') this.#pos(whole);
    else this.#online(channel, whole, signedIn);
    return id;
  }

  /** Sends the whole of an order back. */
  refund(channel: 'tmall' | 'mini' | 'web' | 'store', basket: Basket, at: number): void {
    const products = basket.items.map(({ product, price, quantity }) => ({ ...productFacts(product), price, quantity }));
    if (channel === 'tmall') this.#tmall({ ...basket, at }, '退款成功');
    else if (channel !== 'store')
      this.on(channel, at, { event: 'Order Refunded', properties: { order_id: basket.id, total: basket.total, currency: 'CNY', products } }, true);
  } // prettier-ignore

  #online(screen: Screen, { id, items, total, coupon, at }: Basket, signedIn: boolean): void {
    const products = items.map(({ product, price, quantity }) => ({ ...productFacts(product), price, quantity }));
    if (coupon)
      this.on(screen, at - 9000, { event: 'Coupon Applied', properties: { coupon_id: coupon, order_id: id } }, signedIn);
    this.on(screen, at, { event: 'Order Completed', properties: { order_id: id, total, currency: 'CNY', sales_channel: screen === 'mini' ? '小程序' : '官网', ...(coupon ? { coupon } : {}), products } }, signedIn);
  } // prettier-ignore

  #tmall({ id, items, at }: Basket, status: string): void {
    const { person, recorder, random } = this;
    const buyer = person.names.buyer ?? `AB${person.id}`;
    const receiver = random.chance(0.02) ? homophone(person.name, random) : person.name;
    const phone = person.phone === null || random.chance(0.45) ? (person.phone ? maskedPhone(person.phone) : null) : person.phone;
    for (const { product, price, quantity } of items) {
      const cells = (number: string, when: string) => [number, person.nickname, buyer, receiver, phone, person.city.name, when, product.id, product.name, price.toFixed(2), quantity, status];
      recorder.row('tmall', cells(id, wallClock(at)));
      recorder.badRow('tmall', cells(`${id}X`, '####'), `${id}X`);
    }
  } // prettier-ignore

  #pos({ id, items, at }: Basket): void {
    const { person, recorder, random } = this;
    const store = storeOf(person);
    const says = random.next();
    const member = person.names.member && says < 0.7 ? person.names.member : null;
    const phone = person.phone && says > 0.45 && says < 0.88 ? person.phone : null;
    for (const { product, price, quantity } of items) {
      const cells = (number: string, when: string) => [number, store.id, store.name, when, member, phone, product.id, product.name, price.toFixed(2), quantity, `导购${store.id.slice(1)}${1 + (person.index % 4)}`];
      recorder.row('pos', cells(id, wallClock(at)));
      recorder.badRow('pos', cells(`${id}X`, '####'), `${id}X`);
    }
  } // prettier-ignore

  /** What the staff's work phone sees of them. */
  wecom(at: number, happening: Omit<Happening, 'channel' | 'context'>): string | null {
    const { external, unionid } = this.person.names;
    const random = new Random('contact', this.person.id);
    const knows = random.chance(0.35);
    const traits = without({ external_userid: external, unionid: random.chance(0.7) ? unionid : null, phone: knows ? this.person.phone : null });
    return this.recorder.event('wecom', at, { ...happening, channel: 'wecom', context: { traits } }, this.person);
  } // prettier-ignore
}
