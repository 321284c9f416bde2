import type { FileFormat } from '@guanxi/contracts';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from '../../platform/index.ts';
import { type ByteSource, headOf, packingOf, seekable, sliceOf } from './bytes.ts';
import { GrowingColumns, isPlainObject, type Row, type RowBatch, type Table, TOO_MANY_COLUMNS } from './rows.ts';

const MAX_UNPACKED_BYTES = 50 * 2 ** 30;
/** Largest row group, as the file says it is unpacked. */
const MAX_GROUP_BYTES = 2 ** 30;
const BATCH_ROWS = 5000;

// An empty page of some codecs is a lone byte, on which their decoders stumble.
const codecs = Object.fromEntries(
  Object.entries(compressors).map(([codec, decode]) => [
    codec,
    (input: Uint8Array, length: number) => (length === 0 ? new Uint8Array(0) : decode(input, length)),
  ]),
);

type Convert = (value: unknown) => unknown;

/** Parquet. Memory: one row group, which may say at most a gigabyte; nested columns are laid flat with dots. */
export async function openParquet(source: ByteSource, _asked: FileFormat): Promise<Table> {
  const file = await seekable(source, packingOf(await headOf(source, 4)), MAX_UNPACKED_BYTES);
  try {
    const metadata = await readMetadata(file.source);
    const top = parquetSchema(metadata).children;
    const nested = top.some(({ children }) => children.length > 0);
    const columns = new GrowingColumns();
    if (!nested) for (const { element } of top) columns.place(element.name);
    const converts = top.map(({ element }) => convertOf(element.logical_type, element.converted_type));
    const names = top.map(({ element }) => element.name);
    const toValues = (row: readonly unknown[]): unknown[] | null => {
      const values = row.map((value, index) => converts[index]!(value));
      return nested ? columns.flatten(Object.fromEntries(names.map((name, index) => [name, values[index]]))) : values;
    };
    const bytes = source.size;
    return {
      format: { format: 'parquet' },
      bytes,
      columns: columns.names,
      fixed: !nested,
      batches: () => batchesOf(file.source, metadata, bytes, toValues),
      close: file.remove,
    };
  } catch (error) {
    await file.remove();
    throw error;
  }
}

/** What the Parquet library reads from. It asks for a buffer of exactly the part. */
const bufferOf = (source: ByteSource): AsyncBuffer => ({
  byteLength: source.size,
  async slice(start, end = source.size) {
    const from = start < 0 ? Math.max(0, source.size + start) : start;
    return Uint8Array.from(await sliceOf(source, from, end)).buffer;
  },
});

async function readMetadata(source: ByteSource): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(bufferOf(source));
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause: unknown): UserError {
  return new UserError('invalid', 'broken_file', 'The Parquet file is damaged, cut off or encrypted', { cause });
}

async function* batchesOf(
  source: ByteSource,
  metadata: FileMetaData,
  bytes: number,
  toValues: (row: readonly unknown[]) => unknown[] | null,
): AsyncGenerator<RowBatch> {
  const file = bufferOf(source);
  const total = Number(metadata.num_rows);
  let start = 0;
  for (const group of metadata.row_groups) {
    if (Number(group.total_byte_size) > MAX_GROUP_BYTES)
      throw new UserError('too_large', 'row_group_too_large', 'A row group of the Parquet file exceeds one gigabyte', {
        remedy: 'Write the file with smaller row groups (a million rows or less).',
      });
    const end = start + Number(group.num_rows);
    const rows = await readGroup({ file, metadata, compressors: codecs, rowStart: start, rowEnd: end });
    for (let at = 0; at < rows.length; at += BATCH_ROWS) {
      const batch: Row[] = rows.slice(at, at + BATCH_ROWS).map((row, index) => {
        const values = toValues(row);
        const number = start + at + index + 1;
        if (!values) return { number, values: [], content: '', problem: TOO_MANY_COLUMNS };
        return { number, values, content: JSON.stringify(values) };
      });
      yield { rows: batch, position: Math.floor((bytes * (start + at + batch.length)) / total), undecodable: 0 };
    }
    start = end;
  }
}

async function readGroup(options: Parameters<typeof parquetRead>[0]): Promise<unknown[][]> {
  let read: unknown[][] = [];
  try {
    await parquetRead({ ...options, rowFormat: 'array', onComplete: (rows) => (read = rows) });
  } catch (cause) {
    throw damaged(cause);
  }
  return read;
}

/** Values as JSON has them. Times that the file says are not in UTC stay wall-clock text, for the mapping to give them a zone. */
function convertOf(
  logical: FileMetaData['schema'][number]['logical_type'],
  converted: FileMetaData['schema'][number]['converted_type'],
): Convert {
  if (logical?.type === 'DATE' || converted === 'DATE')
    return (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : plain(value));
  if (logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC)
    return (value) => (value instanceof Date ? value.toISOString().slice(0, -1) : plain(value));
  return plain;
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value ?? null;
}
