import type { JsonObject } from '@guanxi/contracts';
import { DAY, HOUR, wallClock } from './calendar.ts';
import { type Product, productOfLine } from './catalogue.ts';
import { publish } from './experience.ts';
import type { Scene } from './life.ts';
import { phoneNumber, STORES } from './names.ts';
import { createPerson, type Names, type Person } from './person.ts';
import { Random } from './random.ts';
import { said } from './text-record.ts';
import { productFacts, Touch } from './touch.ts';

/** The stories that a reader is told how to find; `docs/demo.md` tells them. */
export const STORIES = {
  customerL: { people: ['林沐晴'], says: 'needs gentle anti-ageing for sensitive skin' },
  familyPhone: { people: ['何秀兰', '周建国', '周雨桐'], says: 'three people behind one phone number' },
  storeTablet: { people: ['许静怡', '蒋思彤'], says: 'two people who signed up on one tablet of a store' },
  wrongMerge: { people: ['王悦', '王玥'], says: 'two people whom a wrongly filled-in member form made one' },
  influencerChain: { people: ['苏禾的护肤记', '沈嘉宁', '陆可心', '梁思远'], says: 'each bought after the one before' },
  aboutToLeave: { people: ['郭雅文'], says: 'complained, got no answer, is about to leave' },
  newMother: { people: ['唐欣怡'], says: 'pregnant, then a mother: from retinol to oats to baby care' },
} as const;

/** Story people stand far behind all others, so that nobody has their numbers. */
const FIRST = 9_900_000;

const at = (scene: Scene, daysBefore: number, hour = 14): number =>
  scene.world.period.end - Math.round(daysBefore * DAY) + Math.round((hour - 24) * HOUR) + 23 * 60_000;

interface Cast extends Partial<Names> {
  readonly name: string;
  readonly nickname: string;
  readonly phone?: string | null;
  readonly woman?: boolean;
}

/** Somebody of a story: like anybody else, but for what the story says. */
class Actor {
  readonly person: Person;
  readonly touch: Touch;

  constructor(
    readonly scene: Scene,
    readonly place: number,
    readonly story: keyof typeof STORIES,
    cast: Cast,
  ) {
    const { name, nickname, phone = phoneNumber(FIRST + place), woman = true, ...names } = cast;
    const base = createPerson(scene.world, FIRST + 2 * place);
    const none: Names = { member: null, account: null, openid: null, unionid: null, buyer: null, external: null, email: null, social: null, device: null, cookies: [`a-story-${place}`] };
    this.person = { ...base, id: `S${place}`, name, nickname, phone, woman, names: { ...none, ...names }, lifeEvents: [] };
    this.touch = new Touch(this.person, scene.recorder, new Random('story', place));
    this.#tell();
  } // prettier-ignore

  #tell(): void {
    const { id, names, phone, skin, sensitivity, priceSensitivity, suggestible, answering, channels, concerns } = this.person;
    const named: (readonly [string, string | null])[] = [['user_id', names.account], ['member_no', names.member], ['wechat_unionid', names.unionid], ['wechat_openid', names.openid], ['buyer_id', names.buyer], ['wecom_id', names.external], ['social_id', names.social?.id ?? null], ['email', names.email], ['phone', this.story === 'familyPhone' || !phone ? null : `+86${phone}`]];
    const identifiers = named.filter(([, value]) => value !== null).map(([kind, value]) => `${kind}:${value}`);
    this.scene.recorder.truth({ kind: 'person', person: id, identifiers, household: this.story === 'familyPhone' ? 'S-family' : null, skin, sensitivity, concerns, priceSensitivity, suggestible, answering, channels, lifeEvents: [], story: this.story });
  } // prettier-ignore

  when(daysBefore: number, hour?: number): number {
    return at(this.scene, daysBefore, hour);
  }
  /** A sign-in that says who it is. */
  introduces(screen: 'web' | 'mini', daysBefore: number, traits: JsonObject): void {
    this.touch.on(screen, this.when(daysBefore, 9), { type: 'identify', traits }, screen === 'web');
  }
  does(screen: 'web' | 'mini', daysBefore: number, event: string, properties: JsonObject, hour?: number): void {
    this.touch.on(screen, this.when(daysBefore, hour), { event, properties }, screen === 'web');
  }
  buys(channel: 'tmall' | 'mini' | 'web' | 'store', daysBefore: number, ...products: Product[]): string {
    const items = products.map((product) => ({ product, price: product.price, quantity: 1 }));
    const total = items.reduce((sum, { price }) => sum + price, 0);
    return this.touch.order(channel, { items, total, coupon: null, at: this.when(daysBefore, 20) });
  }
  /** Lines of a talk with the staff: theirs, then the staff's, in turn. */
  talks(daysBefore: number, product: Product | null, lines: readonly string[], needs: readonly string[] = []): void {
    const id = `chat.${this.person.id}.${daysBefore}`;
    lines.forEach((text, place) => {
      const from = place % 2 === 0 ? 'customer' : 'agent';
      const body = said(this.scene.recorder, { text, marks: [] }, { of: 'chat', id: `${id}.${place}`, person: this.person.id, needs: from === 'customer' ? needs : [] });
      this.touch.wecom(this.when(daysBefore, 15) + place * 70_000, { event: 'Message Sent', properties: { conversation_id: id, message_id: `${id}.${place}`, from, body, staff_id: 'staff_7', staff_name: '顾问7', ...(product ? { product_id: product.id } : {}) } });
    });
  } // prettier-ignore
  /** The row of the member file as it was typed. */
  typed(daysBefore: number, row: { member: string; name: string; phone: string | null; email?: string; unionid?: string }): void {
    const when = wallClock(this.when(daysBefore, 11));
    this.scene.recorder.row('crm', [row.member, row.name, this.person.woman ? '女' : '男', null, row.phone, row.email ?? null, '上海', '金卡', when, '门店', null, row.unionid ?? null]);
  } // prettier-ignore
}

