import { type FileFormat, reason } from '@guanxi/contracts';
import type { ByteCount, ByteSource } from './bytes.ts';
import { textHead, textOfFile } from './delimited-table.ts';
import {
  GrowingColumns,
  isPlainObject,
  MAX_ROW_CHARACTERS,
  type Row,
  type RowBatch,
  type Table,
  TOO_MANY_COLUMNS,
} from './rows.ts';
import { TextDecoding } from './text.ts';

/** One JSON object per line. Columns are the keys that are met, nested ones with dots. Memory: one piece of a megabyte. */
export async function openJsonLines(source: ByteSource, asked: FileFormat): Promise<Table> {
  const columns = new GrowingColumns();
  const { encoding } = await textHead(source, asked.encoding);
  return {
    format: { format: 'jsonl', ...(encoding && { encoding }) },
    bytes: source.size,
    columns: columns.names,
    fixed: false,
    batches: () => batchesOf(source, asked, columns),
    close: () => Promise.resolve(),
  };
}

async function* batchesOf(source: ByteSource, asked: FileFormat, columns: GrowingColumns): AsyncGenerator<RowBatch> {
  const decoding = new TextDecoding(asked.encoding ?? null);
  const count: ByteCount = { read: 0 };
  let left = '';
  let number = 1;
  let discarding = false;
  for await (const { text, final } of textOfFile(source, decoding, count)) {
    const buffer = left + text;
    const rows: Row[] = [];
    let start = 0;
    for (let end = lineEnd(buffer, 0, final); end >= 0; end = lineEnd(buffer, start, final)) {
      const line = buffer.slice(start, end);
      start = end + 1;
      if (discarding) discarding = false;
      else if (line.trim() !== '') rows.push(readLine(line, number, columns));
      number++;
    }
    left = buffer.slice(start);
    if (left.length > MAX_ROW_CHARACTERS || discarding) {
      if (!discarding) rows.push(problem(number, reason('longLine')));
      discarding = true;
      left = '';
    }
    yield { rows, position: count.read, undecodable: decoding.undecodable };
  }
}

function lineEnd(buffer: string, start: number, final: boolean): number {
  const end = buffer.indexOf('\n', start);
  return end < 0 && final && start < buffer.length ? buffer.length : end;
}

const problem = (number: number, text: string): Row => ({ number, values: [], content: '', problem: text });

function readLine(line: string, number: number, columns: GrowingColumns): Row {
  const content = line.trim();
  let value: unknown;
  try {
    value = parse(content);
  } catch {
    return problem(number, reason('lineNotJson'));
  }
  if (!isPlainObject(value)) return problem(number, reason('lineNotObject'));
  const values = columns.flatten(value);
  return values ? { number, values, content } : problem(number, TOO_MANY_COLUMNS);
}

function parse(content: string): unknown {
  if (!/\d{16}/.test(content)) return JSON.parse(content);
  let kept = content;
  try {
    kept = keepLongNumbers(content);
  } catch {
    // Texts of megabytes exceed what expressions can walk; then numbers are as JavaScript reads them.
  }
  return JSON.parse(kept);
}

/** Whole numbers that a double cannot hold, such as 64-bit ids, become text before they lose their last digits. */
function keepLongNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
}
