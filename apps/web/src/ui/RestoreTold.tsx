import type { Job } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { dateTime } from './format.ts';

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** What a restore put here, and where that lies which was here before. */
export function RestoreTold({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { createdAt, before } = job.result;
  return (
    <p>
      {t('backup.restored', { time: dateTime(textOf(createdAt)) })} {t('backup.keptAt')} <code>{textOf(before)}</code>{' '}
      <span className="muted">{t('backup.undo')}</span>
    </p>
  );
}