function customerL(scene: Scene): void {
  const l = new Actor(scene, 1, 'customerL', { name: '林沐晴', nickname: '沐沐不熬夜', member: 'GX9900001', openid: 'oStoryL0000000000000000001', unionid: 'uni_storyL', external: 'wmStoryL', account: 'u-story-l' });
  const mask = productOfLine('果酸焕肤', '面膜');
  const serum = productOfLine('胜肽抗初老', '精华');
  l.typed(400, { member: 'GX9900001', name: '林沐晴', phone: l.person.phone, unionid: 'uni_storyL' });
  l.introduces('web', 130, { phone: l.person.phone, nickname: '沐沐不熬夜', member_no: 'GX9900001', skin_type: '混合性·敏感' });
  const order = l.buys('mini', 101, mask);
  l.talks(90, mask, ['你们家的果酸焕肤面膜用了两次脸就刺痛泛红，我是敏感肌，怎么回事？', '非常抱歉，请先停用，建议先用清水和舒缓面霜镇静，已为您登记售后。', '好的，以后不敢用酸了，想找温和一点的。', '理解的，敏感期建议先做修护，再考虑抗老。'], ['修护', '舒缓']);
  const ticket = { ticket_id: 'TK-STORY-L', product_id: mask.id, order_id: order };
  l.does('mini', 90, 'Service Ticket Opened', { ...ticket, subject: '面膜刺痛泛红', category: '售后', body: '果酸焕肤面膜用后刺痛泛红，我是敏感肌，申请退款' }, 16);
  l.does('mini', 88, 'Service Ticket Closed', { ticket_id: 'TK-STORY-L' });
  l.does('mini', 60, 'Topic Joined', { topic: '油痘肌护肤' }, 21);
  l.does('mini', 14, 'Products Searched', { query: '敏感肌修护' }, 22);
  l.does('mini', 14, 'Product Viewed', productFacts(productOfLine('舒缓修护', '面膜')), 22.2);
  l.does('web', 6, 'Products Searched', { query: '敏感肌能用的抗老精华' }, 21);
  l.does('web', 6, 'Product Viewed', productFacts(serum), 21.1);
  l.does('web', 6, 'Product Favourited', productFacts(serum), 21.2);
} // prettier-ignore

function familyPhone(scene: Scene): void {
  const phone = phoneNumber(FIRST + 20);
  const mother = new Actor(scene, 2, 'familyPhone', { name: '何秀兰', nickname: '兰姐', phone, member: 'GX9900021', buyer: 'AAstoryHe' });
  const father = new Actor(scene, 3, 'familyPhone', { name: '周建国', nickname: '老周', phone, woman: false, member: 'GX9900022' });
  const daughter = new Actor(scene, 4, 'familyPhone', { name: '周雨桐', nickname: '桐桐吃不胖', phone, member: 'GX9900023', openid: 'oStoryZhou000000000000001', unionid: 'uni_storyZhou' });
  mother.typed(500, { member: 'GX9900021', name: '何秀兰', phone });
  father.typed(320, { member: 'GX9900022', name: '周建国', phone });
  daughter.typed(200, { member: 'GX9900023', name: '周雨桐', phone, unionid: 'uni_storyZhou' });
  daughter.introduces('mini', 199, { phone, member_no: 'GX9900023', nickname: '桐桐吃不胖' });
  mother.buys('tmall', 150, productOfLine('胜肽抗初老', '面霜'), productOfLine('胜肽抗初老', '眼霜'));
  daughter.buys('mini', 90, productOfLine('水杨酸净痘', '洁面'));
  father.buys('store', 40, productOfLine('绿茶控油', '洁面'));
} // prettier-ignore

