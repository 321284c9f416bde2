import type { Home, HomeFigure, Permission } from '@guanxi/contracts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Sparkline } from '../../ui/charts.tsx';
import { decimal, number, percent } from '../../ui/format.ts';
import { Panel } from '../../ui/Page.tsx';
import { QueryView } from '../../ui/states.tsx';
import { Opens } from './Opens.tsx';
import { Room } from './Room.tsx';
import { useHomeFigures } from './useHome.ts';

function Change({ figure, share }: { figure: HomeFigure; share?: boolean }) {
  const { t } = useTranslation();
  const { now, before } = figure;
  if (before === null || (before === 0 && !share)) return <span className="meta">{t('home.noCompare')}</span>;
  const change = share ? now - before : (now - before) / before;
  const up = change > 0.0005;
  const down = change < -0.0005;
  // What is counted by share is what went wrong.
  const bad = share ? up : down;
  const sign = up ? '↑' : down ? '↓' : '→';
  return (
    <span className={bad ? 'change bad' : up || down ? 'change' : 'change still'}>
      {sign} {share ? `${decimal(Math.abs(change) * 100, 2)} pp` : percent(Math.abs(change))}
    </span>
  );
}

interface MetricProps {
  readonly title: string;
  readonly to: string;
  readonly search?: Readonly<Record<string, string>>;
  readonly needs: Permission;
  readonly figure: HomeFigure;
  readonly share?: boolean;
  readonly label: string;
  readonly note?: ReactNode;
}

function Metric({ title, to, search, needs, figure, share, label, note }: MetricProps) {
  const { t } = useTranslation();
  return (
    <article className="metric">
      <h3>{title}</h3>
      <p className="figure">
        <Opens to={to} search={search} needs={needs}>
          {share ? percent(figure.now, 2) : number(figure.now)}
        </Opens>
      </p>
      <p className="metric-compare">
        <Change figure={figure} share={share} /> <span className="meta">{t('home.week')}</span>
      </p>
      <Sparkline values={figure.days} label={label} tone={share ? 'danger' : 'accent'} />
      <p className="meta">{note}</p>
    </article>
  );
}

function Four({ home }: { home: Home }) {
  const { t } = useTranslation();
  return (
    <section className="metrics" aria-label={t('home.metrics')}>
      <Metric
        title={t('home.accepted')}
        to="/data/sources"
        needs="data.read"
        figure={home.accepted}
        label={t('home.sparkEvents')}
        note={t('home.duplicates', { n: number(home.duplicates.now) })}
      />
      <Metric
        title={t('home.newCustomers')}
        to="/customers"
        search={{ newFrom: home.weekFrom, order: 'first_seen' }}
        needs="customers.read"
        figure={home.newCustomers}
        label={t('home.sparkNew')}
        note={t('home.byTime')}
      />
      <Metric
        title={t('home.activeCustomers')}
        to="/customers"
        search={{ seenFrom: home.weekFrom }}
        needs="customers.read"
        figure={home.activeCustomers}
        label={t('home.sparkActive')}
        note={t('home.byTime')}
      />
      <Metric
        title={t('home.rejectRate')}
        to="/data/quarantine"
        needs="data.read"
        figure={home.quarantinedShare}
        share
        label={t('home.sparkRejects')}
        note={t('home.rejected', { n: number(home.quarantined.now) })}
      />
    </section>
  );
}

/** Four figures of the last week, each beside the week before and over the last 28 days. */
export function Metrics() {
  const query = useHomeFigures();
  if (query.data === undefined)
    return (
      <Panel>
        <QueryView query={query} loading={<Room className="metrics-room" />}>
          {() => null}
        </QueryView>
      </Panel>
    );
  return <Four home={query.data} />;
}
