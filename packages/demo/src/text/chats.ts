import type { Product } from '../catalogue.ts';
import type { Random } from '../random.ts';
import { type Annotated, type Mark, Writer } from './grammar.ts';
import { sceneOf } from './reviews.ts';

export interface Line extends Annotated {
  readonly from: 'customer' | 'agent';
}
export type ChatTopic = 'advice' | 'complaint' | 'logistics' | 'pregnancy' | 'promotion';

/** What is said in turn; `?` lines are said in half of the cases. */
const SCRIPTS: Readonly<
  Record<ChatTopic, readonly (readonly [from: 'customer' | 'agent' | 'customer?' | 'agent?', text: string])[]>
> = {
  advice: [
    ['customer', '{在吗|你好|您好|hi|亲在不}[，{想咨询下|问一下|请教个问题}]'],
    ['agent?', '{在的亲|您好呀，我是您的专属顾问|亲亲在呢}～{有什么可以帮您|想了解哪款呢}'],
    [
      'customer',
      '{我是|本人}<skin>，{最近|换季}{总是|老是|有点}<symptom>，{想要|想找}<effect>的，{有推荐吗|用哪款好|怎么搭配}',
    ],
    [
      'agent',
      '{建议|推荐您}{先|试试}<product>，{里面有|含}<ingredient>，{对|适合}<skin>[，{早晚各一次|先在耳后试用|配合补水一起}]',
    ],
    ['customer?', '{会不会|怕}{刺激|闷痘|油腻}{啊|吗|呀}，{我之前用|上次用}{别家的|一款酸}<symptom>过'],
    ['agent?', '{这款|它}{比较温和|不含酒精香精|做过敏感肌测试}，{可以先拿小样|建议局部试用}'],
    ['customer', '{好的|行|OK|ok}[，{我先看看|多少钱呀|有活动吗|双十一会便宜吗}]'],
    ['agent?', '{现在下单|这周}{满三百减四十|送旅行装|有专属券}，{链接发您|给您留一份}'],
  ],
  complaint: [
    ['customer', '{你们|我}{家的|买的}<product>{怎么回事|有问题}！{用了|涂了}{两次|三天|一晚上}{就|脸上}<symptom>'],
    ['customer?', '{照片发你了|你看看这脸|脸上现在还是}，<symptom>[，{根本不敢出门|明天还要上班}]'],
    [
      'agent',
      '{非常抱歉|实在不好意思|抱歉给您带来困扰}，{请先停用|建议先用清水洗净}，{方便提供|麻烦发一下}{订单号|批号}吗',
    ],
    [
      'customer',
      '{订单都有|自己查}，{我是<skin>|我本来皮肤挺好的}，{买之前|客服}{说可以用|还说温和}[，{现在怎么办|谁负责}]',
    ],
    ['agent?', '{已为您登记|这边帮您申请}{退款|售后}，{1-3个工作日|专员}{给您答复|会联系您}'],
    ['customer?', '{等了|都过去}{三天|一周|好几天}了{没人联系我|还没处理}，{太失望了|再也不买了|我要投诉}'],
  ],
  logistics: [
    ['customer', '{我的快递|订单|包裹}{怎么还没到|到哪了|没动静了}'],
    ['agent', '{稍等|亲稍等}{帮您查|看一下}～{目前|显示}{在派送中|还在中转|仓库爆单稍有延迟}'],
    ['customer', '{都|已经}{三|四|五|六}天了[，{急用|送人的|出差要带}]'],
    ['agent?', '{给您催一下|备注加急了}，{抱歉久等|补您一张十元券}'],
    ['customer?', '{好吧|行吧|嗯}[，谢谢]'],
  ],
  pregnancy: [
    ['customer', '{怀孕|备孕|孕}{三个月|五个月|初期|了}{能用|可以用}<product>吗'],
    [
      'agent',
      '{恭喜|恭喜亲}！{孕期|这段时间}{不建议|避开}{视黄醇|水杨酸|酸类}，{可以看看|推荐}<product>，<ingredient>{很温和|孕期可用}',
    ],
    ['customer', '{那|好的，那}{还有|宝宝出生后}{什么要注意的|能用什么|需要准备啥}'],
    ['agent?', '{宝宝|新生儿}{可以用|建议}燕麦{系列|婴儿面霜}，{到时候|预产期前}{给您寄小样|提醒您}'],
  ],
  promotion: [
    [
      'agent',
      '{姐|亲爱的|宝}，{618|双11|会员日|生日月}{提前享|专属}，<product>{第二件半价|直降五十|加赠正装}[，要不要帮您留一套]',
    ],
    ['customer', '{最近|家里}{还有|没用完}[，{下次吧|先不用了}]'],
    ['customer?', '{那来一套|可以|帮我留一份吧}[，{跟上次一样|寄到公司}]'],
    ['agent?', '{好嘞|收到}～{给您安排|已下单链接}'],
  ],
};

/** A conversation of several turns, its lines as different people would say them. */
export function writeChat(
  topic: ChatTopic,
  about: { product: Product; skin: string; sensitive: boolean; need: string },
  random: Random,
): Line[] {
  const scene = sceneOf(about, random);
  return SCRIPTS[topic]
    .filter(([from]) => !from.endsWith('?') || random.chance(0.5))
    .map(([from, text]) => {
      const done = new Writer(random, scene)
        .say(text)
        .say(random.chance(0.2) ? '<end>' : '')
        .done();
      return { ...done, from: from.startsWith('customer') ? 'customer' : 'agent' };
    });
}

/** Marks of a text that stands behind another one. */
export const shifted = (marks: readonly Mark[], by: number): Mark[] =>
  marks.map((mark) => ({ ...mark, start: mark.start + by, end: mark.end + by }));

const TICKET = [
  '{使用|用了}<product>后<symptom>，{要求退款|希望给个说法|请尽快联系我}',
  '<product>{过敏|导致<symptom>}，{已停用|照片已上传}，{申请售后|要求赔付}',
  '{反馈|投诉}：<product>{不适合<skin>|刺激}，<symptom>{三天了|一周未消}[，客服{没回复|推诿}]',
];
export const writeComplaint = (about: { product: Product; skin: string; sensitive: boolean; need: string }, random: Random): Annotated =>
  new Writer(random, sceneOf(about, random)).say(random.pick(TICKET)).say('<end>').done(); // prettier-ignore
