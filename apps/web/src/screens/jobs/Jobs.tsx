import type { Job } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../../api/queries.ts';
import { useJobs } from '../../app/JobTray.tsx';
import { ago, clock, dateTime } from '../../ui/format.ts';
import { JobLine, isUnderWay } from '../../ui/JobLine.tsx';
import { JobResult } from '../../ui/JobResult.tsx';
import { Mark, Page, Panel, type Tone } from '../../ui/Page.tsx';
import { Empty, Failure, QueryView } from '../../ui/states.tsx';
import { useMay } from '../../api/session.ts';

const tones: Record<Job['state'], Tone> = {
  queued: 'info',
  running: 'accent',
  done: 'success',
  failed: 'danger',
  cancelled: 'neutral',
};

function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation();
  const may = useMay();
  const after = { onSuccess: () => refresh('jobs', 'job') };
  const cancel = useMutation({ mutationFn: () => call('jobCancel', { params: { id: job.id } }), ...after });
  const retry = useMutation({ mutationFn: () => call('jobRetry', { params: { id: job.id } }), ...after });
  const again = job.state === 'failed' || job.state === 'cancelled';
  return (
    <li className="job">
      <div className="job-head">
        <Mark tone={tones[job.state]}>{t(`job.state.${job.state}`)}</Mark>
        <span className="tag">{t(`job.kind.${job.kind}`)}</span>
        <span className="spacer" />
        {job.attempt > 1 && <span className="meta">{t('jobs.attempt', { n: job.attempt })}</span>}
        <span className="meta" title={dateTime(job.createdAt)}>
          {ago(job.createdAt)}
          {job.startedAt &&
            job.finishedAt &&
            ` · ${t('jobs.took', { time: clock((Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000) })}`}
        </span>
        {again && may('operate') && (
          <Button size="small" loading={retry.isPending} onClick={() => retry.mutate()}>
            {t('imports.resume')}
          </Button>
        )}
      </div>
      <JobLine job={job} onCancel={() => cancel.mutate()} />
      {job.error && <p className="issues">{job.error}</p>}
      <JobResult job={job} />
      {[cancel, retry].map((mutation, at) => mutation.isError && <Failure key={at} compact error={mutation.error} />)}
    </li>
  );
}

/** Long work, newest first. */
export function Jobs() {
  const { t } = useTranslation();
  const query = useJobs();
  return (
    <Page title={t('nav.jobs')} lead={t('jobs.lead')}>
      <QueryView query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="jobs" why={t('jobs.empty')} />
          ) : (
            <Panel flush>
              <ul className="jobs">
                {items
                  .toSorted((a, b) => Number(isUnderWay(b)) - Number(isUnderWay(a)))
                  .map((job) => (
                    <JobRow key={job.id} job={job} />
                  ))}
              </ul>
            </Panel>
          )
        }
      </QueryView>
    </Page>
  );
}