function storeTablet(scene: Scene): void {
  const store = STORES[0]!;
  const device = `tablet-${store.id}-2`;
  scene.recorder.truth({ kind: 'shared_device', device: `device_id:${device}`, place: store.name });
  const people = [
    new Actor(scene, 5, 'storeTablet', { name: '许静怡', nickname: '静静', member: 'GX9900051' }),
    new Actor(scene, 6, 'storeTablet', { name: '蒋思彤', nickname: '彤彤', member: 'GX9900052' }),
  ];
  people.forEach((actor, place) => {
    const { person } = actor;
    actor.typed(75 - place, { member: person.names.member!, name: person.name, phone: person.phone });
    for (const daysBefore of [75 - place, 30 - place])
      scene.recorder.event('mini', actor.when(daysBefore, 15 + place), {
        type: 'identify', channel: 'store', anonymousId: `tab-${store.id}-2`, context: { device: { id: device, model: '门店平板' } },
        traits: { member_no: person.names.member!, phone: person.phone!, name: person.name }, properties: { store_id: store.id, store_name: store.name },
      }, person);
    actor.buys('store', 30 - place, productOfLine(place === 0 ? '舒缓修护' : '玻尿酸水光', '面霜'));
  });
} // prettier-ignore

function wrongMerge(scene: Scene): void {
  const one = new Actor(scene, 7, 'wrongMerge', { name: '王悦', nickname: '悦悦', member: 'GX9900071', openid: 'oStoryWang000000000000001', unionid: 'uni_storyWang' });
  const other = new Actor(scene, 8, 'wrongMerge', { name: '王玥', nickname: '玥色', account: 'u-story-wangyue', email: 'wangyue.moon@mail.example.com' });
  one.introduces('mini', 300, { phone: one.person.phone, nickname: '悦悦' });
  one.buys('mini', 280, productOfLine('玻尿酸水光', '精华'));
  other.introduces('web', 260, { email: other.person.names.email, nickname: '玥色', phone: other.person.phone });
  other.buys('web', 240, productOfLine('烟酰胺亮肤', '精华'));
  // The form of the first was filled in with the second one's mail, which the form offered.
  one.typed(120, { member: 'GX9900071', name: '王悦', phone: one.person.phone, email: other.person.names.email! });
  one.buys('mini', 60, productOfLine('玻尿酸水光', '面膜'));
  other.does('web', 45, 'Product Viewed', productFacts(productOfLine('烟酰胺亮肤', '面膜')));
} // prettier-ignore

function influencerChain(scene: Scene): void {
  const serum = productOfLine('舒缓修护', '精华');
  const body = '烂脸期自救第21天｜澄岑舒缓修护精华液真的把我从泛红里捞出来了，积雪草和神经酰胺yyds，敏感肌姐妹闭眼冲🌿 #敏感肌修护#';
  const text = said(scene.recorder, { text: body, marks: [] }, { of: 'post', id: 'story-post-1', person: 'S-suhe', sentiment: 'positive', needs: ['修护'] });
  publish(scene, at(scene, 50, 20), { id: 'story-post-1', body: text, platform: '小红书', account: '小红书:suhe', name: '苏禾的护肤记', followers: 386_000, topics: ['敏感肌修护'], product: serum });
  const chain = [
    new Actor(scene, 9, 'influencerChain', { name: '沈嘉宁', nickname: '嘉宁', member: 'GX9900091', openid: 'oStoryShen000000000000001', social: { platform: '小红书', id: '小红书:jianing', name: '嘉宁' } }),
    new Actor(scene, 10, 'influencerChain', { name: '陆可心', nickname: '可可', member: 'GX9900092', openid: 'oStoryLuke000000000000001' }),
    new Actor(scene, 11, 'influencerChain', { name: '梁思远', nickname: '远远', woman: false, member: 'GX9900093', openid: 'oStoryLian000000000000001' }),
  ];
  chain.forEach((actor, place) => {
    const { person } = actor;
    actor.typed(200, { member: person.names.member!, name: person.name, phone: person.phone });
    actor.introduces('mini', 180, { phone: person.phone, member_no: person.names.member, nickname: person.nickname, ...(person.names.social ? { social_id: person.names.social.id } : {}) });
    const day = 49 - 6 * place;
    if (place === 0)
      scene.recorder.event('social', actor.when(day, 21), { event: 'Post Engaged', channel: 'social', properties: { post_id: 'story-post-1', action: 'save', account_id: '小红书:jianing', account_name: '嘉宁', platform: '小红书' }, context: { traits: { social_id: '小红书:jianing' } } }, person);
    else actor.does('mini', day, 'Share Opened', { ...productFacts(serum), share_id: `story-share-${place}` }, 21);
    actor.buys('mini', day - 1, serum);
    if (place < 2) actor.does('mini', day - 4, 'Product Shared', { ...productFacts(serum), share_id: `story-share-${place + 1}` }, 19);
    if (place > 0) scene.recorder.truth({ kind: 'influence', from: chain[place - 1]!.person.id, to: person.id, product: serum.id, at: actor.when(day), bought: true, probability: 1 });
  });
} // prettier-ignore

