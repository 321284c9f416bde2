/** An undirected weighted graph of numbered nodes: of each node its neighbours stand together, each relation at either end. */
export interface Network {
  readonly order: number;
  /** Where the neighbours of each node begin; one more at the end. */
  readonly begins: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float64Array;
  /** Weight within a node that stands for several. */
  readonly own: Float64Array;
  /** Weight at each node: of all its relations, what is within it twice. */
  readonly strength: Float64Array;
  /** Of all relations, each at both ends. */
  readonly total: number;
}

function complete(network: Omit<Network, 'strength' | 'total'>): Network {
  const strength = new Float64Array(network.order);
  let total = 0;
  for (let node = 0; node < network.order; node++) {
    let sum = 2 * network.own[node]!;
    for (let at = network.begins[node]!; at < network.begins[node + 1]!; at++) sum += network.weights[at]!;
    strength[node] = sum;
    total += sum;
  }
  return { ...network, strength, total };
}

export interface NumberedEdge {
  readonly a: number;
  readonly b: number;
  readonly weight: number;
}

/** From edges of which no two join the same nodes. */
export function networkOf(order: number, edges: readonly NumberedEdge[]): Network {
  const begins = new Int32Array(order + 1);
  for (const { a, b } of edges)
    if (a !== b) {
      begins[a + 1]!++;
      begins[b + 1]!++;
    }
  for (let node = 0; node < order; node++) begins[node + 1]! += begins[node]!;
  const next = begins.slice();
  const targets = new Int32Array(begins[order]!);
  const weights = new Float64Array(begins[order]!);
  const own = new Float64Array(order);
  for (const { a, b, weight } of edges) {
    if (a === b) {
      own[a]! += weight;
      continue;
    }
    targets[next[a]!] = b;
    weights[next[a]!++] = weight;
    targets[next[b]!] = a;
    weights[next[b]!++] = weight;
  }
  return complete({ order, begins, targets, weights, own });
}

/** The members of each group, groups being numbered without gaps. */
export function membersOf(groups: Int32Array, count: number): { begins: Int32Array; members: Int32Array } {
  const begins = new Int32Array(count + 1);
  for (const group of groups) begins[group + 1]!++;
  for (let group = 0; group < count; group++) begins[group + 1]! += begins[group]!;
  const next = begins.slice();
  const members = new Int32Array(groups.length);
  groups.forEach((group, node) => (members[next[group]!++] = node));
  return { begins, members };
}

/** Each group as one node. */
export function aggregate(network: Network, groups: Int32Array, count: number): Network {
  const { begins: from, members } = membersOf(groups, count);
  const begins = new Int32Array(count + 1);
  const own = new Float64Array(count);
  const targets: number[] = [];
  const weights: number[] = [];
  const toward = new Float64Array(count);
  const touched: number[] = [];
  for (let group = 0; group < count; group++) {
    for (let index = from[group]!; index < from[group + 1]!; index++) {
      const node = members[index]!;
      own[group]! += network.own[node]!;
      for (let at = network.begins[node]!; at < network.begins[node + 1]!; at++) {
        const other = groups[network.targets[at]!]!;
        if (other === group) own[group]! += network.weights[at]! / 2;
        else {
          if (toward[other] === 0) touched.push(other);
          toward[other]! += network.weights[at]!;
        }
      }
    }
    for (const other of touched) {
      targets.push(other);
      weights.push(toward[other]!);
      toward[other] = 0;
    }
    touched.length = 0;
    begins[group + 1] = targets.length;
  }
  return complete({
    order: count,
    begins,
    targets: Int32Array.from(targets),
    weights: Float64Array.from(weights),
    own,
  });
}

/** Newman's modularity of groups: the share of weight within them beyond what chance would put there. */
export function modularityOf(network: Network, groups: Int32Array, resolution = 1): number {
  if (network.total === 0) return 0;
  const strength = new Float64Array(network.order);
  let within = 0;
  for (let node = 0; node < network.order; node++) {
    strength[groups[node]!]! += network.strength[node]!;
    within += 2 * network.own[node]!;
    for (let at = network.begins[node]!; at < network.begins[node + 1]!; at++)
      if (groups[network.targets[at]!] === groups[node]) within += network.weights[at]!;
  }
  const expected = strength.reduce((sum, one) => sum + (one / network.total) ** 2, 0);
  return within / network.total - resolution * expected;
}
