const origin = () => window.location.origin;

/** One event by hand: what the SDKs send, in its smallest form. */
export const curlSnippet = (writeKey: string): string => `curl -u ${writeKey}: ${origin()}/v1/track \\
  -H 'content-type: application/json' \\
  -d '{
    "userId": "C-1001",
    "event": "Product Viewed",
    "properties": { "product_id": "P-1", "name": "Repair Serum", "price": 168 }
  }'`;

/** The browser SDK of Segment, pointed here. */
export const browserSnippet = (writeKey: string): string => `import { AnalyticsBrowser } from '@segment/analytics-next';

const analytics = AnalyticsBrowser.load(
  { writeKey: '${writeKey}', cdnURL: '${origin()}' },
  { integrations: { 'Segment.io': { apiHost: '${location.host}/v1', protocol: '${location.protocol.slice(0, -1)}' } } },
);

analytics.identify('C-1001', { phone: '+8613800000000' });
analytics.track('Product Viewed', { product_id: 'P-1', name: 'Repair Serum', price: 168 });`;

/** The server SDK of Segment, pointed here. */
export const nodeSnippet = (writeKey: string): string => `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${writeKey}', host: '${origin()}' });

analytics.track({
  userId: 'C-1001',
  event: 'Order Completed',
  properties: { order_id: 'O-1', revenue: 168, products: [{ product_id: 'P-1', price: 168, quantity: 1 }] },
});`;
