import type Sigma from 'sigma';
import { EdgeLineProgram, EdgeRectangleProgram, NodeCircleProgram } from 'sigma/rendering';
import type { EdgeProgramType, NodeProgramType } from 'sigma/rendering';

type GlArgs = ConstructorParameters<NodeProgramType>;

/** The programs of sigma without the second picture that it draws to find what is under the pointer. */
export class Discs extends NodeCircleProgram {
  constructor(...[gl, , sigma]: GlArgs) {
    super(gl, null, sigma);
  }
}
export class Ribbons extends EdgeRectangleProgram {
  constructor(...[gl, , sigma]: ConstructorParameters<EdgeProgramType>) {
    super(gl, null, sigma);
  }
}
export class Threads extends EdgeLineProgram {
  constructor(...[gl, , sigma]: ConstructorParameters<EdgeProgramType>) {
    super(gl, null, sigma);
  }
}

/** Where everything stands in sigma's own coordinates, in the order of the graph. */
interface Places {
  readonly nodes: readonly string[];
  /** x, y and size of each node; the size is negative where it is hidden. */
  readonly discs: Float32Array;
  readonly edges: readonly string[];
  /** For each edge the places of both ends among the nodes. */
  readonly ends: Uint32Array;
}

/** A point of the stage, in CSS pixels from its upper left corner. */
interface Spot {
  readonly x: number;
  readonly y: number;
}

function placesIn(sigma: Sigma): Places {
  const graph = sigma.getGraph();
  const nodes = graph.nodes();
  const at = new Map(nodes.map((id, index) => [id, index]));
  const discs = new Float32Array(3 * nodes.length);
  nodes.forEach((id, index) => {
    const shown = sigma.getNodeDisplayData(id);
    if (shown) discs.set([shown.x, shown.y, shown.hidden ? -1 : shown.size], 3 * index);
  });
  const edges: string[] = [];
  const ends = new Uint32Array(2 * graph.size);
  graph.forEachEdge((id, _, from, to) => {
    ends.set([at.get(from)!, at.get(to)!], 2 * edges.length);
    edges.push(id);
  });
  return { nodes, discs, edges, ends };
}

/** A line is hit this many pixels beside it. */
const NEAR_PX = 4;

/** Squared distance of a point from a line between two others. */
function fromLine(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const long = dx * dx + dy * dy;
  const along = long === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / long));
  return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2;
}

/**
 * Finds what is under the pointer by reckoning. Sigma would draw a second picture with every frame and read it back from
 * the graphics card, for which the page stands still until the card is done; a look at 20,000 nodes takes a fraction of a
 * millisecond.
 */
export function pickByReckoning(sigma: Sigma): void {
  let places: Places | null = null;
  sigma.on('afterProcess', () => (places = null));
  /** The point in sigma's own coordinates, and how long a pixel is in them. */
  const locate = (spot: Spot) => {
    const { x, y } = sigma.viewportToFramedGraph(spot);
    const beside = sigma.viewportToFramedGraph({ x: spot.x + 1, y: spot.y });
    return { x, y, pixel: Math.hypot(beside.x - x, beside.y - y) };
  };
  const getNodeAtPosition = (spot: Spot): string | null => {
    const { nodes, discs } = (places ??= placesIn(sigma));
    const { x, y, pixel } = locate(spot);
    const unit = sigma.scaleSize(1) * pixel;
    let best = -1;
    let least = 1;
    for (let index = 0; index < nodes.length; index += 1) {
      const size = discs[3 * index + 2]!;
      if (size <= 0) continue;
      const [dx, dy, reach] = [discs[3 * index]! - x, discs[3 * index + 1]! - y, size * unit];
      const share = (dx * dx + dy * dy) / (reach * reach);
      if (share > least) continue;
      least = share;
      best = index;
    }
    return nodes[best] ?? null;
  };
  const getEdgeAtPoint = (x: number, y: number): string | null => {
    const { edges, ends, discs } = (places ??= placesIn(sigma));
    const point = locate({ x, y });
    let best = -1;
    let least = (NEAR_PX * point.pixel) ** 2;
    for (let index = 0; index < edges.length; index += 1) {
      const [a, b] = [3 * ends[2 * index]!, 3 * ends[2 * index + 1]!];
      const off = fromLine(point.x, point.y, discs[a]!, discs[a + 1]!, discs[b]!, discs[b + 1]!);
      if (off >= least) continue;
      least = off;
      best = index;
    }
    return edges[best] ?? null;
  };
  Object.assign(sigma, { getNodeAtPosition, getEdgeAtPoint });
  // No layer has a second picture to be kept any more.
  (sigma as unknown as { pickingLayers: Set<string> }).pickingLayers.clear();
}
