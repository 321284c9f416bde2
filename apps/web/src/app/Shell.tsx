import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Button } from 'antd';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLostSince } from '../api/connection.ts';
import { queryClient, read } from '../api/queries.ts';
import { DemoBadge } from '../ui/DemoLabel.tsx';
import { clock, number } from '../ui/format.ts';
import { Icon } from '../ui/Icon.tsx';
import { Boundary, Empty, Loading } from '../ui/states.tsx';
import { Tip } from '../ui/Tip.tsx';
import { Toasts } from '../ui/toast.tsx';
import { AccountMenu } from './AccountMenu.tsx';
import { useHotkeys } from './hotkeys.ts';
import { switchLanguage } from './i18n/index.ts';
import { JobTray } from './JobTray.tsx';
import { setPreferences, useNarrow, usePreferences, useThemeName } from './preferences.ts';
import { useLacking, useNavigation } from './useNavigation.ts';
import { usePrefetch } from './usePrefetch.ts';

const CommandPalette = lazy(() =>
  import('./CommandPalette.tsx').then((module) => ({ default: module.CommandPalette })),
);
const KeysHelp = lazy(() => import('./KeysHelp.tsx').then((module) => ({ default: module.KeysHelp })));

function Nav() {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const navCollapsed = usePreferences().navCollapsed || narrow;
  const { groups } = useNavigation();
  const status = useQuery({ ...read('status'), refetchInterval: 5_000 });
  return (
    <nav className="nav" aria-label={t('shell.nav')}>
      <Link to="/" className="nav-brand" aria-label={t('app.name')}>
        <img src="/mark.svg" alt="" />
        {!navCollapsed && (
          <span>
            {t('app.brand')} <small>{t('app.latin')}</small>
          </span>
        )}
      </Link>
      <div className="nav-scroll">
        {groups.map((group) => (
          <div key={group.key}>
            {group.key !== 'overview' && (
              <div className="nav-group">
                <span>{t(`nav.group.${group.key}`)}</span>
              </div>
            )}
            {group.items.map((item) => {
              const waiting = item.key === 'quarantine' ? (status.data?.counts.quarantined ?? 0) : 0;
              const label = t(`nav.${item.key}`);
              const name = waiting > 0 ? `${label} ${number(waiting)}` : label;
              return (
                <Link
                  key={item.key}
                  to={item.to}
                  title={navCollapsed ? name : undefined}
                  className="nav-link"
                  activeOptions={{ exact: item.to === '/', includeSearch: false }}
                  activeProps={{ className: 'active', 'aria-current': 'page' }}
                  aria-label={navCollapsed ? name : undefined}
                >
                  <Icon name={item.icon} />
                  {!navCollapsed && label}
                  {waiting > 0 && <span className="nav-count"> {number(waiting)}</span>}
                </Link>
              );
            })}
          </div>
        ))}
      </div>
      {!narrow && (
        <div className="nav-foot">
          <button
            type="button"
            className="nav-link"
            onClick={() => setPreferences({ navCollapsed: !navCollapsed })}
            aria-label={t(navCollapsed ? 'shell.expandNav' : 'shell.collapseNav')}
          >
            <Icon name={navCollapsed ? 'expand' : 'collapse'} />
            {!navCollapsed && t('shell.collapseNav')}
          </button>
        </div>
      )}
    </nav>
  );
}

function LostBanner() {
  const { t } = useTranslation();
  const since = useLostSince();
  // The status query keeps asking, so its ticks keep this clock going.
  const { errorUpdatedAt } = useQuery({ ...read('status'), refetchInterval: 5_000 });
  if (since === null) return null;
  return (
    <div className="lost" role="alert">
      <Icon name="quarantine" />
      <span>{t('shell.lost', { time: clock((Math.max(errorUpdatedAt, since) - since) / 1000) })}</span>
      <Button size="small" onClick={() => void queryClient.invalidateQueries()}>
        {t('action.retry')}
      </Button>
    </div>
  );
}

function TopBar({ onSearch, onKeys }: { onSearch: () => void; onKeys: () => void }) {
  const { t, i18n } = useTranslation();
  const theme = useThemeName();
  const other = i18n.language === 'zh' ? 'en' : 'zh';
  const changeLanguage = () => {
    setPreferences({ language: other });
    void switchLanguage(other);
  };
  return (
    <header className="topbar">
      <button type="button" className="topbar-search" onClick={onSearch}>
        <Icon name="search" />
        <span className="clip">{t('shell.search')}</span>
        <kbd>/</kbd>
      </button>
      <DemoBadge />
      <div className="spacer" />
      <JobTray />
      <Tip text={t('shell.keys')}>
        <Button type="text" icon={<Icon name="keyboard" />} aria-label={t('shell.keys')} onClick={onKeys} />
      </Tip>
      <Tip text={t(theme === 'dark' ? 'shell.toLight' : 'shell.toDark')}>
        <Button
          type="text"
          icon={<Icon name={theme === 'dark' ? 'sun' : 'moon'} />}
          aria-label={t(theme === 'dark' ? 'shell.toLight' : 'shell.toDark')}
          onClick={() => setPreferences({ theme: theme === 'dark' ? 'light' : 'dark' })}
        />
      </Tip>
      <Button
        type="text"
        icon={<Icon name="language" />}
        onClick={changeLanguage}
        lang={other === 'zh' ? 'zh-CN' : 'en'}
      >
        {t('shell.otherLanguage')}
      </Button>
      <AccountMenu />
    </header>
  );
}

/** What stays while pages change: navigation, search, jobs in progress, keys and the state of the connection. */
export function Shell() {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const navCollapsed = usePreferences().navCollapsed || narrow;
  const [overlay, setOverlay] = useState<'palette' | 'keys' | null>(null);
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const { items } = useNavigation();
  const lacking = useLacking(path);
  const content = useRef<HTMLElement>(null);
  usePrefetch();
  useHotkeys({
    'mod+k': () => setOverlay('palette'),
    '/': () => setOverlay('palette'),
    '?': () => setOverlay('keys'),
    ...Object.fromEntries(items.map((item) => [`g ${item.go}`, () => void navigate({ to: item.to })])),
  });
  return (
    <div className={navCollapsed ? 'shell collapsed' : 'shell'}>
      <a className="skip" href="#content" onClick={() => content.current?.focus()}>
        {t('shell.skip')}
      </a>
      <Nav />
      <div className="main">
        <TopBar onSearch={() => setOverlay('palette')} onKeys={() => setOverlay('keys')} />
        <LostBanner />
        <main className="content" id="content" ref={content} tabIndex={-1}>
          <Boundary resetKey={path}>
            <Suspense fallback={<Loading />}>
              {lacking ? <Empty icon="key" why={t('shell.lacking', { page: t(`nav.${lacking.key}`) })} /> : <Outlet />}
            </Suspense>
          </Boundary>
        </main>
      </div>
      <Suspense fallback={null}>
        {overlay === 'palette' && <CommandPalette onClose={() => setOverlay(null)} />}
        {overlay === 'keys' && <KeysHelp onClose={() => setOverlay(null)} />}
      </Suspense>
      <Toasts />
    </div>
  );
}
