import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { SourceName } from '../../ui/DemoLabel.tsx';
import { ago, number } from '../../ui/format.ts';
import { Mark, Panel } from '../../ui/Page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { useWords } from '../../ui/useWords.ts';

export function SourcesGlance() {
  const { t } = useTranslation();
  const query = useQuery({ ...read('sources'), refetchInterval: 10_000 });
  return (
    <Panel title={t('home.sources')} actions={<Link to="/data/sources">{t('action.viewAll')}</Link>} flush>
      <QueryView query={query}>
        {({ items }) => (
          <table className="plain inset">
            <thead>
              <tr>
                <th>{t('source.name')}</th>
                <th>{t('source.last')}</th>
                <th className="end">{t('source.volume')}</th>
                <th className="end">{t('source.rejected')}</th>
              </tr>
            </thead>
            <tbody>
              {items.slice(0, 6).map((source) => (
                <tr key={source.id}>
                  <td>
                    <Link to="/data/sources" search={{ id: source.id }}>
                      <SourceName source={source} />
                    </Link>
                  </td>
                  <td>{source.lastEventAt ? ago(source.lastEventAt) : t('source.never')}</td>
                  <td className="end">{number(source.accepted24h)}</td>
                  <td className="end">{number(source.quarantined24h)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </QueryView>
    </Panel>
  );
}

/** What the gate refused and waits for somebody, by reason. */
export function QuarantineGlance() {
  const { t } = useTranslation();
  const words = useWords();
  const query = useQuery({ ...read('quarantine', { query: { limit: 1 } }), refetchInterval: 15_000 });
  return (
    <Panel title={t('home.quarantine')} actions={<Link to="/data/quarantine">{t('action.viewAll')}</Link>} flush>
      <QueryView query={query}>
        {({ groups }) =>
          groups.length === 0 ? (
            <Empty compact icon="check" why={t('home.quarantineNone')} />
          ) : (
            <ul className="attention">
              {groups.slice(0, 6).map((group) => (
                <li key={`${group.code}${group.field}${group.name}${group.sourceId}`}>
                  <Mark tone="warning">{t(`quarantineCode.${group.code}`)}</Mark>
                  <Link to="/data/quarantine" search={{ code: group.code, source: group.sourceId }} className="clip">
                    {[group.name && words.event(group.name), group.field].filter(Boolean).join(' · ') ||
                      t('quarantine.noName')}
                  </Link>
                  <span>{number(group.count)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Panel>
  );
}
