import type { Status } from '@guanxi/contracts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Sparkline } from '../../ui/charts.tsx';
import { decimal, number, percent } from '../../ui/format.ts';
import { useNames } from '../../ui/useOntology.ts';

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

function Change({
  now,
  before,
  worseWhenUp,
  points,
}: {
  now: number;
  before: number | null;
  worseWhenUp?: boolean;
  points?: boolean;
}) {
  const { t } = useTranslation();
  if (before === null || (before === 0 && !points)) return <span className="meta">{t('home.noCompare')}</span>;
  const change = points ? now - before : (now - before) / before;
  const up = change > 0.0005;
  const down = change < -0.0005;
  const bad = (up && worseWhenUp) || (down && !worseWhenUp);
  const sign = up ? '↑' : down ? '↓' : '→';
  return (
    <span className={bad ? 'change bad' : 'change'}>
      {sign} {points ? `${decimal(Math.abs(change) * 100, 2)} pp` : percent(Math.abs(change))}
    </span>
  );
}

function Metric({
  title,
  to,
  search,
  value,
  aside,
  children,
  note,
}: {
  title: string;
  to: string;
  search?: object;
  value: string;
  aside?: ReactNode;
  children: ReactNode;
  note: ReactNode;
}) {
  return (
    <article className="metric">
      <div className="row between">
        <h3>
          <Link to={to} search={search as never}>
            {title}
          </Link>
        </h3>
        {aside}
      </div>
      <p className="figure">{value}</p>
      {children}
      <p className="meta">{note}</p>
    </article>
  );
}

/** Parts of a whole as one line, each part with its own shade. */
function Composition({ parts }: { parts: readonly { key: string; value: number; colour: string; title: string }[] }) {
  return (
    <div className="composition" role="img" aria-label={parts.map((part) => part.title).join(', ')}>
      {parts.map((part) => (
        <span key={part.key} title={part.title} style={{ flexGrow: part.value, background: part.colour }} />
      ))}
    </div>
  );
}

/** This week against the one before, from the days. */
function FlowMetrics({ daily }: Pick<Status, 'daily'>) {
  const { t } = useTranslation();
  const events = daily.map((day) => day.events);
  const rejects = daily.map((day) => day.quarantined);
  const rateOf = (from: number, to?: number) => {
    const bad = sum(rejects.slice(from, to));
    const all = bad + sum(events.slice(from, to));
    return all === 0 ? null : bad / all;
  };
  const week = sum(events.slice(-7));
  const before = events.length >= 14 ? sum(events.slice(-14, -7)) : null;
  return (
    <>
      <Metric
        title={t('home.events')}
        to="/data/live"
        value={number(week)}
        aside={<Change now={week} before={before} />}
        note={t('home.week')}
      >
        <Sparkline values={events} label={t('home.sparkEvents')} />
      </Metric>
      <Metric
        title={t('home.rejectRate')}
        to="/data/quarantine"
        value={percent(rateOf(-7) ?? 0, 2)}
        aside={<Change now={rateOf(-7) ?? 0} before={rateOf(-14, -7)} worseWhenUp points />}
        note={t('home.week')}
      >
        <Sparkline values={rejects} label={t('home.sparkRejects')} tone="danger" />
      </Metric>
    </>
  );
}

export function Metrics({ status }: { status: Status }) {
  const { t } = useTranslation();
  const names = useNames();
  const { counts } = status;
  const types = Object.entries(counts.nodes).sort(([, a], [, b]) => b - a);
  const nodes = sum(types.map(([, count]) => count));
  const unknown = counts.customers - counts.knownCustomers;
  const known = t('home.known', { share: percent(counts.customers ? counts.knownCustomers / counts.customers : 0) });
  const anonymous = t('home.anonymous', { n: number(unknown) });
  return (
    <section className="metrics" aria-label={t('home.metrics')}>
      <FlowMetrics daily={status.daily} />
      <Metric
        title={t('home.customers')}
        to="/customers"
        value={number(counts.customers)}
        note={`${known} · ${anonymous}`}
      >
        <Composition
          parts={[
            { key: 'known', value: counts.knownCustomers, colour: 'var(--family-person)', title: known },
            { key: 'anonymous', value: unknown, colour: 'var(--sunken)', title: anonymous },
          ]}
        />
      </Metric>
      <Metric
        title={t('home.graph')}
        to="/graph"
        value={number(nodes)}
        note={t('home.edges', { n: number(sum(Object.values(counts.edges))) })}
      >
        <Composition
          parts={types.map(([type, count]) => ({
            key: type,
            value: count,
            colour: `var(--family-${names.family(type)})`,
            title: `${names.nodeType(type)} ${number(count)}`,
          }))}
        />
      </Metric>
    </section>
  );
}
