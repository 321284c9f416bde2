import xxhash from 'xxhash-wasm';

const { h64 } = await xxhash();
const SIGN = 0x7fff_ffff_ffff_ffffn;

/**
 * The id of a node: xxHash64 of `type NUL key` without its top bit, in decimal, so that it fits a ClickHouse UInt64 and
 * a PostgreSQL bigint alike. Two of a hundred million nodes share an id with probability about 0.0005.
 */
export function nodeIdOf(type: string, key: string): string {
  return (h64(`${type}\0${key}`) & SIGN).toString();
}

/** The node id of an identifier: what an event's anchor is, and what a person it founds is called. */
export function identifierIdOf(kind: string, value: string): string {
  return nodeIdOf(`id:${kind}`, value);
}

/** A 63-bit hash of any text, in decimal; used for message ids. */
export function hashOf(text: string): string {
  return (h64(text) & SIGN).toString();
}