function aboutToLeave(scene: Scene): void {
  const one = new Actor(scene, 12, 'aboutToLeave', { name: '郭雅文', nickname: '雅文Vivian', member: 'GX9900121', openid: 'oStoryGuo0000000000000001', unionid: 'uni_storyGuo', external: 'wmStoryGuo' });
  const cream = productOfLine('视黄醇紧致', '面霜');
  one.typed(520, { member: 'GX9900121', name: '郭雅文', phone: one.person.phone, unionid: 'uni_storyGuo' });
  one.introduces('mini', 500, { phone: one.person.phone, member_no: 'GX9900121' });
  [480, 400, 330, 260, 190, 120, 70].forEach((day, place) => one.buys('mini', day, productOfLine('胜肽抗初老', place % 2 === 0 ? '精华' : '面霜')));
  const order = one.buys('mini', 24, cream);
  one.talks(13, cream, ['视黄醇紧致面霜用了三天脸红肿脱皮，打了两次电话没人接，请尽快处理！', '您好，已为您登记，稍后专员联系您。', '又过去两天了，没有任何人联系我。']);
  one.does('mini', 13, 'Service Ticket Opened', { ticket_id: 'TK-STORY-GUO', product_id: cream.id, order_id: order, subject: '面霜红肿脱皮无人处理', category: '投诉', body: '视黄醇紧致面霜用了三天红肿脱皮，电话没人接，要求退款并给说法' }, 17);
  one.touch.on('mini', one.when(3, 22), { type: 'page', name: '注销会员', properties: { path: '/member/close', title: '注销会员' } }, false);
  scene.recorder.truth({ kind: 'churn', person: one.person.id, at: scene.world.period.end + 10 * DAY, cause: 'unanswered complaint' });
} // prettier-ignore

function newMother(scene: Scene): void {
  const one = new Actor(scene, 13, 'newMother', { name: '唐欣怡', nickname: '糖糖妈', member: 'GX9900131', openid: 'oStoryTang000000000000001', external: 'wmStoryTang', buyer: 'AAstoryTang' });
  one.typed(530, { member: 'GX9900131', name: '唐欣怡', phone: one.person.phone });
  one.introduces('mini', 500, { phone: one.person.phone, member_no: 'GX9900131' });
  one.buys('mini', 450, productOfLine('视黄醇紧致', '精华'));
  one.talks(380, null, ['怀孕两个月了，之前的视黄醇精华还能用吗？', '恭喜！孕期不建议用视黄醇，可以换燕麦初禾系列。', '那宝宝出生后能用什么？', '新生儿可以用燕麦初禾婴儿面霜，到时候给您寄小样。'], ['温和']);
  one.does('mini', 378, 'Products Searched', { query: '孕妇能用的面霜' }, 21);
  one.buys('mini', 377, productOfLine('燕麦初禾', '面霜'));
  one.buys('tmall', 120, productOfLine('燕麦初禾', '母婴护理'));
  one.does('mini', 20, 'Products Searched', { query: '婴儿面霜 敏感' }, 10);
  one.buys('mini', 19, productOfLine('舒缓修护', '母婴护理'));
} // prettier-ignore

/** All stories. They end with the period, so that they are fresh whenever they are told. */
export function tellStories(scene: Scene): void {
  for (const tell of [customerL, familyPhone, storeTablet, wrongMerge, influencerChain, aboutToLeave, newMother])
    tell(scene);
  for (const [story, { people, says }] of Object.entries(STORIES))
    scene.recorder.truth({ kind: 'story', story, people, says });
}
