import { type FileFormat, reason } from '@guanxi/contracts';
import { UserError } from '../../platform/index.ts';
import { type ByteCount, type ByteSource, packingOf, unpack, headOf } from './bytes.ts';
import { DelimitedParser, type Dialect } from './delimited.ts';
import { dialectOf } from './dialect.ts';
import { MAX_COLUMNS, nameColumns, type Row, type RowBatch, type Table, TOO_MANY_COLUMNS } from './rows.ts';
import { TextDecoding } from './text.ts';

const HEAD_CHARACTERS = 256 << 10;

/** The first characters of a text file, at least `HEAD_CHARACTERS` where it has them, and their encoding if they tell. */
export async function textHead(source: ByteSource, encoding: FileFormat['encoding']) {
  const decoding = new TextDecoding(encoding ?? null);
  const packing = packingOf(await headOf(source, 4));
  let text = '';
  let whole = true;
  for await (const bytes of unpack(source, packing, { read: 0 })) {
    text += decoding.decode(bytes);
    if (text.length < HEAD_CHARACTERS) continue;
    whole = false;
    break;
  }
  if (whole) text += decoding.end();
  return { text, encoding: decoding.encoding, packing };
}

/** The text of a file, piece by piece. */
export async function* textOfFile(
  source: ByteSource,
  decoding: TextDecoding,
  count: ByteCount,
): AsyncGenerator<{ text: string; final: boolean }> {
  const packing = packingOf(await headOf(source, 4));
  for await (const bytes of unpack(source, packing, count)) yield { text: decoding.decode(bytes), final: false };
  yield { text: decoding.end(), final: true };
}

/** CSV and TSV. Memory: one piece of about a megabyte, or one row where that is longer. */
export async function openDelimited(source: ByteSource, asked: FileFormat, format: 'csv' | 'tsv'): Promise<Table> {
  const head = await textHead(source, asked.encoding);
  const delimiter = asked.delimiter ?? (format === 'tsv' ? '\t' : undefined);
  const dialect = dialectOf(head.text, { delimiter, header: asked.header });
  const first = firstRow(head.text, dialect);
  const header = first !== null && dialect.header;
  if (first && first.values.length > MAX_COLUMNS)
    throw new UserError('too_large', 'too_many_columns', TOO_MANY_COLUMNS, {
      remedy: 'If the delimiter was mistaken, state it in the format.',
    });
  const columns = nameColumns(header ? first.values : (first?.values.map(() => '') ?? []));
  return {
    format: {
      format: dialect.delimiter === '\t' ? 'tsv' : 'csv',
      ...(head.encoding && { encoding: head.encoding }),
      delimiter: dialect.delimiter,
      header: dialect.header,
    },
    bytes: source.size,
    columns,
    fixed: true,
    batches: () =>
      batchesOf(source, { dialect, columns, headerLine: header ? first.number : 0, encoding: asked.encoding }),
    close: () => Promise.resolve(),
  };
}

function firstRow(head: string, dialect: Dialect): Row | null {
  const parser = new DelimitedParser(dialect);
  return [...parser.push(head), ...parser.end()].find((row) => !row.problem) ?? null;
}

interface How {
  readonly dialect: Dialect;
  readonly columns: readonly string[];
  /** Line of the header, 0 where there is none. */
  readonly headerLine: number;
  readonly encoding: FileFormat['encoding'];
}

async function* batchesOf(source: ByteSource, how: How): AsyncGenerator<RowBatch> {
  const parser = new DelimitedParser(how.dialect);
  const decoding = new TextDecoding(how.encoding ?? null);
  const count: ByteCount = { read: 0 };
  const width = how.columns.length;
  for await (const { text, final } of textOfFile(source, decoding, count)) {
    const rows = final ? parser.push(text).concat(parser.end()) : parser.push(text);
    if (rows[0] && how.headerLine >= rows[0].number)
      rows.splice(
        rows.findIndex((row) => row.number === how.headerLine),
        1,
      );
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!;
      if (row.values.length !== width && !row.problem) rows[index] = fitted(row, width);
    }
    yield { rows, position: count.read, undecodable: decoding.undecodable };
  }
}

/** Empty fields too many are dropped; anything else that does not fit the header is a row that cannot be trusted. */
function fitted(row: Row, width: number): Row {
  if (row.values.length > width && row.values.slice(width).every((value) => value === ''))
    return { ...row, values: row.values.slice(0, width) };
  return { ...row, values: [], problem: reason('width', { most: row.values.length, list: width }) };
}
