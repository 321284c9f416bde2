import type { Status } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trans, useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { number } from '../../ui/format.ts';
import { Page, Panel } from '../../ui/Page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { DemoNotice } from './DemoNotice.tsx';
import { Attention, SourcesGlance } from './Glance.tsx';
import { GetStarted } from './GetStarted.tsx';
import './home.css';
import { Loop } from './Loop.tsx';
import { Metrics } from './Metrics.tsx';
import { Allowed } from '../../ui/Allowed.tsx';
import { useMay } from '../../api/session.ts';

function Sentence({ status }: { status: Status }) {
  const { t } = useTranslation();
  const { counts, daily } = status;
  const yesterday = daily.at(-2)?.events ?? 0;
  const trouble = counts.quarantined > 0 ? 'home.troubleSome' : 'home.troubleNone';
  const text = t('home.sentence', {
    day: t(yesterday > 0 ? 'home.yesterday' : 'home.today'),
    events: number(yesterday > 0 ? yesterday : (daily.at(-1)?.events ?? 0)),
    customers: number(counts.customers),
    known: number(counts.knownCustomers),
    trouble: t(trouble, { n: number(counts.quarantined) }),
  });
  return (
    <p className="sentence">
      <Trans
        defaults={text}
        components={{
          events: <Link to="/data/live" />,
          customers: <Link to="/customers" />,
          known: <Link to="/customers" search={{ known: 'true' }} />,
          quarantine: <Link to="/data/quarantine" />,
        }}
      />
    </p>
  );
}

/** Where the day starts: what came in, how the flow does, what waits. */
export function Home() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery({ ...read('status'), refetchInterval: 5_000 });
  return (
    <Page title={t('nav.home')} lead={t('home.lead')}>
      <QueryView query={query}>
        {(status) =>
          status.counts.events === 0 && !status.rebuilding ? (
            may('data.manage') ? (
              <>
                <DemoNotice empty />
                <GetStarted />
              </>
            ) : (
              <Empty icon="home" why={t('home.waiting')} />
            )
          ) : (
            <>
              <DemoNotice empty={false} />
              <Sentence status={status} />
              {status.rebuilding && (
                <p className="partial" role="note">
                  {t('home.rebuilding')}
                </p>
              )}
              <Metrics status={status} />
              <Panel title={t('home.loop')} note={t('home.loopNote')} flush>
                <Loop stages={status.stages} />
              </Panel>
              <div className="home-two">
                <Allowed needs="data.read">
                  <SourcesGlance />
                  <Attention />
                </Allowed>
              </div>
            </>
          )
        }
      </QueryView>
    </Page>
  );
}
