import type { ClickHouse } from '../../packages/engine/src/platform/index.ts';

/** Every random choice follows from this. */
const SEED = 20_260_101;

/** Nodes of each type at scale 1: a million together. */
const NODES = {
  person: 700_000,
  product: 100_000,
  order: 97_440,
  search: 50_000,
  content: 48_000,
  brand: 2_000,
  city: 2_000,
  category: 500,
  country: 60,
} as const;
type NodeType = keyof typeof NODES;

/**
 * Edges drawn at scale 1. The n-th of N nodes is drawn with a probability that falls as n^(1/power − 1): with power 3,
 * degrees follow a power law of exponent 2.5 and the first product has more than 100,000 neighbours.
 */
const EDGES: readonly {
  type: string;
  from: NodeType;
  to: NodeType;
  draws: number;
  powers: readonly [number, number];
}[] = [
  { type: 'viewed', from: 'person', to: 'product', draws: 5_300_000, powers: [1.6, 3] },
  { type: 'bought', from: 'person', to: 'product', draws: 1_700_000, powers: [1.6, 3] },
  { type: 'searched', from: 'person', to: 'search', draws: 1_100_000, powers: [1.6, 2.5] },
  { type: 'visited', from: 'person', to: 'content', draws: 1_200_000, powers: [1.6, 2.5] },
  { type: 'lives_in', from: 'person', to: 'country', draws: 700_000, powers: [0, 2] },
  { type: 'lives_in_city', from: 'person', to: 'city', draws: 300_000, powers: [1, 2] },
  { type: 'placed', from: 'person', to: 'order', draws: 97_440, powers: [1.6, 0] },
  { type: 'contains', from: 'order', to: 'product', draws: 400_000, powers: [1, 3] },
  { type: 'of_brand', from: 'product', to: 'brand', draws: 100_000, powers: [0, 2] },
  { type: 'in_category', from: 'product', to: 'category', draws: 100_000, powers: [0, 2] },
];

const sized = (count: number, scale: number) => Math.max(10, Math.round(count * scale));

/** The id a node has in the product, of its type and number. */
const idOf = (type: string, index: string) =>
  `bitAnd(xxHash64(concat('${type}', char(0), toString(${index}))), 9223372036854775807)`;

/** Uniform in [0, 1), from the row's number. */
const uniform = (salt: string) => `(cityHash64(number, '${salt}', ${SEED}) / 18446744073709551616.)`;

/** A node's number: by a power law, or one after the other with power 0. */
const drawn = (count: number, power: number, salt: string) =>
  power === 0 ? `(number % ${count})` : `toUInt64(floor(${count} * pow(${uniform(salt)}, ${power})))`;

const DAY_MS = 86_400_000;
const BEGIN = Date.parse('2026-01-01T00:00:00Z');

function edgeRows({ type, from, to, draws, powers }: (typeof EDGES)[number], scale: number): string {
  const ends = [
    idOf(from, drawn(sized(NODES[from], scale), powers[0], `${type}.from`)),
    idOf(to, drawn(sized(NODES[to], scale), powers[1], `${type}.to`)),
  ];
  return `SELECT if(direction = 'out', ends.1, ends.2) AS node, direction, '${type}' AS type,
                 if(direction = 'out', '${to}', '${from}') AS other_type, if(direction = 'out', ends.2, ends.1) AS other,
                 fromUnixTimestamp64Milli(${BEGIN} + toInt64(${uniform(`${type}.time`)} * 300 * ${DAY_MS})) AS time,
                 number AS seq, toDecimal128(1 + cityHash64(number, '${type}.weight') % 300 / 100, 4) AS weight
          FROM (SELECT number, (${ends.join(', ')}) AS ends FROM numbers(${sized(draws, scale)}))
          ARRAY JOIN CAST(['out', 'in'], 'Array(Enum8(\\'out\\' = 1, \\'in\\' = 2))') AS direction`;
}

export interface Generated {
  readonly nodes: number;
  readonly edges: number;
  readonly seconds: number;
}

/** Fills the graph's tables inside the engine: the same graph for the same scale, whatever the machine. */
export async function generate(clickhouse: ClickHouse, scale: number): Promise<Generated> {
  const start = performance.now();
  for (const edge of EDGES) {
    await clickhouse.command(
      `INSERT INTO edge_event SELECT node, direction, type, other_type, other, time, seq, weight, 'web' FROM (${edgeRows(edge, scale)})`,
    );
    await clickhouse.command(
      `INSERT INTO adjacency SELECT node, direction, type, other_type, other, 1, weight, time, time, ['web']
       FROM edge_event WHERE type = '${edge.type}'`,
    );
  }
  for (const [type, count] of Object.entries(NODES)) {
    const numbers = `numbers(${sized(count, scale)})`;
    const text = `concat('${type} ', toString(number))`;
    await clickhouse.command(
      `INSERT INTO node SELECT ${idOf(type, 'number')}, '${type}', toString(number), now64(3), now64(3), concat('5', repeat('0', 33), ${text}) FROM ${numbers}`,
    );
    await clickhouse.command(
      `INSERT INTO node_attribute (node, name, value, time, seq) SELECT ${idOf(type, 'number')}, 'name', ${text}, now64(3), number FROM ${numbers}`,
    );
    await clickhouse.command(
      `INSERT INTO node_name SELECT arrayJoin([toString(number), ${text}]), ${idOf(type, 'number')}, '${type}' FROM ${numbers}`,
    );
  }
  const [counts] = await clickhouse.query<{ nodes: number; edges: number }>(
    `SELECT (SELECT uniqExact(id) FROM node) AS nodes,
            (SELECT count() FROM (SELECT 1 FROM adjacency WHERE direction = 'out' GROUP BY node, direction, type, other_type, other)) AS edges`,
    {},
    { settings: { optimize_aggregation_in_order: 1 } },
  );
  return { ...counts!, seconds: (performance.now() - start) / 1000 };
}
