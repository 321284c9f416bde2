import type { Product } from '../catalogue.ts';
import type { Random } from '../random.ts';
import { type Annotated, withSlip, Writer } from './grammar.ts';
import { COMMON, effectWords, ingredientWords, productWords, skinWords, SYMPTOMS, symptomWords } from './words.ts';

const PATTERNS = [
  '<skin>{用什么|适合什么|推荐}<category>',
  '<effect><category>',
  '<effect>{推荐|排行|测评|哪个好|平价|好用的}',
  '<skin><effect>',
  '<ingredient>{|精华|面霜|能天天用吗|和维C能一起吗|敏感肌能用吗}',
  '<symptom>{怎么办|用什么|修护|急救}',
  '<brand>{|<category>|怎么样|官网|专柜|优惠券|小样}',
  '<product>[成分|真假|多少钱|孕妇能用吗]',
  '{学生党|孕妇|三十岁|男士|熬夜|换季|医美后}<category>',
  '<category>',
  '<effect>',
];
const SLANG: Readonly<Record<string, readonly string[]>> = {
  洁面: ['洗面奶', '洁面', '氨基酸洗面奶', '洁面乳'], 卸妆: ['卸妆膏', '卸妆油', '卸妆'], 化妆水: ['爽肤水', '水', '湿敷水', '精粹水'],
  精华: ['精华', '小样精华', '精华液', 'jinghua'], 乳液: ['乳液', '水乳套装', '水乳'], 面霜: ['面霜', '晚霜', '霜', 'mianshuang'], 眼霜: ['眼霜', '眼膜'],
  面膜: ['面膜', '补水面膜', '面摸', 'mianmo'], 防晒: ['防晒', '防晒霜', '防嗮', '军训防晒'], 身体护理: ['身体乳', '润肤露'], 手唇护理: ['护手霜', '润唇膏'],
  母婴护理: ['宝宝霜', '婴儿面霜', '孕妇护肤'],
}; // prettier-ignore

/** What somebody with this need types into a search box, with slips and spellings as people make them. */
export function writeSearch(
  about: { product: Product; skin: string; sensitive: boolean; need: string },
  random: Random,
): Annotated {
  const { product, skin, sensitive, need } = about;
  const done = new Writer(random, {
    ...COMMON,
    product: productWords(product, random),
    skin: skinWords(skin, sensitive, random),
    effect: effectWords(need, random),
    ingredient: ingredientWords(random.pick(product.ingredients)),
    symptom: symptomWords(random.pick(SYMPTOMS)),
    category: random.pick(SLANG[product.category] ?? [product.category]),
    brand: { text: product.brand, kind: 'brand', value: product.brand },
  })
    .say(random.pick(PATTERNS))
    .done();
  return random.chance(0.04) ? { ...done, text: withSlip(done.text, random) } : done;
}
