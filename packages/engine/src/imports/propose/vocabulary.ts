import type { ColumnEvidence } from './profile.ts';

/** What a column may be about. */
export type Concept =
  | 'user_id' | 'member_no' | 'wechat_unionid' | 'wechat_openid' | 'anonymous_id' | 'device_id' | 'email' | 'phone'
  | 'name' | 'first_name' | 'last_name' | 'gender' | 'birthday' | 'age' | 'address' | 'city' | 'province' | 'country'
  | 'postcode' | 'company' | 'created_at' | 'updated_at' | 'order_id' | 'product_id' | 'product_name' | 'category'
  | 'brand' | 'quantity' | 'price' | 'amount' | 'discount' | 'currency' | 'status' | 'time' | 'event' | 'url' | 'ip'
  | 'user_agent' | 'rating' | 'review' | 'query' | 'coupon' | 'campaign' | 'products' | 'row_id'; // prettier-ignore

interface Entry {
  /** The whole name, in lower case without separators. */
  readonly exact: RegExp;
  /** Part of the name. */
  readonly loose?: RegExp;
  /** How well the values agree, 0 to 1; 0.5 says nothing. */
  readonly fits: (column: ColumnEvidence) => number;
}

const NUMBER = '(id|no|num|nr|number|code|key|ref|sn|编号|号码|编码|代码|号|序号|单号|流水号|卡号)';
const asCode = (column: ColumnEvidence) =>
  column.instant > 0.9 && column.number < 0.9
    ? 0
    : column.money > 0.5
      ? 0.1
      : 0.4 + 0.6 * Math.max(column.code, column.floatedId);
const asText = (column: ColumnEvidence) => (column.number > 0.9 || column.instant > 0.9 ? 0.1 : 0.8);
const asNumber = (column: ColumnEvidence) => (column.number > 0.9 ? 1 : column.number > 0.5 ? 0.5 : 0);
const asTime = (column: ColumnEvidence) =>
  column.instant > 0.8
    ? 1
    : column.number > 0.9 && column.profile.examples.every((cell) => Number(cell) > 1e8)
      ? 0.8
      : 0;
const asCategory = (column: ColumnEvidence) => (column.profile.distinct <= 60 && column.instant < 0.5 ? 0.9 : 0.2);
const anything = () => 0.7;

const exactly = (pattern: string) => new RegExp(`^(?:${pattern})$`);

/**
 * Names in English and Chinese, and what values have to look like. The order decides between concepts that suit a column
 * equally well.
 */
