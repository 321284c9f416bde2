import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from '../../app/search.ts';
import { collapse, expand, hide, nodeOfScene, place, sceneOf, searchOf, toggleType } from './scene.ts';

const a = '9007199254740993123';
const b = '1234567890123456789';

describe('a scene', () => {
  it('comes back from its address as it was, ids of 19 digits included', () => {
    let scene = expand(expand(place(sceneOf({}), a), a), b, 'bought');
    scene = { ...toggleType(scene, 'order'), path: { from: a, to: b, k: 2, hops: 5, types: ['product', 'search'] } };
    const address = stringifySearch({ ...searchOf(scene) });
    expect(address).toContain(a);
    expect(sceneOf(parseSearch(address))).toEqual(scene);
  });

  it('opening everything of a node takes the place of its single relations', () => {
    const scene = expand(expand(sceneOf({}), a, 'bought'), a);
    expect(scene.expansions).toEqual([{ id: a }]);
    expect(expand(scene, a)).toBe(scene);
  });

  it('hiding a node closes and unselects it; placing it again shows it', () => {
    const hidden = hide(expand(place(sceneOf({}), a), a), a);
    expect(hidden).toMatchObject({ nodes: [], expansions: [], hidden: [a], selected: undefined });
    expect(place(hidden, a)).toMatchObject({ nodes: [a], hidden: [], selected: a });
  });

  it('closing a node leaves the node itself', () => {
    expect(collapse(expand(sceneOf({}), a), a)).toMatchObject({ nodes: [a], expansions: [] });
  });

  it('tells a node from a relation, and mends figures out of range', () => {
    expect(nodeOfScene(sceneOf({ sel: a }))).toBe(a);
    expect(nodeOfScene(sceneOf({ sel: `${a}:${b}:bought` }))).toBeNull();
    expect(sceneOf({ p: `${a}:${b}:99:x:` }).path).toMatchObject({ k: 3, hops: 4, types: [] });
  });
});
