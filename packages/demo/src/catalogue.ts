import { Random } from './random.ts';

export const SKINS = ['干性', '油性', '混合性', '中性'] as const;
export type Skin = (typeof SKINS)[number];
export const EFFECTS = [
  '补水', '滋润', '修护', '舒缓', '抗皱', '紧致', '提亮', '美白', '控油', '祛痘', '收毛孔', '防晒', '清洁', '眼周护理', '温和',
] as const; // prettier-ignore
export type Effect = (typeof EFFECTS)[number];

/** The brand whose life is told; every name here is invented. */
export const OWN_BRAND = '澄岑';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly brand: string;
  readonly own: boolean;
  readonly category: string;
  readonly line: string;
  readonly ingredients: readonly string[];
  readonly effects: readonly Effect[];
  readonly texture: string;
  readonly price: number;
  readonly size: string;
  readonly suited: readonly string[];
  readonly unsuited: readonly string[];
  /** How likely it stings a sensitive skin, 0 to 1: what reviews tell, never a column. */
  readonly harshness: number;
  /** How well it is made, 0 to 1: likewise. */
  readonly quality: number;
  /** Days a pack lasts. */
  readonly lasts: number;
}

interface Line {
  readonly name: string;
  readonly ingredients: readonly string[];
  readonly effects: readonly Effect[];
  readonly suited: readonly string[];
  readonly unsuited: readonly string[];
  readonly harshness: number;
  readonly price: number;
  readonly feel: string;
}
const LINES: Readonly<Record<string, Line>> = {
  舒缓修护: { name: '舒缓修护', ingredients: ['神经酰胺', '积雪草', '依克多因'], effects: ['修护', '舒缓'], suited: ['敏感肌', '干性'], unsuited: [], harshness: 0.03, price: 1.15, feel: '温润' },
  玻尿酸水光: { name: '玻尿酸水光', ingredients: ['透明质酸', '泛醇', '银耳多糖'], effects: ['补水'], suited: ['干性', '中性', '混合性'], unsuited: [], harshness: 0.06, price: 0.9, feel: '水润' },
  视黄醇紧致: { name: '视黄醇紧致', ingredients: ['视黄醇', '补骨脂酚'], effects: ['抗皱', '紧致'], suited: ['中性', '混合性'], unsuited: ['敏感肌', '孕期'], harshness: 0.55, price: 1.7, feel: '丝滑' },
  胜肽抗初老: { name: '胜肽抗初老', ingredients: ['胜肽', '麦角硫因', '角鲨烷'], effects: ['抗皱', '紧致', '修护'], suited: ['敏感肌', '干性', '中性'], unsuited: [], harshness: 0.08, price: 1.6, feel: '绵柔' },
  烟酰胺亮肤: { name: '烟酰胺亮肤', ingredients: ['烟酰胺', '维C衍生物', '传明酸'], effects: ['美白', '提亮'], suited: ['中性', '混合性', '油性'], unsuited: ['敏感肌'], harshness: 0.3, price: 1.2, feel: '轻盈' },
  水杨酸净痘: { name: '水杨酸净痘', ingredients: ['水杨酸', '茶树精油', '壬二酸'], effects: ['祛痘', '控油'], suited: ['油性', '混合性'], unsuited: ['敏感肌', '干性', '孕期'], harshness: 0.5, price: 0.95, feel: '清爽' },
  绿茶控油: { name: '绿茶控油', ingredients: ['绿茶', '吡咯烷酮羧酸锌', '高岭土'], effects: ['控油', '收毛孔'], suited: ['油性', '混合性'], unsuited: ['干性'], harshness: 0.15, price: 0.8, feel: '清爽' },
  角鲨烷滋养: { name: '角鲨烷滋养', ingredients: ['角鲨烷', '乳木果油', '维E'], effects: ['滋润', '补水'], suited: ['干性'], unsuited: ['油性'], harshness: 0.05, price: 1, feel: '浓润' },
  果酸焕肤: { name: '果酸焕肤', ingredients: ['果酸', '乳酸', '香精'], effects: ['收毛孔', '提亮'], suited: ['油性', '混合性'], unsuited: ['敏感肌', '孕期'], harshness: 0.62, price: 1.05, feel: '微酸' },
  燕麦初禾: { name: '燕麦初禾', ingredients: ['燕麦', '甘油', '甘草酸二钾'], effects: ['温和', '修护', '舒缓'], suited: ['敏感肌', '孕期', '干性'], unsuited: [], harshness: 0.01, price: 0.95, feel: '温和' },
}; // prettier-ignore

