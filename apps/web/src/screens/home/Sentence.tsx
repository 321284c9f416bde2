import type { Home } from '@guanxi/contracts';
import { Trans, useTranslation } from 'react-i18next';
import { number } from '../../ui/format.ts';
import { QueryView } from '../../ui/states.tsx';
import { Room } from './Room.tsx';
import { Opens } from './Opens.tsx';
import { useAlerts, useHomeFigures } from './useHome.ts';

function Told({ home }: { home: Home }) {
  const { t } = useTranslation();
  const alerts = useAlerts().data?.items.length;
  const { received, duplicates, newCustomers, quarantined } = home.day;
  const text = [
    t('home.sentence.received', { n: number(received) }),
    duplicates > 0 && t('home.sentence.duplicates', { n: number(duplicates) }),
    t('home.sentence.customers', { n: number(newCustomers) }),
    quarantined > 0 && t('home.sentence.quarantined', { n: number(quarantined) }),
    alerts === undefined
      ? t('home.sentence.end')
      : alerts > 0
        ? t('home.sentence.alerts', { n: number(alerts) })
        : t('home.sentence.calm'),
  ];
  return (
    <p className="sentence">
      <Trans
        defaults={text.filter(Boolean).join('')}
        components={{
          events: <Opens to="/data/sources" needs="data.read" />,
          repeats: <Opens to="/data/live" search={{ verdict: 'duplicate' }} needs="data.read" />,
          customers: (
            <Opens to="/customers" search={{ newFrom: home.dayFrom, order: 'first_seen' }} needs="customers.read" />
          ),
          quarantine: <Opens to="/data/quarantine" needs="data.read" />,
          alerts: <a href="#alerts" />,
        }}
      />
    </p>
  );
}

/** The last 24 hours in a sentence, each number of which opens what it counts. */
export function Sentence() {
  const query = useHomeFigures();
  return (
    <QueryView query={query} compact loading={<Room className="sentence-room" lines={1} />}>
      {(home) => <Told home={home} />}
    </QueryView>
  );
}
