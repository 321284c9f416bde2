import { createCipheriv } from 'node:crypto';

const BLOCK = 16;

/** Multiplication by x in GF(2^128), as RFC 5297 §2.3 has it. */
function doubled(block: Buffer): Buffer {
  const result = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i++) result[i] = ((block[i]! << 1) & 0xff) | (i + 1 < BLOCK ? block[i + 1]! >> 7 : 0);
  if (block[0]! & 0x80) result[BLOCK - 1]! ^= 0x87;
  return result;
}

function xorInto(target: Buffer, source: Uint8Array, at = 0): void {
  for (let i = 0; i < source.length; i++) target[at + i]! ^= source[i]!;
}

/** AES on single blocks. One object serves every call: making one for each value would cost more than the value. */
class BlockCipher {
  readonly #ecb: ReturnType<typeof createCipheriv>;

  constructor(key: Buffer) {
    this.#ecb = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  }

  encrypt = (blocks: Buffer): Buffer => this.#ecb.update(blocks);
}

/** AES-CMAC, RFC 4493, with keys of any AES length. */
class Cmac {
  readonly #cipher: BlockCipher;
  readonly #whole: Buffer;
  readonly #padded: Buffer;

  constructor(key: Buffer) {
    this.#cipher = new BlockCipher(key);
    this.#whole = doubled(this.#cipher.encrypt(Buffer.alloc(BLOCK)));
    this.#padded = doubled(this.#whole);
  }

  of(message: Buffer): Buffer {
    const blocks = Math.max(1, Math.ceil(message.length / BLOCK));
    let state: Buffer = Buffer.alloc(BLOCK);
    for (let index = 0; index < blocks; index++) {
      const block = message.subarray(index * BLOCK, (index + 1) * BLOCK);
      xorInto(state, block);
      if (index === blocks - 1) {
        if (block.length < BLOCK) state[block.length]! ^= 0x80;
        xorInto(state, block.length < BLOCK ? this.#padded : this.#whole);
      }
      state = this.#cipher.encrypt(state);
    }
    return state;
  }
}

/**
 * AES-SIV: deterministic authenticated encryption (P. Rogaway, T. Shrimpton, "Deterministic Authenticated-Encryption",
 * EUROCRYPT 2006; RFC 5297). Equal texts give equal ciphertexts, and nothing else about them is told; so what is stored
 * can be asked for by encrypting the question.
 */
export class Siv {
  readonly #mac: Cmac;
  readonly #cipher: BlockCipher;
  readonly #zero: Buffer;

  /** @param key both halves: 32, 48 or 64 bytes */
  constructor(key: Buffer) {
    const half = key.length / 2;
    this.#mac = new Cmac(key.subarray(0, half));
    this.#cipher = new BlockCipher(key.subarray(half));
    this.#zero = this.#mac.of(Buffer.alloc(BLOCK));
  }

  /** The synthetic IV, followed by the encrypted text. */
  seal(plain: Buffer, associated: readonly Buffer[] = []): Buffer {
    const iv = this.#synthetic(plain, associated);
    return Buffer.concat([iv, this.#stream(iv, plain)]);
  }

  /** The text; null where it was not sealed with this key and these associated data, or was changed since. */
  open(sealed: Buffer, associated: readonly Buffer[] = []): Buffer | null {
    if (sealed.length < BLOCK) return null;
    const iv = sealed.subarray(0, BLOCK);
    const plain = this.#stream(iv, sealed.subarray(BLOCK));
    return this.#synthetic(plain, associated).equals(iv) ? plain : null;
  }

  /** S2V of RFC 5297 §2.4. */
  #synthetic(plain: Buffer, associated: readonly Buffer[]): Buffer {
    let state = this.#zero;
    for (const data of associated) {
      state = doubled(state);
      xorInto(state, this.#mac.of(data));
    }
    if (plain.length >= BLOCK) {
      const last = Buffer.from(plain);
      xorInto(last, state, plain.length - BLOCK);
      return this.#mac.of(last);
    }
    const last = doubled(state);
    xorInto(last, plain);
    last[plain.length]! ^= 0x80;
    return this.#mac.of(last);
  }

  /** Counter mode from the synthetic IV with two of its bits cleared (§2.5). */
  #stream(iv: Buffer, text: Buffer): Buffer {
    if (text.length === 0) return Buffer.alloc(0);
    const counters = Buffer.alloc(Math.ceil(text.length / BLOCK) * BLOCK);
    const start = Buffer.from(iv);
    start[8]! &= 0x7f;
    start[12]! &= 0x7f;
    for (let at = 0; at < counters.length; at += BLOCK) {
      start.copy(counters, at);
      for (let i = BLOCK - 1; i >= 0 && (start[i] = (start[i]! + 1) & 0xff) === 0; i--);
    }
    const key = this.#cipher.encrypt(counters);
    const result = Buffer.from(key.subarray(0, text.length));
    xorInto(result, text);
    return result;
  }
}
