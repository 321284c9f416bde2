import { listOfText, textOfList } from '../../app/search.ts';

export type ExpansionOrder = 'weight' | 'count' | 'last';
/** An expansion: a node and, where given, one relation of it, how many neighbours at most, and which come first. */
export interface Expansion {
  readonly id: string;
  readonly edgeType?: string;
  readonly cap?: number;
  readonly order?: ExpansionOrder;
}
export interface PathAsk {
  readonly from: string;
  readonly to: string;
  readonly k: number;
  readonly hops: number;
  /** Node types a path may go through; all where empty. */
  readonly types: readonly string[];
  /** Node types a path may not go through. */
  readonly without: readonly string[];
}
export interface InfluenceAsk {
  readonly id: string;
  readonly hops: number;
  /** Chance in percent that one event passes it on. */
  readonly chance: number;
  /** `bought`, `bought~out` or `bought~in`; all relations where empty. */
  readonly along: readonly string[];
}
export interface GroupsAsk {
  readonly scope:
    | { readonly kind: 'types'; readonly a: string; readonly b: string }
    | { readonly kind: 'around'; readonly id: string; readonly hops: number }
    | { readonly kind: 'drawn' };
  /** In tenths. */
  readonly resolution: number;
}
export interface Pin {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}
export type SceneView = 'graph' | 'list' | 'groups';
/** Everything the explorer shows, as its address says it. */
export interface Scene {
  readonly nodes: readonly string[];
  readonly expansions: readonly Expansion[];
  readonly hidden: readonly string[];
  /** Where not empty, these alone are shown. */
  readonly only: readonly string[];
  readonly pins: readonly Pin[];
  readonly off: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly path: PathAsk | null;
  readonly common: { readonly a: string; readonly b: string } | null;
  readonly influence: InfluenceAsk | null;
  readonly groups: GroupsAsk | null;
  /** Communities that were opened, each by a node of it. */
  readonly opened: readonly string[];
  /** Also the relations among neighbours. */
  readonly between: boolean;
  /** Draws up to 20,000 nodes where it would show communities. */
  readonly all: boolean;
  /** A node id, or `from:to:type` of an edge. */
  readonly selected?: string;
  /** The saved scene this was opened from. */
  readonly saved?: string;
  readonly view: SceneView;
}
export interface SceneSearch {
  n?: string;
  x?: string;
  h?: string;
  k?: string;
  pin?: string;
  off?: string;
  from?: string;
  to?: string;
  p?: string;
  c?: string;
  i?: string;
  g?: string;
  gm?: string;
  b?: string;
  all?: string;
  sel?: string;
  s?: string;
  view?: string;
}

const within = (text: string | undefined, low: number, high: number, preset: number) => {
  const value = Number(text);
  return text && Number.isInteger(value) && value >= low && value <= high ? value : preset;
};
const dotted = (text: string | undefined) => (text ?? '').split('.').filter(Boolean);
const orders: readonly string[] = ['weight', 'count', 'last'];

function expansionOf(text: string): Expansion {
  const [id = '', edgeType = '', cap, order = ''] = text.split(':');
  return {
    id,
    ...(edgeType ? { edgeType } : {}),
    ...(cap ? { cap: within(cap, 1, 1000, 40) } : {}),
    ...(orders.includes(order) ? { order: order as ExpansionOrder } : {}),
  };
}
const textOfExpansion = ({ id, edgeType, cap, order }: Expansion) =>
  [id, edgeType ?? '', cap ?? '', order ?? ''].join(':').replace(/:+$/, '');

function pathOf(text: string | undefined): PathAsk | null {
  const [from, to, k, hops, types, without] = (text ?? '').split(':');
  if (!from || !to) return null;
  return {
    ...{ from, to, k: within(k, 1, 20, 3), hops: within(hops, 1, 6, 4) },
    ...{ types: dotted(types), without: dotted(without) },
  };
}

function influenceOf(text: string | undefined): InfluenceAsk | null {
  const [id, hops, chance, along] = (text ?? '').split(':');
  if (!id) return null;
  return { id, hops: within(hops, 1, 5, 3), chance: within(chance, 1, 100, 10), along: dotted(along) };
}

function groupsOf(text: string | undefined): GroupsAsk | null {
  const [kind, a = '', b = '', resolution] = (text ?? '').split(':');
  const rest = { resolution: within(resolution, 1, 100, 10) };
  if (kind === 'types' && a && b) return { scope: { kind, a, b }, ...rest };
  if (kind === 'around' && a) return { scope: { kind, id: a, hops: within(b, 1, 3, 2) }, ...rest };
  return kind === 'drawn' ? { scope: { kind }, ...rest } : null;
}
function textOfGroups({ scope, resolution }: GroupsAsk): string {
  const [a, b] =
    scope.kind === 'types' ? [scope.a, scope.b] : scope.kind === 'around' ? [scope.id, scope.hops] : ['', ''];
  return [scope.kind, a, b, resolution].join(':');
}

function pinOf(text: string): Pin[] {
  const [id = '', x, y] = text.split(':');
  const place = { x: Number(x), y: Number(y) };
  return id && Number.isFinite(place.x) && Number.isFinite(place.y) ? [{ id, ...place }] : [];
}

export function sceneOf(search: SceneSearch): Scene {
  const [a = '', b = ''] = (search.c ?? '').split(':');
  return {
    nodes: listOfText(search.n),
    expansions: listOfText(search.x).map(expansionOf),
    hidden: listOfText(search.h),
    only: listOfText(search.k),
    pins: listOfText(search.pin).flatMap(pinOf),
    off: listOfText(search.off),
    from: search.from,
    to: search.to,
    path: pathOf(search.p),
    common: a && b ? { a, b } : null,
    influence: influenceOf(search.i),
    groups: groupsOf(search.g),
    opened: listOfText(search.gm),
    between: search.b === '1',
    all: search.all === '1',
    selected: search.sel,
    saved: search.s,
    view: search.view === 'list' || search.view === 'groups' ? search.view : 'graph',
  };
}

