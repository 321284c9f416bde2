import type { FileSample } from '@guanxi/contracts';
import { profileColumns } from './propose/profile.ts';
import { proposeMapping } from './propose/propose.ts';
import type { Table } from './readers/index.ts';

const SAMPLED_ROWS = 1000;
const SHOWN_ROWS = 50;
/** Cells are cut for display; the mapping sees them whole. */
const SHOWN_CHARACTERS = 500;

/** Columns, first rows and a proposed mapping. Reads the first thousand rows only. */
export async function sampleTable(table: Table, name: string): Promise<FileSample> {
  const rows: (readonly unknown[])[] = [];
  for await (const batch of table.batches()) {
    for (const row of batch.rows) if (row.problem === undefined && rows.length < SAMPLED_ROWS) rows.push(row.values);
    if (rows.length >= SAMPLED_ROWS) break;
  }
  const columns = profileColumns(table.columns, rows);
  return {
    file: table.format,
    bytes: table.bytes,
    columns: columns.map(({ profile }) => profile),
    rows: rows.slice(0, SHOWN_ROWS).map((values) => shown(table.columns, values)),
    proposal: proposeMapping({ columns, file: table.format, name }),
  };
}

function shown(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    columns.map((column, index) => {
      const value = values[index] ?? null;
      return [column, typeof value === 'string' ? value.slice(0, SHOWN_CHARACTERS) : value];
    }),
  );
}
