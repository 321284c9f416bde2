import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, expect, test } from 'vitest';
import { SealedFile, sealStream } from './sealed-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'guanxi-sealed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const key = randomBytes(32);
const CHUNK = 64 << 10;

async function seal(content: Buffer, pieces: number): Promise<string> {
  const path = join(folder, randomBytes(8).toString('hex'));
  const cut = Array.from({ length: pieces }, (_, index) =>
    content.subarray((index * content.length) / pieces, ((index + 1) * content.length) / pieces),
  );
  await pipeline(Readable.from(cut, { objectMode: false }), sealStream(key), createWriteStream(path));
  return path;
}
const readAll = async (file: SealedFile, start?: number, end?: number) => {
  const pieces: Buffer[] = [];
  for await (const piece of file.read(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
};

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77])(
  '%i bytes come back, whole and in parts',
  async (size) => {
    const content = randomBytes(size);
    const file = await SealedFile.open(await seal(content, 3), key);
    expect(file.size).toBe(size);
    expect((await readAll(file)).equals(content)).toBe(true);
    for (const [start, end] of [
      [0, 10],
      [CHUNK - 5, CHUNK + 5],
      [size - 20, size],
    ] as const)
      if (start >= 0 && end <= size)
        expect((await readAll(file, start, end)).equals(content.subarray(start, end))).toBe(true);
  },
);

test('what is on the disk tells nothing, and what was changed, cut off or sealed with another key does not open', async () => {
  const content = Buffer.from('张伟,13800138000\n'.repeat(20_000));
  const path = await seal(content, 5);
  const stored = readFileSync(path);
  expect(stored.includes('13800138000')).toBe(false);
  await expect(readAll(await SealedFile.open(path, randomBytes(32)))).rejects.toThrow('sealed file');
  const changed = Buffer.from(stored);
  changed[1000]! ^= 1;
  writeFileSync(path, changed);
  await expect(readAll(await SealedFile.open(path, key))).rejects.toThrow('sealed file');
  // Cut off exactly between two chunks: every chunk left is whole.
  writeFileSync(path, stored);
  truncateSync(path, 24 + 2 * (CHUNK + 16));
  await expect(readAll(await SealedFile.open(path, key))).rejects.toThrow('sealed file');
});
