import type { Job } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { number } from './format.ts';
import { RestoreTold } from './RestoreTold.tsx';
import { useWords } from './useWords.ts';

type Counts = Record<string, number>;
const isCounts = (value: unknown): value is Counts =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'number');

interface RowError {
  readonly row: number;
  readonly field: string;
  readonly message: string;
}
const rowErrorsOf = (value: unknown): readonly RowError[] =>
  Array.isArray(value) ? (value as RowError[]).filter((one) => typeof one.row === 'number') : [];

function Parts({ title, counts, nameOf }: { title: string; counts: Counts; nameOf: (key: string) => string }) {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return (
    <div>
      <dt>{title}</dt>
      {sorted.map(([key, count]) => (
        <dd key={key}>
          {nameOf(key)} {number(count)}
        </dd>
      ))}
    </div>
  );
}

/** The figures a job ended with, those it has words for in words; rows that were wrong can be unfolded. */
export function JobResult({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const events = useWords();
  const words = (i18n.getResource(i18n.language, 'translation', 'jobResult') ?? {}) as Record<string, string>;
  const wrong = rowErrorsOf(job.result['errorRows']);
  const figures = Object.entries(job.result).filter(([, value]) => typeof value === 'number');
  const parts = Object.entries(job.result).filter(([, value]) => isCounts(value) && Object.keys(value).length > 0);
  if (figures.length === 0) return null;
  return (
    <>
      <dl className="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{words[name] ?? name}</dt>
            <dd>{number(value as number)}</dd>
          </div>
        ))}
        {parts.map(([name, counts]) => (
          <Parts
            key={name}
            title={words[name] ?? name}
            counts={counts as Counts}
            nameOf={(key) => (name === 'byEvent' ? events.event(key) : key)}
          />
        ))}
      </dl>
      {job.kind === 'restore' && job.state === 'done' && <RestoreTold job={job} />}
      {wrong.length > 0 && (
        <details className="meta">
          <summary>{t('imports.errors')}</summary>
          <ul>
            {wrong.map((one) => (
              <li key={`${one.row}${one.field}`}>
                {t('imports.row')} {number(one.row)} <code>{one.field}</code> {one.message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