export const vocabulary: Readonly<Record<Concept, Entry>> = {
  email: {
    exact: exactly('e?mail|e?mailaddress|(电子)?(邮箱|邮件)(地址)?'),
    loose: /e?mail|邮箱/,
    fits: (c) => c.email,
  },
  phone: {
    exact: exactly(
      'phone|mobile|cell|tel|telephone|(phone|mobile|cell|tel|telephone)(no|num|number|phone)|msisdn|手机|电话|(手机|电话|联系电话|联系方式)(号|号码)?',
    ),
    loose: /phone|mobile|手机|电话|联系方式/,
    // Phone numbers kept as numbers still have their length.
    fits: (c) => Math.max(c.phone, c.profile.examples.every((cell) => /^\+?[\d\s()-]{7,20}$/.test(cell)) ? 0.8 : 0),
  },
  order_id: {
    exact: exactly(
      `(order|invoice|transaction|trans|txn|receipt|basket|bill|sales?|purchase|trade|checkout|sales?order)${NUMBER}|(主|子)?(订单|发票|交易|小票|单据|流水|销售单|账单|票据)${NUMBER}|单号|流水号|订单`,
    ),
    loose: /^(order|invoice|receipt)(id|no|num)|订单号|订单编号|小票号/,
    fits: asCode,
  },
  products: {
    exact: exactly('(line|order)?(items|lines)|products|商品明细|商品列表|订单明细'),
    fits: (c) => (c.lists > 0.5 ? 1 : 0),
  },
  product_id: {
    exact: exactly(
      `(product|item|stock|goods|article|material|movie|film|book|track|content|video|sku|spu|offer|asset)${NUMBER}|sku|spu|asin|isbn|upc|ean|barcode|(商品|产品|货品|物料|单品|sku|spu|款式|图书|影片)${NUMBER}|货号|款号|(商品)?条(形)?码`,
    ),
    loose: /(product|item|sku|stock)(id|no|code)|商品(编号|id|编码)/,
    fits: asCode,
  },
  product_name: {
    exact: exactly(
      '(product|item|goods|sku|article|stock|movie|book)(name|title|desc|description)?|description|title|品名|(商品|产品|货品|单品)(名|名称|标题|描述)?|书名|片名',
    ),
    loose: /(product|item)(name|title)|商品名|产品名/,
    fits: asText,
  },
  member_no: {
    exact: exactly(
      `(member|membership|vip|loyalty|loyaltycard|membercard|card)${NUMBER}|(会员|会员卡|vip|vip卡|储值卡)${NUMBER}`,
    ),
    fits: asCode,
  },
  wechat_unionid: { exact: exactly('(wx|wechat|weixin|微信)?unionid'), fits: anything },
  wechat_openid: { exact: exactly('(wx|wechat|weixin|微信)?openid|微信号'), fits: anything },
  user_id: {
    exact: exactly(
      `(user|customer|client|cust|buyer|account|acct|shopper|person|consumer|subscriber|patient|student|contact|reviewer|author|reader|rater)${NUMBER}|uid|customer|user|(客户|用户|顾客|买家|消费者|账号|账户|帐号|人员)${NUMBER}?|账号`,
    ),
    loose: /(user|customer|client|buyer)_?(id|no|key)$/,
    fits: asCode,
  },
  anonymous_id: {
    exact: exactly('anonymousid|anonid|(cookie|visitor|session|guest)(id)?|(访客|会话|游客)(id|标识)?'),
    fits: anything,
  },
  device_id: { exact: exactly('device(id|no|number)?|imei|设备(id|号|编号|标识)?'), fits: anything },
  event: {
    exact: exactly(
      'event(name|type|action)?|action(type|name)?|activity(type)?|behaviou?r(type)?|operation|事件(名|名称|类型)?|行为(类型)?|动作|操作(类型)?',
    ),
    fits: asCategory,
  },
  time: {
    exact: exactly(
      'timestamp|time|date|datetime|ts|dt|(event|order|invoice|purchase|transaction|trans|trade|visit|sale|sales|pay|paid|payment|checkout|action|log|click|view|review|rating|play|occurred)(time|date|datetime|timestamp|at|on|day)|(下单|订单|购买|交易|支付|付款|发生|事件|成交|访问|浏览|消费|开票|销售|行为|操作|评价|评论)(时间|日期)|时间|日期|时间戳',
    ),
    loose: /(time|date|timestamp)$|时间|日期/,
    fits: asTime,
  },
  created_at: {
    exact: exactly(
      '(created?|register(ed)?|registration|signup|signedup|joined|join|since|opened|first)(at|on|time|date|datetime)?|(创建|注册|入会|开卡|建档|首次)(时间|日期)',
    ),
    fits: asTime,
  },
  updated_at: {
    exact: exactly(
      '(updated?|modified|last(updated?|modified|seen|login|active))(at|on|time|date|datetime)?|(更新|修改|最近登录|最后登录)(时间|日期)',
    ),
    fits: asTime,
  },
  quantity: {
    exact: exactly(
      '(order|item|purchase|sales?)?(quantity|qty|units?|pieces|pcs)|num|count|(购买|销售|商品|订购|订单)?(数量|件数)|销量',
    ),
    fits: asNumber,
  },
  price: {
    exact: exactly(
      '(unit|item|sale|sales|selling|list|net|retail)?price|unitcost|price(each|per(unit|item))|(销售|成交|商品|零售)?(单价|价格|售价)',
    ),
    fits: asNumber,
  },
  amount: {
    exact: exactly(
      '(order|total|sales?|paid|payment|net|gross|line|invoice|transaction|purchase|trans)?(amount|total|amt|revenue|value|spend)|totalprice|price(total)?total|sales|grandtotal|subtotal|payment|paid|(订单|实付|应付|支付|付款|成交|交易|消费|销售|总|合计|实收|商品|退款)?(金额|总额|总价|款)|销售额|实付|合计',
    ),
    fits: asNumber,
  },
  discount: { exact: exactly('discount(amount|rate|pct)?|优惠(金额)?|折扣(金额|率)?'), fits: anything },
  currency: { exact: exactly('currency(code)?|币种|货币'), fits: asCategory },
  status: {
    exact: exactly(
      '(order|payment|trade|refund|transaction)?status|(order|payment|trade|transaction)state|(订单|交易|支付|退款)?状态',
    ),
    fits: asCategory,
  },
  category: {
    exact: exactly(
      '(product|item|sub)?category(id|name|code)?|cat|(sub)?department|dept|productgroup|(商品|产品|一级|二级)?(类目|品类|分类|类别)(id|名称)?',
    ),
    fits: anything,
  },
  brand: { exact: exactly('brand(name|id)?|manufacturer|品牌(名|名称)?'), fits: anything },
  rating: { exact: exactly('ratings?|score|stars?|overall|评分|星级|打分|得分'), fits: asNumber },
  review: {
    exact: exactly('review(text|body|content|comment)?|comments?|feedback|text|(评论|评价|反馈|留言)(内容|文本)?|内容'),
    fits: asText,
  },
  query: {
    exact: exactly('(search)?(query|keywords?|term)|search(term|query|text)?|(搜索|检索)?(词|关键词|关键字)'),
    fits: asText,
  },
  coupon: {
    exact: exactly(`coupon(${NUMBER})?|voucher(${NUMBER})?|promo(code)?|优惠券(${NUMBER})?|券码`),
    fits: anything,
  },
  campaign: { exact: exactly(`campaign(${NUMBER}|name)?|utmcampaign|活动(${NUMBER}|名称)?`), fits: anything },
  name: {
    exact: exactly(
      '(full|customer|client|user|contact|member|display|nick)?name|nick|(客户|用户|会员|联系人|顾客)?(姓名|名称|名字|昵称)|收货人|联系人|姓名',
    ),
    fits: asText,
  },
  first_name: { exact: exactly('(first|given|fore)name|fname|名'), fits: asText },
  last_name: { exact: exactly('(last|family|sur)name|lname|姓|姓氏'), fits: asText },
  gender: { exact: exactly('gender|sex|性别'), fits: asCategory },
  birthday: {
    exact: exactly('birth(day|date)?|dob|dateofbirth|出生(日期|年月|年月日)|生日'),
    fits: (c) => (c.instant > 0.5 || c.number > 0.5 ? 0.9 : 0.4),
  },
  age: { exact: exactly('age|年龄'), fits: asNumber },
  address: {
    exact: exactly('(street|home|mailing|shipping|delivery)?address(1|line1)?|street|(收货|联系|家庭|详细)?地址|住址'),
    fits: asText,
  },
  city: { exact: exactly('city|town|suburb|(所在)?城市|市'), fits: asText },
  province: { exact: exactly('province|state|region|(所在)?省份?|州|地区'), fits: asText },
  country: { exact: exactly('country(name|code|region)?|nation|国家(地区|\\/地区)?'), fits: asText },
  postcode: { exact: exactly('post(al)?code|zip(code)?|邮编|邮政编码'), fits: anything },
  company: { exact: exactly('company(name)?|organi[sz]ation|employer|(公司|单位|企业)(名称)?'), fits: asText },
  url: {
    exact: exactly('(page)?(url|link|uri)|pageurl|网址|链接|页面(地址|链接)?'),
    fits: (c) => Math.max(c.url, 0.4),
  },
  ip: {
    exact: exactly('ip(address|addr)?|clientip|ip地址'),
    fits: (c) => (c.profile.examples.every((cell) => /^[\d.:a-fA-F]+$/.test(cell)) ? 1 : 0.1),
  },
  user_agent: { exact: exactly('useragent|ua|browser'), fits: anything },
  row_id: {
    exact: exactly('id|row(id|no|num|number)?|index|seq|rec(ord)?(id|no)|uniqueid|key|pk|序号|编号|主键'),
    fits: (c) => (c.unique > 0.95 ? 1 : 0.3),
  },
};

/** A column's name in words: `UnitPrice(£)` and `unit_price:float` give `unit_price`. */
export function wordsOf(name: string): string {
  return (
    name
      .normalize('NFKC')
      .replace(/\([^)]*\)|\[[^\]]*\]|【[^】]*】/g, '')
      .replace(/:(token|float|int|string|token_seq|float_seq)$/i, '')
      .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
      .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1_$2')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '_')
      .replace(/^_+|_+$/g, '') || 'column'
  );
}

/** In lower case and without separators, as the vocabulary has names. */
export function compactOf(name: string): string {
  return wordsOf(name).replaceAll('_', '');
}
