import { listOfText, textOfList } from '../../app/search.ts';

/** An expansion: a node and, where given, one relation of it. */
export interface Expansion {
  readonly id: string;
  readonly edgeType?: string;
}
export interface PathAsk {
  readonly from: string;
  readonly to: string;
  readonly k: number;
  readonly hops: number;
  /** Node types a path may go through; all where empty. */
  readonly types: readonly string[];
}
/** Everything the explorer shows, as its address says it. */
export interface Scene {
  readonly nodes: readonly string[];
  readonly expansions: readonly Expansion[];
  readonly hidden: readonly string[];
  readonly off: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly path: PathAsk | null;
  readonly common: { readonly a: string; readonly b: string } | null;
  /** A node id, or `from:to:type` of an edge. */
  readonly selected?: string;
  readonly view: 'graph' | 'list';
}
export interface SceneSearch {
  n?: string;
  x?: string;
  h?: string;
  off?: string;
  from?: string;
  to?: string;
  p?: string;
  c?: string;
  sel?: string;
  view?: string;
}

const within = (text: string | undefined, low: number, high: number, preset: number) => {
  const value = Number(text);
  return Number.isInteger(value) && value >= low && value <= high ? value : preset;
};

export function sceneOf(search: SceneSearch): Scene {
  const [from = '', to = '', k, hops, types] = (search.p ?? '').split(':');
  const [a = '', b = ''] = (search.c ?? '').split(':');
  return {
    nodes: listOfText(search.n),
    expansions: listOfText(search.x).map((text) => {
      const [id = '', edgeType] = text.split(':');
      return edgeType ? { id, edgeType } : { id };
    }),
    hidden: listOfText(search.h),
    off: listOfText(search.off),
    from: search.from,
    to: search.to,
    path:
      from && to
        ? {
            from,
            to,
            k: within(k, 1, 20, 3),
            hops: within(hops, 1, 6, 4),
            types: (types ?? '').split('.').filter(Boolean),
          }
        : null,
    common: a && b ? { a, b } : null,
    selected: search.sel,
    view: search.view === 'list' ? 'list' : 'graph',
  };
}

export const searchOf = (scene: Scene): SceneSearch => ({
  n: textOfList(scene.nodes),
  x: textOfList(scene.expansions.map((item) => (item.edgeType ? `${item.id}:${item.edgeType}` : item.id))),
  h: textOfList(scene.hidden),
  off: textOfList(scene.off),
  from: scene.from,
  to: scene.to,
  p: scene.path
    ? [scene.path.from, scene.path.to, scene.path.k, scene.path.hops, scene.path.types.join('.')].join(':')
    : undefined,
  c: scene.common ? `${scene.common.a}:${scene.common.b}` : undefined,
  sel: scene.selected,
  view: scene.view === 'list' ? 'list' : undefined,
});

const without = (list: readonly string[], ...gone: readonly string[]) => list.filter((item) => !gone.includes(item));

export const place = (scene: Scene, id: string): Scene => ({
  ...scene,
  nodes: [...without(scene.nodes, id), id],
  hidden: without(scene.hidden, id),
  selected: id,
});

export function expand(scene: Scene, id: string, edgeType?: string): Scene {
  const same = (item: Expansion) => item.id === id && item.edgeType === edgeType;
  if (scene.expansions.some(same)) return scene;
  // Opening everything takes the place of single relations opened before.
  const kept = edgeType ? scene.expansions : scene.expansions.filter((item) => item.id !== id);
  return { ...scene, expansions: [...kept, edgeType ? { id, edgeType } : { id }] };
}

export const collapse = (scene: Scene, id: string): Scene => ({
  ...scene,
  expansions: scene.expansions.filter((item) => item.id !== id),
  nodes: scene.nodes.includes(id) ? scene.nodes : [...scene.nodes, id],
});

export const hide = (scene: Scene, id: string): Scene => ({
  ...scene,
  nodes: without(scene.nodes, id),
  expansions: scene.expansions.filter((item) => item.id !== id),
  hidden: [...without(scene.hidden, id), id],
  selected: scene.selected === id ? undefined : scene.selected,
});

export const toggleType = (scene: Scene, type: string): Scene => ({
  ...scene,
  off: scene.off.includes(type) ? without(scene.off, type) : [...scene.off, type],
});

/** The selected node, null where nothing or a relation is selected. */
export const nodeOfScene = ({ selected }: Scene): string | null =>
  selected && !selected.includes(':') ? selected : null;
