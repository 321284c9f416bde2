import type { NodeId } from '@guanxi/contracts';
import type { Identity } from '../identity/index.ts';
import { type ClickHouse, idArray, type Params } from '../platform/index.ts';
import { type EdgeFilter, edgesWhere, filterParams } from './edges.ts';
import { POINT_READ } from './labels.ts';
import type { GraphLimits } from './limits.ts';
import type { Place } from './persons.ts';

/** The last hop of a walk. Weights of paths are in ten-thousandths, so that sums are exact. */
export interface Step {
  readonly via: NodeId;
  readonly weight: bigint;
}

/** The nodes that walks of so many hops from one end lead to. */
export interface Level {
  /** The greatest weight of such a walk. */
  readonly best: ReadonlyMap<NodeId, bigint>;
  readonly steps: ReadonlyMap<NodeId, readonly Step[]>;
}

/** A level as SQL. */
export interface Fragment {
  /** The test that a column holds one of its rows, to stand after the column's name. */
  readonly among: string;
  readonly params: Params;
  readonly size: number;
  /** Adds to a SELECT of edges, read at its rows, which node `u` each starts from and the weight `g` of the walk to it. */
  attach(edges: string): string;
}

/** The node or the weight that belongs to a row of a level that is held. */
export const lookUp = (tag: string, what: 'ids' | 'w', column: string): string =>
  what === 'ids'
    ? `transform(${column}, {${tag}_rows:Array(UInt64)}, {${tag}_ids:Array(UInt64)}, toUInt64(0))`
    : `transform(${column}, {${tag}_rows:Array(UInt64)}, {${tag}_w:Array(Int64)}, toInt64(0))`;

interface HopRow {
  readonly node: NodeId;
  readonly other: NodeId;
  readonly kind: string;
  readonly is_person: 0 | 1;
  readonly scaled: string;
}

/**
 * One end of a path search and what was found from there, level by level. A node with too many edges to hold (a country,
 * a bestseller) is a hub: its neighbours stay in the engine, as a subquery.
 */
