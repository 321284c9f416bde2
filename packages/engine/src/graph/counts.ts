import type { ClickHouse } from '../platform/index.ts';
import { resolved } from './edges.ts';

export interface GraphCounts {
  readonly nodes: Record<string, number>;
  readonly edges: Record<string, number>;
}

const MERGED = 'SELECT anchor, argMax(person, version) AS person FROM person_alias GROUP BY anchor';

async function countNodes(clickhouse: ClickHouse): Promise<Record<string, number>> {
  const rows = await clickhouse.query<{ type: string; total: number }>(
    `SELECT node.type AS type, uniqExact(${resolved('node.id')}) AS total
     FROM (SELECT id, type FROM node) AS node LEFT JOIN (${MERGED}) AS alias ON alias.anchor = node.id
     GROUP BY type ORDER BY type`,
  );
  return Object.fromEntries(rows.map((row) => [row.type, row.total]));
}

/**
 * Edges as rows have them, without those that fall together because their ends are one person: only rows at persons of
 * several anchors are resolved, which are few.
 */
async function countEdges(clickhouse: ClickHouse): Promise<Record<string, number>> {
  const rows = await clickhouse.query<{ type: string; total: number }>(
    `WITH merged AS (${MERGED} HAVING person != anchor),
          joined AS (SELECT anchor FROM merged UNION DISTINCT SELECT person FROM merged)
     SELECT type, sum(total) AS total FROM (
       SELECT type, toInt64(count()) AS total
       FROM (SELECT type FROM adjacency WHERE direction = 'out' GROUP BY node, direction, type, other_type, other)
       GROUP BY type
       UNION ALL
       SELECT type, toInt64(uniqExact(near, far)) - toInt64(uniqExact(source, target)) AS total
       FROM (
         SELECT edge.type AS type, source, target, ${resolved('edge.source', 'first')} AS near, ${resolved('edge.target', 'second')} AS far
         FROM (
           SELECT type, node AS source, other AS target FROM adjacency
           WHERE direction = 'out' AND node GLOBAL IN (SELECT anchor FROM joined)
           UNION ALL
           SELECT type, other AS source, node AS target FROM adjacency
           WHERE direction = 'in' AND node GLOBAL IN (SELECT anchor FROM joined) AND other GLOBAL NOT IN (SELECT anchor FROM joined)
         ) AS edge
         LEFT JOIN merged AS first ON first.anchor = edge.source
         LEFT JOIN merged AS second ON second.anchor = edge.target
       )
       GROUP BY type
     )
     GROUP BY type ORDER BY type`,
    {},
    { settings: { optimize_aggregation_in_order: 1 } },
  );
  return Object.fromEntries(rows.map((row) => [row.type, row.total]));
}

/** Counting may take a tenth of the time; what takes long is served as it was and counted anew behind. */
const SHARE = 10;
const PATIENCE_MS = 300;
const MAX_AGE_MS = 60_000;

/** Nodes and edges by type, persons resolved. Never older than ten times what counting takes. */
export function createCounts(clickhouse: ClickHouse): { read(): Promise<GraphCounts>; forget(): void } {
  let last: { readonly counts: GraphCounts; readonly at: number; readonly took: number } | null = null;
  let running: Promise<GraphCounts> | null = null;
  const count = async (): Promise<GraphCounts> => {
    const start = performance.now();
    const [nodes, edges] = await Promise.all([countNodes(clickhouse), countEdges(clickhouse)]);
    const at = performance.now();
    last = { counts: { nodes, edges }, at, took: at - start };
    return last.counts;
  };
  const begin = () => (running ??= count().finally(() => (running = null)));
  return {
    async read() {
      if (!last) return begin();
      const { counts, at, took } = last;
      if (performance.now() - at < Math.min(MAX_AGE_MS, took * SHARE)) return counts;
      const fresh = begin();
      if (took <= PATIENCE_MS) return fresh;
      fresh.catch(() => undefined);
      return counts;
    },
    forget() {
      last = null;
    },
  };
}
