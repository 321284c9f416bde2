import type { NodeId } from '@guanxi/contracts';
import type { Bridge } from './path-meet.ts';
import type { Side } from './path-sides.ts';
import { byId } from './neighbourhood.ts';

/** A simple path from the near end to the far end; its weight in ten-thousandths. */
export interface FoundPath {
  readonly nodes: readonly NodeId[];
  readonly weight: bigint;
}

/** Combinations looked at for one length; where there are more, the result says that it is cut. */
const MOST_WALKS = 200_000;

interface Walk {
  /** From the end of the side to the node, both included. */
  readonly nodes: readonly NodeId[];
  readonly weight: bigint;
}

/** Simple walks of exactly `level` hops from the end of a side to a node. */
function walksTo(side: Side, level: number, node: NodeId, hubWeight: bigint | undefined): Walk[] {
  if (level === 0) return node === side.end.id ? [{ nodes: [node], weight: 0n }] : [];
  const held = side.levels[level];
  // Only the neighbours of the end itself are ever left in the engine.
  if (!held) return [{ nodes: [side.end.id, node], weight: hubWeight ?? 0n }];
  return (held.steps.get(node) ?? []).flatMap(({ via, weight }) =>
    walksTo(side, level - 1, via, undefined)
      .filter((walk) => !walk.nodes.includes(node))
      .map((walk) => ({ nodes: [...walk.nodes, node], weight: walk.weight + weight })),
  );
}

/** Fewest hops come first by construction; of equal length the heaviest, then the smallest ids from the near end on. */
export function comparePaths(a: FoundPath, b: FoundPath): number {
  if (a.weight !== b.weight) return a.weight > b.weight ? -1 : 1;
  for (let index = 0; index < a.nodes.length; index++) {
    const order = byId(a.nodes[index]!, b.nodes[index]!);
    if (order !== 0) return order;
  }
  return 0;
}

export interface Enumerated {
  /** Best first. */
  readonly paths: FoundPath[];
  readonly cut: boolean;
}

/** All simple paths over the bridges. */
export function enumeratePaths(
  near: Side,
  far: Side,
  levels: { readonly near: number; readonly far: number },
  bridges: readonly Bridge[],
): Enumerated {
  const paths: FoundPath[] = [];
  let walks = 0;
  const cached = (side: Side, level: number) => {
    const known = new Map<string, Walk[]>();
    return (node: NodeId, base: bigint | undefined) => {
      let found = known.get(node);
      if (!found) known.set(node, (found = walksTo(side, level, node, base)));
      return found;
    };
  };
  const [nearWalks, farWalks] = [cached(near, levels.near), cached(far, levels.far)];
  for (const bridge of bridges)
    for (const first of nearWalks(bridge.near, bridge.nearBase))
      for (const second of farWalks(bridge.far, bridge.farBase)) {
        if (++walks > MOST_WALKS) return { paths: paths.sort(comparePaths), cut: true };
        const back = [...second.nodes].reverse();
        const rest = bridge.near === bridge.far && bridge.between.length === 0 ? back.slice(1) : back;
        const nodes = [...first.nodes, ...bridge.between, ...rest];
        if (new Set(nodes).size === nodes.length)
          paths.push({ nodes, weight: first.weight + bridge.weight + second.weight });
      }
  return { paths: paths.sort(comparePaths), cut: false };
}
