import type { ErasurePreview, Identifier, NodeId } from '@guanxi/contracts';
import { idArray } from '../platform/index.ts';
import { mentionsOf } from './mentions.ts';
import type { PrivacyParts } from './parts.ts';

/** Column of each derived table that holds the anchor. */
const COLUMNS = {
  event: 'anchor',
  activity: 'anchor',
  consent: 'anchor',
  node_attribute: 'node',
  edge_event: 'node',
  adjacency: 'node',
} as const;

/** What an erasure would remove, without reading the log: every event of the person stands in `event` under its anchor. */
export async function previewErasure(
  { person, identifiers }: { person: NodeId; identifiers: readonly Identifier[] },
  { platform, ingest, identity }: PrivacyParts,
): Promise<ErasurePreview> {
  const ids = identifiers.map(({ id }) => id);
  const params = { ids: idArray(ids) };
  const counts: ErasurePreview['counts'] = [];
  for (const [table, column] of Object.entries(COLUMNS)) {
    const [row] = await platform.clickhouse.query<{ rows: number }>(
      `SELECT count() AS rows FROM ${table} WHERE ${column} IN {ids:Array(UInt64)}`,
      params,
    );
    const store = table === 'event' ? 'event_log' : table;
    counts.push({
      store,
      rows: row!.rows,
      shared: table === 'event' ? await shared(identifiers, params, platform) : 0,
    });
  }
  counts.push({ store: 'identifier', rows: ids.length, shared: 0 });
  const mentions = mentionsOf(identifiers, identity);
  const refused = await ingest.quarantine.find(({ raw }) => mentions.raw(raw));
  counts.push({ store: 'quarantine', rows: refused.length, shared: 0 });
  return { person, counts };
}

/** Events of others that name one of the identifiers. */
async function shared(
  identifiers: readonly Identifier[],
  params: { ids: string },
  { clickhouse }: PrivacyParts['platform'],
): Promise<number> {
  const [row] = await clickhouse.query<{ rows: number }>(
    `SELECT count() AS rows FROM event WHERE anchor NOT IN {ids:Array(UInt64)}
     AND arrayExists(named -> has({names:Array(String)}, concat(named.kind, ' ', named.value)), identifiers)`,
    { ...params, names: identifiers.map(({ kind, value }) => `${kind} ${value}`) },
  );
  return row!.rows;
}
