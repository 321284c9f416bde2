import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '../platform/index.ts';
import { type BatchRows, EDGE_COLUMNS } from './rows.ts';

/** No statement is longer, in characters: V8 holds texts of about half a billion. */
const LONGEST = 64 << 20;

/** Texts put together to pieces of no more than `LONGEST`, the same pieces every time. */
function pieces(texts: readonly string[]): string[][] {
  const all: string[][] = [[]];
  let length = 0;
  for (const text of texts) {
    if (length > 0 && length + text.length > LONGEST) {
      all.push([]);
      length = 0;
    }
    all.at(-1)!.push(text);
    length += text.length;
  }
  return all;
}

/** Rows given as lines of JSONCompactEachRow: half the text and half the time of named fields. */
async function insertLines(
  clickhouse: ClickHouse,
  table: keyof typeof EDGE_COLUMNS,
  lines: readonly string[],
  token: string,
): Promise<void> {
  if (lines.length === 0) return;
  const columns = EDGE_COLUMNS[table];
  for (const [index, piece] of pieces(lines).entries())
    await clickhouse.insertLines(table, columns, piece, { lane: 'river', token: `${token}:${index}` });
}

const TOKEN = /^[A-Za-z0-9:_.-]+$/;

/** Writes a batch, one insert a table, each once under its token however often the batch is written. */
export async function writeBatch(clickhouse: ClickHouse, rows: BatchRows, tokenPrefix: string): Promise<void> {
  if (!TOKEN.test(tokenPrefix)) throw new Error('a deduplication token holds letters, digits and : _ . - alone');
  for (const table of ['node', 'node_attribute', 'node_name', 'event'] as const)
    await clickhouse.insert(table, rows[table], { lane: 'river', token: `${tokenPrefix}:${table}` });
  for (const table of ['edge_event', 'adjacency'] as const)
    await insertLines(clickhouse, table, rows[table], `${tokenPrefix}:${table}`);
}

/** Writes states that were gathered anew; each call has its effect. */
export async function writeStates(
  clickhouse: ClickHouse,
  rows: Pick<BatchRows, 'node' | 'node_attribute' | 'node_name' | 'adjacency'>,
): Promise<void> {
  for (const table of ['node', 'node_attribute', 'node_name'] as const)
    await clickhouse.insert(table, rows[table], { lane: 'river' });
  await insertLines(clickhouse, 'adjacency', rows.adjacency, `repair:${randomUUID()}`);
}
