import type { Source } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input, Modal, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { CodeBlock } from '../../ui/Copy.tsx';
import { ago } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { browserSnippet, curlSnippet, nodeSnippet } from '../../ui/snippets.ts';
import { Failure } from '../../ui/states.tsx';

const kinds = { curl: curlSnippet, browser: browserSnippet, node: nodeSnippet };
type Kind = keyof typeof kinds;

/** How to send to a source; turns green when the first event is in. */
export function Connect({ source }: { source: Source }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>('curl');
  const live = useQuery({
    ...read('sources'),
    refetchInterval: ({ state }) =>
      state.data?.items.find((item) => item.id === source.id)?.lastEventAt ? 5_000 : 1_000,
    select: ({ items }) => items.find((item) => item.id === source.id),
  });
  const last = live.data?.lastEventAt;
  return (
    <div className="stack">
      <div className="row between">
        <Segmented<Kind>
          value={kind}
          onChange={setKind}
          options={(Object.keys(kinds) as Kind[]).map((value) => ({ value, label: t(`source.snippet.${value}`) }))}
          aria-label={t('source.snippet.label')}
        />
      </div>
      <CodeBlock code={kinds[kind](source.writeKey)} label={t(`source.snippet.${kind}`)} />
      <p className={last ? 'arrival in' : 'arrival'} role="status">
        <Icon name={last ? 'check' : 'live'} />
        {last ? t('source.arrived', { ago: ago(last) }) : t('source.waiting')}
      </p>
    </div>
  );
}

/** A name gives a write key; then it waits for the first event. */
export function NewSource({ onClose }: { onClose: (created?: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: () => call('sourceCreate', { body: { name: name.trim() } }),
    onSuccess: () => refresh('sources'),
  });
  const source = create.data;
  return (
    <Modal
      open
      width={680}
      title={source ? t('source.connect', { name: source.name }) : t('source.create')}
      onCancel={() => onClose(source?.id)}
      footer={
        source ? (
          <Button type="primary" onClick={() => onClose(source.id)}>
            {t('action.close')}
          </Button>
        ) : (
          <>
            <Button onClick={() => onClose()}>{t('action.cancel')}</Button>
            <Button type="primary" disabled={!name.trim()} loading={create.isPending} onClick={() => create.mutate()}>
              {t('source.create')}
            </Button>
          </>
        )
      }
    >
      {source ? (
        <div className="stack">
          <CodeBlock code={source.writeKey} label={t('source.writeKey')} />
          <Connect source={source} />
        </div>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) create.mutate();
          }}
        >
          <label className="field">
            <span>{t('source.name')}</span>
            <Input
              autoFocus
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
              placeholder={t('source.namePlaceholder')}
            />
          </label>
          <p className="muted">{t('source.createNote')}</p>
          {create.isError && <Failure compact error={create.error} />}
        </form>
      )}
    </Modal>
  );
}
