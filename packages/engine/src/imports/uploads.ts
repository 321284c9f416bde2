import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type Clock, SealedFile, sealStream, UserError, type Vault } from '../platform/index.ts';
import type { ByteSource } from './readers/index.ts';

/** A file to import: its bytes and what it was called. */
export interface StoredFile {
  readonly source: ByteSource;
  readonly name: string;
}

export interface Uploads {
  /** Throws `too_large` beyond `limit` bytes; of a body that breaks off nothing is kept. */
  save(body: AsyncIterable<Uint8Array>, name: string, limit: number): Promise<{ file: string; bytes: number }>;
  /** Throws `no_such_file`. */
  find(file: string): Promise<StoredFile>;
  /** Every file there is, with when it was last used. */
  all(): Promise<(StoredFile & { readonly id: string; readonly usedAt: number })[]>;
  remove(id: string): Promise<void>;
}

const ID = /^[0-9a-f]{32}$/;
const card = z.object({ name: z.string() });
/** Uploads that nobody has used for so long are removed when another comes. */
const KEPT_MS = 30 * 86_400_000;

/**
 * Uploaded files under ids of our own, sealed. What a client calls its file is kept beside it and shown, and never
 * becomes part of a path.
 */
export function createUploads(folder: string, clock: Clock, vault: Vault): Uploads {
  const key = vault.key('uploads');
  const names = vault.cipher('upload names');
  const dataOf = (id: string) => join(folder, `${id}.data`);
  const cardOf = (id: string) => join(folder, `${id}.json`);
  return {
    async save(body, name, limit) {
      await mkdir(folder, { recursive: true });
      await removeUnused(folder, clock.now() - KEPT_MS);
      const id = randomBytes(16).toString('hex');
      const part = join(folder, `${id}.part`);
      let bytes = 0;
      const guard = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          bytes += chunk.byteLength;
          if (bytes <= limit) return done(null, chunk);
          done(
            new UserError('too_large', 'file_too_large', `The file is larger than ${limit} bytes`, {
              remedy: 'Split it, pack it with gzip or zstd, or raise GUANXI_MAX_UPLOAD_BYTES.',
            }),
          );
        },
      });
      try {
        await pipeline(Readable.from(body, { objectMode: false }), guard, sealStream(key), createWriteStream(part));
        await syncToDisk(part);
        await writeFile(cardOf(id), JSON.stringify({ name: names.seal(shownName(name)) }));
        await rename(part, dataOf(id));
      } catch (error) {
        await Promise.all([part, cardOf(id)].map((path) => rm(path, { force: true })));
        throw error;
      }
      return { file: id, bytes };
    },
    async all() {
      const cards = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
      const files: (StoredFile & { id: string; usedAt: number })[] = [];
      for (const id of cards.map((name) => name.slice(0, -'.json'.length))) {
        const source = await SealedFile.open(dataOf(id), key).catch(() => null);
        // A card whose file was not sealed by this installation is of no use to anybody: it goes with its time.
        if (!source) continue;
        const [text, used] = await Promise.all([readFile(cardOf(id), 'utf8'), stat(cardOf(id))]);
        files.push({ id, source, name: names.open(card.parse(JSON.parse(text)).name), usedAt: used.mtimeMs });
      }
      return files;
    },
    async remove(id) {
      await rm(dataOf(id), { force: true });
      await rm(cardOf(id), { force: true });
    },
    async find(file) {
      const missing = new UserError('not_found', 'no_such_file', 'There is no such uploaded file', {
        where: 'file',
        remedy: 'Upload the file again; several processes need one folder for uploads (GUANXI_UPLOADS).',
      });
      if (!ID.test(file)) throw missing;
      const text = await readFile(cardOf(file), 'utf8').catch(() => null);
      // A card without a sealed file was left by a version that did not seal.
      const source = text === null ? null : await SealedFile.open(dataOf(file), key).catch(() => null);
      if (text === null || !source) throw missing;
      const now = new Date(clock.now());
      await utimes(cardOf(file), now, now);
      return { source, name: names.open(card.parse(JSON.parse(text)).name) };
    },
  };
}

/** The last part of what a client calls its file, without control characters. */
export function shownName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return (
    last
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .trim()
      .slice(-200) || 'file'
  );
}

async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeUnused(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue;
    const path = join(folder, name);
    const used = await stat(path).catch(() => null);
    if (!used || used.mtimeMs >= before) continue;
    await rm(path.replace(/json$/, 'data'), { force: true });
    await rm(path, { force: true });
  }
}
