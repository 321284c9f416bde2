import type { ImportMapping } from '@guanxi/contracts';
import { importMapping } from '@guanxi/contracts';
import type { FileName, Stream } from './records.ts';

/** A file another system exports: its columns, and how its rows become events. */
export interface DemoFile {
  readonly source: string;
  readonly columns: readonly string[];
  readonly mapping: ImportMapping;
}

const zone = 'Asia/Shanghai';
const column = (name: string) => ({ column: name });
const number = (name: string) => ({ column: name, as: 'number' as const });
const time = (name: string) => ({ column: name, as: 'instant' as const, zone });
const json = (name: string) => ({ column: name, as: 'json' as const });
const constant = (value: string) => ({ constant: value });
const item = {
  'item.product_id': column('商品编码'),
  'item.name': column('商品名称'),
  'item.price': number('单价'),
  'item.quantity': number('数量'),
};
const orderOf = (by: string) => ({ by: [by], sum: { 'properties.total': ['quantity', 'price'] } });

const file = (source: string, columns: readonly string[], mapping: Record<string, unknown>): DemoFile => ({
  source,
  columns,
  mapping: importMapping.parse({ name: source, file: { format: 'csv', encoding: 'utf-8', delimiter: ',', header: true }, ...mapping }),
}); // prettier-ignore

/** The files, in the order in which they are loaded. Columns are named as their systems name them. */
export const DEMO_FILES: Readonly<Record<FileName, DemoFile>> = {
  catalogue: file('演示·商品资料', ['商品编码', '商品名称', '品牌', '归属', '品类', '系列', '标价', '规格', '质地', '成分', '功效', '适用', '不适用', '上架日期'], {
    type: 'track', event: [{ name: 'Product Listed' }],
    fields: {
      timestamp: time('上架日期'), channel: constant('erp'), 'properties.product_id': column('商品编码'), 'properties.name': column('商品名称'), 'properties.brand': column('品牌'),
      'properties.ownership': column('归属'), 'properties.category': column('品类'), 'properties.line': column('系列'), 'properties.price': number('标价'), 'properties.variant': column('规格'),
      'properties.texture': column('质地'), 'properties.ingredients': json('成分'), 'properties.effects': json('功效'), 'properties.suited': json('适用'), 'properties.unsuited': json('不适用'),
    },
  }),
  crm: file('演示·会员系统 CRM', ['会员号', '姓名', '性别', '生日', '手机', '邮箱', '城市', '等级', '入会时间', '入会渠道', '肤质', 'unionid'], {
    type: 'identify',
    fields: {
      timestamp: time('入会时间'), channel: constant('crm'), 'traits.member_no': column('会员号'), 'traits.name': column('姓名'), 'traits.gender': column('性别'), 'traits.birthday': column('生日'),
      'traits.phone': column('手机'), 'traits.email': column('邮箱'), 'traits.city': column('城市'), 'traits.level': column('等级'), 'traits.joined_through': column('入会渠道'), 'traits.skin_type': column('肤质'), 'traits.unionid': column('unionid'),
    },
  }),
  tmall: file('演示·天猫订单', ['订单编号', '买家昵称', '买家ID', '收货人', '联系手机', '收货城市', '付款时间', '商品编码', '商品名称', '单价', '数量', '订单状态'], {
    type: 'track',
    event: [{ when: [{ column: '订单状态', is: 'equals', value: '退款成功' }], name: 'Order Refunded' }, { name: 'Order Completed' }],
    group: orderOf('订单编号'),
    fields: {
      timestamp: time('付款时间'), channel: constant('tmall'), 'properties.order_id': column('订单编号'), 'properties.sales_channel': constant('天猫'), 'properties.currency': constant('CNY'),
      'traits.buyer_id': column('买家ID'), 'traits.phone': column('联系手机'), 'traits.name': column('收货人'), 'traits.nickname': column('买家昵称'), 'traits.city': column('收货城市'), ...item,
    },
  }),
  tmall_reviews: file('演示·天猫评价', ['评价ID', '订单编号', '买家ID', '买家昵称', '商品编码', '商品名称', '评分', '评价内容', '评价时间'], {
    type: 'track', event: [{ name: 'Product Reviewed' }],
    fields: {
      timestamp: time('评价时间'), channel: constant('tmall'), 'properties.review_id': column('评价ID'), 'properties.order_id': column('订单编号'), 'traits.buyer_id': column('买家ID'),
      'traits.nickname': column('买家昵称'), 'properties.product_id': column('商品编码'), 'properties.name': column('商品名称'), 'properties.rating': number('评分'), 'properties.review_body': column('评价内容'),
    },
  }),
  pos: file('演示·门店 POS', ['小票号', '门店编号', '门店', '交易时间', '会员号', '手机', '商品编码', '商品名称', '单价', '数量', '导购'], {
    type: 'track', event: [{ name: 'Order Completed' }], group: orderOf('小票号'),
    fields: {
      timestamp: time('交易时间'), channel: constant('store'), 'properties.order_id': column('小票号'), 'properties.store_id': column('门店编号'), 'properties.store_name': column('门店'),
      'properties.sales_channel': constant('门店'), 'properties.currency': constant('CNY'), 'properties.staff': column('导购'), 'traits.member_no': column('会员号'), 'traits.phone': column('手机'), ...item,
    },
  }),
  stock: file('演示·库存', ['商品编码', '库存', '状态', '日期'], {
    type: 'track', event: [{ name: 'Stock Counted' }],
    fields: { timestamp: time('日期'), channel: constant('erp'), 'properties.product_id': column('商品编码'), 'properties.stock': number('库存'), 'properties.stock_status': column('状态') },
  }),
  ads: file('演示·广告投放', ['日期', '媒体', '投放计划', '花费', '曝光', '点击'], {
    type: 'track', event: [{ name: 'Ad Spend Recorded' }],
    fields: { timestamp: time('日期'), channel: constant('ads'), 'properties.medium': column('媒体'), 'properties.campaign_id': column('投放计划'), 'properties.cost': number('花费'), 'properties.impressions': number('曝光'), 'properties.clicks': number('点击') },
  }),
}; // prettier-ignore

/** The streams' sources: where events come from one by one. What listens to the public may deliver events of nobody. */
export const DEMO_STREAMS: Readonly<Record<Stream, { readonly source: string; readonly kind: 'sdk' | 'file' }>> = {
  web: { source: '演示·官网', kind: 'sdk' },
  mini: { source: '演示·小程序', kind: 'sdk' },
  wecom: { source: '演示·企业微信', kind: 'sdk' },
  marketing: { source: '演示·营销触达', kind: 'sdk' },
  social: { source: '演示·社交聆听', kind: 'file' },
};

export const csvOf = (name: FileName, rows: readonly string[]): string =>
  `${[DEMO_FILES[name].columns.join(','), ...rows].join('\n')}\n`;
