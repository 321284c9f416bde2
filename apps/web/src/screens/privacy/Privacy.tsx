import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page, Tabs } from '../../ui/Page.tsx';
import { Boundary } from '../../ui/states.tsx';
import { Erasures } from './Erasures.tsx';
import { Purposes } from './Purposes.tsx';
import { Retention } from './Retention.tsx';
import './privacy.css';

const route = getRouteApi('/settings/privacy');
const tabs = ['erasures', 'purposes', 'retention'] as const;

/** What people may ask of us, what they may agree to, and how long what is kept. */
export function Privacy() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = tabs.find((one) => one === search.tab) ?? 'erasures';
  return (
    <Page title={t('nav.privacy')} lead={t('privacy.lead')}>
      <Tabs
        label={t('nav.privacy')}
        value={tab}
        onChange={(key) => void navigate({ search: { tab: key === 'erasures' ? undefined : key }, replace: true })}
        tabs={tabs.map((key) => ({ key, label: t(`privacy.tab.${key}`) }))}
      />
      <Boundary resetKey={tab}>
        {tab === 'erasures' && <Erasures />}
        {tab === 'purposes' && <Purposes />}
        {tab === 'retention' && <Retention />}
      </Boundary>
    </Page>
  );
}
