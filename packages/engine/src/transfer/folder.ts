import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { type Table, UserError, type Vault, type WrappedKey, wrappedKey } from '../platform/index.ts';
import type { Cargo, OnProgress, Page, RowsOf, Send, Sink } from './cargo.ts';
import { digestOf, emptyDigest, sameDigest } from './digest.ts';
import type { PostgresSchema } from './postgres-schema.ts';

const MANIFEST = 'manifest.json';
const MANIFEST_SUM = 'manifest.sha256';
/** While it is being written a backup has this file and no manifest. */
const UNFINISHED = 'unfinished';
const FORMAT = 'guanxi-backup-1';
const PURPOSE = 'backup';

const digest = z.object({ rows: z.number(), sums: z.tuple([z.number(), z.number()]) });
const part = z.object({
  engine: z.enum(['clickhouse', 'postgres']),
  table: z.string(),
  digest,
  files: z.array(
    z.object({
      name: z.string().regex(/^[a-z0-9_-]+\.sealed$/),
      rows: z.number(),
      bytes: z.number(),
      sha256: z.string(),
      mark: z.string(),
    }),
  ),
});
const manifest = z.object({
  format: z.literal(FORMAT),
  id: z.string(),
  createdAt: z.iso.datetime(),
  version: z.string(),
  rows: z.number(),
  /** The data key that the files and some of their values are sealed with, wrapped by the operator's key. */
  key: wrappedKey,
  /** Declarations of the ClickHouse tables, and the schema of PostgreSQL, as they were. */
  clickhouse: z.array(z.custom<Table>()),
  postgres: z.custom<PostgresSchema>(),
  parts: z.array(part),
});
export type Manifest = z.infer<typeof manifest>;
type Part = z.infer<typeof part>;

/** A nonce, the sealed text (AES-256-GCM, packed with gzip), and the tag; the file's name belongs to what is sealed. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

async function pack(text: string, name: string, key: Buffer): Promise<Buffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const sealed = cipher.update(await promisify(gzip)(text, { level: 1 }));
  return Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()]);
}

async function unpack(bytes: Buffer, name: string, key: Buffer): Promise<string> {
  const end = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(name))
    .setAuthTag(bytes.subarray(end));
  const packed = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
  return (await promisify(gunzip)(packed)).toString('utf8');
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  await writeFile(path, bytes);
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}

/** Throws `backup_folder_used` unless the folder is missing, empty, or holds a backup that was interrupted. */
async function prepare(folder: string): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  if (names.length > 0 && !names.includes(UNFINISHED))
    throw new UserError('conflict', 'backup_folder_used', 'The folder for the backup is not empty', {
      where: folder,
      remedy: 'Name a folder that is empty or does not exist.',
    });
  for (const name of names) await rm(join(folder, name), { recursive: true });
  await mkdir(folder, { recursive: true });
  await writeDurably(join(folder, UNFINISHED), '');
}

/** Writes a cargo as files, a page a file, and last of all the manifest with their checksums. */
export class FolderSink implements Sink {
  #cargo: Cargo | null = null;
  readonly #parts: Part[] = [];
  #rows = 0;

  constructor(
    private readonly folder: string,
    private readonly about: { readonly version: string; readonly createdAt: string; readonly key: WrappedKey },
    private readonly vault: Vault,
    private readonly onProgress: OnProgress,
  ) {}

  async open(cargo: Cargo): Promise<void> {
    this.#cargo = cargo;
    await prepare(this.folder);
  }

  async clickhouse(table: Table, pages: (after: string | null) => AsyncIterable<Page>): Promise<void> {
    await this.#write('clickhouse', table.name, pages(null));
  }

