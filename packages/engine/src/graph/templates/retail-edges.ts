import type { EdgeType } from '@guanxi/contracts';

/** [zh, en, inverse zh, inverse en, from, to, what the weight adds up]. */
type Line = readonly [string, string, string, string, string, string, (readonly [string, string])?];

const PIECES = ['件数', 'pieces'] as const;

const LINES: Readonly<Record<string, Line>> = {
  viewed: ['浏览', 'viewed', '被浏览', 'viewed by', 'person', 'product'],
  added_to_cart: ['加购', 'added to cart', '被加购', 'in the cart of', 'person', 'product', PIECES],
  removed_from_cart: ['移出购物车', 'removed from cart', '被移出', 'removed by', 'person', 'product', PIECES],
  kept_in_cart: ['购物车里有', 'kept in cart', '留在购物车', 'kept by', 'person', 'product', PIECES],
  checked_out: ['去结算', 'began to check out', '被结算', 'checked out by', 'person', 'product', PIECES],
  favourited: ['收藏', 'favourited', '被收藏', 'favourited by', 'person', 'product'],
  shared: ['分享', 'shared', '被分享', 'shared by', 'person', 'product'],
  bought: ['购买', 'bought', '被购买', 'bought by', 'person', 'product', PIECES],
  returned: ['退货', 'returned', '被退货', 'returned by', 'person', 'product', PIECES],
  cancelled: ['取消购买', 'cancelled', '被取消', 'cancelled by', 'person', 'product', PIECES],
  reviewed: ['评价', 'reviewed', '被评价', 'reviewed by', 'person', 'product'],
  wrote: ['撰写', 'wrote', '作者', 'written by', 'person', 'review'],
  about_product: ['关于', 'is about', '相关评价', 'has review', 'review', 'product'],
  placed: ['下单', 'placed', '下单人', 'placed by', 'person', 'order'],
  refunded: ['退款', 'had refunded', '退款人', 'refunded to', 'person', 'order'],
  cancelled_order: ['取消订单', 'cancelled', '取消人', 'cancelled by', 'person', 'order'],
  contains: ['包含', 'contains', '属于订单', 'part of', 'order', 'product', PIECES],
  contains_return: ['退回', 'had returned', '退自订单', 'returned from', 'order', 'product', PIECES],
  ordered_through: ['下单渠道', 'ordered through', '渠道订单', 'channel of', 'order', 'channel'],
  ordered_at: ['下单门店', 'ordered at', '门店订单', 'store of', 'order', 'store'],
  ordered_from: ['下单地', 'ordered from', '当地订单', 'origin of', 'order', 'country'],
  of_brand: ['品牌为', 'is of brand', '旗下商品', 'makes', 'product', 'brand'],
  in_category: ['品类为', 'is in category', '品类商品', 'includes', 'product', 'category'],
  searched: ['搜索', 'searched', '被搜索', 'searched by', 'person', 'search'],
  visited: ['访问', 'visited', '被访问', 'visited by', 'person', 'content'],
  used_coupon: ['使用优惠券', 'used', '被使用', 'used by', 'person', 'coupon'],
  redeemed_in: ['用于订单', 'redeemed in', '所用优惠券', 'redeemed', 'coupon', 'order'],
  opened: ['打开', 'opened', '被打开', 'opened by', 'person', 'campaign'],
  clicked: ['点击', 'clicked', '被点击', 'clicked by', 'person', 'campaign'],
  came_from: ['来自', 'came from', '带来', 'brought', 'person', 'campaign'],
  opened_ticket: ['发起工单', 'opened', '发起人', 'opened by', 'person', 'ticket'],
  closed_ticket: ['工单关闭', 'had closed', '关闭的工单', 'closed for', 'person', 'ticket'],
  ticket_about: ['涉及商品', 'is about', '相关工单', 'has ticket', 'ticket', 'product'],
  ticket_on_order: ['涉及订单', 'is about', '相关工单', 'has ticket', 'ticket', 'order'],
  lives_in: ['所在国家', 'lives in', '当地客户', 'home of', 'person', 'country'],
  lives_in_city: ['所在城市', 'lives in', '当地客户', 'home of', 'person', 'city'],
  city_of: ['属于', 'is in', '下辖', 'has city', 'city', 'country'],
  visits_store: ['到店', 'goes to', '到店客户', 'visited by', 'person', 'store'],
  uses_device: ['使用设备', 'uses', '使用者', 'used by', 'person', 'device'],
  member_of: ['加入', 'is a member of', '成员', 'has member', 'person', 'group'],
};

export const retailEdges: Record<string, EdgeType> = Object.fromEntries(
  Object.entries(LINES).map(([id, [zh, en, inverseZh, inverseEn, from, to, weight]]) => [
    id,
    {
      label: { zh, en },
      inverse: { zh: inverseZh, en: inverseEn },
      from,
      to,
      ...(weight ? { weightLabel: { zh: weight[0], en: weight[1] } } : {}),
    },
  ]),
);
