import { expect, it } from 'vitest';
import { layOut, seedOf } from './layout.ts';

const ids = Array.from({ length: 40 }, (_, at) => `${1000 + at}`);
const edges = ids.slice(1).map((to) => ({ from: '1000', to, weight: 1 }));

it('places the same graph the same way', () => {
  expect([...layOut(ids, edges, new Map())]).toEqual([...layOut(ids, edges, new Map())]);
  expect(seedOf('42')).toEqual(seedOf('42'));
});

it('gives every node a place of its own', () => {
  const places = [...layOut(ids, edges, new Map()).values()];
  expect(places.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  expect(new Set(places.map(({ x, y }) => `${x.toFixed(2)},${y.toFixed(2)}`)).size).toBe(ids.length);
});
