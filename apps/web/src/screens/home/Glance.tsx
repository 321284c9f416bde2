import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useJobs } from '../../app/JobTray.tsx';
import { read } from '../../api/queries.ts';
import { SourceName } from '../../ui/DemoLabel.tsx';
import { ago, number } from '../../ui/format.ts';
import { Mark, Panel } from '../../ui/Page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { useWords } from '../../ui/useWords.ts';
import { jobTitle } from '../../ui/jobTitle.ts';

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

/** What somebody should look at: rejected events by reason, jobs that failed. */
export function Attention() {
  const { t } = useTranslation();
  const words = useWords();
  const quarantine = useQuery({ ...read('quarantine', { query: { limit: 1 } }), refetchInterval: 15_000 });
  const jobs = useJobs();
  const failed = jobs.data?.items.filter((job) => job.state === 'failed') ?? [];
  return (
    <Panel title={t('home.attention')} flush>
      <QueryView query={quarantine}>
        {({ groups }) =>
          groups.length === 0 && failed.length === 0 ? (
            <Empty compact icon="check" why={t('home.attentionNone')} />
          ) : (
            <ul className="attention">
              {failed.slice(0, 3).map((job) => (
                <li key={job.id}>
                  <Mark tone="danger">{t('home.failedJob')}</Mark>
                  <Link to="/settings/jobs" className="clip">
                    {jobTitle(job, t)}
                  </Link>
                  <span className="meta">{ago(job.finishedAt ?? job.createdAt)}</span>
                </li>
              ))}
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
