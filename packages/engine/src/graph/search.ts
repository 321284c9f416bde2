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

/**
 * Nodes by key, title or identifier: what is exactly so first, then what begins so, then what contains every word.
 * Case, width and spacing do not matter.
 */
export async function searchNodes(tools: GraphTools, query: string, options: SearchOptions): Promise<GraphNode[]> {
  const { clickhouse, identity, label } = tools;
  // PostgreSQL has no NUL in texts, and nobody searches for one.
  const text = searchText(query.replaceAll('\0', ''));
  if (text === '' || options.limit < 1 || options.types?.length === 0) return [];
  const wantsPersons = options.types?.includes('person') ?? true;
  const [names, identified] = await Promise.all([
    searchNames(clickhouse, text, options),
    wantsPersons ? identity.search(query.replaceAll('\0', ''), options.limit, options.guarded) : [],
  ]);
  const persons = await identity.personsOf(names.filter(({ type }) => type === 'person').map(({ id }) => id));
  const found = new Map<NodeId, { id: NodeId; type: string }>();
  const add = (rows: readonly NameRow[]) => {
    for (const { id, type } of rows) {
      const today = persons.get(id) ?? id;
      if (!found.has(today)) found.set(today, { id: today, type });
    }
  };
  add(names.filter(({ exact }) => exact));
  for (const id of identified) if (!found.has(id)) found.set(id, { id, type: 'person' });
  add(names);
  return [...(await label([...found.values()].slice(0, options.limit))).values()];
}
