import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty } from '../ui/states.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return <Empty icon="search" why={t('shell.notFound')} action={<Link to="/">{t('shell.backHome')}</Link>} />;
}
