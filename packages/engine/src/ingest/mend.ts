import type { Json, JsonObject, SourceMend } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';
import { isUnsafeKey } from './clean.ts';
import { isObject } from './types.ts';

type Container = { [key: string]: Json };

/** A path of a mend in its parts; `*` stands for every element of a list. Throws `invalid` for one that cannot be used. */
function partsOf(path: string): string[] {
  const parts = path.split('.');
  if (parts.some((part) => part === '' || isUnsafeKey(part)))
    throw new UserError('invalid', 'bad_path', 'A mend has a path that cannot be used', {
      where: 'mends',
      remedy: 'Write names separated by points, for example properties.order_id or properties.products.*.price.',
    });
  return parts;
}

const pathsOf = ({ change }: SourceMend): string[] => {
  if (change.kind === 'move') return [change.from, change.to];
  return change.kind === 'rename_event' ? [] : [change.path];
};

/** Throws `invalid` where a mend cannot be applied to any event. */
export function checkMends(mends: readonly SourceMend[]): void {
  for (const mend of mends) {
    for (const path of pathsOf(mend)) partsOf(path);
    if (mend.change.kind !== 'move') continue;
    const stars = (path: string) => path.split('.').filter((part) => part === '*').length;
    if (stars(mend.change.to) > stars(mend.change.from))
      throw new UserError('invalid', 'bad_path', 'A mend moves to more lists than it moves from', { where: 'mends' });
  }
}

const own = (container: Json, key: string): Json | undefined =>
  typeof container === 'object' && container !== null && Object.hasOwn(container, key)
    ? (container as Container)[key]
    : undefined;

/** Every place a path with stars stands for in this event. */
function expand(value: Json, parts: readonly string[], at: readonly string[] = []): string[][] {
  const star = parts.indexOf('*');
  if (star < 0) return [[...at, ...parts]];
  let list: Json | undefined = value;
  for (const part of parts.slice(0, star)) list = list === undefined ? undefined : own(list, part);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) =>
    expand(item, parts.slice(star + 1), [...at, ...parts.slice(0, star), String(index)]),
  );
}

function get(event: JsonObject, parts: readonly string[]): Json | undefined {
  let value: Json | undefined = event;
  for (const part of parts) value = value === undefined ? undefined : own(value, part);
  return value;
}

function remove(event: JsonObject, parts: readonly string[]): void {
  const holder = get(event, parts.slice(0, -1));
  if (isObject(holder)) delete holder[parts.at(-1)!];
}

/** Makes the objects on the way; leaves the event as it is where something else is in the way. */
function put(event: JsonObject, parts: readonly string[], value: Json): boolean {
  let holder: Json = event;
  for (const part of parts.slice(0, -1)) {
    const next = own(holder, part);
    if (next === undefined || next === null) (holder as Container)[part] = {};
    else if (typeof next !== 'object') return false;
    holder = (holder as Container)[part]!;
  }
  if (Array.isArray(holder) && !Object.hasOwn(holder, parts.at(-1)!)) return false;
  (holder as Container)[parts.at(-1)!] = value;
  return true;
}

/** The target of a move for one place of its origin: stars take the positions that the origin's stars took. */
function targetOf(to: readonly string[], from: readonly string[], place: readonly string[]): string[] {
  const positions = place.filter((_, index) => from[index] === '*');
  let next = 0;
  return to.map((part) => (part === '*' ? positions[next++]! : part));
}

type Change = SourceMend['change'];
const apply: { readonly [K in Change['kind']]: (event: JsonObject, change: Extract<Change, { kind: K }>) => void } = {
  rename_event: (event, { to }) => {
    event[event['type'] === 'page' || event['type'] === 'screen' ? 'name' : 'event'] = to;
  },
  move: (event, change) => {
    const from = partsOf(change.from);
    const to = partsOf(change.to);
    for (const place of expand(event, from)) {
      const value = get(event, place);
      if (value !== undefined && put(event, targetOf(to, from, place), value)) remove(event, place);
    }
  },
  set: (event, { path, value }) => {
    for (const place of expand(event, partsOf(path))) put(event, place, value);
  },
  remove: (event, { path }) => {
    for (const place of expand(event, partsOf(path))) remove(event, place);
  },
};

const nameOf = (event: JsonObject): Json | undefined =>
  event['type'] === 'page' || event['type'] === 'screen' ? event['name'] : (event['event'] ?? event['type']);

/**
 * The event after a source's mends, in their order: each sees what the ones before it made. The same object comes back
 * where no mend concerns it; the one given is never changed.
 */
export function applyMends(event: JsonObject, mends: readonly SourceMend[]): JsonObject {
  let mended: JsonObject | null = null;
  for (const mend of mends) {
    if (mend.event !== undefined && mend.event !== nameOf(mended ?? event)) continue;
    mended ??= structuredClone(event);
    (apply[mend.change.kind] as (event: JsonObject, change: Change) => void)(mended, mend.change);
  }
  return mended ?? event;
}
