import type { z } from 'zod';
import type { projection } from '@guanxi/contracts';

export type ProjectionInput = z.input<typeof projection>;
export type NodeInput = NonNullable<ProjectionInput['nodes']>[string];
export type EdgeInput = NonNullable<ProjectionInput['edges']>[number];

/** Where an event speaks of one product (`properties`) or of one of several (`item`). */
export type Place = 'properties' | 'item';

export const product = (place: Place): NodeInput => ({
  type: 'product',
  key: `${place}.product_id|${place}.sku`,
  attributes: {
    name: `${place}.name`,
    price: `${place}.price`,
    currency: place === 'item' ? 'item.currency|properties.currency' : 'properties.currency',
    category: `${place}.category`,
    brand: `${place}.brand`,
    variant: `${place}.variant`,
    image: `${place}.image_url|${place}.image`,
    url: `${place}.url`,
  },
});
/** The product an event is of, with its brand and category. */
export const brandAndCategory = (place: Place): Record<string, NodeInput> => ({
  product: product(place),
  brand: { type: 'brand', key: `${place}.brand` },
  category: { type: 'category', key: `${place}.category` },
});
export const productEdges: EdgeInput[] = [
  { type: 'of_brand', from: 'product', to: 'brand' },
  { type: 'in_category', from: 'product', to: 'category' },
];