interface Category {
  readonly name: string;
  readonly noun: string;
  readonly price: number;
  readonly size: string;
  readonly texture: string;
  readonly lasts: number;
  readonly adds: readonly Effect[];
  readonly lines: readonly string[];
}
const ALL = Object.keys(LINES);
const without = (...names: string[]) => ALL.filter((name) => !names.includes(name));
const CATEGORIES: readonly Category[] = [
  { name: '洁面', noun: '洁面乳', price: 98, size: '120g', texture: '泡沫', lasts: 60, adds: ['清洁'], lines: without('视黄醇紧致', '胜肽抗初老') },
  { name: '卸妆', noun: '卸妆膏', price: 128, size: '90g', texture: '膏状', lasts: 75, adds: ['清洁'], lines: ['舒缓修护', '玻尿酸水光', '绿茶控油', '角鲨烷滋养', '燕麦初禾'] },
  { name: '化妆水', noun: '精粹水', price: 149, size: '150ml', texture: '水状', lasts: 60, adds: [], lines: without('视黄醇紧致') },
  { name: '精华', noun: '精华液', price: 289, size: '30ml', texture: '精华质地', lasts: 55, adds: [], lines: ALL },
  { name: '乳液', noun: '乳液', price: 169, size: '100ml', texture: '乳状', lasts: 65, adds: ['补水'], lines: without('果酸焕肤', '水杨酸净痘') },
  { name: '面霜', noun: '面霜', price: 239, size: '50g', texture: '霜状', lasts: 70, adds: ['滋润'], lines: without('果酸焕肤', '水杨酸净痘', '绿茶控油') },
  { name: '眼霜', noun: '眼霜', price: 219, size: '15g', texture: '霜状', lasts: 80, adds: ['眼周护理'], lines: ['舒缓修护', '玻尿酸水光', '视黄醇紧致', '胜肽抗初老', '烟酰胺亮肤', '角鲨烷滋养'] },
  { name: '面膜', noun: '面膜', price: 119, size: '5片', texture: '膜布', lasts: 35, adds: [], lines: without('视黄醇紧致') },
  { name: '防晒', noun: '防晒乳', price: 139, size: '50ml', texture: '乳状', lasts: 50, adds: ['防晒'], lines: ['舒缓修护', '玻尿酸水光', '烟酰胺亮肤', '绿茶控油', '燕麦初禾'] },
  { name: '身体护理', noun: '身体乳', price: 109, size: '250ml', texture: '乳状', lasts: 60, adds: ['滋润'], lines: ['舒缓修护', '玻尿酸水光', '烟酰胺亮肤', '角鲨烷滋养', '果酸焕肤', '燕麦初禾'] },
  { name: '手唇护理', noun: '护手霜', price: 59, size: '50g', texture: '霜状', lasts: 45, adds: ['滋润'], lines: ['舒缓修护', '玻尿酸水光', '角鲨烷滋养', '燕麦初禾'] },
  { name: '母婴护理', noun: '婴儿面霜', price: 89, size: '60g', texture: '霜状', lasts: 60, adds: ['温和'], lines: ['舒缓修护', '角鲨烷滋养', '燕麦初禾'] },
]; // prettier-ignore

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

function productOf(category: Category, line: Line, at: number, edition: string, brand: string, code: string): Product {
  const random = new Random('product', code, at);
  const mini = edition === '旅行装';
  const price = Math.round((category.price * line.price * (mini ? 0.4 : edition ? 1.2 : 1)) / 10) * 10 - 1;
  return {
    id: `${code}${String(at + 1).padStart(3, '0')}`,
    name: `${brand}${line.name}${category.noun}${edition && ` ${edition}`}`,
    brand,
    own: brand === OWN_BRAND,
    category: category.name,
    line: line.name,
    ingredients: line.ingredients,
    effects: unique([...line.effects, ...category.adds]),
    texture: `${line.feel}${category.texture}`,
    price: Math.max(29, price),
    size: mini ? '旅行装' : category.size,
    suited: line.suited,
    unsuited: line.unsuited,
    harshness: line.harshness,
    quality: 0.55 + 0.4 * random.next(),
    lasts: Math.round(category.lasts * (mini ? 0.35 : 1)),
  };
}

