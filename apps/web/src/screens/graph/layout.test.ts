import { expect, it } from 'vitest';
import { layOut, seedOf } from './layout.ts';

const ids = Array.from({ length: 40 }, (_, at) => `${1000 + at}`);
const edges = ids.slice(1).map((to) => ({ from: '1000', to, weight: 1 }));

it('places the same graph the same way', () => {
  expect([...layOut({ nodes: ids, edges, before: new Map() })]).toEqual([
    ...layOut({ nodes: ids, edges, before: new Map() }),
  ]);
  expect(seedOf('42')).toEqual(seedOf('42'));
});

it('gives every node a place of its own', () => {
  const places = [...layOut({ nodes: ids, edges, before: new Map() }).values()];
  expect(places.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  expect(new Set(places.map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`)).size).toBe(ids.length);
});

it('leaves nodes where they were put', () => {
  const before = new Map([['1003', { x: 500, y: -300 }]]);
  const placed = layOut({ nodes: ids, edges, before, fixed: new Set(['1003']) });
  expect(placed.get('1003')).toEqual({ x: 500, y: -300 });
  expect(placed.get('1004')).not.toEqual(layOut({ nodes: ids, edges, before: new Map() }).get('1004'));
});
