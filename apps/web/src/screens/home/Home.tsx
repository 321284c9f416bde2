import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { Allowed } from '../../ui/Allowed.tsx';
import { Page, Panel } from '../../ui/Page.tsx';
import { Empty, Loading, QueryView } from '../../ui/states.tsx';
import { Alerts } from './Alerts.tsx';
import { DemoNotice } from './DemoNotice.tsx';
import { GetStarted } from './GetStarted.tsx';
import { QuarantineGlance, SourcesGlance } from './Glance.tsx';
import './home.css';
import { Loop } from './Loop.tsx';
import { Metrics } from './Metrics.tsx';
import { Room } from './Room.tsx';
import { Sentence } from './Sentence.tsx';
import { useDemo } from './useHome.ts';

function Beginning() {
  const { t } = useTranslation();
  const may = useMay();
  if (!may('data.manage')) return <Empty icon="home" why={t('home.waiting')} />;
  return (
    <>
      <DemoNotice empty />
      <GetStarted />
    </>
  );
}

/** Where the day starts: what came in, how the flow does, what waits. Each part asks and fails for itself. */
export function Home() {
  const { t } = useTranslation();
  const query = useQuery({ ...read('status'), refetchInterval: 5_000 });
  const demo = useDemo();
  const status = query.data;
  // What stands above all else must be known before anything is seen, or all would make room for it; meanwhile the parts ask.
  const known = !query.isPending && !demo.isPending;
  const nothing = status && status.counts.events === 0 && !status.rebuilding;
  return (
    <Page title={t('nav.home')} lead={t('home.lead')}>
      {!known && <Loading lines={8} />}
      {nothing ? (
        known && <Beginning />
      ) : (
        <div className="home" hidden={!known}>
          <DemoNotice empty={false} />
          <Sentence />
          {status?.rebuilding && (
            <p className="partial" role="note">
              {t('home.rebuilding')}
            </p>
          )}
          <Metrics />
          <Panel title={t('home.loop')} note={t('home.loopNote')} flush>
            <QueryView query={query} loading={<Room className="loop-room" />}>
              {(answer) => <Loop status={answer} />}
            </QueryView>
          </Panel>
          <div className="home-two">
            <Allowed needs="data.read">
              <SourcesGlance />
            </Allowed>
            <div className="stack">
              <Alerts />
              <Allowed needs="data.read">
                <QuarantineGlance />
              </Allowed>
            </div>
          </div>
        </div>
      )}
    </Page>
  );
}
