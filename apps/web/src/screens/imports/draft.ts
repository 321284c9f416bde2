import {
  importMapping,
  type FieldSource,
  type FileFormat,
  type FileSample,
  type ImportMapping,
} from '@guanxi/contracts';
import type { TFunction } from 'i18next';
import { issuesOfError, type Issue } from '../../ui/parseWith.ts';
import { refusalText } from '../../ui/refusalText.ts';

/** One field of the mapping while it is edited: its target may be empty or named twice for a while. */
export interface DraftField {
  readonly id: number;
  readonly target: string;
  readonly source: FieldSource;
}
/** A mapping while it is edited. */
export type Draft = Omit<ImportMapping, 'fields'> & { readonly fields: readonly DraftField[] };

let next = 1;
export const newField = (target: string, source: FieldSource): DraftField => ({ id: next++, target, source });

export const draftOf = (mapping: ImportMapping): Draft => ({
  ...mapping,
  fields: Object.entries(mapping.fields).map(([target, source]) => newField(target, source)),
});

export const mappingOf = (draft: Draft): ImportMapping => ({
  ...draft,
  fields: Object.fromEntries(
    draft.fields.filter((field) => field.target.trim()).map((field) => [field.target.trim(), field.source]),
  ),
});

/** The proposal as a draft; why rows are left out is said in the reader's language, in which it may be changed. */
export function proposedDraft({ proposal: { mapping } }: FileSample, t: TFunction): Draft {
  const skip = mapping.skip.map((rule) => ({ ...rule, reason: refusalText(rule.reason, t) }));
  return draftOf({ ...mapping, skip });
}

/** What the contract says of a mapping, and targets that are named twice. */
export function issuesOf(draft: Draft): { mapping: ImportMapping | null; issues: Issue[]; twice: string[] } {
  const targets = draft.fields.map((field) => field.target.trim()).filter(Boolean);
  const twice = [...new Set(targets.filter((target, at) => targets.indexOf(target) !== at))];
  const parsed = importMapping.safeParse(mappingOf(draft));
  return {
    mapping: parsed.success && twice.length === 0 ? parsed.data : null,
    issues: parsed.success ? [] : issuesOfError(parsed.error),
    twice,
  };
}

const keyOf = (file: string) => `guanxi.mapping.${file}`;

/** A mapping under way outlives a reload of the page, as long as the tab. */
export function keepDraft(file: string, draft: Draft): void {
  try {
    sessionStorage.setItem(keyOf(file), JSON.stringify(mappingOf(draft)));
  } catch {
    // Without storage a reload begins from the proposal again.
  }
}
export function keptDraft(file: string): Draft | null {
  try {
    const parsed = importMapping.safeParse(JSON.parse(sessionStorage.getItem(keyOf(file)) ?? 'null'));
    return parsed.success ? draftOf(parsed.data) : null;
  } catch {
    return null;
  }
}

export const withFormat = (draft: Draft, file: FileFormat): Draft => ({ ...draft, file: { ...draft.file, ...file } });

/** Where a column of a row may go, most wanted first; any other path is as good. */
export const targets = [
  'userId',
  'anonymousId',
  'timestamp',
  'messageId',
  'event',
  'traits.name',
  'traits.phone',
  'traits.email',
  'traits.city',
  'properties.order_id',
  'properties.product_id',
  'properties.name',
  'properties.price',
  'properties.quantity',
  'properties.revenue',
  'properties.currency',
  'properties.category',
  'properties.query',
  'item.product_id',
  'item.name',
  'item.price',
  'item.quantity',
  'item.category',
  'context.ip',
  'context.channel',
  'context.device.id',
];