  async postgres(schema: PostgresSchema, rowsOf: RowsOf): Promise<void> {
    for (const { name, columns } of schema.tables) {
      const rows = rowsOf(name, columns);
      if (rows) await this.#write('postgres', name, marked(rows));
    }
    const { id, rows, clickhouse } = this.#cargo!;
    const written: Manifest = {
      ...{ format: FORMAT, id: `${id}-${this.about.createdAt}`, rows },
      ...{ clickhouse: [...clickhouse], postgres: schema, parts: this.#parts },
      ...this.about,
    };
    const text = JSON.stringify(written, null, 1);
    await writeDurably(join(this.folder, MANIFEST_SUM), sha256(Buffer.from(text)));
    await writeDurably(join(this.folder, MANIFEST), text);
    await rm(join(this.folder, UNFINISHED));
  }

  rows = () => this.#rows;

  async #write(engine: Part['engine'], table: string, pages: AsyncIterable<Page>): Promise<void> {
    const written: Part = { engine, table, digest: { rows: 0, sums: [0, 0] }, files: [] };
    this.#parts.push(written);
    for await (const { lines, mark } of pages) {
      const name = `${engine}-${table}-${String(written.files.length + 1).padStart(6, '0')}.sealed`;
      const bytes = await pack(`${lines.join('\n')}\n`, name, this.vault.key(PURPOSE));
      await writeDurably(join(this.folder, name), bytes);
      written.files.push({ name, rows: lines.length, bytes: bytes.length, sha256: sha256(bytes), mark });
      const { rows, sums } = digestOf(lines, written.digest);
      written.digest = { rows, sums: [...sums] };
      this.#rows += lines.length;
      this.onProgress(this.#rows, Math.max(this.#rows, this.#cargo!.rows));
    }
  }
}

async function* marked(rows: AsyncIterable<readonly string[]>): AsyncGenerator<Page> {
  for await (const lines of rows) yield { lines, mark: '' };
}

const damaged = (where: string) =>
  new UserError('conflict', 'backup_damaged', 'The backup is damaged', {
    where,
    remedy: 'Use another backup: nothing of this one was restored.',
  });

/** Throws `no_backup`, `backup_unfinished` or `backup_damaged`. */
export async function readManifest(folder: string): Promise<Manifest> {
  if (existsSync(join(folder, UNFINISHED)))
    throw new UserError('conflict', 'backup_unfinished', 'The backup was interrupted before it was whole', {
      where: folder,
      remedy: 'Make it again into the same folder.',
    });
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => null);
  if (text === null)
    throw new UserError('not_found', 'no_backup', 'There is no backup in this folder', { where: folder });
  const sum = await readFile(join(folder, MANIFEST_SUM), 'utf8').catch(() => '');
  const parsed = sum === sha256(Buffer.from(text)) ? manifest.safeParse(JSON.parse(text)) : null;
  if (!parsed?.success) throw damaged(join(folder, MANIFEST));
  return parsed.data;
}

async function linesOf(folder: string, file: Part['files'][number], vault: Vault): Promise<string[]> {
  const path = join(folder, file.name);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null || sha256(bytes) !== file.sha256) throw damaged(path);
  const text = await unpack(bytes, file.name, vault.key(PURPOSE)).catch(() => null);
  const lines = text?.split('\n').slice(0, -1);
  if (lines?.length !== file.rows) throw damaged(path);
  return lines;
}

/**
 * Reads every file of a backup and compares what it holds with the manifest. Throws what {@link readManifest} and
 * `vaultOf` throw.
 */
export async function verifyBackup(
  folder: string,
  vaultOf: (key: WrappedKey) => Vault,
  onProgress: OnProgress = () => undefined,
): Promise<Manifest> {
  const found = await readManifest(folder);
  const vault = vaultOf(found.key);
  const total = found.parts.reduce((sum, each) => sum + each.digest.rows, 0);
  let done = 0;
  for (const each of found.parts) {
    let read = emptyDigest;
    for (const file of each.files) {
      const lines = await linesOf(folder, file, vault);
      read = digestOf(lines, read);
      onProgress((done += lines.length), total);
    }
    if (!sameDigest(read, each.digest)) throw damaged(`${each.engine}/${each.table}`);
  }
  return found;
}

async function* pagesOf(folder: string, { files }: Part, vault: Vault, after: string | null): AsyncGenerator<Page> {
  const next = after === null ? 0 : files.findIndex(({ mark }) => mark === after) + 1;
  for (const file of files.slice(next)) yield { lines: await linesOf(folder, file, vault), mark: file.mark };
}

async function* linesIn(pages: AsyncIterable<Page>): AsyncGenerator<readonly string[]> {
  for await (const { lines } of pages) yield lines;
}

/** A backup as a cargo. */
export function sendFolder(folder: string, manifest: Manifest, vault: Vault): Send {
  const { id, rows, clickhouse, postgres, parts } = manifest;
  const partOf = (engine: Part['engine'], table: string) =>
    parts.find((each) => each.engine === engine && each.table === table);
  return async (sink) => {
    await sink.open({ id, rows, clickhouse });
    for (const table of clickhouse) {
      const found = partOf('clickhouse', table.name);
      if (!found) throw damaged(`clickhouse/${table.name}`);
      await sink.clickhouse(table, (after) => pagesOf(folder, found, vault, after));
    }
    await sink.postgres(postgres, (table) => {
      const found = partOf('postgres', table);
      return found ? linesIn(pagesOf(folder, found, vault, null)) : null;
    });
  };
}