/** What the brand sells: 120 products in 12 categories. */
function ownProducts(): Product[] {
  const pairs = CATEGORIES.flatMap((category) => category.lines.map((line) => ({ category, line: LINES[line]! })));
  const again = (edition: string, lines: readonly string[], names: readonly string[]) =>
    pairs
      .filter(({ category, line }) => lines.includes(line.name) && names.includes(category.name))
      .map((pair) => ({ ...pair, edition }));
  const all = [
    ...pairs.map((pair) => ({ ...pair, edition: '' })),
    ...again(
      '旅行装',
      ['舒缓修护', '玻尿酸水光', '绿茶控油', '胜肽抗初老'],
      ['洁面', '化妆水', '精华', '乳液', '面霜', '防晒'],
    ),
    ...again('礼盒', ALL, ['精华', '面霜', '面膜']),
  ];
  return all
    .slice(0, 120)
    .map(({ category, line, edition }, at) => productOf(category, line, at, edition, OWN_BRAND, 'CC'));
}

export interface Rival {
  readonly name: string;
  readonly code: string;
  /** Against the own brand's prices. */
  readonly price: number;
  readonly lines: readonly string[];
}
export const RIVALS: readonly Rival[] = [
  { name: '泊若', code: 'BR', price: 0.8, lines: ['玻尿酸水光', '绿茶控油', '烟酰胺亮肤'] },
  { name: '霁研所', code: 'JY', price: 1.3, lines: ['视黄醇紧致', '胜肽抗初老', '果酸焕肤'] },
  { name: '乌苇', code: 'WW', price: 1.05, lines: ['舒缓修护', '燕麦初禾', '角鲨烷滋养'] },
  { name: '未芷', code: 'WZ', price: 0.65, lines: ['水杨酸净痘', '绿茶控油', '玻尿酸水光'] },
  { name: '朗栖', code: 'LQ', price: 1.8, lines: ['胜肽抗初老', '视黄醇紧致', '角鲨烷滋养'] },
];

const rivalProducts = (): Product[] =>
  RIVALS.flatMap(({ name, code, lines, price }) =>
    lines
      .flatMap((line) => CATEGORIES.filter((category) => ['精华', '面霜'].includes(category.name) && category.lines.includes(line)).map((category) => ({ category, line: LINES[line]! })))
      .map(({ category, line }, at) => {
        const product = productOf(category, line, at, '', name, code);
        return { ...product, price: Math.round(product.price * price) };
      }),
  ); // prettier-ignore

export const PRODUCTS: readonly Product[] = ownProducts();
export const RIVAL_PRODUCTS: readonly Product[] = rivalProducts();
const byId = new Map([...PRODUCTS, ...RIVAL_PRODUCTS].map((product) => [product.id, product]));
export const productById = (id: string): Product => byId.get(id)!;
/** The own product of a line and category, without an edition. */
export const productOfLine = (line: string, category: string): Product =>
  PRODUCTS.find((product) => product.line === line && product.category === category)!;

/**
 * How well a product does for somebody, 0 to 1: the ground truth behind reviews, complaints and coming back. What it does
 * for the need, whether it suits the skin, whether it stings, and how well it is made.
 */
export function fitOf(
  product: Product,
  skin: Skin,
  sensitivity: number,
  pregnant: boolean,
  need: Effect | null,
): number {
  const helps = need === null || product.effects.includes(need) ? 1 : 0.55;
  const suits = product.suited.includes(skin) ? 0.12 : product.unsuited.includes(skin) ? -0.25 : 0;
  const stings = product.harshness * Math.max(0, sensitivity - 0.3) * 1.25;
  const carries = pregnant && product.unsuited.includes('孕期') ? 0.3 : 0;
  return Math.min(1, Math.max(0, product.quality * helps + suits - stings - carries));
}
