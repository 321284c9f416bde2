import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from '../../app/search.ts';
import {
  addressOf,
  collapse,
  expand,
  hide,
  keepOnly,
  nodeOfScene,
  pin,
  place,
  sceneOf,
  searchOf,
  searchWith,
  toggleType,
  unpin,
  type Scene,
} from './scene.ts';

const a = '9007199254740993123';
const b = '1234567890123456789';

describe('a scene', () => {
  it('comes back from its address as it was, ids of 19 digits included', () => {
    let scene = expand(expand(place(sceneOf({}), a), a), b, 'bought');
    scene = {
      ...toggleType(scene, 'order'),
      path: { from: a, to: b, k: 2, hops: 5, types: ['product', 'search'], without: ['country'] },
    };
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

  it('keeps expansions with their cap and order, questions, pins and communities', () => {
    let scene: Scene = expand(expand(sceneOf({}), a, 'bought', { cap: 300, order: 'last' }), b, undefined, {
      cap: 100,
    });
    scene = pin(scene, [{ id: a, x: 1.5, y: -20 }]);
    scene = {
      ...scene,
      influence: { id: a, hops: 2, chance: 35, along: ['bought', 'viewed~out'] },
      groups: { scope: { kind: 'types', a: 'person', b: 'product' }, resolution: 15 },
      opened: [b],
      between: true,
      all: true,
      saved: 'c0ffee00-0000-4000-8000-000000000000',
      view: 'groups',
    };
    expect(sceneOf(parseSearch(stringifySearch({ ...searchOf(scene) })))).toEqual(scene);
    const around: Scene = { ...scene, groups: { scope: { kind: 'around', id: a, hops: 3 }, resolution: 10 } };
    expect(sceneOf(parseSearch(stringifySearch({ ...searchOf(around) })))).toEqual(around);
    expect(unpin(scene, [a]).pins).toEqual([]);
  });

  it('puts long lists behind the #, which no server has to take, and finds them again', () => {
    const ids = Array.from({ length: 900 }, (_, at) => `${9_007_199_254_740_000 + at}`);
    const scene = keepOnly(hide({ ...sceneOf({}), nodes: ids }, ...ids.slice(0, 400)), ids.slice(500));
    const { search, hash } = addressOf(searchOf(scene));
    expect(stringifySearch({ ...search }).length).toBeLessThan(200);
    expect(sceneOf(searchWith(parseSearch(stringifySearch({ ...search })), hash))).toEqual(scene);
    expect(addressOf(searchOf(expand(sceneOf({}), a))).hash).toBe('');
  });

  it('expanding the same with another cap takes the place of the former', () => {
    const scene = expand(expand(sceneOf({}), a, 'bought'), a, 'bought', { cap: 100 });
    expect(scene.expansions).toEqual([{ id: a, edgeType: 'bought', cap: 100 }]);
  });
});
