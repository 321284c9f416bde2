import type { GraphNode, NodeId } from '@guanxi/contracts';
import type { ClickHouse, Params } from '../platform/index.ts';
import type { GraphTools } from './labels.ts';
import { searchText } from './names.ts';

export interface SearchOptions {
  readonly types?: readonly string[] | undefined;
  readonly limit: number;
  /** Kinds of identifiers that are found whole only, never by how they begin. */
  readonly guarded?: readonly string[] | undefined;
}

interface NameRow {
  readonly id: NodeId;
  readonly type: string;
  readonly exact: 0 | 1;
}

const select = (condition: string, order: string, types: boolean) =>
  `SELECT toString(name.node) AS id, type, name.text = {text:String} AS exact
   FROM (SELECT text, node, type FROM node_name WHERE ${condition} ${types ? 'AND type IN {types:Array(String)}' : ''}
         ORDER BY ${order} LIMIT 1 BY node LIMIT {limit:UInt32}) AS name`;

/**
 * Names that begin with the text come out of the table's order at once; only when these are too few is every name
 * looked through for the words of the text.
 */
async function searchNames(clickhouse: ClickHouse, text: string, options: SearchOptions): Promise<NameRow[]> {
  const types = options.types !== undefined;
  const params: Params = {
    text,
    words: [...new Set(text.split(' '))].slice(0, 10),
    limit: options.limit,
    ...(types ? { types: options.types } : {}),
  };
  const beginning = await clickhouse.query<NameRow>(
    select('startsWith(text, {text:String})', 'text, node', types),
    params,
  );
  if (beginning.length >= options.limit) return beginning;
  const containing = await clickhouse.query<NameRow>(
    select('arrayAll(word -> position(text, word) > 0, {words:Array(String)})', 'length(text), text, node', types),
    params,
  );
  return [...beginning, ...containing];
}

/** Ids of today of the nodes that names found, with their types: what is called exactly so, and the rest. */
interface Named {
  readonly exact: ReadonlyMap<NodeId, string>;
  readonly others: ReadonlyMap<NodeId, string>;
}

// PostgreSQL has no NUL in texts, and nobody searches for one.
const searchable = (query: string) => query.replaceAll('\0', '');

async function named({ clickhouse, identity }: GraphTools, query: string, options: SearchOptions): Promise<Named> {
  const text = searchText(searchable(query));
  if (text === '' || options.limit < 1 || options.types?.length === 0) return { exact: new Map(), others: new Map() };
  const rows = await searchNames(clickhouse, text, options);
  const persons = await identity.personsOf(rows.filter(({ type }) => type === 'person').map(({ id }) => id));
  const today = (wanted: readonly NameRow[]) => new Map(wanted.map(({ id, type }) => [persons.get(id) ?? id, type]));
  return { exact: today(rows.filter(({ exact }) => exact)), others: today(rows.filter(({ exact }) => !exact)) };
}

/** Persons by their names: who is called exactly so first, then whose name begins so or contains every word. */
export async function searchNamed(tools: GraphTools, query: string, limit: number): Promise<NodeId[]> {
  const { exact, others } = await named(tools, query, { types: ['person'], limit });
  return [...new Set([...exact.keys(), ...others.keys()])].slice(0, limit);
}

/**
 * Nodes by key, title or identifier: what is exactly so first, then what begins so, then what contains every word.
 * Case, width and spacing do not matter.
 */
export async function searchNodes(tools: GraphTools, query: string, options: SearchOptions): Promise<GraphNode[]> {
  const { identity, label } = tools;
  if (searchText(searchable(query)) === '' || options.limit < 1 || options.types?.length === 0) return [];
  const wantsPersons = options.types?.includes('person') ?? true;
  const [{ exact, others }, identified] = await Promise.all([
    named(tools, query, options),
    wantsPersons ? identity.search(searchable(query), options.limit, options.guarded) : [],
  ]);
  const found = new Map<NodeId, string>();
  const add = (nodes: Iterable<readonly [NodeId, string]>) => {
    for (const [id, type] of nodes) if (!found.has(id)) found.set(id, type);
  };
  add(exact);
  add(identified.map((id) => [id, 'person'] as const));
  add(others);
  return [...(await label([...found].slice(0, options.limit).map(([id, type]) => ({ id, type })))).values()];
}
