import type { Random } from './random.ts';

const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤';
const COMPOUND = ['欧阳', '司徒', '上官', '诸葛', '皇甫'];
const WOMEN = '静雅婷欣怡慧敏琳雪颖璐洁薇倩梦瑶妍晨曦悦涵佳思语诗雨桐萱若彤可心艺菲蓉岚芳娜丹莉蕾文清宁楠晴韵';
const MEN = '伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁泽博文轩昊天睿子航一鸣思远嘉诚';
/** Characters that sound alike: what somebody writes who only heard the name. */
const SOUND_ALIKE = ['静婧靖', '雅娅', '婷亭庭', '欣新馨心', '怡宜仪', '慧惠卉', '敏闽', '琳林霖', '雪', '颖影莹', '璐露路', '洁婕杰', '薇微', '倩茜', '瑶遥', '妍研', '悦玥月越', '涵函晗', '佳嘉家', '思丝', '语雨宇', '诗', '桐彤童', '萱轩', '可', '艺依', '菲飞', '芳方', '娜', '丹', '莉丽', '文雯', '清青', '宁', '晴情', '韵', '伟玮', '磊蕾', '军君', '洋扬阳', '勇', '涛', '明铭', '超', '辉晖', '鹏', '华桦', '波', '斌彬', '浩皓', '凯', '健建', '俊骏', '旭', '泽', '博', '昊', '天', '睿瑞', '航', '鸣', '远', '诚成']; // prettier-ignore

export const CITIES = [
  { name: '上海', tier: 1, weight: 9, dry: 0 }, { name: '北京', tier: 1, weight: 8, dry: 1 },
  { name: '广州', tier: 1, weight: 6, dry: -1 }, { name: '深圳', tier: 1, weight: 7, dry: -1 },
  { name: '杭州', tier: 2, weight: 6, dry: 0 }, { name: '成都', tier: 2, weight: 6, dry: 0 },
  { name: '南京', tier: 2, weight: 4, dry: 0 }, { name: '武汉', tier: 2, weight: 4, dry: 0 },
  { name: '西安', tier: 2, weight: 3, dry: 1 }, { name: '重庆', tier: 2, weight: 4, dry: 0 },
  { name: '苏州', tier: 2, weight: 4, dry: 0 }, { name: '长沙', tier: 2, weight: 3, dry: 0 },
  { name: '沈阳', tier: 3, weight: 2, dry: 1 }, { name: '昆明', tier: 3, weight: 2, dry: 1 },
  { name: '厦门', tier: 3, weight: 2, dry: -1 }, { name: '兰州', tier: 3, weight: 1, dry: 1 },
  { name: '绍兴', tier: 3, weight: 2, dry: 0 }, { name: '潍坊', tier: 3, weight: 2, dry: 1 },
] as const; // prettier-ignore
export type City = (typeof CITIES)[number];

export interface Store {
  readonly id: string;
  readonly name: string;
  readonly city: string;
}
const MALLS = ['银泰', '万象里', '环宇城', '悦汇', '来福'];
export const STORES: readonly Store[] = CITIES.filter((city) => city.tier < 3).flatMap((city, at) =>
  MALLS.slice(0, city.tier === 1 ? 2 : 1).map((_, more) => ({
    id: `S${String(at * 2 + more + 1).padStart(2, '0')}`,
    name: `澄岑${city.name}${MALLS[(at + more) % MALLS.length]!}店`,
    city: city.name,
  })),
);

/** A family name and a given name of one or two characters. */
export function fullName(random: Random, woman: boolean): string {
  const family = random.chance(0.01)
    ? random.pick(COMPOUND)
    : SURNAMES[Math.floor(random.next() ** 1.7 * SURNAMES.length)]!;
  const pool = woman ? WOMEN : MEN;
  const given = Array.from({ length: random.chance(0.78) ? 2 : 1 }, () => pool[random.whole(0, pool.length - 1)]!);
  return family + given.join('');
}
export const familyOf = (name: string): string => (COMPOUND.includes(name.slice(0, 2)) ? name.slice(0, 2) : name[0]!);

/** The name with one character that sounds the same; the name itself where there is none. */
export function homophone(name: string, random: Random): string {
  const at = name.length - 1 - (name.length > 2 && random.chance(0.4) ? 1 : 0);
  const group = SOUND_ALIKE.find((alike) => alike.includes(name[at]!) && alike.length > 1);
  if (!group) return name;
  const other = [...group].filter((character) => character !== name[at]);
  return name.slice(0, at) + random.pick(other) + name.slice(at + 1);
}

