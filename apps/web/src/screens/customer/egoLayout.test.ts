import type { GraphEdge, Neighbourhood } from '@guanxi/contracts';
import { describe, expect, it } from 'vitest';
import { cardSize, pickEgo, placeOnRings, ringsIn, roomIn } from './egoLayout.ts';

const instant = '2026-01-01T00:00:00.000Z';
const edge = (type: string, to: string, weight: number): GraphEdge => ({
  from: '1',
  to,
  type,
  count: 1,
  weight,
  first: instant,
  last: instant,
  channels: [],
});
const many = Array.from({ length: 60 }, (_, at) => edge('viewed', `${100 + at}`, 60 - at));
const hood: Neighbourhood = {
  centre: '1',
  edges: [...many, edge('placed', '900', 1)],
  nodes: [
    ...many.map(({ to }) => ({ id: to, type: 'product', key: to, label: to })),
    { id: '900', type: 'order', key: '900', label: '900' },
  ],
  groups: [
    { edgeType: 'viewed', direction: 'out', nodeType: 'product', total: 80, shown: 60 },
    { edgeType: 'placed', direction: 'out', nodeType: 'order', total: 1, shown: 1 },
  ],
};

const familyOf = (type: string) => (type === 'order' ? 'event' : 'product');

describe('what is drawn around a person', () => {
  it('has something of every relation, the strongest first, and says how many more there are', () => {
    const pick = pickEgo(hood, 10, familyOf);
    expect(pick.nodes).toHaveLength(9);
    expect(pick.nodes.map((node) => node.id)).toContain('900');
    expect(pick.nodes.map((node) => node.id)).toContain('100');
    expect(pick.bundles).toEqual([expect.objectContaining({ edgeType: 'viewed', more: 72 })]);
  });

  it('draws few of what merely happened and counts the rest', () => {
    const orders = Array.from({ length: 40 }, (_, at) => edge('placed', `${2000 + at}`, 1));
    const shop: Neighbourhood = {
      ...hood,
      edges: [...many, ...orders],
      nodes: [...hood.nodes, ...orders.map(({ to }) => ({ id: to, type: 'order', key: to, label: to }))],
      groups: [{ edgeType: 'placed', direction: 'out', nodeType: 'order', total: 40, shown: 40 }],
    };
    const pick = pickEgo(shop, 30, familyOf);
    expect(pick.nodes.filter((node) => node.type === 'order')).toHaveLength(4);
    expect(pick.nodes.length + pick.bundles.length).toBe(30);
    expect(pick.bundles).toContainEqual(expect.objectContaining({ edgeType: 'placed', more: 36 }));
  });

  it('lets no card stand for a single one', () => {
    const few = (type: string, nodeType: string, first: number, count: number) => ({
      edges: Array.from({ length: count }, (_, at) => edge(type, `${first + at}`, count - at)),
      nodes: Array.from({ length: count }, (_, at) => ({ id: `${first + at}`, type: nodeType, key: '', label: '' })),
      groups: [{ edgeType: type, direction: 'out' as const, nodeType, total: count, shown: count }],
    });
    const parts = [
      few('viewed', 'product', 1, 3),
      few('placed', 'order', 10, 4),
      few('placed', 'cart', 20, 2),
      few('searched', 'search', 30, 1),
      few('lives_in', 'city', 40, 1),
      // Two of what was viewed were also bought.
      few('bought', 'product', 1, 2),
    ];
    const small: Neighbourhood = {
      centre: '1',
      edges: parts.flatMap(({ edges }) => edges.map((one) => ({ ...one, from: '1', to: `9${one.to}` }))),
      nodes: parts.slice(0, -1).flatMap(({ nodes }) => nodes.map((one) => ({ ...one, id: `9${one.id}` }))),
      groups: parts.flatMap(({ groups }) => groups),
    };
    const whole = pickEgo(small, 20, familyOf);
    expect(whole.nodes).toHaveLength(small.nodes.length);
    expect(whole.bundles).toEqual([]);
    for (let room = 4; room < 20; room += 1) {
      const pick = pickEgo(small, room, familyOf);
      expect(pick.bundles.filter(({ more }) => more === 1)).toEqual([]);
      if (room > parts.length) expect(pick.nodes.length + pick.bundles.length).toBeLessThanOrEqual(room);
      for (const { edgeType, nodeType, total } of small.groups) {
        const seen = pick.nodes.filter((node) =>
          small.edges.some((one) => one.type === edgeType && one.to === node.id && node.type === nodeType),
        );
        const bundle = pick.bundles.find((one) => one.edgeType === edgeType && one.nodeType === nodeType);
        expect(seen.length + (bundle?.more ?? 0)).toBe(total);
      }
    }
  });

  it('keeps what is looked at, weak as it may be', () => {
    expect(pickEgo(hood, 5, familyOf, '159').nodes.map((node) => node.id)).toContain('159');
  });

  it('stands on rings without one card over another', () => {
    const rings = ringsIn({ width: 1160, height: 380 });
    const items = Array.from({ length: roomIn(rings) }, (_, at) => ({ item: at, family: 'product' as const }));
    const placed = placeOnRings(items, rings);
    expect(placed).toHaveLength(items.length);
    for (const [at, one] of placed.entries())
      for (const other of placed.slice(at + 1))
        expect(
          Math.abs(one.x - other.x) >= cardSize.width * 0.8 || Math.abs(one.y - other.y) >= cardSize.height * 0.8,
        ).toBe(true);
  });
});
