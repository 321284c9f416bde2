const BLOCK_WORDS = 16;
const BLOCK_BITS = BLOCK_WORDS * 32;
const PROBES = 5;

/**
 * A blocked Bloom filter of 63-bit hashes (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters,
 * 2007): says of most keys it was never given that it was not, and never so of one it was given. Memory is fixed; the
 * more keys, the more often it is unsure.
 */
export class Filter {
  readonly #words: Uint32Array;
  readonly #blocks: number;

  /** @param bytes a power of two */
  constructor(bytes: number) {
    this.#words = new Uint32Array(bytes / 4);
    this.#blocks = this.#words.length / BLOCK_WORDS;
  }

  add(hash: bigint): void {
    const low = Number(hash & 0xffff_ffffn);
    const high = Number(hash >> 32n);
    const start = (high & (this.#blocks - 1)) * BLOCK_WORDS;
    for (let probe = 0, bit = low, step = (low >>> 11) | 1; probe < PROBES; probe++, bit += step) {
      const at = bit & (BLOCK_BITS - 1);
      this.#words[start + (at >>> 5)]! |= 1 << (at & 31);
    }
  }

  mayHave(hash: bigint): boolean {
    const low = Number(hash & 0xffff_ffffn);
    const high = Number(hash >> 32n);
    const start = (high & (this.#blocks - 1)) * BLOCK_WORDS;
    for (let probe = 0, bit = low, step = (low >>> 11) | 1; probe < PROBES; probe++, bit += step) {
      const at = bit & (BLOCK_BITS - 1);
      if ((this.#words[start + (at >>> 5)]! & (1 << (at & 31))) === 0) return false;
    }
    return true;
  }

  clear(): void {
    this.#words.fill(0);
  }
}
