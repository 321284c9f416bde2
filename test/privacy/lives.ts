/** Somebody whom nobody else is like: whatever holds one of these holds something of her. */
export const her = {
  user: 'u-quillfeather-77',
  phone: '13912345871',
  email: 'q.quillfeather@wyvernmail.example',
  device: 'device-wyvern-0001',
  name: '欧阳翡翠',
  order: 'ORD-WYVERN-9911',
  search: '翡翠色独角兽水杯',
  complaint: 'the amaranthine teapot whistled',
  review: '凤凰木梳子太可爱了',
  product: 'P-ONLY-HERS-42',
} as const;
export const VALUES = Object.values(her);

export type Send = (...batch: readonly object[]) => Promise<void>;

export const track = (who: object, event: string, properties: object, extra: object = {}) => ({
  type: 'track',
  event,
  properties,
  ...who,
  ...extra,
});
/** The life of two people of one household and a stranger, told in turns. */
export async function tellLives(send: Send): Promise<void> {
  const me = { userId: her.user, anonymousId: her.device };
  const him = { userId: 'u-brother', anonymousId: 'device-brother' };
  const stranger = { userId: 'u-stranger' };
  const tv = { device: { id: 'tv-in-the-living-room' } };
  await send(
    { type: 'identify', ...me, traits: { name: her.name, phone: her.phone, email: her.email, city: '成都' } },
    { type: 'identify', ...him, traits: { name: '弟弟', phone: '13912345000', email: 'brother@example.com' } },
    { type: 'identify', ...stranger, traits: { name: 'Stranger', email: 'stranger@example.com' } },
  );
  // One product everybody knows, whose name she was the last to say; one only she ever saw.
  await send(
    track(stranger, 'Product Viewed', { product_id: 'p1', name: 'Teapot', price: 5, category: 'tea' }),
    track(him, 'Product Viewed', { product_id: 'p1', name: 'Tea pot', price: 6, category: 'tea' }, { context: tv }),
    track(
      me,
      'Product Viewed',
      { product_id: 'p1', name: 'Teapot of jade', price: 7, category: 'jade' },
      { context: tv },
    ),
    track(me, 'Product Viewed', { product_id: her.product, name: 'Comb', price: 1 }),
    track(me, 'Products Searched', { query: her.search }),
  );
  const order = { order_id: her.order, total: 9.5, products: [{ product_id: 'p1', quantity: 1, price: 9.5 }] };
  await send(
    track(me, 'Order Completed', order, { messageId: 'order-1' }),
    track(me, 'Order Completed', order, { messageId: 'order-1' }),
    track(me, 'Product Reviewed', { product_id: 'p1', review_body: her.review, rating: 5 }),
    track(me, 'Service Ticket Opened', { ticket_id: 'T-WYVERN', body: her.complaint, product_id: 'p1' }),
    track(me, 'Consent Updated', { purpose: 'marketing', channels: ['sms', 'email'], granted: true }),
    track(him, 'Consent Updated', { purpose: 'marketing', channel: 'sms', granted: false }),
  );
  // He once gave her address for a parcel: his event, and it stays his.
  await send(
    track(him, 'Order Completed', { order_id: 'HIS-1', total: 3, products: [{ product_id: 'p1', quantity: 2 }] }),
  );
  await send({ type: 'track', event: 'Product Viewed', properties: { product_id: 'p1' }, anonymousId: her.device });
  // Refused: no order number.
  await send(
    track(me, 'Order Completed', { total: 1, note: her.complaint }),
    track(him, 'Order Completed', { total: 2 }),
    { type: 'nonsense', traits: { email: her.email } },
  );
}
