import type { z } from 'zod';
import type { nodeType } from '@guanxi/contracts';

type NodeTypes = Record<string, z.input<typeof nodeType>>;
type Attribute = NonNullable<NodeTypes[string]['attributes']>[string];

const attribute = (zh: string, en: string, type: Attribute['type'] = 'string', pii?: Attribute['pii']): Attribute => ({
  label: { zh, en },
  type,
  ...(pii ? { pii } : {}),
});
const name = attribute('名称', 'Name');

export const retailNodes: NodeTypes = {
  person: {
    label: { zh: '客户', en: 'Customer' },
    family: 'person',
    title: 'name',
    attributes: {
      name: attribute('姓名', 'Name', 'string', 'personal'),
      nickname: attribute('昵称', 'Nickname', 'string', 'personal'),
      email: attribute('邮箱', 'E-mail', 'string', 'personal'),
      phone: attribute('手机号', 'Phone', 'string', 'personal'),
      gender: attribute('性别', 'Gender', 'string', 'quasi'),
      birthday: attribute('生日', 'Birthday', 'string', 'personal'),
      age: attribute('年龄', 'Age', 'number', 'quasi'),
      country: attribute('国家或地区', 'Country or region', 'string', 'quasi'),
      city: attribute('城市', 'City', 'string', 'quasi'),
      level: attribute('会员等级', 'Membership level'),
      skin_type: attribute('肤质', 'Skin type'),
      language: attribute('语言', 'Language'),
    },
  },
  product: {
    label: { zh: '商品', en: 'Product' },
    family: 'product',
    title: 'name',
    attributes: {
      name,
      price: attribute('价格', 'Price', 'number'),
      currency: attribute('币种', 'Currency'),
      category: attribute('品类', 'Category'),
      brand: attribute('品牌', 'Brand'),
      variant: attribute('规格', 'Variant'),
      line: attribute('系列', 'Line'),
      texture: attribute('质地', 'Texture'),
      stock: attribute('库存', 'Stock', 'number'),
      stock_status: attribute('库存状态', 'Stock status'),
      image: attribute('图片', 'Image'),
      url: attribute('链接', 'Link'),
    },
  },
  brand: {
    label: { zh: '品牌', en: 'Brand' },
    family: 'market',
    attributes: { ownership: attribute('归属', 'Ownership') },
  },
  ingredient: { label: { zh: '成分', en: 'Ingredient' }, family: 'product' },
  effect: { label: { zh: '功效', en: 'Effect' }, family: 'need' },
  skin: { label: { zh: '适用人群', en: 'Suited to' }, family: 'need' },
  category: { label: { zh: '品类', en: 'Category' }, family: 'market' },
  order: {
    label: { zh: '订单', en: 'Order' },
    family: 'event',
    attributes: {
      status: attribute('状态', 'Status'),
      total: attribute('金额', 'Total', 'number'),
      currency: attribute('币种', 'Currency'),
      coupon: attribute('优惠券', 'Coupon'),
    },
  },
  country: { label: { zh: '国家或地区', en: 'Country or region' }, family: 'market' },
  city: { label: { zh: '城市', en: 'City' }, family: 'market' },
  campaign: {
    label: { zh: '营销活动', en: 'Campaign' },
    family: 'campaign',
    title: 'name',
    attributes: {
      name,
      medium: attribute('媒介', 'Medium'),
      source: attribute('来源', 'Source'),
    },
  },
  content: {
    label: { zh: '内容页面', en: 'Content' },
    family: 'event',
    title: 'title',
    attributes: { title: attribute('标题', 'Title'), url: attribute('链接', 'Link') },
  },
  search: { label: { zh: '搜索词', en: 'Search' }, family: 'need' },
  coupon: {
    label: { zh: '优惠券', en: 'Coupon' },
    family: 'campaign',
    title: 'name',
    attributes: { name, discount: attribute('优惠金额', 'Discount', 'number') },
  },
  store: {
    label: { zh: '门店', en: 'Store' },
    family: 'market',
    title: 'name',
    attributes: { name },
  },
  channel: { label: { zh: '销售渠道', en: 'Sales channel' }, family: 'market' },
  ticket: {
    label: { zh: '服务工单', en: 'Service ticket' },
    family: 'event',
    title: 'subject',
    attributes: {
      subject: attribute('主题', 'Subject'),
      body: attribute('内容', 'Text', 'string', 'personal'),
      status: attribute('状态', 'Status'),
      topic: attribute('类型', 'Topic'),
    },
  },
  review: {
    label: { zh: '评价', en: 'Review' },
    family: 'event',
    title: 'body',
    attributes: {
      body: attribute('内容', 'Text'),
      rating: attribute('评分', 'Rating', 'number'),
    },
  },
  conversation: {
    label: { zh: '服务会话', en: 'Conversation' },
    family: 'event',
    title: 'last_message',
    attributes: {
      last_message: attribute('最后一条消息', 'Last message', 'string', 'personal'),
      last_from: attribute('最后发言方', 'Last to speak'),
    },
  },
  staff: {
    label: { zh: '员工', en: 'Staff' },
    family: 'market',
    title: 'name',
    attributes: { name },
  },
  post: {
    label: { zh: '帖子', en: 'Post' },
    family: 'event',
    title: 'body',
    attributes: { body: attribute('内容', 'Text'), platform: attribute('平台', 'Platform') },
  },
  topic: { label: { zh: '话题', en: 'Topic' }, family: 'market' },
  account: {
    label: { zh: '社交账号', en: 'Social account' },
    family: 'identifier',
    title: 'name',
    attributes: {
      name,
      platform: attribute('平台', 'Platform'),
      followers: attribute('粉丝数', 'Followers', 'number'),
    },
  },
  // Its key is a number that nobody reads: it is called after what was shared.
  share: {
    label: { zh: '分享', en: 'Share' },
    family: 'event',
    title: 'product',
    attributes: { product: attribute('分享的商品', 'Product shared') },
  },
  device: {
    label: { zh: '设备', en: 'Device' },
    family: 'identifier',
    title: 'model',
    attributes: {
      model: attribute('型号', 'Model'),
      manufacturer: attribute('厂商', 'Manufacturer'),
      os: attribute('系统', 'Operating system'),
    },
  },
  group: {
    label: { zh: '群组', en: 'Group' },
    family: 'segment',
    title: 'name',
    attributes: { name, industry: attribute('行业', 'Industry') },
  },
};
