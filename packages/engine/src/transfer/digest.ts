import { createHash } from 'node:crypto';

/** Sums over the rows of a table that do not depend on their order. */
export interface Digest {
  readonly rows: number;
  /** Two sums of 32 bits each over the hashes of the rows. */
  readonly sums: readonly [number, number];
}

export const emptyDigest: Digest = { rows: 0, sums: [0, 0] };

/** The digest of rows that were counted before and these lines. */
export function digestOf(lines: readonly string[], before: Digest = emptyDigest): Digest {
  let [a, b] = before.sums;
  for (const line of lines) {
    const hash = createHash('md5').update(line).digest();
    a = (a + hash.readUInt32LE(0)) >>> 0;
    b = (b + hash.readUInt32LE(4)) >>> 0;
  }
  return { rows: before.rows + lines.length, sums: [a, b] };
}

export const sameDigest = (one: Digest, two: Digest): boolean =>
  one.rows === two.rows && one.sums[0] === two.sums[0] && one.sums[1] === two.sums[1];
