import type { GraphNode, Identifier, NodeId } from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { type ClickHouse, idArray } from '../platform/index.ts';
import type { GraphLimits } from './limits.ts';
import { titleText } from './names.ts';

export interface NodeRow {
  readonly id: NodeId;
  readonly type: string;
  readonly key: string;
  /** See {@link stampedTitle}. */
  readonly title: string;
  readonly first: string;
  readonly last: string;
}
export interface AttributeRow {
  readonly node: NodeId;
  readonly name: string;
  readonly value: string;
  readonly time: string;
  readonly seq: number;
}

/** Reads of a few rows by key are done by one thread and added up here: starting more costs more than they save. */
export const POINT_READ = { settings: { max_threads: 1 } };

const earlier = (a: string, b: string) => (a < b ? a : b);
const later = (a: string, b: string) => (a > b ? a : b);

export async function nodeRows(clickhouse: ClickHouse, ids: readonly NodeId[]): Promise<Map<NodeId, NodeRow>> {
  const nodes = new Map<NodeId, NodeRow>();
  if (ids.length === 0) return nodes;
  const rows = await clickhouse.query<NodeRow>(
    `SELECT toString(node.id) AS id, type, key, title, first_seen AS first, last_seen AS last
     FROM node WHERE node.id IN {ids:Array(UInt64)}`,
    { ids: idArray(ids) },
    POINT_READ,
  );
  for (const row of rows) {
    const known = nodes.get(row.id);
    nodes.set(
      row.id,
      known
        ? {
            ...known,
            first: earlier(known.first, row.first),
            last: later(known.last, row.last),
            title: later(known.title, row.title),
          }
        : row,
    );
  }
  return nodes;
}

const isLater = (a: AttributeRow, b: AttributeRow) => a.time > b.time || (a.time === b.time && a.seq > b.seq);

export type Attributes = ReadonlyMap<NodeId, ReadonlyMap<string, AttributeRow>>;

/** All attributes of nodes, the latest value of each. */
export async function attributeRows(clickhouse: ClickHouse, ids: readonly NodeId[]): Promise<Attributes> {
  const rows = await clickhouse.query<AttributeRow>(
    `SELECT toString(said.node) AS node, name, value, time, seq FROM node_attribute AS said
     WHERE said.node IN {ids:Array(UInt64)}`,
    { ids: idArray(ids) },
    POINT_READ,
  );
  const nodes = new Map<NodeId, Map<string, AttributeRow>>();
  for (const row of rows) {
    let attributes = nodes.get(row.node);
    if (!attributes) nodes.set(row.node, (attributes = new Map()));
    const known = attributes.get(row.name);
    if (!known || isLater(row, known)) attributes.set(row.name, row);
  }
  return nodes;
}

/**
 * The attributes of a person from those of their anchors: what a known identifier says wins over what a device says,
 * then the later wins.
 */
export function mergeAttributes(
  anchors: readonly ReadonlyMap<string, AttributeRow>[],
  identifiers: readonly Identifier[],
  isKnown: (kind: string) => boolean,
): Map<string, AttributeRow> {
  const known = new Set(identifiers.filter(({ kind }) => isKnown(kind)).map(({ id }) => id));
  const merged = new Map<string, AttributeRow>();
  for (const attributes of anchors)
    for (const [name, row] of attributes) {
      const other = merged.get(name);
      const rank = Number(known.has(row.node)) - Number(other !== undefined && known.has(other.node));
      if (!other || rank > 0 || (rank === 0 && isLater(row, other))) merged.set(name, row);
    }
  return merged;
}

export function knownKinds(identity: Identity): (kind: string) => boolean {
  const known = identity.rules().kinds.filter(({ nature }) => nature === 'known');
  const kinds = new Set(known.map(({ kind }) => kind));
  return (kind) => kinds.has(kind);
}

export interface NodeRef {
  readonly id: NodeId;
  /** Null where only the graph knows; a node that it does not know is left out. */
  readonly type: string | null;
}
/** What every query of the graph works with. */
export interface GraphTools {
  readonly clickhouse: ClickHouse;
  readonly identity: Identity;
  readonly label: Label;
  readonly limits: GraphLimits;
}
export type Label = (refs: readonly NodeRef[]) => Promise<Map<NodeId, GraphNode>>;

/** Of the titles that anchors give a person: the better name, then what a known identifier says, then the later. */
function bestTitle(anchors: readonly { readonly title: string; readonly known: boolean }[]): string {
  const order = ({ title, known }: (typeof anchors)[number]) => `${title.slice(0, 1)}${known ? 1 : 0}${title.slice(1)}`;
  const given = anchors.filter(({ title }) => title !== '');
  return given.length === 0 ? '' : given.reduce((a, b) => (order(a) >= order(b) ? a : b)).title;
}

/** Names nodes: by the title attribute of their type, else their key; persons by name, else strongest identifier. */
export function createLabels(clickhouse: ClickHouse, identity: Identity): Label {
  return async (refs) => {
    const persons = refs.filter(({ type }) => type === 'person').map(({ id }) => id);
    const identifiers = persons.length === 0 ? new Map<NodeId, Identifier[]>() : await identity.identifiersOf(persons);
    const ids = refs.flatMap(({ id }) => identifiers.get(id)?.map((anchor) => anchor.id) ?? [id]);
    const nodes = await nodeRows(clickhouse, ids);
    const isKnown = knownKinds(identity);
    const person = (id: NodeId): GraphNode => {
      const named = identifiers.get(id);
      const own = named?.map((anchor) => ({ title: nodes.get(anchor.id)?.title ?? '', known: isKnown(anchor.kind) }));
      const title = own ? bestTitle(own) : (nodes.get(id)?.title ?? '');
      const key = named?.[0]?.value ?? nodes.get(id)?.key ?? '';
      return { id, type: 'person', key, label: titleText(title) || key };
    };
    const thing = ({ id, type }: NodeRef): GraphNode[] => {
      const node = nodes.get(id);
      if (!node && type === null) return [];
      const key = node?.key ?? '';
      return [{ id, type: type ?? node!.type, key, label: titleText(node?.title ?? '') || key }];
    };
    return new Map(
      refs.flatMap((ref) => (ref.type === 'person' ? [person(ref.id)] : thing(ref))).map((node) => [node.id, node]),
    );
  };
}
