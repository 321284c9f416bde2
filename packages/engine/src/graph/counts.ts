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

/** Of so many rows the edges are held at once while they are told apart: some 200 MB. */
const ROWS_AT_ONCE = 8_000_000;

/** Edges by type, those that fall together because their ends are one person as one. */
async function countEdges(clickhouse: ClickHouse): Promise<Record<string, number>> {
  const [stored] = await clickhouse.query<{ rows: number }>(
    "SELECT count() AS rows FROM adjacency WHERE direction = 'out'",
  );
  const slices = Math.max(1, Math.ceil(stored!.rows / ROWS_AT_ONCE));
  const totals = new Map<string, number>();
  for (let slice = 0; slice < slices; slice++) {
    const rows = await clickhouse.query<{ type: string; total: number }>(
      `WITH merged AS (${MERGED} HAVING person != anchor)
       SELECT type, uniqExact(cityHash64(near, far)) AS total FROM (
         SELECT edge.type AS type, ${resolved('edge.source', 'first')} AS near, ${resolved('edge.target', 'second')} AS far
         FROM (SELECT type, node AS source, other AS target FROM adjacency WHERE direction = 'out') AS edge
         LEFT JOIN merged AS first ON first.anchor = edge.source
         LEFT JOIN merged AS second ON second.anchor = edge.target
       )
       WHERE near % {slices:UInt32} = {slice:UInt32}
       GROUP BY type ORDER BY type`,
      { slices, slice },
    );
    for (const { type, total } of rows) totals.set(type, (totals.get(type) ?? 0) + total);
  }
  return Object.fromEntries([...totals].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Counting may take a tenth of the time; what takes long is served as it was and counted anew behind. */
const SHARE = 10;
const PATIENCE_MS = 300;
const MAX_AGE_MS = 600_000;

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
