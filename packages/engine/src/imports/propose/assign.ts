import type { Localized } from '@guanxi/contracts';
import type { ColumnEvidence } from './profile.ts';
import { compactOf, type Concept, vocabulary } from './vocabulary.ts';

/** A column taken for a concept, with how sure that is and why. */
export interface Assigned {
  readonly column: ColumnEvidence;
  readonly score: number;
  readonly why: Localized;
}

export type Assignment = ReadonlyMap<Concept, Assigned>;

const LEAST = 0.5;

/** The best column of every concept, each column for one concept at most: by name and values together, the surest first. */
export function assignConcepts(columns: readonly ColumnEvidence[]): Assignment {
  const candidates = columns.flatMap((column) =>
    (Object.keys(vocabulary) as Concept[]).flatMap((concept) => {
      const candidate = judge(column, concept);
      return candidate && candidate.score >= LEAST ? [{ concept, ...candidate }] : [];
    }),
  );
  candidates.sort((a, b) => b.score - a.score);
  const taken = new Set<ColumnEvidence>();
  const assigned = new Map<Concept, Assigned>();
  for (const { concept, column, score, why } of candidates) {
    if (taken.has(column) || assigned.has(concept)) continue;
    taken.add(column);
    assigned.set(concept, { column, score, why });
  }
  return assigned;
}

function judge(column: ColumnEvidence, concept: Concept): Assigned | null {
  if (column.profile.type === 'empty') return null;
  const entry = vocabulary[concept];
  const name = compactOf(column.profile.name);
  const fit = entry.fits(column);
  const named = entry.exact.test(name) ? 1 : entry.loose?.test(name) ? 0.75 : 0;
  if (named > 0) {
    const score = round(named * (0.35 + 0.6 * fit));
    return { column, score, why: reasonOf(column.profile.name, named, fit) };
  }
  return byValues(column, concept);
}

/** Why a column with such a name is taken, and what its values say to it. */
function reasonOf(name: string, named: number, fit: number): Localized {
  const how =
    named === 1
      ? { zh: `列名“${name}”即此意`, en: `The name “${name}” says so` }
      : { zh: `列名“${name}”像是此意`, en: `The name “${name}” suggests it` };
  if (fit >= 0.75) return { zh: `${how.zh}，取值也相符`, en: `${how.en} and the values agree` };
  if (fit >= 0.35) return how;
  return { zh: `${how.zh}，但取值不符`, en: `${how.en}, but the values do not` };
}

/** Values so telling that they need no name. */
function byValues(column: ColumnEvidence, concept: Concept): Assigned | null {
  if (concept === 'email' && column.email >= 0.9)
    return { column, score: 0.8, why: { zh: '取值是邮箱', en: 'The values are e-mail addresses' } };
  if (concept === 'phone' && column.phone >= 0.9)
    return { column, score: 0.7, why: { zh: '取值是手机号', en: 'The values are phone numbers' } };
  if (concept === 'time' && column.instant >= 0.95 && column.number < 0.5)
    return { column, score: 0.55, why: { zh: '取值是日期或时间', en: 'The values are dates or times' } };
  if (concept === 'url' && column.url >= 0.9)
    return { column, score: 0.6, why: { zh: '取值是网址', en: 'The values are web addresses' } };
  return null;
}

const round = (score: number) => Math.round(score * 100) / 100;
