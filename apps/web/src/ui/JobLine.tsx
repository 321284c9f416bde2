import type { Job } from '@guanxi/contracts';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { ProgressBar } from './charts.tsx';
import { bytes, clock, number, percent } from './format.ts';
import { jobTitle } from './jobTitle.ts';
import { useMay } from '../api/session.ts';

export const isUnderWay = (job: Job): boolean => job.state === 'queued' || job.state === 'running';
export const shareOf = (job: Job): number | null =>
  job.state === 'done' ? 1 : job.total === null || job.total === 0 ? null : job.done / job.total;

/** How far a job is: count, share, rate, time left, and a way to stop it. */
export function JobLine({ job, onCancel }: { job: Job; onCancel?: () => void }) {
  const { t } = useTranslation();
  const amount = (value: number) => (job.unit === 'bytes' ? bytes(value) : number(value));
  const share = shareOf(job);
  const may = useMay();
  return (
    <>
      <div className="row between">
        <span className="clip">{jobTitle(job, t)}</span>
        {onCancel && may('operate') && isUnderWay(job) && (
          <Button size="small" onClick={onCancel}>
            {t('action.cancel')}
          </Button>
        )}
      </div>
      <ProgressBar share={share} label={jobTitle(job, t)} tone={job.state === 'failed' ? 'danger' : undefined} />
      <div className="row between meta">
        <span>
          {job.total === null
            ? t('job.amount', { done: amount(job.done), unit: t(`job.unit.${job.unit}`) })
            : t('job.amountOf', { done: amount(job.done), total: amount(job.total), unit: t(`job.unit.${job.unit}`) })}
          {share !== null && ` · ${percent(share, 0)}`}
        </span>
        <span>
          {job.state === 'queued' && t('job.state.queued')}
          {job.state === 'running' &&
            job.ratePerSecond > 0 &&
            t('job.rate', { rate: amount(Math.round(job.ratePerSecond)) })}
          {job.state === 'running' && job.etaSeconds !== null && ` · ${t('job.eta', { time: clock(job.etaSeconds) })}`}
        </span>
      </div>
    </>
  );
}
