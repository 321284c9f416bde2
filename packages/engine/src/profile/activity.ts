import type { GraphEvent } from '../graph/index.ts';
import type { Table } from '../platform/index.ts';

/** What each anchor did, by event name. Keyed by the anchor, so a merge of persons rewrites nothing. */
export const activityTable: Table = {
  name: 'activity',
  columns: {
    anchor: 'UInt64',
    name: 'String',
    known: 'SimpleAggregateFunction(max, UInt8)',
    count: 'SimpleAggregateFunction(sum, UInt64)',
    first: "SimpleAggregateFunction(min, DateTime64(3, 'UTC'))",
    last: "SimpleAggregateFunction(max, DateTime64(3, 'UTC'))",
  },
  engine: 'AggregatingMergeTree',
  orderBy: ['anchor', 'name'],
  shardBy: 'anchor',
  persons: ['anchor'],
};

export interface ActivityRow {
  readonly anchor: string;
  readonly name: string;
  readonly known: 0 | 1;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** The rows a batch adds, one per anchor and event name, in the order they first appear. */
export function activityRows(events: readonly GraphEvent[], isKnown: (kind: string) => boolean): ActivityRow[] {
  const rows = new Map<string, ActivityRow>();
  for (const { event, anchor, identifiers } of events) {
    if (anchor === null) continue;
    const key = `${anchor}\0${event.name}`;
    const before = rows.get(key);
    rows.set(key, {
      anchor,
      name: event.name,
      known: isKnown(identifiers[0]!.kind) ? 1 : 0,
      count: (before?.count ?? 0) + 1,
      first: Math.min(before?.first ?? event.time, event.time),
      last: Math.max(before?.last ?? event.time, event.time),
    });
  }
  return [...rows.values()];
}
