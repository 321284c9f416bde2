import type { GraphEdge, GraphNode } from '@guanxi/contracts';
import { describe, expect, it } from 'vitest';
import { differenceOf, drawnOf, isSame } from './difference.ts';
import { csvOf, jsonOf } from './exporting.ts';
import { boxOf, isInside } from './SelectOverlay.tsx';

const node = (id: string, label = id): GraphNode => ({ id, type: 'product', key: id, label });
const edge = (from: string, to: string, count = 1): GraphEdge => ({
  ...{ from, to, type: 'bought', count, weight: count, channels: [] },
  ...{ first: '2026-01-01T00:00:00.000Z', last: '2026-01-02T00:00:00.000Z' },
});

describe('choosing by a line', () => {
  it('takes what lies inside, also of a line that bends back', () => {
    const corner = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
      { x: 5, y: 10 },
      { x: 5, y: 5 },
      { x: 0, y: 5 },
    ];
    expect([isInside({ x: 2, y: 2 }, corner), isInside({ x: 7, y: 8 }, corner)]).toEqual([true, true]);
    expect([isInside({ x: 2, y: 8 }, corner), isInside({ x: 12, y: 2 }, corner)]).toEqual([false, false]);
  });

  it('a box may be drawn from any corner', () => {
    const box = boxOf({ x: 9, y: 9 }, { x: 1, y: 3 });
    expect([isInside({ x: 5, y: 5 }, box), isInside({ x: 5, y: 2 }, box)]).toEqual([true, false]);
  });
});

describe('what has changed since a scene was saved', () => {
  it('counts nodes and relations that came, went and changed', () => {
    const before = drawnOf([node('1'), node('2'), node('3')], [edge('1', '2', 1), edge('1', '3', 2)]);
    const now = drawnOf([node('1'), node('2'), node('4')], [edge('1', '2', 5), edge('1', '4', 1)]);
    expect(differenceOf(before, now)).toEqual({
      newNodes: 1,
      goneNodes: 1,
      newEdges: 1,
      goneEdges: 1,
      changedEdges: 1,
    });
    expect(isSame(differenceOf(now, now))).toBe(true);
  });
});

describe('files', () => {
  const names = { node: ({ label }: GraphNode) => label, nodeType: () => '商品', edgeType: () => '购买' };

  it('CSV: quoted, readable as UTF-8, without formulas', () => {
    const csv = csvOf([node('1', '=1+1'), node('2', '面霜, "大"')], [edge('1', '2', 3)], ['甲', '乙'], names);
    expect(csv.startsWith('\ufeff')).toBe(true);
    expect(csv.trim().split('\r\n')).toEqual([
      '甲,乙',
      `1,商品,'=1+1,购买,2,商品,"面霜, ""大""",3,3,2026-01-01T00:00:00.000Z,2026-01-02T00:00:00.000Z`,
    ]);
  });

  it('JSON: nodes as they are named on the screen, no keys of their own', () => {
    const file = JSON.parse(jsonOf([node('1', '张••')], [], { note: 'n' }, names)) as Record<string, unknown>;
    expect(file).toEqual({ note: 'n', nodes: [{ id: '1', type: 'product', label: '张••' }], edges: [] });
  });
});
