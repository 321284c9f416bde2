import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { JobLine, isUnderWay } from '../../ui/JobLine.tsx';
import { JobResult } from '../../ui/JobResult.tsx';
import { Panel } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';

/** The import under way; it goes on when this page is left. */
export function RunStep({ id, onBack, onNew }: { id: string; onBack: () => void; onNew: () => void }) {
  const { t } = useTranslation();
  const query = useQuery({
    ...read('job', { params: { id } }),
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data) ? false : 500),
  });
  const cancel = useMutation({
    mutationFn: () => call('jobCancel', { params: { id } }),
    onSuccess: () => refresh('job', 'jobs'),
  });
  const retry = useMutation({
    mutationFn: () => call('jobRetry', { params: { id } }),
    onSuccess: () => refresh('job', 'jobs'),
  });
  return (
    <QueryView query={query}>
      {(job) => (
        <Panel title={t(`job.state.${job.state}`)}>
          <div className="stack">
            <JobLine job={job} onCancel={() => cancel.mutate()} />
            {isUnderWay(job) && <p className="meta">{t('imports.goesOn')}</p>}
            {job.error && <p className="issues">{job.error}</p>}
            <JobResult job={job} />
            <div className="row">
              {job.state === 'done' && <Link to="/customers">{t('imports.toCustomers')}</Link>}
              {(job.state === 'failed' || job.state === 'cancelled') && (
                <Button loading={retry.isPending} onClick={() => retry.mutate()}>
                  {t('imports.resume')}
                </Button>
              )}
              {!isUnderWay(job) && (
                <>
                  <Button onClick={onBack}>{t('imports.backToMapping')}</Button>
                  <Button onClick={onNew}>{t('imports.another_file')}</Button>
                </>
              )}
            </div>
            {[cancel, retry].map(
              (mutation, at) => mutation.isError && <Failure key={at} compact error={mutation.error} />,
            )}
          </div>
        </Panel>
      )}
    </QueryView>
  );
}