export const searchOf = (scene: Scene): SceneSearch => ({
  n: textOfList(scene.nodes),
  x: textOfList(scene.expansions.map(textOfExpansion)),
  h: textOfList(scene.hidden),
  k: textOfList(scene.only),
  pin: textOfList(scene.pins.map(({ id, x, y }) => `${id}:${x.toFixed(1)}:${y.toFixed(1)}`)),
  off: textOfList(scene.off),
  from: scene.from,
  to: scene.to,
  p: scene.path
    ? [
        ...[scene.path.from, scene.path.to, scene.path.k, scene.path.hops],
        ...[scene.path.types.join('.'), scene.path.without.join('.')],
      ]
        .join(':')
        .replace(/:+$/, '')
    : undefined,
  c: scene.common ? `${scene.common.a}:${scene.common.b}` : undefined,
  i: scene.influence
    ? [scene.influence.id, scene.influence.hops, scene.influence.chance, scene.influence.along.join('.')].join(':')
    : undefined,
  g: scene.groups ? textOfGroups(scene.groups) : undefined,
  gm: textOfList(scene.opened),
  b: scene.between ? '1' : undefined,
  all: scene.all ? '1' : undefined,
  sel: scene.selected,
  s: scene.saved,
  view: scene.view === 'graph' ? undefined : scene.view,
});

const LISTS = ['n', 'x', 'h', 'k', 'pin'] as const;
/** What a server takes as an address has an end; longer lists stand behind the `#`, which is not sent to it. */
const LONGEST = 3000;

/** The address in two parts, what goes into the query and what behind the `#`. */
export function addressOf(search: SceneSearch): { search: SceneSearch; hash: string } {
  const long = LISTS.reduce((sum, name) => sum + (search[name]?.length ?? 0), 0) > LONGEST;
  if (!long) return { search, hash: '' };
  const lists = LISTS.flatMap((name) => (search[name] ? [`${name}=${search[name]}`] : []));
  return {
    search: { ...search, ...Object.fromEntries(LISTS.map((name) => [name, undefined])) },
    hash: lists.join('&'),
  };
}

/** The whole of an address again. */
export function searchWith(search: SceneSearch, hash: string): SceneSearch {
  if (!hash.includes('=')) return search;
  const lists = new URLSearchParams(hash);
  return {
    ...search,
    ...Object.fromEntries(LISTS.flatMap((name) => (lists.get(name) ? [[name, lists.get(name)]] : []))),
  };
}

const without = (list: readonly string[], gone: readonly string[]) => {
  const set = new Set(gone);
  return list.filter((item) => !set.has(item));
};

export const place = (scene: Scene, id: string): Scene => ({
  ...scene,
  nodes: [...without(scene.nodes, [id]), id],
  hidden: without(scene.hidden, [id]),
  only: scene.only.length > 0 && !scene.only.includes(id) ? [...scene.only, id] : scene.only,
  selected: id,
  view: scene.view === 'groups' ? 'graph' : scene.view,
});

export function expand(scene: Scene, id: string, edgeType?: string, how: Pick<Expansion, 'cap' | 'order'> = {}): Scene {
  const next: Expansion = { id, ...(edgeType ? { edgeType } : {}), ...how };
  const same = (item: Expansion) => item.id === id && item.edgeType === edgeType;
  const known = scene.expansions.find(same);
  if (known && known.cap === how.cap && known.order === how.order) return scene;
  // Opening everything takes the place of single relations opened before.
  const kept = scene.expansions.filter((item) => (edgeType ? !same(item) : item.id !== id));
  // What is opened is wanted, also where only some nodes were kept.
  return { ...scene, expansions: [...kept, next], only: [] };
}

export const collapse = (scene: Scene, id: string): Scene => ({
  ...scene,
  expansions: scene.expansions.filter((item) => item.id !== id),
  nodes: scene.nodes.includes(id) ? scene.nodes : [...scene.nodes, id],
});

export function hide(scene: Scene, ...ids: readonly string[]): Scene {
  const gone = new Set(ids);
  return {
    ...scene,
    nodes: without(scene.nodes, ids),
    expansions: scene.expansions.filter((item) => !gone.has(item.id)),
    hidden: [...without(scene.hidden, ids), ...ids],
    pins: scene.pins.filter(({ id }) => !gone.has(id)),
    selected: scene.selected && gone.has(scene.selected) ? undefined : scene.selected,
  };
}

/** Shows these alone; what they were expanded from stays asked for, so that they are still there. */
export const keepOnly = (scene: Scene, ids: readonly string[]): Scene => ({
  ...scene,
  only: [...ids],
  selected: scene.selected && ids.includes(scene.selected) ? scene.selected : undefined,
});

export function pin(scene: Scene, pins: readonly Pin[]): Scene {
  const fresh = new Set(pins.map(({ id }) => id));
  return { ...scene, pins: [...scene.pins.filter(({ id }) => !fresh.has(id)), ...pins] };
}
export const unpin = (scene: Scene, ids: readonly string[]): Scene => ({
  ...scene,
  pins: scene.pins.filter(({ id }) => !ids.includes(id)),
});

export const toggleType = (scene: Scene, type: string): Scene => ({
  ...scene,
  off: scene.off.includes(type) ? without(scene.off, [type]) : [...scene.off, type],
});

/** The selected node, null where nothing or a relation is selected. */
export const nodeOfScene = ({ selected }: Scene): string | null =>
  selected && !selected.includes(':') ? selected : null;
