import { renderTable, type Table, type Topology } from './tables.ts';

const SUFFIX = '_restored';

/** Under which name rows are gathered that shall take the place of those of a table. */
export const stagedName = (table: string): string => `${table}${SUFFIX}`;

/** The part of an engine that tables are exchanged by. */
export interface Stage {
  readonly topology: Topology;
  readonly policy: string | undefined;
  /** How many nodes there are; statements are run on one of them. */
  readonly nodes: number;
  run(node: number, statement: string): Promise<void>;
  names(node: number): Promise<string[]>;
}

/** Tables may be larger than what a server lets be dropped by mistake. */
const DROP = 'SYNC SETTINGS max_table_size_to_drop = 0';
const ownName = (name: string, { kind }: Topology) => (kind === 'single' ? name : `${name}_local`);

/** Removes everything that stands beside tables to take their place. */
export async function unstage(stage: Stage): Promise<void> {
  const endings = [SUFFIX, ownName(SUFFIX, stage.topology)];
  for (let node = 0; node < stage.nodes; node++)
    for (const name of await stage.names(node))
      if (endings.some((ending) => name.endsWith(ending)))
        await stage.run(node, `DROP TABLE IF EXISTS ${name} ${DROP}`);
}

/** Makes empty tables beside these, on every node. */
export async function stageTables(stage: Stage, tables: readonly Table[]): Promise<void> {
  await unstage(stage);
  for (const table of tables)
    for (const statement of renderTable({ ...table, name: stagedName(table.name) }, stage.topology, stage.policy))
      for (let node = 0; node < stage.nodes; node++) await stage.run(node, statement);
}

/**
 * Puts what stands beside tables in their place. Where it was broken off it is called again and goes on; it must not run
 * twice at a time.
 */
export async function promote(stage: Stage, tables: readonly string[]): Promise<void> {
  for (let node = 0; node < stage.nodes; node++) {
    const present = new Set(await stage.names(node));
    for (const table of tables) {
      const [own, staged] = [ownName(table, stage.topology), ownName(stagedName(table), stage.topology)];
      if (!present.has(staged)) continue;
      await stage.run(node, `DROP TABLE IF EXISTS ${own} ${DROP}`);
      await stage.run(node, `RENAME TABLE ${staged} TO ${own}`);
    }
  }
  await unstage(stage);
}
