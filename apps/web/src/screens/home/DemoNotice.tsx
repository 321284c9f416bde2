import type { DemoStatus } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, queryClient, refresh } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { JobLine } from '../../ui/JobLine.tsx';
import { Panel } from '../../ui/Page.tsx';
import { Failure } from '../../ui/states.tsx';
import { useDemo } from './useHome.ts';

const useAct = (name: 'demoLoad' | 'demoClear') =>
  useMutation({
    mutationFn: (body: NonNullable<DemoStatus['options']> | Record<string, never>) =>
      name === 'demoLoad' ? call('demoLoad', { body }) : call('demoClear'),
    onSuccess: () => (name === 'demoClear' ? queryClient.invalidateQueries() : refresh('demoStatus', 'jobs', 'status')),
  });

function Clear() {
  const { t } = useTranslation();
  const clear = useAct('demoClear');
  const may = useMay();
  const [asked, setAsked] = useState(false);
  if (!may('privacy.manage')) return null;
  if (!asked)
    return (
      <Button size="small" onClick={() => setAsked(true)}>
        {t('demo.clear')}
      </Button>
    );
  return (
    <span className="row wrap" role="alert">
      <b>{t('demo.clearAsk')}</b>
      <Button size="small" danger loading={clear.isPending} onClick={() => clear.mutate({})}>
        {t('demo.job.clear')}
      </Button>
      <Button size="small" autoFocus onClick={() => setAsked(false)}>
        {t('action.cancel')}
      </Button>
      {clear.isError && <Failure compact error={clear.error} />}
    </span>
  );
}

function Notice({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="demo-notice" role="note">
      <span>{text}</span>
      {children}
    </div>
  );
}

/** An offer of demo data to who has none, how far they are while they come, and the way to be rid of them. */
export function DemoNotice({ empty }: { empty: boolean }) {
  const { t } = useTranslation();
  const demo = useDemo();
  const load = useAct('demoLoad');
  const may = useMay();
  if (!demo.data) return null;
  const { state, job, clearable, loadable, options } = demo.data;
  const start = (label: string) =>
    may('data.manage') && (
      <Button type="primary" loading={load.isPending} onClick={() => load.mutate(options ?? {})}>
        {label}
      </Button>
    );
  return (
    <>
      {load.isError && <Failure compact error={load.error} />}
      {state === 'none' && empty && loadable && <Notice text={t('demo.loadWhy')}>{start(t('demo.load'))}</Notice>}
      {state === 'stopped' && (
        <Notice text={t('demo.stopped')}>
          {start(t('demo.resume'))}
          {clearable && <Clear />}
        </Notice>
      )}
      {state === 'loaded' && <Notice text={t(clearable ? 'demo.only' : 'demo.mixed')}>{clearable && <Clear />}</Notice>}
      {(state === 'loading' || state === 'clearing') && job && (
        <Panel note={t(state === 'loading' ? 'demo.loading' : 'demo.clearing')} title={t('demo.label')}>
          <JobLine
            job={job}
            onCancel={
              state === 'loading'
                ? () => void call('jobCancel', { params: { id: job.id } }).then(() => refresh('demoStatus', 'jobs'))
                : undefined
            }
          />
        </Panel>
      )}
    </>
  );
}
