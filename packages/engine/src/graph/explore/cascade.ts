import type { NodeId } from '@guanxi/contracts';
import { randomFrom } from './steady.ts';

/** A relation as influence takes it: from whom it is listed under, to `to`, with the probability that it passes on. */
export interface Arc {
  readonly to: NodeId;
  readonly chance: number;
}
export type Arcs = ReadonlyMap<NodeId, readonly Arc[]>;

/** Each of `events` parallel edges passes on with `chance` of its own (Kempe, Kleinberg & Tardos 2003, section 5). */
export const chanceOf = (events: number, chance: number): number => 1 - (1 - chance) ** events;

export interface Reached {
  readonly strength: number;
  readonly path: readonly NodeId[];
}

const smaller = (a: NodeId, b: NodeId) => a.length < b.length || (a.length === b.length && a < b);

/**
 * The likeliest path to every node within some hops: the greatest product of probabilities, then the fewest hops, then
 * the smallest ids before it (the maximum influence paths of Chen, Wang & Wang 2010).
 */
export class LikeliestPaths {
  /** By hops: the best walk of exactly so many to each node. */
  readonly #layers: Map<NodeId, { strength: number; via: NodeId }>[] = [];
  readonly #best = new Map<NodeId, { strength: number; hops: number }>();

  constructor(private readonly start: NodeId) {
    this.#layers.push(new Map([[start, { strength: 1, via: start }]]));
    this.#best.set(start, { strength: 1, hops: 0 });
  }

  /** One hop further along arcs. */
  advance(arcs: Arcs): void {
    const next = new Map<NodeId, { strength: number; via: NodeId }>();
    for (const [from, { strength }] of this.#layers.at(-1)!)
      for (const { to, chance } of arcs.get(from) ?? []) {
        const known = next.get(to);
        const more = strength * chance;
        if (!known || more > known.strength || (more === known.strength && smaller(from, known.via)))
          next.set(to, { strength: more, via: from });
      }
    this.#layers.push(next);
    for (const [node, { strength }] of next)
      if (strength > (this.#best.get(node)?.strength ?? 0))
        this.#best.set(node, { strength, hops: this.#layers.length - 1 });
  }

  strengthOf(node: NodeId): number {
    return this.#best.get(node)?.strength ?? 0;
  }

  to(node: NodeId): Reached {
    const { strength, hops } = this.#best.get(node)!;
    const path = [node];
    for (let hop = hops; hop > 0; hop--) path.unshift(this.#layers[hop]!.get(path[0]!)!.via);
    return { strength, path };
  }

  /** All that is reached, strongest first; the start is not among them. */
  ranked(): NodeId[] {
    return [...this.#best.keys()]
      .filter((node) => node !== this.start)
      .sort((a, b) => this.strengthOf(b) - this.strengthOf(a) || (smaller(a, b) ? -1 : 1));
  }
}

/** So many runs are made in any case: of fewer the error cannot be told. */
const FEWEST = 50;

/** How runs of the cascade went: how often each node was reached, how many nodes at each hop, and how the totals vary. */
export class CascadeRuns {
  runs = 0;
  readonly reached = new Map<NodeId, number>();
  readonly atHop: number[];
  #sum = 0;
  #squares = 0;
  readonly #random: () => number;

  constructor(
    private readonly start: NodeId,
    private readonly arcs: Arcs,
    private readonly maxHops: number,
    seed: number,
  ) {
    this.atHop = new Array<number>(maxHops + 1).fill(0);
    this.#random = randomFrom(seed);
  }

  /** Runs so often, or until so many relations were tried; pauses after each run and tells how many it tried. */
  *run(runs: number, tries: number): Generator<number> {
    let left = tries;
    while (this.runs < runs && (left > 0 || this.runs < FEWEST)) {
      const tried = this.#once();
      left -= tried;
      yield tried;
    }
  }

  /**
   * One cascade: who was reached at a hop tries each of their relations once, at the next. Returns how many were tried.
   */
  #once(): number {
    const seen = new Set([this.start]);
    let front = [this.start];
    let tried = 0;
    for (let hop = 1; hop <= this.maxHops && front.length > 0; hop++) {
      const next: NodeId[] = [];
      for (const from of front)
        for (const { to, chance } of this.arcs.get(from) ?? []) {
          tried++;
          if (seen.has(to) || this.#random() >= chance) continue;
          seen.add(to);
          next.push(to);
          this.reached.set(to, (this.reached.get(to) ?? 0) + 1);
        }
      this.atHop[hop]! += next.length;
      front = next;
    }
    this.runs++;
    this.#sum += seen.size - 1;
    this.#squares += (seen.size - 1) ** 2;
    return Math.max(tried, 1);
  }

  get expected(): number {
    return this.#sum / Math.max(1, this.runs);
  }

  get standardError(): number {
    if (this.runs < 2) return 0;
    const variance = (this.#squares - this.#sum ** 2 / this.runs) / (this.runs - 1);
    return Math.sqrt(Math.max(0, variance) / this.runs);
  }
}
