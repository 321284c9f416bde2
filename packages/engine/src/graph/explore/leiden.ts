import { aggregate, type Network } from './network.ts';
import { randomFrom } from './steady.ts';

/** A gain smaller than this is rounding. */
const GAIN = 1e-10;
/** Relations looked at between two pauses, about. */
const STRETCH = 2000;

export interface LeidenOptions {
  /** Above 1 more and smaller communities (Reichardt & Bornholdt 2006). */
  readonly resolution: number;
  readonly seed: number;
}

function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** Weight from one node to each group beside it. */
class Toward {
  readonly #weights: Float64Array;
  readonly groups: number[] = [];
  /** Relations and nodes looked at since it was told last. */
  #effort = 0;

  constructor(
    private readonly network: Network,
    private readonly of: Int32Array,
  ) {
    this.#weights = new Float64Array(network.order);
  }

  /** From `node`, along relations to nodes that `counts`. */
  look(node: number, counts?: (other: number) => boolean): void {
    for (const group of this.groups) this.#weights[group] = 0;
    this.groups.length = 0;
    this.#effort += 1 + this.network.begins[node + 1]! - this.network.begins[node]!;
    for (let at = this.network.begins[node]!; at < this.network.begins[node + 1]!; at++) {
      const other = this.network.targets[at]!;
      if (counts && !counts(other)) continue;
      const group = this.of[other]!;
      if (this.#weights[group] === 0) this.groups.push(group);
      this.#weights[group]! += this.network.weights[at]!;
    }
  }

  to(group: number): number {
    return this.#weights[group]!;
  }

  isDue(): boolean {
    return this.#effort >= STRETCH;
  }

  effort(): number {
    const effort = this.#effort;
    this.#effort = 0;
    return effort;
  }
}

/** Moves nodes to where modularity gains most, those beside a moved one again, until none gains by moving. */
function* move(
  network: Network,
  groups: Int32Array,
  { resolution }: LeidenOptions,
  random: () => number,
): Generator<number> {
  const strength = new Float64Array(network.order);
  const sizes = new Int32Array(network.order);
  groups.forEach((group, node) => {
    strength[group]! += network.strength[node]!;
    sizes[group]!++;
  });
  const empty: number[] = [];
  sizes.forEach((size, group) => size === 0 && empty.push(group));
  const queue = shuffled(network.order, random);
  const waiting = new Uint8Array(network.order).fill(1);
  const toward = new Toward(network, groups);
  const step = network.order;
  // The queue is a ring: no node waits in it twice.
  for (let head = 0, count = network.order; count > 0; count--, head++) {
    const node = queue[head % step]!;
    waiting[node] = 0;
    if (toward.isDue()) yield toward.effort();
    const before = groups[node]!;
    const mine = network.strength[node]!;
    strength[before]! -= mine;
    sizes[before]!--;
    if (sizes[before] === 0) empty.push(before);
    toward.look(node);
    const gainOf = (group: number) => toward.to(group) - (resolution * mine * strength[group]!) / network.total;
    let [best, gain] = [before, gainOf(before)];
    for (const group of toward.groups) {
      const more = gainOf(group);
      if (more > gain + GAIN || (more > gain - GAIN && group < best && best !== before)) [best, gain] = [group, more];
    }
    if (gain < -GAIN) best = empty.at(-1)!;
    if (sizes[best] === 0) empty.splice(empty.lastIndexOf(best), 1);
    groups[node] = best;
    strength[best]! += mine;
    sizes[best]!++;
    if (best === before) continue;
    for (let at = network.begins[node]!; at < network.begins[node + 1]!; at++) {
      const other = network.targets[at]!;
      if (waiting[other] || groups[other] === best) continue;
      waiting[other] = 1;
      queue[(head + count) % step] = other;
      count++;
    }
  }
  yield toward.effort();
}

/**
 * Splits each group into parts that hang together: single nodes join the part beside them that gains most, as long as
 * both are well connected to their group. This is what makes communities of Leiden connected, which Louvain's need not be.
 */
function* refine(
  network: Network,
  groups: Int32Array,
  { resolution }: LeidenOptions,
  random: () => number,
): Generator<number, Int32Array> {
  const { order, total } = network;
  const whole = new Float64Array(order);
  groups.forEach((group, node) => (whole[group]! += network.strength[node]!));
  const parts = Int32Array.from({ length: order }, (_, node) => node);
  const strength = network.strength.slice();
  const alone = new Uint8Array(order).fill(1);
  /** Weight from each part to the rest of its group. */
  const cut = new Float64Array(order);
  for (let node = 0; node < order; node++)
    for (let at = network.begins[node]!; at < network.begins[node + 1]!; at++)
      if (groups[network.targets[at]!] === groups[node]) cut[node]! += network.weights[at]!;
  const isWellConnected = (part: number, group: number) =>
    cut[part]! >= (resolution * strength[part]! * (whole[group]! - strength[part]!)) / total - GAIN;
  const toward = new Toward(network, parts);
  for (const node of shuffled(order, random)) {
    if (toward.isDue()) yield toward.effort();
    const group = groups[node]!;
    if (!alone[node] || !isWellConnected(node, group)) continue;
    toward.look(node, (other) => groups[other] === group);
    let [best, gain] = [node, 0];
    for (const part of toward.groups) {
      if (part === node || !isWellConnected(part, group)) continue;
      const more = toward.to(part) - (resolution * network.strength[node]! * strength[part]!) / total;
      if (more > gain + GAIN || (more > gain - GAIN && best !== node && part < best)) [best, gain] = [part, more];
    }
    if (best === node) continue;
    cut[best]! += cut[node]! - 2 * toward.to(best);
    strength[best]! += network.strength[node]!;
    strength[node] = 0;
    parts[node] = best;
    alone[node] = 0;
    alone[best] = 0;
  }
  yield toward.effort();
  return parts;
}

/** Numbers groups without gaps, in the order in which they are met; returns how many there are. */
function renumber(groups: Int32Array): number {
  const numbers = new Map<number, number>();
  groups.forEach((group, node) => {
    if (!numbers.has(group)) numbers.set(group, numbers.size);
    groups[node] = numbers.get(group)!;
  });
  return numbers.size;
}

/**
 * Communities by modularity: Leiden (Traag, Waltman & van Eck 2019), with the best instead of a chance part in its
 * refinement. The same for the same seed. `groups` always holds the best so far, so that it may be stopped at any pause;
 * what pauses tell is how many relations and nodes were looked at.
 */
export class Leiden {
  readonly groups: Int32Array;

  constructor(
    private readonly network: Network,
    private readonly options: LeidenOptions,
  ) {
    this.groups = Int32Array.from({ length: network.order }, (_, node) => node);
  }

  *run(): Generator<number> {
    const random = randomFrom(this.options.seed);
    let { network } = this;
    /** Which node of the network of now each node is in. */
    const inside = this.groups.slice();
    let groups = this.groups.slice();
    for (;;) {
      yield* move(network, groups, this.options, random);
      const count = renumber(groups);
      inside.forEach((node, at) => (this.groups[at] = groups[node]!));
      if (count === network.order) return;
      const parts = yield* refine(network, groups, this.options, random);
      const next = renumber(parts);
      // Parts that are all single nodes would make the same network again.
      const [merged, number] = next === network.order ? [groups, count] : [parts, next];
      const above = new Int32Array(number);
      merged.forEach((part, node) => (above[part] = groups[node]!));
      network = aggregate(network, merged, number);
      inside.forEach((node, at) => (inside[at] = merged[node]!));
      groups = above;
    }
  }
}
