import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';

const MAGIC = Buffer.from('GXSEAL01');
const SALT = 16;
const HEAD = MAGIC.length + SALT;
const CHUNK = 64 << 10;
const TAG = 16;

/** Chunks are numbered and the last is marked, so that none can be left out, doubled, moved or cut off. */
function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(index), 3);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

const keyOfFile = (key: Buffer, salt: Buffer) => Buffer.from(hkdfSync('sha256', key, salt, 'guanxi file', 32));

function sealChunk(key: Buffer, plain: Buffer, index: number, last: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, last));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Encrypts what flows through it: AES-256-GCM in chunks of 64 KiB under a key of the file's own (the STREAM construction
 * of Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
 * CRYPTO 2015). Memory: one chunk.
 */
export function sealStream(key: Buffer): Transform {
  const salt = randomBytes(SALT);
  const fileKey = keyOfFile(key, salt);
  let waiting = Buffer.alloc(0);
  let index = 0;
  return new Transform({
    construct(done) {
      this.push(Buffer.concat([MAGIC, salt]));
      done();
    },
    transform(piece: Uint8Array, _encoding, done) {
      waiting = waiting.length === 0 ? Buffer.from(piece) : Buffer.concat([waiting, piece]);
      // A full chunk waits for more, since the last one is sealed otherwise.
      let at = 0;
      for (; waiting.length - at > CHUNK; at += CHUNK)
        this.push(sealChunk(fileKey, waiting.subarray(at, at + CHUNK), index++, false));
      waiting = waiting.subarray(at);
      done();
    },
    flush(done) {
      this.push(sealChunk(fileKey, waiting, index, true));
      done();
    },
  });
}

const damaged = () => new Error('a sealed file was altered, cut off, or sealed with another key');

/** A file that {@link sealStream} wrote: read as a whole or in parts, never decrypted onto the disk. */
export class SealedFile {
  private constructor(
    private readonly path: string,
    private readonly key: Buffer,
    private readonly chunks: number,
    /** Bytes of what was sealed. */
    readonly size: number,
  ) {}

  /** Throws a plain error where the file was not sealed by us. */
  static async open(path: string, key: Buffer): Promise<SealedFile> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const head = Buffer.alloc(HEAD);
      await file.read(head, 0, HEAD, 0);
      if (size < HEAD + TAG || !head.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged();
      const chunks = Math.max(1, Math.ceil((size - HEAD) / (CHUNK + TAG)));
      const fileKey = keyOfFile(key, head.subarray(MAGIC.length));
      return new SealedFile(path, fileKey, chunks, size - HEAD - chunks * TAG);
    } finally {
      await file.close();
    }
  }

  /** The bytes from `start` to before `end`, in pieces. */
  async *read(start = 0, end = this.size): AsyncGenerator<Buffer> {
    if (start >= end) return;
    const file = await open(this.path, 'r');
    try {
      for (let index = Math.floor(start / CHUNK); index * CHUNK < end; index++) {
        const plain = await this.#chunk(file, index);
        yield plain.subarray(Math.max(0, start - index * CHUNK), Math.min(plain.length, end - index * CHUNK));
      }
    } finally {
      await file.close();
    }
  }

  async #chunk(file: Awaited<ReturnType<typeof open>>, index: number): Promise<Buffer> {
    const last = index === this.chunks - 1;
    const length = last ? this.size - index * CHUNK + TAG : CHUNK + TAG;
    const stored = Buffer.alloc(length);
    const { bytesRead } = await file.read(stored, 0, length, HEAD + index * (CHUNK + TAG));
    if (bytesRead !== length) throw damaged();
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonceOf(index, last)).setAuthTag(
      stored.subarray(length - TAG),
    );
    try {
      return Buffer.concat([decipher.update(stored.subarray(0, length - TAG)), decipher.final()]);
    } catch {
      throw damaged();
    }
  }
}
