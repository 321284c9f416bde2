import type { Stage } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { Mark } from './Page.tsx';

export function StageHealth({ stage }: { stage: Stage }) {
  const { t } = useTranslation();
  if (stage.error) return <Mark tone="danger">{t('home.broken')}</Mark>;
  if (stage.lag > 0) return <Mark tone="warning">{t('home.behind')}</Mark>;
  return <Mark tone="success">{t('home.healthy')}</Mark>;
}
