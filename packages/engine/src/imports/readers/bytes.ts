import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { SealedFile, sealStream, UserError } from '../../platform/index.ts';

/** How the bytes of a file are packed, told by its first bytes, never by its name. */
export type Packing = 'none' | 'gzip' | 'zstd';

const CHUNK = 1 << 20;

/** Counts what is read of the stored file. */
export interface ByteCount {
  read: number;
}

export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

/** The bytes of a file, wherever and however they are kept. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `start` to before `end` (all when absent), in pieces. */
  read(start?: number, end?: number): AsyncIterable<Buffer>;
}

/** A file as it lies on the disk. */
export async function plainFile(path: string): Promise<ByteSource> {
  const { size } = await stat(path);
  return {
    size,
    read: (start = 0, end = size) =>
      start >= end ? Readable.from([]) : createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK }),
  };
}

/** A part of a file, in one piece. */
export async function sliceOf(source: ByteSource, start: number, end: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source.read(start, Math.min(end, source.size))) pieces.push(piece);
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** The first bytes of a file, as stored. */
export const headOf = (source: ByteSource, length: number): Promise<Buffer> => sliceOf(source, 0, length);

const broken = (cause: unknown) =>
  new UserError('invalid', 'broken_file', 'The compressed file is damaged or cut off', {
    remedy: 'Check the file with gzip -t or zstd -t and upload it again.',
    cause,
  });

/** The unpacked bytes of a file in chunks; throws `broken_file` where the packing is damaged. */
export async function* unpack(source: ByteSource, packing: Packing, count: ByteCount): AsyncGenerator<Buffer> {
  const stored = Readable.from(counted(source, count), { objectMode: false });
  try {
    yield* unpacked(stored, packing);
  } catch (error) {
    if (isPackingError(error)) throw broken(error);
    throw error;
  } finally {
    stored.destroy();
  }
}

async function* counted(source: ByteSource, count: ByteCount): AsyncGenerator<Buffer> {
  for await (const bytes of source.read()) {
    count.read += bytes.length;
    yield bytes;
  }
}

function unpacked(stored: Readable, packing: Packing): AsyncIterable<Buffer> {
  if (packing === 'none') return stored;
  if (packing === 'zstd') return unpackZstd(stored);
  const unzipped = createGunzip({ chunkSize: CHUNK });
  stored.on('error', (error) => unzipped.destroy(error));
  return stored.pipe(unzipped);
}

function isPackingError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'number' || (typeof code === 'string' && code.startsWith('Z_'));
}

async function* unpackZstd(stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let ready: Buffer[] = [];
  const decompress = new Decompress((data) => {
    if (data.length > 0) ready.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  });
  const take = () => {
    const taken = ready;
    ready = [];
    return taken;
  };
  // Small pieces in, so that a highly compressed file does not come out all at once.
  const piece = 64 << 10;
  for await (const chunk of stored)
    for (let start = 0; start < chunk.length; start += piece) {
      decompress.push(chunk.subarray(start, start + piece));
      yield* take();
    }
  decompress.push(new Uint8Array(0), true);
  yield* take();
}

/** What {@link seekable} gives: bytes that can be read at any place. */
export interface SeekableFile {
  readonly source: ByteSource;
  remove(): Promise<void>;
}

/**
 * A file whose parts can be read in any order: itself, or where it is packed an unpacked copy among the temporary files,
 * sealed with a key that this process alone knows and forgets.
 * @param limit the largest unpacked size in bytes; beyond it `too_large`
 */
export async function seekable(source: ByteSource, packing: Packing, limit: number): Promise<SeekableFile> {
  if (packing === 'none') return { source, remove: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'guanxi-unpacked-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  let size = 0;
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= limit) return done(null, chunk);
      done(new UserError('too_large', 'file_too_large', `The file unpacks to more than ${limit} bytes`));
    },
  });
  const target = join(folder, 'file');
  const key = randomBytes(32);
  try {
    const unpackedBytes = Readable.from(unpack(source, packing, { read: 0 }));
    await pipeline(unpackedBytes, guard, sealStream(key), createWriteStream(target));
    return { source: await SealedFile.open(target, key), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
