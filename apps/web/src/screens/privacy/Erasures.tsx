import { type Erasure, endpoints, urlOf } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { useStoreName } from '../../ui/useStoreName.ts';
import { dateTime, number } from '../../ui/format.ts';
import { isUnderWay, JobLine } from '../../ui/JobLine.tsx';
import { Mark, Panel } from '../../ui/Page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';

function Receipts({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation();
  const storeName = useStoreName();
  return (
    <table className="plain inset">
      <thead>
        <tr>
          <th>{t('privacy.store')}</th>
          <th className="end">{t('privacy.removed')}</th>
          <th className="end">{t('privacy.kept')}</th>
          <th className="end">{t('privacy.left')}</th>
          <th>{t('privacy.at')}</th>
        </tr>
      </thead>
      <tbody>
        {erasure.receipts.map((receipt) => (
          <tr key={receipt.store}>
            <td>{storeName(receipt.store)}</td>
            <td className="end">{number(receipt.removed)}</td>
            <td className="end">{number(receipt.kept)}</td>
            <td className="end">
              <Mark tone={receipt.left === 0 ? 'success' : 'danger'}>{number(receipt.left)}</Mark>
            </td>
            <td className="muted">{dateTime(receipt.at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function One({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation();
  const { job } = erasure;
  return (
    <li className="job">
      <div className="job-head">
        <Mark tone={erasure.state === 'done' ? 'success' : job?.state === 'failed' ? 'danger' : 'accent'}>
          {t(job?.state === 'failed' ? 'job.state.failed' : `privacy.state.${erasure.state}`)}
        </Mark>
        <code>{erasure.subject}</code>
        <span className="spacer" />
        <span className="meta">
          {dateTime(erasure.requestedAt)} · {erasure.requestedBy.name}
        </span>
        <a href={urlOf(endpoints.erasure, { params: { id: erasure.id } })} download={`erasure-${erasure.id}.json`}>
          {t('privacy.download')}
        </a>
      </div>
      <p className="muted">{erasure.reason}</p>
      {job && isUnderWay(job) && <JobLine job={job} />}
      {job?.error && <p className="issues">{job.error}</p>}
      {erasure.receipts.length > 0 && (
        <details open={erasure.state === 'waiting'}>
          <summary className="meta">
            {t('privacy.receipts', { n: number(erasure.receipts.length) })}
            {erasure.method === 'rebuild' && ` · ${t('privacy.byRebuild')}`}
          </summary>
          <Receipts erasure={erasure} />
        </details>
      )}
    </li>
  );
}

/** Who was erased, how far it is, and the proof, store by store. */
export function Erasures() {
  const { t } = useTranslation();
  const query = useQuery({
    ...read('erasures', { query: { limit: 100 } }),
    refetchInterval: ({ state }) => (state.data?.items.some((item) => item.state === 'waiting') ? 1000 : false),
  });
  return (
    <QueryView query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="shield" why={t('privacy.noErasures')} />
        ) : (
          <Panel flush>
            <ul className="jobs">
              {items.map((erasure) => (
                <One key={erasure.id} erasure={erasure} />
              ))}
            </ul>
          </Panel>
        )
      }
    </QueryView>
  );
}
