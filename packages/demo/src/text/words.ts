import type { Product } from '../catalogue.ts';
import { OWN_BRAND } from '../catalogue.ts';
import type { Random } from '../random.ts';
import type { Fill, Filler } from './grammar.ts';

/** How people call a product: whole, without the brand, by its category, by its maker's hero ingredient. */
export function productWords(product: Product, random: Random): Filler {
  const bare = product.name.replace(product.brand, '');
  const forms = [
    bare,
    `${product.brand}${product.line.slice(0, 2)}${product.category}`,
    `${product.line}${product.category}`,
    `这款${product.category}`,
    `${product.brand}家的${product.category}`,
    `你家${product.category}`,
    bare.replace('液', '').replace('乳', ''),
  ];
  return { text: random.pick(forms), kind: 'product', value: product.id };
}

const SKIN_WORDS: Readonly<Record<string, readonly string[]>> = {
  干性: ['干皮', '大干皮', '沙漠干皮', '干性皮肤', '外油内干的皮'],
  油性: ['大油皮', '油皮', '油田', '油性皮肤', '混油皮'],
  混合性: ['混合皮', '混干皮', '混油皮', '混合肌', 'T区爱出油的混合皮'],
  中性: ['中性皮', '普通皮肤', '还算稳定的皮肤'],
  敏感肌: ['敏感肌', '敏皮', '红血丝敏感皮', '屏障受损的脸', '烂脸期', '换季就过敏的脸'],
};
export function skinWords(skin: string, sensitive: boolean, random: Random): Filler {
  const value = sensitive ? '敏感肌' : skin;
  return { text: random.pick(SKIN_WORDS[value]!), kind: 'skin', value };
}

const EFFECT_WORDS: Readonly<Record<string, readonly string[]>> = {
  补水: ['补水', '保湿', '喝饱水', '不卡粉', '水润'],
  滋润: ['滋润', '锁水', '不起皮', '油润'],
  修护: ['修护', '修复屏障', '维稳', '褪红', '修复'],
  舒缓: ['舒缓', '镇静', '退红', '降温镇定'],
  抗皱: ['抗老', '抗皱', '淡纹', '抗初老', '淡化法令纹'],
  紧致: ['紧致', '提拉', '抗垮', '紧实'],
  提亮: ['提亮', '去黄', '透亮', '改善暗沉'],
  美白: ['美白', '变白', '淡斑', '祛斑', '祛痘印'],
  控油: ['控油', '不泛油光', '持妆', '不出油'],
  祛痘: ['祛痘', '消痘', '去闭口', '压痘'],
  收毛孔: ['收毛孔', '细致毛孔', '去黑头', '毛孔隐形'],
  防晒: ['防晒', '不晒黑', '隔离', '抗晒'],
  清洁: ['洗得干净', '清洁', '去角质', '卸得干净'],
  眼周护理: ['淡黑眼圈', '去眼袋', '淡眼纹', '眼周保湿'],
  温和: ['温和', '不刺激', '安心', '孕妇能用'],
};
export function effectWords(effect: string, random: Random): Filler {
  return { text: random.pick(EFFECT_WORDS[effect] ?? [effect]), kind: 'effect', value: effect };
}
export const ingredientWords = (ingredient: string): Filler => ({
  text: ingredient,
  kind: 'ingredient',
  value: ingredient,
});

export const SYMPTOMS = [
  '刺痛',
  '泛红',
  '发痒',
  '起小疹子',
  '爆痘',
  '闷闭口',
  '起皮',
  '火辣辣的',
  '红肿',
  '长粉刺',
] as const;
export const symptomWords = (symptom: string): Filler => ({ text: symptom, kind: 'symptom', value: symptom });
export const brandWords = (brand: string): Filler => ({
  text: brand,
  kind: brand === OWN_BRAND ? 'brand' : 'rival',
  value: brand,
});

/** What every text may say besides its own slots. */
export const COMMON: Fill = {
  while: '{一周|两周|十来天|半个月|快一个月|一个多月|两个月|小半瓶|大半瓶|一整瓶|三四次|五六回|{几|好几}天}',
  very: '{很|挺|蛮|真的|确实|特别|超级|相当|非常|有点|还算|格外|属实}',
  when: '{早上|晚上|睡前|洗完脸|化妆前|熬夜后|换季的时候|出差那几天|空调房里|运动完|下班回家}',
  happy: '{😊|🥰|👍|💗|✨|😍|🌿|💧||||}',
  sad: '{😭|😢|🙃|😤|💔|😮‍💨||||}',
  stop: '{。|，|！|～|…|。。| }',
  end: '{。|！|～|…||！！|哈哈|。}',
  who: '{闺蜜|同事|室友|妹妹|表姐|群里的姐妹|刷到的博主|柜姐|我妈|朋友|学姐|邻居}',
  where: '{双11|618|直播间|活动|专柜|官网|小程序|天猫|朋友圈团购|生日券}',
};
