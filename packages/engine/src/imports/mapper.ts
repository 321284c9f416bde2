import { type ImportMapping, type JsonObject, reason } from '@guanxi/contracts';
import { hashOf, UserError } from '../platform/index.ts';
import { compileFields, type Field, type FieldProblem, problemOf, put, sumOf } from './fields.ts';
import { Grouping, type Outcome, type RowGroup } from './grouping.ts';
import type { Row, Table } from './readers/index.ts';
import { compileTests, type PlaceOf } from './row-tests.ts';
import { CastProblem } from './values.ts';

/** Rows of one file to events, in order. */
export interface Mapper {
  /** What these rows settle. The rows of a group that may still grow are kept back. */
  push(rows: readonly Row[]): Outcome[];
  end(): Outcome[];
  /**
   * The row at which another run may begin and make exactly the events that this one has not given out yet; null while
   * groups overlap so that there is no such row.
   */
  restart(): number | null;
}

/**
 * Compile a mapping for a table. Throws `UserError` where it names a column that is not there, a target that no event
 * has, a zone or a pattern that is none.
 */
export function compileMapping(mapping: ImportMapping, table: Pick<Table, 'columns' | 'fixed'>): Mapper {
  const places = new Map<string, number>();
  let known = 0;
  const placeOf: PlaceOf = (column) => {
    for (; known < table.columns.length; known++) places.set(table.columns[known]!, known);
    return places.get(column) ?? -1;
  };
  if (table.fixed) checkColumns(mapping, placeOf);
  const make = eventMaker(mapping, placeOf);
  const skips = mapping.skip.map(({ when, reason }, index) => ({
    test: compileTests(when, placeOf, `skip.${index}.when`),
    reason,
  }));
  const skipReason = (row: Row) => skips.find(({ test }) => test(row.values))?.reason;
  const keyOf = groupKey(mapping, placeOf);
  const grouping = new Grouping({ within: mapping.group?.within ?? 1, limit: mapping.group?.limit ?? 1, make });
  return {
    push(rows) {
      for (const row of rows) {
        if (row.problem !== undefined)
          grouping.settled(row.number, { kind: 'unreadable', row: row.number, message: row.problem });
        else {
          const reason = skips.length > 0 ? skipReason(row) : undefined;
          if (reason !== undefined) grouping.settled(row.number, { kind: 'skipped', reason, rows: 1 });
          else grouping.add(row, keyOf?.(row.values) ?? null);
        }
      }
      return grouping.take();
    },
    end: () => grouping.end(),
    restart: () => grouping.restart(),
  };
}

function checkColumns(mapping: ImportMapping, placeOf: PlaceOf): void {
  const used: [string, string][] = [
    ...mapping.skip.flatMap(({ when }, i) =>
      when.map(({ column }, j): [string, string] => [`skip.${i}.when.${j}`, column]),
    ),
    ...mapping.event.flatMap(({ when }, i) =>
      when.map(({ column }, j): [string, string] => [`event.${i}.when.${j}`, column]),
    ),
    ...(mapping.group?.by ?? []).map((column, i): [string, string] => [`group.by.${i}`, column]),
    ...Object.entries(mapping.fields).flatMap(([target, source]): [string, string][] =>
      'column' in source ? [[`fields.${target}`, source.column]] : [],
    ),
  ];
  for (const [where, column] of used)
    if (placeOf(column) < 0)
      throw new UserError('invalid', 'no_such_column', `The file has no column named “${column}”`, {
        where,
        remedy: 'Choose one of the columns that the sample shows.',
      });
}

/** The key of a row's group; null where all its columns are empty, so that nameless rows stay alone. */
function groupKey(mapping: ImportMapping, placeOf: PlaceOf): ((values: Row['values']) => string | null) | null {
  if (!mapping.group) return null;
  const { by } = mapping.group;
  if (by.length === 1)
    return (values) => {
      const value = values[placeOf(by[0]!)];
      return value === null || value === undefined || value === '' ? null : String(value);
    };
  return (values) => {
    const cells = by.map((column) => String(values[placeOf(column)] ?? ''));
    return cells.every((cell) => cell === '') ? null : JSON.stringify(cells);
  };
}

type Made = { readonly event: JsonObject } | { readonly problems: readonly FieldProblem[] };

/** Makes the event of a group of rows, or says what is wrong with which of them. */
function eventMaker(mapping: ImportMapping, placeOf: PlaceOf): (group: RowGroup) => Made {
  const fields = compileFields(mapping, placeOf);
  const into = mapping.group?.into.split('.') ?? [];
  const cases = mapping.event.map(({ when, name }, index) => ({
    test: compileTests(when, placeOf, `event.${index}.when`),
    name,
  }));
  if (mapping.type === 'track' && cases.length === 0 && !mapping.fields.event)
    throw new UserError('invalid', 'no_event_name', 'Events of type track need a name', {
      where: 'event',
      remedy: 'Give a case without a test that names all of them, or map a column to `event`.',
    });
  return (group) => {
    const event: JsonObject = { messageId: messageIdOf(mapping.name, group), type: mapping.type };
    const problems: FieldProblem[] = [];
    for (const field of fields.event) readFirst(field, group, event, problems, placeOf);
    if (fields.item.length > 0) {
      const items = group.rows.map((row) => itemOf(row, fields.item, problems, placeOf));
      put(event, into, items);
      for (const field of fields.sums) {
        const sum = sumOf(items, field);
        if (sum !== undefined) put(event, field.path, sum);
      }
    }
    const name = cases.find(({ test }) => test(group.rows[0]!.values))?.name;
    if (name !== undefined) event[mapping.type === 'page' ? 'name' : 'event'] = name;
    if (mapping.type === 'track' && event.event === undefined)
      problems.push({ row: group.rows[0]!.number, field: 'event', message: reason('noCase'), value: '' });
    return problems.length > 0 ? { problems } : { event };
  };
}

/** A field of the event: from the first row that has it. Whatever cannot be read is a problem of its row. */
function readFirst(
  field: Field,
  { rows }: RowGroup,
  event: JsonObject,
  problems: FieldProblem[],
  placeOf: PlaceOf,
): void {
  for (const row of rows) {
    const value = field.read(row.values);
    if (value === undefined) continue;
    if (value instanceof CastProblem) problems.push(problemOf(row.number, field, value.message, row.values, placeOf));
    else put(event, field.path, value);
    return;
  }
}

function itemOf(row: Row, fields: readonly Field[], problems: FieldProblem[], placeOf: PlaceOf): JsonObject {
  const item: JsonObject = {};
  for (const field of fields) {
    const value = field.read(row.values);
    if (value instanceof CastProblem) problems.push(problemOf(row.number, field, value.message, row.values, placeOf));
    else if (value !== undefined) put(item, field.path, value);
  }
  return item;
}

/**
 * The same name, rows and content are the same event, however often and in however many parts a file is run; two
 * identical lines of one file stay two events.
 */
function messageIdOf(name: string, { rows }: RowGroup): string {
  const content = rows.length === 1 ? rows[0]!.content : rows.map((row) => row.content).join('\n');
  return `${name}:${rows[0]!.number}:${hashOf(content)}`;
}
