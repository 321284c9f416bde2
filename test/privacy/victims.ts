import { track } from './lives.ts';

/** People of whom nobody else is like any. */
export const victimOf = (n: number) => ({
  user: `u-quillfeather-${n}x`,
  phone: `1391234587${n}`,
  email: `q${n}.quillfeather@wyvernmail.example`,
  name: `欧阳翡翠${'甲乙丙丁戊己庚辛'[n]!}`,
  search: `翡翠色独角兽水杯 ${n}`,
});

export const valuesOf = (n: number) => Object.values(victimOf(n));

/** Events of each, one of which is a duplicate. */
export const EVENTS = 9;

/** `entangled-N` is the message id to send again in the name of somebody else where that is to be a duplicate. */
export function lifeOf(n: number): object[] {
  const { user, phone, email, name, search } = victimOf(n);
  const me = { userId: user };
  const order = { order_id: `ORD-${n}`, total: 5, products: [{ product_id: 'p1', quantity: 1, price: 5 }] };
  return [
    { type: 'identify', ...me, traits: { name, phone, email, city: '成都' } },
    track(me, 'Product Viewed', { product_id: 'p1', name: `Teapot ${n}`, price: n }),
    track(me, 'Product Viewed', { product_id: `only-${n}`, name: `Comb of ${name}` }, { messageId: `entangled-${n}` }),
    track(me, 'Products Searched', { query: search }),
    track(me, 'Order Completed', order, { messageId: `order-${n}` }),
    track(me, 'Order Completed', order, { messageId: `order-${n}` }),
    track(me, 'Product Reviewed', { product_id: 'p1', review_body: `by ${name}`, rating: 5 }),
    track(me, 'Consent Updated', { purpose: 'marketing', channel: 'sms', granted: true, evidence: name }),
    // The brother's telephone, once: two persons were joined by it for a while, or were not.
    track(me, 'Product Viewed', { product_id: 'p2' }, { context: { device: { id: 'household-tv' } } }),
  ];
}
