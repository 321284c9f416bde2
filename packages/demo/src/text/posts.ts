import type { Product } from '../catalogue.ts';
import type { Random } from '../random.ts';
import { type Annotated, Writer } from './grammar.ts';
import { type Experience, type Opinion, sceneOf } from './reviews.ts';
import { brandWords, COMMON } from './words.ts';

export interface Post extends Annotated {
  readonly topics: readonly string[];
  readonly sentiment: Opinion['sentiment'];
}

/** Talk of many, in which people take part; each belongs to effects or skins. */
export const TOPICS: readonly { readonly name: string; readonly about: readonly string[] }[] = [
  { name: '油痘肌护肤', about: ['控油', '祛痘', '油性'] }, { name: '敏感肌修护', about: ['修护', '舒缓', '敏感肌'] },
  { name: '成分党日常', about: ['抗皱', '美白', '提亮'] }, { name: '早C晚A', about: ['抗皱', '紧致', '提亮'] },
  { name: '干皮过冬', about: ['补水', '滋润', '干性'] }, { name: '抗初老', about: ['抗皱', '紧致', '眼周护理'] },
  { name: '孕期护肤', about: ['温和'] }, { name: '防晒红黑榜', about: ['防晒'] },
  { name: '毛孔管理', about: ['收毛孔', '清洁'] }, { name: '空瓶记', about: ['补水', '清洁', '滋润'] },
  { name: '学生党平价护肤', about: ['控油', '补水', '祛痘'] }, { name: '熬夜急救', about: ['提亮', '眼周护理', '舒缓'] },
]; // prettier-ignore
export const topicsOf = (need: string): string[] =>
  TOPICS.filter(({ about }) => about.includes(need)).map(({ name }) => name);

const HEAD = [
  '{空瓶|开箱|真实|无广|自费}{分享|测评|记录}',
  '{本|一个}<skin>的{碎碎念|自救记录|护肤日记}',
  '{终于|总算}{找到|等到}{本命|能用}的<effect>了',
  '{最近|这个月|换季}的脸{稳了|有救了|又作妖了}',
  '{听劝|被<who>按头}{入了|买了}<product>',
  '',
];
const LIKE = [
  '<product>{用了|到手}<while>，<effect>{真的有|肉眼可见|不是玄学}',
  '{质地是<texture>|<when>涂一层}，{第二天脸软软的|上妆服帖|油田也不闷}',
  '{里面的|主打}<ingredient>{对我|对<skin>}{很友好|很管用}',
  '{已经|准备}{二刷|囤货|安利给全宿舍}了',
];
const HATE = [
  '<product>{我真的用不来|劝退|踩雷了}，{上脸就|第二天}<symptom>',
  '{广告吹的|说好的}<effect>{在哪里|我没看见}',
  '<skin>{慎入|绕路}，{别问我怎么知道的|脸给你们看哭了}',
  '{找售后|问客服}{三天|半天}没{人理|动静}，{寒心|下头}',
];
const TAIL = [
  '<happy>',
  '{有一样的姐妹吗|你们最近在用什么|求同款搭配|评论区聊聊}',
  '{图一图二|前后对比}{自己看|都没修}',
  '{点赞过百|下次}{更|出}{后续|对比}',
  '',
];
const TALK = [
  '{求推荐|有没有}<skin>{能用的|适合的}<effect>{产品|精华|面霜}，{预算三百|学生党|最好别太贵}',
  '{换季|熬夜|戴口罩}{又|一直}<symptom>，{怎么办|大家都用什么|在线等}',
  '<rival>和<brand>{怎么选|哪个更适合<skin>|有对比过的吗}',
  '{今天逛|路过}{专柜|商场}试了<rival>的{新品|面霜|精华}，{质地一般|还行|手背都香香的}',
  '{刷到|看到}好多人说<ingredient>，{真的有用吗|孕期能用吗|敏感肌敢用吗}',
  '{整理|清点}{梳妆台|护肤品}，{空瓶|囤货}{七|八|十几}个，<effect>{这一类|的}{最多|用得最快}',
];

const withTopics = (writer: Writer, topics: readonly string[], random: Random): void => {
  for (const topic of topics) writer.plain(random.chance(0.7) ? ` #${topic}#` : ` #${topic}`);
};

/** A post about a product somebody used. */
export function writePost(experience: Experience, random: Random): Post {
  const topics = random.sample([...new Set([...topicsOf(experience.need), '空瓶记'])], random.whole(1, 2));
  const liked = experience.satisfaction >= 0.5;
  const writer = new Writer(random, sceneOf(experience, random));
  const head = random.pick(HEAD);
  writer.say(head).say(head === '' ? '' : '<stop>');
  const lines = random.sample(liked ? LIKE : HATE, random.whole(1, 3));
  lines.forEach((line, at) => writer.say(at > 0 ? '{，|。|～|\n}' : '').say(line));
  writer
    .say('<stop>')
    .say(random.pick(TAIL))
    .say(liked ? '<happy>' : '<sad>');
  withTopics(writer, topics, random);
  return { ...writer.done(), topics, sentiment: liked ? 'positive' : 'negative' };
}

/** What the public says: questions and comparisons, among them with other brands. */
export function writeTalk(about: { product: Product; rival: string; brand: string; skin: string; sensitive: boolean; need: string }, random: Random): Post {
  const topics = random.sample(topicsOf(about.need), 1);
  const writer = new Writer(random, { ...sceneOf(about, random), ...COMMON, rival: brandWords(about.rival), brand: brandWords(about.brand) });
  writer.say(random.pick(TALK)).say('<end>');
  if (random.chance(0.3)) writer.say('{。|，}').say(random.pick(TALK)).say('<end>');
  withTopics(writer, topics, random);
  return { ...writer.done(), topics, sentiment: 'neutral' };
} // prettier-ignore
