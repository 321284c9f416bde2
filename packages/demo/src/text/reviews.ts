import type { Product } from '../catalogue.ts';
import type { Random } from '../random.ts';
import { type Annotated, Writer } from './grammar.ts';
import { COMMON, effectWords, ingredientWords, productWords, skinWords, SYMPTOMS, symptomWords } from './words.ts';

export const ASPECTS = ['功效', '质地', '气味', '刺激', '包装', '物流', '客服', '价格', '使用感', '真伪'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** What a text says of one aspect: how it feels about it, and how bad it is (1 to 3; 0 where it is good). */
export interface Opinion {
  readonly aspect: Aspect;
  readonly sentiment: 'positive' | 'neutral' | 'negative';
  readonly severity: number;
}

const GOOD: Readonly<Record<Aspect, readonly string[]>> = {
  功效: [
    '{用了|坚持用了|断断续续用了}<while>，{皮肤|脸}<very>{稳定了|状态好了|服帖了|亮了一个度|不怎么出问题了}',
    '<effect>{效果|这块}<very>{在线|能打|明显|可以|不错}',
    '{本来没抱希望|一开始半信半疑|冲着<effect>买的}，{结果|没想到|现在}<very>{惊喜|好用|值得}',
    '<when>{照镜子|摸脸|拍照}{感觉|发现|都能看出}<effect>{有进步|是真的|没白花钱}',
    '{第|到第}{三|四|五|七|十}天{开始|就}{看得到|感觉得到}<effect>{了|的变化}',
    '<skin>{亲测|本人|用下来}，<effect>{给满分|很顶|打八分|比上一款强}',
    '<ingredient>{的量|加得}{很足|有诚意|不是噱头}，<effect>{看得见|有感}',
  ],
  质地: [
    '{质地|膏体|流动性}<very>{好推开|轻薄|水润|细腻|不油腻}',
    '{上脸|抹开|一推}{就化水|马上吸收|没有假滑|不搓泥}，<when>用{刚好|很舒服|也不闷}',
    '<texture>的{质地|那种感觉}，<skin>{用着很合适|完全不会闷|刚刚好}',
  ],
  气味: [
    '{几乎没味道|没什么香精味|淡淡的草本味|味道很高级|闻着放松}',
    '{味道|气味}<very>{清新|舒服|好闻}[，男朋友也说好闻]',
  ],
  刺激: [
    '<skin>{用着不刺痛|一点没过敏|上脸零刺激|终于敢放心用}',
    '{烂脸期|换季|刷酸后|医美后}{也敢用|用了没事|稳住了}，{温和|不刺激}{是真的|好评}',
    '{孕期|敏感期|带娃熬夜}用{没出问题|很安心|也没闹脾气}',
  ],
  包装: [
    '{包装|瓶子}<very>{精致|结实|好看|有质感}',
    '{泵头|瓶口}{设计合理|出量刚好|很好按|不会漏}',
    '{小样|赠品}{给得大方|很多|够出差一周}',
  ],
  物流: ['{昨天下单今天就到|隔天到|物流飞快|顺丰很快}', '{快递|发货}<very>{快|及时|靠谱}[，盒子也没压坏]'],
  客服: [
    '{客服|导购|小姐姐}<very>{耐心|专业|热情}，{讲得很细|帮我搭配了一套|问什么都秒回}',
    '{门店|专柜}{试用|小姐姐服务}<very>{好|贴心}',
  ],
  价格: ['<where>{买的|囤的|入手}，{价格香|很划算|性价比高|比平时便宜一截}', '{这个价|到手价}{值了|没得挑|比大牌良心}'],
  使用感: [
    '{后续上妆|第二天起床|涂完睡觉}{不卡粉|脸软软的|很服帖|没有负担}',
    '{已经|这是第}{二|三|四}{次回购了|瓶了}',
    '{全家|我和妈妈|我跟室友}都在用',
  ],
  真伪: ['{扫码是正品|官方验过真|防伪查过没问题}，{放心|踏实}'],
};

const BAD: Readonly<Record<Aspect, readonly (readonly [severity: number, text: string])[]>> = {
  功效: [
    [1, '{用了|坚持了}<while>，<effect>{没什么感觉|看不出来|比较一般|见仁见智}'],
    [1, '{说好的|宣传的|主打}<effect>{呢|一点没看到|不太明显}'],
    [2, '{一整瓶空了|用了一个疗程}，<effect>{完全没有|约等于零|还不如清水}'],
    [2, '{越用越干|越用越油|暗沉更明显了|毛孔反而大了}，<effect>{是假的吧|白期待了}'],
  ],
  质地: [
    [1, '{质地|膏体}<very>{厚重|油腻|难推开|黏}'],
    [1, '{后续|叠防晒|上粉底}{必搓泥|搓得厉害|一直起屑}'],
    [2, '<skin>用{闷得慌|糊一脸油|像糊了层蜡}'],
  ],
  气味: [
    [1, '{香精味太重|味道怪怪的|有股塑料味|闻着头晕}'],
    [1, '{味道|气味}{劝退|接受不了}，<who>{也|都}说{难闻|不行}'],
  ],
  刺激: [
    [2, '{上脸|涂上}{两分钟|几秒|没多久}就<symptom>，{赶紧洗了|吓得我马上洗掉}'],
    [2, '<skin>{慎入|别碰|劝退}，用完<symptom>{好几天|一晚上|到现在}'],
    [3, '{用了|连用}<while>脸<symptom>，{去医院看了|皮肤科说是接触性皮炎|到现在都没好}'],
    [3, '<symptom>{加|还}脱皮，{整张脸|两颊}{都废了|没法见人|肿了一圈}，{要求赔偿|必须给说法|要投诉}'],
    [1, '{第一次用|刚开始}有点<symptom>，{后来好些|忍忍能过去|不知道是不是不耐受}'],
  ],
  包装: [
    [1, '{泵头|盖子}{按不出来|松的|漏}'],
    [2, '{收到就漏了半瓶|瓶口没封膜|盒子被压扁了}'],
    [1, '{包装|盒子}{简陋|有划痕}'],
  ],
  物流: [
    [1, '{快递|物流}{太慢|等了一周|一直不动}'],
    [2, '{说48小时发货|预售}{拖了十天|现在还没影}'],
    [1, '{快递员|驿站}{乱放|没打电话}'],
  ],
  客服: [
    [1, '{客服|售后}{半天不回|回复都是复制粘贴|态度敷衍}'],
    [2, '{找客服|退货|反馈过敏}{一直踢皮球|没人理|等了三天}，{心累|太失望}'],
    [3, '{反映|投诉}了{三|四|好几}次{都|还是}没人管，{再也不买了|准备打12315|拉黑了}'],
  ],
  价格: [
    [1, '{价格偏高|这个价不值|溢价太多}'],
    [2, '{刚买|到手}{第二天|一周}就降{三十|五十|一半}，{价保也不给|背刺老客}'],
    [1, '{不搞活动|没券}{真的不划算|下不去手}'],
  ],
  使用感: [
    [1, '{第二天|早起}{脸油油的|假滑|没什么变化}'],
    [1, '{用量很费|半个月就空了|一次要按好几泵}'],
    [1, '{跟风买的|看广告买的}，{一般般|没有惊喜|闲置了}'],
  ],
  真伪: [
    [2, '{跟专柜的|和上次买的}{颜色不一样|味道不同|手感差好多}，{怀疑是假货|不敢用了}'],
    [3, '{批号查不到|防伪码被刮过}，{假的吧|要求退一赔三}'],
  ],
};
const NEUTRAL = [
  '{先用着看看|刚开始用，之后来追评|给<who>买的，还没反馈}',
  '{中规中矩|不功不过|没有想象中好也没那么差}',
  '{帮|替}<who>{带的|凑单的}，{等用完再说|暂时没法评价}',
];
const OPENING = [
  '',
  '',
  '',
  '{老客户了，|回购党，|第一次买这家，|种草很久，}',
  '<who>{推荐的|安利的}，',
  '<where>{冲的|囤的|下手的}，',
  '{坐标北方，|混了护肤圈多年，|学生党，|宝妈一枚，|三十加，}',
  '<skin>，',
  '来{交作业|说实话|写个真实评价}：',
];
const CLOSING = [
  '',
  '',
  '',
  '{会回购|还会再来|无限回购}<happy>',
  '{推荐|可以试试|姐妹们冲}<happy>',
  '{总之|整体}{满意|不错}<happy>',
];
const ANGRY = [
  '',
  '',
  '{不会再买了|避雷|谨慎下单}<sad>',
  '{失望|无语|踩雷}<sad>',
  '{希望品牌重视|求改进|等一个解释}<sad>',
];

/** What somebody lived through with a product, from which a review follows. */
export interface Experience {
  readonly product: Product;
  readonly skin: string;
  readonly sensitive: boolean;
  readonly need: string;
  /** 0 to 1. */
  readonly satisfaction: number;
  /** It stung. */
  readonly stung: boolean;
}

export interface Review extends Annotated {
  readonly rating: number;
  readonly opinions: readonly Opinion[];
  readonly sentiment: Opinion['sentiment'];
}

/** Which aspects are spoken of and how, from what was lived through. */
function opinionsOf({ satisfaction, stung }: Experience, random: Random): Opinion[] {
  const count = 1 + random.poisson(1.1);
  const first: Aspect = stung
    ? '刺激'
    : random.weighted(ASPECTS, (aspect) => (aspect === '功效' ? 4 : aspect === '真伪' ? 0.2 : 1));
  const others = random.sample(
    ASPECTS.filter((aspect) => aspect !== first && aspect !== '真伪'),
    count - 1,
  );
  return [first, ...others].map((aspect, at): Opinion => {
    const good = at === 0 && stung ? false : random.chance(at === 0 ? satisfaction : 0.25 + 0.6 * satisfaction);
    if (good) return { aspect, sentiment: 'positive', severity: 0 };
    const severities = [...new Set(BAD[aspect].map(([severity]) => severity))];
    const worst = satisfaction < 0.25 ? 3 : satisfaction < 0.45 ? 2 : 1;
    const possible = severities.filter((severity) => severity <= worst);
    return { aspect, sentiment: 'negative', severity: random.pick(possible.length > 0 ? possible : severities) };
  }); // prettier-ignore
}

function ratingOf(opinions: readonly Opinion[], satisfaction: number, random: Random): number {
  const worst = Math.max(0, ...opinions.map(({ severity }) => severity));
  const felt = 1.2 + 4 * satisfaction - 0.7 * worst + 0.4 * random.normal();
  // Half of all people give five stars to whatever did no harm.
  if (worst === 0 && random.chance(0.6)) return 5;
  return Math.min(5, Math.max(1, Math.round(felt)));
}

/** The words for what a product's user may name. */
export function sceneOf(experience: Omit<Experience, 'satisfaction' | 'stung'>, random: Random): Record<string, ReturnType<typeof skinWords>> {
  const { product, skin, sensitive, need } = experience;
  return {
    ...COMMON,
    product: productWords(product, random),
    skin: skinWords(skin, sensitive, random),
    effect: effectWords(product.effects.includes(need as never) ? need : product.effects[0]!, random),
    ingredient: ingredientWords(random.pick(product.ingredients)),
    symptom: symptomWords(random.pick(SYMPTOMS)),
    texture: product.texture,
  };
} // prettier-ignore

/** A review out of an experience: several aspects in any order, as different people would put it. */
export function writeReview(experience: Experience, random: Random): Review {
  const opinions = opinionsOf(experience, random);
  const writer = new Writer(random, sceneOf(experience, random));
  const sentiment = moodOf(opinions, experience.satisfaction);
  writer.say(random.pick(OPENING));
  if (random.chance(0.4)) writer.say('<product>{：|，| }');
  opinions.forEach(({ aspect, sentiment: mood, severity }, at) => {
    if (at > 0) writer.say(opinions[at - 1]!.sentiment === mood ? '{，|。|，而且|，|；另外|～|，还有}' : '{，不过|，就是|。但是|，只是|，但}');
    const lines = mood === 'positive' ? GOOD[aspect] : BAD[aspect].filter(([level]) => level === severity).map(([, text]) => text);
    writer.sayAs('aspect', `${aspect}:${mood}:${severity}`, random.pick(lines));
  });
  if (sentiment === 'neutral' && random.chance(0.4)) writer.say('，').say(random.pick(NEUTRAL));
  const last = random.pick(sentiment === 'negative' ? ANGRY : CLOSING);
  writer.say(last === '' ? '<end>' : '<stop>').say(last);
  return { ...writer.done(), rating: ratingOf(opinions, experience.satisfaction, random), opinions, sentiment };
} // prettier-ignore

function moodOf(opinions: readonly Opinion[], satisfaction: number): Opinion['sentiment'] {
  const worst = Math.max(0, ...opinions.map(({ severity }) => severity));
  const good = opinions.filter(({ sentiment }) => sentiment === 'positive').length;
  if (worst >= 2 || (worst > 0 && good < opinions.length / 2)) return 'negative';
  return worst > 0 || satisfaction < 0.4 ? 'neutral' : 'positive';
}

const SPAM = [
  '此用户没有填写评价。',
  '好评好评好评好评好评好评',
  '很好很好，物流快，服务好，宝贝与描述一致，五星好评，下次还来！',
  '加V领{50|80|100}元优惠券，同款{半价|三折}，VX：{aa|bb|cc}8866{11|22|33}',
  '{专业|代}刷信誉，{关注店铺|进群}领{红包|福利}，{名额有限|先到先得}',
  '宝贝收到了，包装很好，还没用，先给好评，相信品牌。',
];
export const writeSpam = (random: Random): Annotated => new Writer(random, COMMON).say(random.pick(SPAM)).done();
