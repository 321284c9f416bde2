import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FileFormat } from '@guanxi/contracts';
import iconv from 'iconv-lite';
import { openTable, plainFile, type Row, type Table } from './readers/index.ts';

/** A folder for the files of a test. */
export function testFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'guanxi-imports-'));
  return {
    write: (name: string, content: Uint8Array | string) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    path: folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** All rows of a file, with what it was read as. */
export async function readAll(path: string, asked: FileFormat = {}) {
  const table = await openTable(await plainFile(path), path, asked);
  const rows = await rowsOf(table);
  await table.close();
  return { format: table.format, columns: [...table.columns], rows };
}

export async function rowsOf(table: Table): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of table.batches()) for (const row of batch.rows) rows.push(row);
  return rows;
}

/** A cell of CSV, quoted where it has to be. */
export const csvCell = (text: string, delimiter = ',') =>
  /["\r\n]/.test(text) || text.includes(delimiter) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;

/** A zstd frame of raw blocks: valid, if not small. */
export function zstdRaw(content: Uint8Array): Uint8Array {
  const pieces: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  for (let start = 0; start === 0 || start < content.length; start += 100_000) {
    const block = content.subarray(start, start + 100_000);
    const header = (block.length << 3) | (start + 100_000 >= content.length ? 1 : 0);
    pieces.push(Buffer.from([header & 255, (header >> 8) & 255, (header >> 16) & 255]), Buffer.from(block));
  }
  return Buffer.concat(pieces);
}

export const packings: Readonly<Record<string, (content: Uint8Array) => Uint8Array>> = {
  plain: (content) => content,
  gzip: (content) => gzipSync(content),
  zstd: zstdRaw,
};

export const encodings: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'utf-8': (text) => Buffer.from(text),
  'utf-8 with a mark': (text) => Buffer.from(`\ufeff${text}`),
  gb18030: (text) => iconv.encode(text, 'gb18030'),
  'utf-16le': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
};
