import type { FileSample } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { number, percent } from '../../ui/format.ts';

const shown = 8;

/** The first rows as they are, each column with what it holds. */
export function SampleTable({ sample }: { sample: FileSample }) {
  const { t } = useTranslation();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t('imports.sample')}>
      <table className="plain inset sample">
        <thead>
          <tr>
            {sample.columns.map((column) => (
              <th key={column.name} scope="col">
                <b>{column.name}</b>
                <span>
                  {t(`imports.type.${column.type}`)} · {t('imports.filled', { share: percent(column.filled, 0) })}
                </span>
                <span>{t('imports.distinct', { n: number(column.distinct) })}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.rows.slice(0, shown).map((row, at) => (
            <tr key={at}>
              {sample.columns.map((column) => (
                <td key={column.name} title={String(row[column.name] ?? '')}>
                  {row[column.name] === null || row[column.name] === undefined || row[column.name] === '' ? (
                    <span className="muted">–</span>
                  ) : (
                    String(row[column.name])
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
