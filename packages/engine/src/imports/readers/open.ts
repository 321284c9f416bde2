import type { FileFormat } from '@guanxi/contracts';
import { UserError } from '../../platform/index.ts';
import { type ByteSource, headOf, packingOf, unpack } from './bytes.ts';
import { openDelimited } from './delimited-table.ts';
import { openJsonLines } from './jsonl.ts';
import { openParquet } from './parquet.ts';
import type { Table } from './rows.ts';
import { openXlsx } from './xlsx.ts';

type Format = NonNullable<FileFormat['format']>;

/** One reader per format. */
const readers: Record<Format, (source: ByteSource, asked: FileFormat) => Promise<Table>> = {
  csv: (source, asked) => openDelimited(source, asked, 'csv'),
  tsv: (source, asked) => openDelimited(source, asked, 'tsv'),
  jsonl: openJsonLines,
  parquet: openParquet,
  xlsx: openXlsx,
};

const EXTENSIONS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

/**
 * Open a file as rows.
 * @param source its bytes
 * @param name what it was called: tells the format where its bytes do not
 * @param asked what is already known of the format
 * Throws `UserError`: `empty_file`, `unknown_format`, `old_workbook`, `broken_file`, `no_such_sheet`.
 */
export async function openTable(source: ByteSource, name: string, asked: FileFormat = {}): Promise<Table> {
  const head = await unpackedHead(source);
  return readers[asked.format ?? formatOf(head, name)](source, asked);
}

async function unpackedHead(source: ByteSource): Promise<Buffer> {
  const packing = packingOf(await headOf(source, 4));
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const bytes of unpack(source, packing, { read: 0 })) {
    pieces.push(bytes);
    length += bytes.length;
    if (length >= 4096) break;
  }
  return Buffer.concat(pieces);
}

function formatOf(head: Buffer, name: string): Format {
  const magic = head.subarray(0, 4).toString('latin1');
  if (head.length === 0)
    throw new UserError('invalid', 'empty_file', 'The file is empty', { remedy: 'Choose a file with rows.' });
  if (magic === 'PAR1') return 'parquet';
  if (magic === 'PK\u0003\u0004') return 'xlsx';
  if (magic === '\u00d0\u00cf\u0011\u00e0')
    throw new UserError(
      'invalid',
      'old_workbook',
      'Workbooks of the old XLS format, and encrypted ones, are not read',
      {
        remedy: 'Save it as XLSX without a password, or as CSV.',
      },
    );
  const extension =
    name
      .toLowerCase()
      .replace(/\.(gz|zst|zstd)$/, '')
      .split('.')
      .at(-1) ?? '';
  const utf16 = head[0] === 0xff && head[1] === 0xfe;
  if (head.subarray(0, 4096).includes(0) && !utf16)
    throw new UserError('invalid', 'unknown_format', 'The file is neither text nor Parquet nor XLSX', {
      remedy: 'Give CSV, TSV, JSON lines, Parquet or XLSX, plain or packed with gzip or zstd.',
    });
  const said = EXTENSIONS[extension];
  if (said) return said;
  return /^[\s\ufeff\u00ef\u00bb\u00bf]*\{/.test(head.toString(utf16 ? 'utf16le' : 'latin1')) ? 'jsonl' : 'csv';
}
