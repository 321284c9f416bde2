import type { Source } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { Bars } from '../../ui/charts.tsx';
import { CodeBlock } from '../../ui/Copy.tsx';
import { dateTime, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { MendsEditor } from '../../ui/MendsEditor.tsx';
import { Connect } from './NewSource.tsx';
import { Allowed } from '../../ui/Allowed.tsx';

function Volume({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery({
    ...read('sourceVolume', { params: { id }, query: { hours: 24 } }),
    refetchInterval: 30_000,
  });
  return (
    <QueryView query={query} compact>
      {({ items }) => (
        <div className="stack tight">
          <Bars
            label={t('source.volumeChart')}
            items={items.map((item) => ({
              key: item.start,
              value: item.accepted,
              bad: item.quarantined,
              title: t('source.volumeAt', {
                time: dateTime(item.start, false),
                accepted: number(item.accepted),
                quarantined: number(item.quarantined),
              }),
            }))}
          />
          <div className="row between meta">
            <span>{items[0] ? dateTime(items[0].start, false) : ''}</span>
            <span>{t('source.now')}</span>
          </div>
        </div>
      )}
    </QueryView>
  );
}

function Name({ source }: { source: Source }) {
  const { t } = useTranslation();
  const [name, setName] = useState(source.name);
  const update = useMutation({
    mutationFn: (body: { name?: string; enabled?: boolean }) =>
      call('sourceUpdate', { params: { id: source.id }, body }),
    onSuccess: async () => {
      await refresh('sources');
      toast(t('state.saved'));
    },
  });
  return (
    <div className="stack tight">
      <div className="row">
        <Input
          value={name}
          maxLength={100}
          aria-label={t('source.name')}
          onChange={(event) => setName(event.target.value)}
        />
        <Button
          disabled={!name.trim() || name.trim() === source.name}
          loading={update.isPending}
          onClick={() => update.mutate({ name: name.trim() })}
        >
          {t('source.rename')}
        </Button>
        <label className="row nowrap">
          <Switch
            checked={source.enabled}
            loading={update.isPending}
            onChange={(enabled) => update.mutate({ enabled })}
          />
          {t('source.enabled')}
        </label>
      </div>
      {update.isError && <Failure compact error={update.error} />}
    </div>
  );
}

/** One source: its volume, its key and how to use it, the mends applied to its events. */
export function SourceDetail({ source, onClose }: { source: Source; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <aside className="side stack" aria-label={source.name}>
      <Panel
        title={source.name}
        note={t('source.since', { time: dateTime(source.createdAt, false) })}
        actions={<Button type="text" icon={<Icon name="close" />} aria-label={t('action.close')} onClick={onClose} />}
      >
        <div className="stack">
          <Allowed needs="data.manage">
            <Name source={source} />
          </Allowed>
          <Volume id={source.id} />
          <div className="row wrap">
            <Link to="/data/live" search={{ source: source.id }}>
              {t('source.watch')}
            </Link>
            {source.quarantined > 0 && (
              <Link to="/data/quarantine" search={{ source: source.id }}>
                {t('source.toQuarantine', { n: number(source.quarantined) })}
              </Link>
            )}
          </div>
        </div>
      </Panel>
      <Allowed needs="data.manage">
        <Panel title={t('mend.title')} note={t('mend.note')}>
          <MendsEditor source={source} />
        </Panel>
      </Allowed>
      {source.writeKey && (
        <Panel title={t('source.connectTitle')}>
          <div className="stack">
            <CodeBlock code={source.writeKey} label={t('source.writeKey')} />
            <Connect source={source} />
          </div>
        </Panel>
      )}
    </aside>
  );
}
