import type { FieldSource, ImportMapping, Localized, MappingProposal } from '@guanxi/contracts';
import type { Assigned } from './assign.ts';
import type { ColumnEvidence } from './profile.ts';
import { wordsOf } from './vocabulary.ts';

type ColumnSource = Extract<FieldSource, { column: string }>;

/** A mapping in the making, with the reason of each part. */
export class Draft {
  readonly fields: Record<string, FieldSource> = {};
  readonly confidence: MappingProposal['confidence'] = {};
  readonly used = new Set<ColumnEvidence>();

  /** A field from a column that was recognised. */
  take(target: string, found: Assigned | undefined, as: ColumnSource['as'] = 'string', why?: Localized): boolean {
    if (!found) return false;
    this.add(target, found.column, as, found.score, why ?? found.why);
    return true;
  }

  add(target: string, column: ColumnEvidence, as: ColumnSource['as'], score: number, why: Localized): void {
    if (this.fields[target]) return;
    this.used.add(column);
    this.fields[target] = sourceOf(column, as);
    this.confidence[target] = { score, why };
  }

  /** Every column that is left, under its own name. */
  keepRest(columns: readonly ColumnEvidence[], prefixOf: (column: ColumnEvidence) => string): void {
    for (const column of columns) {
      if (this.used.has(column) || column.profile.type === 'empty') continue;
      const target = freeTarget(`${prefixOf(column)}.${pathOf(column.profile.name)}`, this.fields);
      this.add(target, column, castFor(column), 0.4, {
        zh: '未识别：按原列名保留',
        en: 'Not recognised: kept under its own name',
      });
    }
  }

  finish(rest: Omit<ImportMapping, 'fields'>): MappingProposal {
    return { mapping: { ...rest, fields: this.fields }, confidence: this.confidence };
  }
}

function freeTarget(target: string, fields: Readonly<Record<string, unknown>>): string {
  let free = target;
  for (let copy = 2; fields[free]; copy++) free = `${target}_${copy}`;
  return free;
}

/** A column's name as part of a path; names with dots, as nested JSON gives them, stay paths. */
function pathOf(name: string): string {
  return name
    .split('.')
    .map((part) => wordsOf(part).replace(/^(constructor|prototype)$/, '$1_'))
    .join('.');
}

/** The cast that keeps what a column is. */
export function castFor(column: ColumnEvidence): NonNullable<ColumnSource['as']> {
  if (column.lists > 0.5) return 'json';
  // Numbers that name something are not counted with, and one cell that is no number must not cost its row.
  if (column.number < 1 || /(^|_)(id|no|code|number|key|zip)$|编号|代码|编码|号码?$/.test(wordsOf(column.profile.name)))
    return column.profile.type === 'boolean' ? 'boolean' : 'string';
  switch (column.profile.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'instant':
    case 'string':
    case 'empty':
      return 'string';
  }
}

/** The source of a field, with what its cast needs to know: the zone and order of times, the tail of floated ids. */
export function sourceOf(column: ColumnEvidence, as: ColumnSource['as']): ColumnSource {
  const source: ColumnSource = { column: column.profile.name, as: as ?? 'string' };
  if (as === 'instant') {
    if (!isZoned(column)) source.zone = column.zone;
    if (hasSlashes(column)) source.order = column.dateOrder ?? 'mdy';
  }
  if (source.as === 'string' && column.floatedId >= 0.9) source.pattern = '^(\\d+)(?:\\.0)?$';
  return source;
}

const hasSlashes = ({ profile }: ColumnEvidence) =>
  profile.examples.some((cell) => /^\d{1,2}[-/]\d{1,2}[-/]\d{2,4}/.test(cell));

/** Whether the times say their zone: an offset, or a count since 1970. */
export function isZoned({ profile }: ColumnEvidence): boolean {
  return profile.examples.every(
    (cell) => /(Z|UTC|GMT|[+-]\d{2}:?\d{2})$/i.test(cell) || /^\d{9,19}(\.\d+)?$/.test(cell),
  );
}
