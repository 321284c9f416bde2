import type { GraphEvent } from '../graph/index.ts';
import type { NodeId } from '@guanxi/contracts';
import { type ClickHouse, idArray, type Table } from '../platform/index.ts';

const counted = 'SimpleAggregateFunction(sum, UInt64)';
const earliest = "SimpleAggregateFunction(min, DateTime64(3, 'UTC'))";
const latest = "SimpleAggregateFunction(max, DateTime64(3, 'UTC'))";

/** What each anchor did, by event name. Keyed by the anchor, so a merge of persons rewrites nothing. */
export const activityTable: Table = {
  name: 'activity',
  columns: { anchor: 'UInt64', name: 'String', count: counted, first: earliest, last: latest },
  engine: 'AggregatingMergeTree',
  orderBy: ['anchor', 'name'],
  shardBy: 'anchor',
  persons: ['anchor'],
};

/** What each anchor did in all: lists and counts of persons add up these few and narrow rows, see docs/decisions/0013. */
export const presenceTable: Table = {
  name: 'presence',
  columns: {
    anchor: 'UInt64',
    known: 'SimpleAggregateFunction(max, UInt8)',
    count: counted,
    first: earliest,
    last: latest,
  },
  engine: 'AggregatingMergeTree',
  orderBy: ['anchor'],
  shardBy: 'anchor',
  persons: ['anchor'],
};

export const profileTables: readonly Table[] = [activityTable, presenceTable];

interface Sum {
  count: number;
  first: number;
  last: number;
}
export type ActivityRow = { readonly anchor: NodeId; readonly name: string } & Readonly<Sum>;
export type PresenceRow = { readonly anchor: NodeId; readonly known: 0 | 1 } & Readonly<Sum>;

function add<Row extends Sum>(rows: Map<string, Row>, key: string, time: number, fresh: () => Row): void {
  const row = rows.get(key);
  if (!row) return void rows.set(key, fresh());
  row.count++;
  row.first = Math.min(row.first, time);
  row.last = Math.max(row.last, time);
}

/** The rows a batch adds: to `activity` one per anchor and event name, to `presence` one per anchor. */
export function activityRows(
  events: readonly GraphEvent[],
  isKnown: (kind: string) => boolean,
): { activity: ActivityRow[]; presence: PresenceRow[] } {
  const activity = new Map<string, ActivityRow & Sum>();
  const presence = new Map<string, PresenceRow & Sum>();
  for (const { event, anchor, identifiers } of events) {
    if (anchor === null) continue;
    const { name, time } = event;
    const once = { count: 1, first: time, last: time };
    add(activity, `${anchor}\0${name}`, time, () => ({ anchor, name, ...once }));
    add(presence, anchor, time, () => ({ anchor, known: isKnown(identifiers[0]!.kind) ? 1 : 0, ...once }));
  }
  return { activity: [...activity.values()], presence: [...presence.values()] };
}

/** Removes everything under these anchors; how many rows. */
export async function eraseActivity(clickhouse: ClickHouse, anchors: readonly NodeId[]): Promise<number> {
  const where = 'anchor IN {anchors:Array(UInt64)}';
  const params = { anchors: idArray(anchors) };
  let removed = 0;
  for (const { name } of profileTables) {
    const [row] = await clickhouse.query<{ rows: number }>(
      `SELECT count() AS rows FROM ${name} WHERE ${where}`,
      params,
    );
    if (row!.rows > 0) await clickhouse.remove(name, where, params);
    removed += row!.rows;
  }
  return removed;
}