export class Side {
  readonly levels: Level[];
  /** Whether the end itself has too many neighbours to hold. */
  hub = false;
  readonly #rowsOf = new Map<NodeId, readonly NodeId[]>();

  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly identity: Identity,
    readonly end: Place,
    /** Nodes that no walk may pass: both ends. */
    private readonly ends: ReadonlySet<NodeId>,
    private readonly filter: EdgeFilter,
    private readonly limits: GraphLimits,
  ) {
    this.levels = [{ best: new Map([[end.id, 0n]]), steps: new Map() }];
    this.#rowsOf.set(end.id, end.rows);
  }

  get depth(): number {
    return this.levels.length - 1;
  }

  /** Rows of the tables, with the node they are today, for the nodes of a level. */
  rowsAt(level: number): { row: NodeId; id: NodeId }[] {
    return [...this.levels[level]!.best.keys()].flatMap((id) =>
      (this.#rowsOf.get(id) ?? [id]).map((row) => ({ row, id })),
    );
  }

  /** Goes one hop further; false where that is more than can be held. */
  async advance(): Promise<boolean> {
    const from = this.rowsAt(this.depth);
    const limit = this.depth === 0 ? this.limits.firstHop : this.limits.laterHop;
    const rows = await this.clickhouse.query<HopRow>(
      `SELECT toString(edge.node) AS node, toString(edge.other) AS other, concat(direction, type) AS kind,
              other_type = 'person' AS is_person, toString(toInt128(weight * 10000)) AS scaled
       FROM (${edgesWhere(this.filter, 'node IN {rows:Array(UInt64)}', 'node, other, direction, type, other_type, weight')} LIMIT ${limit + 1}) AS edge`,
      { rows: idArray(from.map(({ row }) => row)), ...filterParams(this.filter) },
      POINT_READ,
    );
    if (rows.length > limit) {
      if (this.depth === 0) this.hub = true;
      return false;
    }
    const persons = await this.identity.personsOf(rows.filter((row) => row.is_person).map((row) => row.other));
    this.#add(rows, new Map(from.map(({ row, id }) => [row, id])), persons);
    await this.#learnRows([...new Set(persons.values())]);
    return true;
  }

  #add(rows: readonly HopRow[], near: ReadonlyMap<NodeId, NodeId>, persons: ReadonlyMap<NodeId, NodeId>): void {
    const edges = new Map<string, { via: NodeId; to: NodeId; weight: bigint }>();
    for (const row of rows) {
      const via = near.get(row.node)!;
      const to = persons.get(row.other) ?? row.other;
      if (this.ends.has(to) || via === to) continue;
      const key = `${via} ${to} ${row.kind}`;
      edges.set(key, { via, to, weight: (edges.get(key)?.weight ?? 0n) + BigInt(row.scaled) });
    }
    const heaviest = new Map<NodeId, Map<NodeId, bigint>>();
    for (const { via, to, weight } of edges.values()) {
      const steps = heaviest.get(to) ?? new Map<NodeId, bigint>();
      const known = steps.get(via);
      if (known === undefined || weight > known) steps.set(via, weight);
      heaviest.set(to, steps);
    }
    const before = this.levels.at(-1)!.best;
    const best = new Map<NodeId, bigint>();
    const steps = new Map<NodeId, Step[]>();
    for (const [to, ways] of heaviest) {
      steps.set(
        to,
        [...ways].map(([via, weight]) => ({ via, weight })),
      );
      best.set(
        to,
        [...ways].map(([via, weight]) => before.get(via)! + weight).reduce((a, b) => (a > b ? a : b)),
      );
    }
    this.levels.push({ best, steps });
  }

  async #learnRows(persons: readonly NodeId[]): Promise<void> {
    const unknown = persons.filter((id) => !this.#rowsOf.has(id));
    if (unknown.length === 0) return;
    for (const [person, anchors] of await this.identity.anchorsOf(unknown)) this.#rowsOf.set(person, anchors);
  }

  /**
   * A level as SQL. The level after the last is the hub's neighbours. `tag` keeps the parameters of two levels apart.
   */
  fragment(level: number, tag: string): Fragment {
    if (level > this.depth) return this.#hubFragment(tag);
    const rows = this.rowsAt(level);
    const { best } = this.levels[level]!;
    return {
      attach: (edges) =>
        `SELECT ${lookUp(tag, 'ids', 'edge.node')} AS u, ${lookUp(tag, 'w', 'edge.node')} AS g, edge.* FROM (${edges}) AS edge`,
      among: `IN {${tag}_rows:Array(UInt64)}`,
      size: rows.length,
      params: {
        [`${tag}_rows`]: idArray(rows.map(({ row }) => row)),
        [`${tag}_ids`]: idArray(rows.map(({ id }) => id)),
        [`${tag}_w`]: `[${rows.map(({ id }) => best.get(id)!).join(',')}]`,
      },
    };
  }

  #hubFragment(tag: string): Fragment {
    const edges = edgesWhere(this.filter, `node IN {${tag}_end:Array(UInt64)}`, 'other, direction, type, weight');
    const table = `
      WITH hub AS (
        SELECT id, max(w) AS w FROM (
          SELECT if(near.person = 0, edge.other, near.person) AS id, toInt64(sum(weight) * 10000) AS w
          FROM (${edges}) AS edge LEFT JOIN (${ALIASES}) AS near ON near.anchor = edge.other
          GROUP BY id, direction, type)
        WHERE id NOT IN {ends:Array(UInt64)} GROUP BY id)
      SELECT id AS row, id, w FROM hub
      UNION ALL SELECT far.anchor AS row, hub.id AS id, hub.w AS w FROM hub INNER JOIN (${ALIASES}) AS far ON far.person = hub.id`;
    return {
      attach: (walked) =>
        `SELECT start.id AS u, start.w AS g, edge.* FROM (${walked}) AS edge INNER JOIN (${table}) AS start ON start.row = edge.node`,
      among: `GLOBAL IN (SELECT row FROM (${table}))`,
      size: Infinity,
      params: { [`${tag}_end`]: idArray(this.end.rows) },
    };
  }
}

/** Anchors that belong to another person today. */
export const ALIASES = 'SELECT anchor, person FROM person_alias FINAL WHERE person != anchor';
