import { brandAndCategory, type EdgeInput, productEdges, type ProjectionInput } from './retail-parts.ts';

/** A list of a product's catalogue entry, each member a node. */
const listed = (id: string, list: string, type: string, edge: EdgeInput['type']): ProjectionInput => ({
  id,
  when: { types: ['track'], names: ['Product Listed'] },
  each: `properties.${list}`,
  nodes: {
    product: { type: 'product', key: 'properties.product_id|properties.sku' },
    [type]: { type, key: 'item' },
  },
  edges: [{ type: edge, from: 'product', to: type }],
});

const { product, brand, category } = brandAndCategory('properties');
const entry = product as Extract<typeof product, { type: string }>;

/** What a shop knows of its goods and of what it spends on showing them. */
export const retailGoods: ProjectionInput[] = [
  {
    id: 'product_listed',
    when: { types: ['track'], names: ['Product Listed'] },
    nodes: {
      product: {
        ...entry,
        attributes: { ...entry.attributes, line: 'properties.line', texture: 'properties.texture' },
      },
      brand: { ...(brand as typeof entry), attributes: { ownership: 'properties.ownership' } },
      category: category!,
    },
    edges: productEdges,
  },
  listed('product_ingredients', 'ingredients', 'ingredient', 'made_with'),
  listed('product_effects', 'effects', 'effect', 'does'),
  listed('product_suited', 'suited', 'skin', 'suits'),
  listed('product_unsuited', 'unsuited', 'skin', 'not_for'),
  {
    id: 'stock_counted',
    when: { types: ['track'], names: ['Stock Counted'] },
    nodes: {
      product: {
        type: 'product',
        key: 'properties.product_id|properties.sku',
        attributes: { stock: 'properties.stock', stock_status: 'properties.stock_status' },
      },
    },
  },
  {
    id: 'ad_spend',
    when: { types: ['track'], names: ['Ad Spend Recorded'] },
    nodes: {
      campaign: {
        type: 'campaign',
        key: 'properties.campaign_id',
        attributes: { name: 'properties.campaign_name', medium: 'properties.medium' },
      },
      channel: { type: 'channel', key: 'properties.medium' },
    },
    edges: [{ type: 'advertised_on', from: 'campaign', to: 'channel', weight: 'properties.cost' }],
  },
];
