import type { NodeId } from '@guanxi/contracts';
import { type ClickHouse, idArray } from '../platform/index.ts';
import type { GraphEvent, Project } from './projection.ts';
import { Gathering } from './rows.ts';
import { writeStates } from './store.ts';

/**
 * Takes events out of the graph. Nodes that others speak of too (a product, a shop) stay, with what the events that stay
 * say of them: these nodes are emptied and made again from all events that touch them, so that the tables are as if the
 * events that go had never been.
 */
export interface GraphRepair {
  /** An event that goes. All of them before the first that stays. */
  gone(event: GraphEvent): void;
  /** What an event that stays touches of all that the events that go touched. */
  touched(event: GraphEvent): NodeId[];
  /** An event that stays and touches it. */
  stays(event: GraphEvent): void;
  /** How many nodes the events that go touched. */
  nodes(): number;
  /** Those of them of which no event that stays speaks: they go with the events. */
  vanishing(): NodeId[];
  /** Forgets what stays, to begin again with it. */
  restart(): void;
  /**
   * Removes and writes anew; to be repeated from the beginning when it was interrupted. `fence` throws where that is no
   * longer this process's to do, and is asked before each step.
   */
  write(fence: () => Promise<void>): Promise<void>;
}

/** Ids named by one statement. */
const AT_ONCE = 5000;

async function removeBy(clickhouse: ClickHouse, table: string, where: string, ids: readonly (string | number)[]) {
  for (let start = 0; start < ids.length; start += AT_ONCE)
    await removeWhere(clickhouse, table, where, { ids: idArray(ids.slice(start, start + AT_ONCE)) });
}

/** A mutation looks at every part, also where there is nothing to remove: so it is asked first. */
async function removeWhere(clickhouse: ClickHouse, table: string, where: string, params: { ids: string }) {
  const [row] = await clickhouse.query<{ rows: number }>(`SELECT count() AS rows FROM ${table} WHERE ${where}`, params);
  if (row!.rows > 0) await clickhouse.remove(table, where, params);
}

export function createRepair(
  clickhouse: ClickHouse,
  project: Project,
  titles: ReadonlyMap<string, string>,
): GraphRepair {
  const touched = new Set<NodeId>();
  const seqs: number[] = [];
  const staying = new Set<NodeId>();
  let gathering = new Gathering(touched, titles);
  return {
    gone(event) {
      seqs.push(event.event.seq);
      if (event.anchor !== null) touched.add(event.anchor);
      for (const id of project(event).nodes.keys()) touched.add(id);
    },
    touched: (event) => [...project(event).nodes.keys()].filter((id) => touched.has(id)),
    stays(event) {
      const effects = project(event);
      for (const id of effects.nodes.keys()) staying.add(id);
      gathering.add(event, effects);
    },
    nodes: () => touched.size,
    vanishing: () => [...touched].filter((id) => !staying.has(id)),
    restart: () => {
      gathering = new Gathering(touched, titles);
      staying.clear();
    },
    async write(fence) {
      const ids = [...touched];
      const remove = async (table: string, where: string, those: readonly (string | number)[]) => {
        await fence();
        await removeBy(clickhouse, table, where, those);
      };
      await remove('event', 'seq IN {ids:Array(UInt64)}', seqs);
      await remove('edge_event', 'seq IN {ids:Array(UInt64)}', seqs);
      // Edges between two nodes that were touched; one with an end that was not is no business of these events.
      const among = 'node IN {ids:Array(UInt64)} AND other IN {ids:Array(UInt64)}';
      await fence();
      await removeWhere(clickhouse, 'adjacency', among, { ids: idArray(ids) });
      await remove('node', 'id IN {ids:Array(UInt64)}', ids);
      await remove('node_attribute', 'node IN {ids:Array(UInt64)}', ids);
      await remove('node_name', 'node IN {ids:Array(UInt64)}', ids);
      await fence();
      await writeStates(clickhouse, gathering.rows());
    },
  };
}
