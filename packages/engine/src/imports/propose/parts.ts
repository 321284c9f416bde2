import type { MappingProposal } from '@guanxi/contracts';
import type { Assignment } from './assign.ts';
import { type castFor, type Draft, isZoned } from './draft.ts';
import type { ColumnEvidence } from './profile.ts';
import type { Concept } from './vocabulary.ts';

/** What a table of a kind is built from. */
export interface Known {
  readonly columns: readonly ColumnEvidence[];
  readonly found: Assignment;
  readonly draft: Draft;
}

export type Common = Pick<MappingProposal['mapping'], 'name' | 'file' | 'skip' | 'event'>;

const TRAITS: readonly Concept[] = [
  'email', 'phone', 'member_no', 'wechat_unionid', 'wechat_openid', 'name', 'first_name', 'last_name', 'gender', 'birthday',
  'age', 'address', 'city', 'province', 'country', 'postcode', 'company',
]; // prettier-ignore

/** Who the row is about: `userId` and what else names a person, for events that are not of people themselves. */
export function takePerson({ found, draft }: Known, traits: 'traits' | 'context.traits'): void {
  draft.take('userId', found.get('user_id'));
  draft.take('anonymousId', found.get('anonymous_id'));
  draft.take('context.device.id', found.get('device_id'));
  for (const concept of TRAITS) {
    const assigned = found.get(concept);
    if (assigned && !draft.used.has(assigned.column))
      draft.take(`${traits}.${concept}`, assigned, traitCast(concept, assigned.column));
  }
}

function traitCast(concept: Concept, column: ColumnEvidence): ReturnType<typeof castFor> {
  return concept === 'age' && column.profile.type !== 'string' ? 'number' : 'string';
}

/** The moment of the event, with how its zone was chosen. */
export function takeTime({ found, draft }: Known, ...concepts: Concept[]): void {
  for (const concept of concepts) {
    const assigned = found.get(concept);
    if (!assigned) continue;
    const { column } = assigned;
    const why = { zh: `${assigned.why.zh}。`, en: `${assigned.why.en}.` };
    if (!isZoned(column)) {
      why.zh += `没有时区的时间按 ${column.zone} 解读。`;
      why.en += ` Times without a zone are taken as ${column.zone}.`;
    }
    if (column.profile.examples.some((cell) => /^\d{1,2}[-/]\d{1,2}[-/]/.test(cell)) && !column.dateOrder) {
      why.zh += '看不出日在前还是月在前：请核对。';
      why.en += ' Nothing tells whether the day or the month comes first: check it.';
    }
    draft.take('timestamp', assigned, 'instant', why);
    return;
  }
}
