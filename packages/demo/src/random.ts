const MULTIPLIERS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/** 128 bits out of any list of keys: four multiply-xor passes over their text. */
function seedOf(keys: readonly (string | number)[]): [number, number, number, number] {
  const text = keys.join('\u0001');
  const words = MULTIPLIERS.map((multiplier, lane) => {
    let hash = 0x811c9dc5 ^ (lane * 0x1000193);
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), multiplier);
    hash ^= hash >>> 15;
    return Math.imul(hash, multiplier) >>> 0;
  });
  return words as [number, number, number, number];
}

/**
 * A stream of random numbers that its keys alone decide: the same keys give the same numbers on every machine. The
 * generator is sfc32 (Chris Doty-Humphrey, PractRand).
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(...keys: readonly (string | number)[]) {
    [this.#a, this.#b, this.#c, this.#counter] = seedOf(keys);
    for (let round = 0; round < 12; round++) this.next();
  }

  /** In [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return (sum >>> 0) / 4294967296;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** One of the items, each as likely as its weight. */
  weighted<T>(items: readonly T[], weightOf: (item: T) => number): T {
    let total = 0;
    for (const item of items) total += weightOf(item);
    let left = this.next() * total;
    for (const item of items) {
      left -= weightOf(item);
      if (left < 0) return item;
    }
    return items.at(-1)!;
  }

  /** `count` different items, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    const pool = [...items];
    const taken: T[] = [];
    while (taken.length < count && pool.length > 0)
      taken.push(pool.splice(Math.floor(this.next() * pool.length), 1)[0]!);
    return taken;
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Waiting time with this mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** How many of something that happens `mean` times on average (Knuth, for small means). */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }

  /** Hexadecimal digits, for ids that look like what systems give. */
  hex(length: number): string {
    let text = '';
    while (text.length < length)
      text += Math.floor(this.next() * 0x10000000)
        .toString(16)
        .padStart(7, '0');
    return text.slice(0, length);
  }
}

export const clamp = (value: number, from = 0, to = 1): number => Math.min(to, Math.max(from, value));
export const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
