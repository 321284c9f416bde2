import { z } from 'zod';
import type { Outcome } from './grouping.ts';

/** How many of the wrong rows are named, with the reason, in the result of a job. */
const NAMED_ERRORS = 100;

const rowError = z.object({ row: z.number(), field: z.string(), message: z.string() });

/** What an import has done so far; kept with its place, so that figures go on after a restart. */
export const importFigures = z.object({
  /** Rows read, whatever became of them. */
  rows: z.number(),
  /** Events handed to ingest; those of them it refused are also `quarantined`. */
  events: z.number(),
  quarantined: z.number(),
  /** Rows of which no event was made because they, or another row of their group, could not be read. */
  errors: z.number(),
  skipped: z.record(z.string(), z.number()),
  byEvent: z.record(z.string(), z.number()),
  errorRows: z.array(rowError),
  /** Characters that the file's encoding has no reading for. */
  undecodable: z.number(),
});
export type ImportFigures = z.infer<typeof importFigures>;

export function emptyFigures(): ImportFigures {
  return { rows: 0, events: 0, quarantined: 0, errors: 0, skipped: {}, byEvent: {}, errorRows: [], undecodable: 0 };
}

/** Add what became of a row or a group. Values are left out: they may be a customer's. */
export function count(figures: ImportFigures, outcome: Outcome): void {
  if (outcome.kind === 'event') {
    figures.rows += outcome.rows;
    figures.events++;
    const name = String(outcome.event.event ?? outcome.event.type);
    // Names may come from a column: no more kinds than people can read.
    const known = Object.hasOwn(figures.byEvent, name) || Object.keys(figures.byEvent).length < 100;
    figures.byEvent[known ? name : '…'] = (figures.byEvent[known ? name : '…'] ?? 0) + 1;
  } else if (outcome.kind === 'skipped') {
    figures.rows += outcome.rows;
    figures.skipped[outcome.reason] = (figures.skipped[outcome.reason] ?? 0) + outcome.rows;
  } else if (outcome.kind === 'unreadable') {
    figures.rows++;
    figures.errors++;
    name(figures, { row: outcome.row, field: '', message: outcome.message });
  } else {
    figures.rows += outcome.rows;
    figures.errors += outcome.rows;
    for (const { row, field, message } of outcome.problems) name(figures, { row, field, message });
  }
}

function name(figures: ImportFigures, error: ImportFigures['errorRows'][number]): void {
  if (figures.errorRows.length < NAMED_ERRORS) figures.errorRows.push(error);
}
