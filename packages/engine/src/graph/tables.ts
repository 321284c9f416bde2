import type { Table } from '../platform/index.ts';

const instant = "DateTime64(3, 'UTC')";
const direction = "Enum8('out' = 1, 'in' = 2)";
const lowText = 'LowCardinality(String)';

/**
 * Nodes and edges are read a few at a time by ids that are hashes: granules and compressed blocks are small, so that
 * little is read and decompressed around each. Measured on a million nodes, this halves the time of 100 point reads.
 */
const POINT_GRANULARITY = 256;
const forPointReads = (columns: Table['columns']): Table['columns'] =>
  Object.fromEntries(
    Object.entries(columns).map(([name, type]) => [
      name,
      `${type} SETTINGS (min_compress_block_size = 4096, max_compress_block_size = 16384)`,
    ]),
  );

/** Every event, under its anchor; 0 where nobody is named. */
export const eventTable: Table = {
  name: 'event',
  columns: {
    anchor: 'UInt64',
    time: `${instant} CODEC(Delta, ZSTD(1))`,
    seq: 'UInt64 CODEC(Delta, ZSTD(1))',
    received_at: `${instant} CODEC(Delta, ZSTD(1))`,
    source_id: lowText,
    type: lowText,
    name: lowText,
    message_id: 'String CODEC(ZSTD(1))',
    channel: lowText,
    subject: 'String CODEC(ZSTD(1))',
    identifiers: 'Array(Tuple(kind String, value String)) CODEC(ZSTD(1))',
  },
  engine: 'MergeTree',
  orderBy: ['anchor', 'time', 'seq'],
  shardBy: 'anchor',
  persons: ['anchor'],
};

/** What there is; of persons a row for every anchor. */
export const nodeTable: Table = {
  name: 'node',
  columns: forPointReads({
    id: 'UInt64',
    type: `SimpleAggregateFunction(min, ${lowText})`,
    key: 'SimpleAggregateFunction(min, String)',
    first_seen: `SimpleAggregateFunction(min, ${instant})`,
    last_seen: `SimpleAggregateFunction(max, ${instant})`,
    // Stamped with rank, time and seq, so that the greatest is the title of today; empty of none.
    title: 'SimpleAggregateFunction(max, String)',
  }),
  engine: 'AggregatingMergeTree',
  orderBy: ['id'],
  shardBy: 'id',
  persons: ['id'],
  granularity: POINT_GRANULARITY,
};

/** The latest value of every attribute of a node, by (time, seq), with the event that said so. */
export const attributeTable: Table = {
  name: 'node_attribute',
  columns: forPointReads({
    node: 'UInt64',
    name: lowText,
    value: 'String CODEC(ZSTD(1))',
    time: instant,
    seq: 'UInt64',
    version:
      'UInt128 MATERIALIZED bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(time) + 4611686018427387904), 64), toUInt128(seq))',
  }),
  engine: { replacing: 'version' },
  orderBy: ['node', 'name'],
  shardBy: 'node',
  persons: ['node'],
  granularity: POINT_GRANULARITY,
};

/** Keys and titles by which nodes are found: lower case, NFKC; every title a node ever had. */
export const nameTable: Table = {
  name: 'node_name',
  columns: { text: 'String CODEC(ZSTD(1))', node: 'UInt64', type: lowText },
  engine: 'AggregatingMergeTree',
  orderBy: ['text', 'node', 'type'],
  shardBy: 'node',
  persons: ['node'],
  granularity: 2048,
};

/** The evidence: a row for each event and edge, once from either end (`direction` is the edge's, seen from `node`). */
export const edgeEventTable: Table = {
  name: 'edge_event',
  columns: forPointReads({
    node: 'UInt64',
    direction,
    type: lowText,
    other_type: lowText,
    other: 'UInt64',
    time: `${instant} CODEC(Delta, ZSTD(1))`,
    seq: 'UInt64 CODEC(Delta, ZSTD(1))',
    weight: 'Decimal(38, 4) CODEC(ZSTD(1))',
    channel: lowText,
  }),
  engine: 'MergeTree',
  orderBy: ['node', 'direction', 'type', 'other_type', 'other', 'time', 'seq'],
  shardBy: 'node',
  persons: ['node', 'other'],
  granularity: 512,
};

/** The edges of each node, both ways, added up over their events. */
export const adjacencyTable: Table = {
  name: 'adjacency',
  columns: forPointReads({
    node: 'UInt64',
    direction,
    type: lowText,
    other_type: lowText,
    other: 'UInt64',
    count: 'SimpleAggregateFunction(sum, UInt64)',
    weight: 'SimpleAggregateFunction(sum, Decimal(38, 4))',
    first: `SimpleAggregateFunction(min, ${instant})`,
    last: `SimpleAggregateFunction(max, ${instant})`,
    channels: 'SimpleAggregateFunction(groupUniqArrayArray, Array(String))',
  }),
  engine: 'AggregatingMergeTree',
  orderBy: ['node', 'direction', 'type', 'other_type', 'other'],
  shardBy: 'node',
  persons: ['node', 'other'],
  granularity: 512,
};

export const graphTables: readonly Table[] = [
  eventTable,
  nodeTable,
  attributeTable,
  nameTable,
  edgeEventTable,
  adjacencyTable,
];
