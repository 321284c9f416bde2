import type { FieldSource, ImportMapping, Json, JsonObject } from '@guanxi/contracts';
import { UserError } from '../platform/index.ts';
import type { Row } from './readers/index.ts';
import { type PlaceOf, regularExpression } from './row-tests.ts';
import { type Cast, CastProblem, castOf, textOf } from './values.ts';

/** What is wrong with one field of one row. The value is for the person who imports, never for logs. */
export interface FieldProblem {
  readonly row: number;
  readonly field: string;
  readonly message: string;
  readonly value: string;
}

/** A field of an event: where it goes and how it is read from a row. */
export interface Field {
  /** The path as the mapping names it. */
  readonly target: string;
  readonly path: readonly string[];
  /** The column has to be there; undefined for a constant. */
  readonly column: string | undefined;
  read(values: Row['values']): Json | CastProblem | undefined;
}

const TOP = ['userId', 'anonymousId', 'previousId', 'groupId', 'messageId', 'timestamp', 'event', 'name', 'channel'];
const INSIDE = ['properties', 'traits', 'context', 'item'];
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** A field that adds up what its group's items have. */
export interface SumField {
  readonly path: readonly string[];
  readonly factors: readonly (readonly string[])[];
}

export interface Fields {
  readonly event: Field[];
  readonly item: Field[];
  readonly sums: SumField[];
}

/** The fields of a mapping. Throws `UserError` with the field in `where`. */
export function compileFields(mapping: ImportMapping, placeOf: PlaceOf): Fields {
  const event: Field[] = [];
  const item: Field[] = [];
  const sums: SumField[] = [];
  for (const [target, source] of Object.entries(mapping.fields)) {
    const path = checkedPath(target, mapping);
    const field = {
      target,
      column: 'column' in source ? source.column : undefined,
      read: reader(target, source, placeOf),
    };
    if (path[0] === 'item') item.push({ ...field, path: path.slice(1) });
    else event.push({ ...field, path });
  }
  for (const [target, factors] of Object.entries(mapping.group?.sum ?? {}))
    sums.push({ path: checkedPath(target, mapping), factors: checkedFactors(target, factors, mapping) });
  return { event, item, sums };
}

/** A path of an event, in parts. */
export function checkedPath(target: string, mapping: Pick<ImportMapping, 'group'>): string[] {
  const path = target.split('.');
  const refuse = (message: string) => new UserError('invalid', 'bad_target', message, { where: `fields.${target}` });
  if (path.some((part) => part === '' || FORBIDDEN.has(part))) throw refuse('The target is not a path in an event');
  const known = path.length === 1 ? TOP.includes(path[0]!) : INSIDE.includes(path[0]!);
  if (!known)
    throw refuse(`A target is ${TOP.join(', ')} or begins with ${INSIDE.map((part) => `${part}.`).join(', ')}`);
  if (path[0] === 'item' && !mapping.group) throw refuse('Items need rows that are grouped: give `group`');
  return path;
}

function checkedFactors(target: string, names: readonly string[], mapping: ImportMapping): string[][] {
  const missing = names.find((name) => !mapping.fields[`item.${name}`]);
  if (missing === undefined) return names.map((name) => name.split('.'));
  throw new UserError('invalid', 'bad_sum', `A sum takes fields of items, and there is no item.${missing}`, {
    where: `group.sum.${target}`,
  });
}

/** Adds up the items; absent where no item has all factors. Rounded to a millionth, so that no binary dust shows. */
export function sumOf(items: readonly JsonObject[], { factors }: SumField): number | undefined {
  let sum: number | undefined;
  for (const item of items) {
    let product = 1;
    for (const path of factors) {
      const value = path.reduce<Json | undefined>((at, part) => (at as JsonObject | undefined)?.[part], item);
      product *= typeof value === 'number' ? value : Number.NaN;
    }
    if (Number.isFinite(product)) sum = (sum ?? 0) + product;
  }
  return sum === undefined ? undefined : Math.round(sum * 1e6) / 1e6;
}

/** Identifiers and names are text whatever the file holds: 17850 and "17850" are the same person. */
const TEXT_TARGETS = new Set(TOP);

function reader(target: string, source: FieldSource, placeOf: PlaceOf): Field['read'] {
  if ('constant' in source) {
    const constant = TEXT_TARGETS.has(target) ? String(source.constant) : source.constant;
    return () => constant;
  }
  const where = `fields.${target}`;
  if (source.pattern !== undefined) regularExpression(source.pattern, `${where}.pattern`);
  const cast = within(where, () => castOf(target === 'timestamp' ? { ...source, as: 'instant' } : source));
  let place = placeOf(source.column);
  const asText = TEXT_TARGETS.has(target);
  return (values) => {
    if (place < 0) place = placeOf(source.column);
    const value = place < 0 ? undefined : cast(values[place]);
    return asText && value !== undefined && !(value instanceof CastProblem) ? textOf(value) : value;
  };
}

function within(where: string, make: () => Cast): Cast {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.kind, error.code, error.message, { where, remedy: error.remedy, cause: error });
  }
}

/** Writes a value at a path, making the objects on the way. */
export function put(target: JsonObject, path: readonly string[], value: Json): void {
  let object = target;
  for (let index = 0; index < path.length - 1; index++) {
    const inner = object[path[index]!];
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) object = inner;
    else object = object[path[index]!] = {};
  }
  object[path.at(-1)!] = value;
}

/** A problem as people are shown it, with the start of the value. */
export function problemOf(
  row: number,
  field: Field,
  message: string,
  values: Row['values'],
  placeOf: PlaceOf,
): FieldProblem {
  const place = field.column === undefined ? -1 : placeOf(field.column);
  return { row, field: field.target, message, value: textOf(place < 0 ? '' : values[place]).slice(0, 100) };
}