const TRADITIONAL: Readonly<Record<string, string>> = {
  陈: '陳', 张: '張', 刘: '劉', 黄: '黃', 赵: '趙', 吴: '吳', 孙: '孫', 马: '馬', 罗: '羅', 郑: '鄭', 谢: '謝', 许: '許', 韩: '韓', 邓: '鄧', 冯: '馮',
  肤: '膚', 质: '質', 过: '過', 敏: '敏', 补: '補', 润: '潤', 脸: '臉', 买: '買', 还: '還', 这: '這', 说: '說', 个: '個', 没: '沒', 会: '會', 后: '後',
  觉: '覺', 请: '請', 问: '問', 红: '紅', 痒: '癢', 护: '護', 华: '華', 静: '靜', 颖: '穎', 晓: '曉', 丽: '麗', 伟: '偉', 磊: '磊', 军: '軍', 杰: '傑',
  时: '時', 间: '間', 点: '點', 样: '樣', 试: '試', 装: '裝', 对: '對', 带: '帶', 给: '給', 几: '幾', 员: '員', 产: '產', 单: '單', 价: '價', 贵: '貴',
}; // prettier-ignore
export const toTraditional = (text: string): string => text.replace(/[\u4e00-\u9fff]/gu, (at) => TRADITIONAL[at] ?? at);
export const fullWidth = (text: string): string =>
  text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

const NICK_HEAD = [
  '爱吃',
  '想睡',
  '不想',
  '追光',
  '今天也要',
  '元气',
  '软软',
  '一颗',
  '小小',
  '半糖',
  '碎碎念',
  '晚风',
  '薄荷',
  '奶油',
  '柚子',
  '橘子',
  '栗子',
  '芝士',
  '海盐',
  '青柠',
  '云朵',
  '松鼠',
  '兔子',
  '企鹅',
  '月亮',
  '冬日',
  '夏天',
  '南方',
  '北岛',
  '慢慢',
];
const NICK_TAIL = [
  '的鱼',
  '的猫',
  '汽水',
  '日记',
  '同学',
  '小姐',
  '酱',
  '仔',
  '吖',
  '星球',
  '先生',
  '研究所',
  '不加糖',
  '与海',
  '加班中',
  '早睡',
  '护肤记',
  '成分党',
  '呀',
  '喵',
  '泡芙',
  '打工人',
  '碎片',
  '贩卖机',
  '小铺',
  '邮局',
];
export function nickname(random: Random, name: string): string {
  const choice = random.next();
  if (choice < 0.16)
    return `${random.pick(['小', '阿'])}${name.at(-1)!}${random.chance(0.4) ? random.whole(1, 99) : ''}`;
  if (choice < 0.24) return `${name.at(-1)!}${name.at(-1)!}${random.pick(['子', '呀', '酱', ''])}`;
  return random.pick(NICK_HEAD) + random.pick(NICK_TAIL) + (random.chance(0.35) ? String(random.whole(1, 999)) : '');
}

const MOBILE = [
  '130',
  '131',
  '132',
  '133',
  '135',
  '136',
  '137',
  '138',
  '139',
  '150',
  '151',
  '152',
  '153',
  '155',
  '156',
  '157',
  '158',
  '159',
  '166',
  '176',
  '177',
  '178',
  '180',
  '181',
  '182',
  '183',
  '185',
  '186',
  '187',
  '188',
  '189',
];
/** The phone number with this place: all have 000 in the middle, and no two places give the same one. */
export function phoneNumber(place: number): string {
  // 7919 is prime and no divisor of 100,000, so neighbours do not look like neighbours and nothing repeats.
  const last = (place * 7919 + 1234) % 100_000;
  return `${MOBILE[Math.floor(place / 100_000 + place) % MOBILE.length]!}000${String(last).padStart(5, '0')}`;
}

/** A phone number as people and systems write it. */
export function writtenPhone(phone: string, random: Random): string {
  const forms = [
    () => `+86 ${phone}`,
    () => `86${phone}`,
    () => `${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`,
    () => `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}`,
    () => fullWidth(phone),
    () => `+86-${phone}`,
    () => `${phone} `,
  ];
  return random.pick(forms)();
}
export const maskedPhone = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(7)}`;
