import type { ImportMapping, MappingCheck } from '@guanxi/contracts';
import { count, emptyFigures } from './figures.ts';
import type { Outcome } from './grouping.ts';
import { compileMapping } from './mapper.ts';
import type { Table } from './readers/index.ts';

const PREVIEWED = 20;
const SHOWN_ERRORS = 200;

/** What the first rows of a file become under a mapping; nothing is written. */
export async function checkMapping(table: Table, mapping: ImportMapping, rows: number): Promise<MappingCheck> {
  const mapper = compileMapping(mapping, table);
  const figures = emptyFigures();
  const errors: MappingCheck['errors'] = [];
  const preview: MappingCheck['preview'] = [];
  const note = (outcomes: readonly Outcome[]) => {
    for (const outcome of outcomes) {
      count(figures, outcome);
      if (outcome.kind === 'event' && preview.length < PREVIEWED) preview.push(outcome.event);
      if (outcome.kind === 'wrong') for (const problem of outcome.problems) errors.push(problem);
      if (outcome.kind === 'unreadable')
        errors.push({ row: outcome.row, field: '', message: outcome.message, value: '' });
    }
  };
  let left = rows;
  for await (const batch of table.batches()) {
    const taken = batch.rows.slice(0, left);
    left -= taken.length;
    note(mapper.push(taken));
    if (left === 0) break;
  }
  note(mapper.end());
  return {
    rows: figures.rows,
    events: figures.events,
    skipped: Object.entries(figures.skipped).map(([reason, skipped]) => ({ reason, rows: skipped })),
    errors: errors.slice(0, SHOWN_ERRORS),
    errorRows: figures.errors,
    byEvent: figures.byEvent,
    preview,
  };
}
