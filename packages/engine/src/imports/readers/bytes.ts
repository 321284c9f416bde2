import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { UserError } from '../../platform/index.ts';

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

/** The first bytes of a file, as stored. */
export async function headOf(path: string, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const broken = (cause: unknown) =>
  new UserError('invalid', 'broken_file', 'The compressed file is damaged or cut off', {
    remedy: 'Check the file with gzip -t or zstd -t and upload it again.',
    cause,
  });

/** The unpacked bytes of a file in chunks; throws `broken_file` where the packing is damaged. */
export async function* unpack(path: string, packing: Packing, count: ByteCount): AsyncGenerator<Buffer> {
  const stored = createReadStream(path, { highWaterMark: CHUNK });
  try {
    for await (const bytes of unpacked(stored, packing)) {
      count.read = stored.bytesRead;
      yield bytes;
    }
    count.read = stored.bytesRead;
  } catch (error) {
    if (isPackingError(error)) throw broken(error);
    throw error;
  } finally {
    stored.destroy();
  }
}

function unpacked(stored: ReadStream, packing: Packing): AsyncIterable<Buffer> {
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

/** What {@link seekable} gives: a path that can be read at any place. */
export interface SeekableFile {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A file whose parts can be read in any order: itself, or where it is packed an unpacked copy among the temporary files.
 * @param limit the largest unpacked size in bytes; beyond it `too_large`
 */
export async function seekable(path: string, packing: Packing, limit: number): Promise<SeekableFile> {
  if (packing === 'none') return { path, remove: () => Promise.resolve() };
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
  try {
    await pipeline(Readable.from(unpack(path, packing, { read: 0 })), guard, createWriteStream(target));
    return { path: target, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

export async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
