import type { Job } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, queryClient, read, refresh } from '../api/queries.ts';
import { ProgressBar } from '../ui/charts.tsx';
import { Icon } from '../ui/Icon.tsx';
import { JobLine, isUnderWay, shareOf } from '../ui/JobLine.tsx';
import { Failure } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { jobTitle } from '../ui/jobTitle.ts';

const jobsQuery = read('jobs', { query: { limit: 50 } });

/** Jobs of the server; while one is under way it is asked every second. */
export const useJobs = () =>
  useQuery({
    ...jobsQuery,
    refetchInterval: (query) => (query.state.data?.items.some(isUnderWay) ? 1_000 : 10_000),
  });

/** Says when a job that was under way here has ended, and lets every list ask again. */
function useEndings(jobs: readonly Job[] | undefined) {
  const { t } = useTranslation();
  const seen = useRef(new Set<string>());
  useEffect(() => {
    for (const job of jobs ?? []) {
      if (isUnderWay(job)) seen.current.add(job.id);
      else if (seen.current.delete(job.id)) {
        toast(
          t(`job.ended.${job.state as 'done' | 'failed' | 'cancelled'}`, { title: jobTitle(job, t) }),
          job.state === 'failed' ? 'danger' : 'success',
        );
        void queryClient.invalidateQueries();
      }
    }
  }, [jobs, t]);
}

/** Long work in progress, from any page; it goes on when the page changes. */
export function JobTray() {
  const { t } = useTranslation();
  const { data, error } = useJobs();
  const [open, setOpen] = useState(false);
  useEndings(data?.items);
  const running = data?.items.filter(isUnderWay) ?? [];
  const count = running.length;
  useEffect(() => {
    if (count === 0) setOpen(false);
  }, [count]);
  const first = running[0];
  if (!first) return null;
  return (
    <div className="tray-anchor">
      <Button aria-expanded={open} onClick={() => setOpen(!open)} icon={<Icon name="jobs" />}>
        {t('job.running', { n: count })}
        <span className="tray-mini">
          <ProgressBar share={shareOf(first)} label={jobTitle(first, t)} />
        </span>
      </Button>
      {open && (
        <section className="tray" aria-label={t('job.tray')}>
          <div className="tray-head">
            <span>{t('job.tray')}</span>
            <Button
              type="text"
              size="small"
              icon={<Icon name="close" size={14} />}
              aria-label={t('action.close')}
              onClick={() => setOpen(false)}
            />
          </div>
          <div className="tray-list">
            {error && <Failure compact error={error} />}
            {running.map((job) => (
              <div key={job.id} className="tray-item">
                <JobLine
                  job={job}
                  onCancel={() => void call('jobCancel', { params: { id: job.id } }).then(() => refresh('jobs', 'job'))}
                />
              </div>
            ))}
          </div>
          <div className="tray-foot">
            <Link to="/settings/jobs" onClick={() => setOpen(false)}>
              {t('job.all')}
            </Link>
          </div>
        </section>
      )}
    </div>
  );
}
