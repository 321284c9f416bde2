import type { ApiKey } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { ago, dateTime } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Mark, Page, Panel, type Tone } from '../../ui/Page.tsx';
import { Empty, Failure, QueryView } from '../../ui/states.tsx';
import { NewKey } from './NewKey.tsx';

const TONES: Record<ApiKey['state'], Tone> = {
  active: 'success',
  expired: 'neutral',
  revoked: 'neutral',
  suspended: 'warning',
};

function KeyRow({ item }: { item: ApiKey }) {
  const { t } = useTranslation();
  const revoke = useMutation({
    mutationFn: () => call('apiKeyRevoke', { params: { id: item.id } }),
    onSuccess: () => refresh('apiKeys'),
  });
  return (
    <tr>
      <td>
        {item.name}
        <div className="meta">{item.scopes.join(' ')}</div>
        {revoke.isError && <Failure compact error={revoke.error} />}
      </td>
      <td>{item.owner}</td>
      <td>
        <Mark tone={TONES[item.state]}>{t(`keyState.${item.state}`)}</Mark>
      </td>
      <td>{item.lastUsedAt ? ago(item.lastUsedAt) : t('apiKey.neverUsed')}</td>
      <td>{item.expiresAt ? dateTime(item.expiresAt) : t('apiKey.noEnd')}</td>
      <td className="end">
        {item.state !== 'revoked' && (
          <Popconfirm title={t('apiKey.revokeAsk', { name: item.name })} onConfirm={() => revoke.mutate()}>
            <Button size="small" danger loading={revoke.isPending}>
              {t('apiKey.revoke')}
            </Button>
          </Popconfirm>
        )}
      </td>
    </tr>
  );
}

function KeyTable({ items }: { items: readonly ApiKey[] }) {
  const { t } = useTranslation();
  return (
    <Panel flush>
      <table className="plain inset" aria-label={t('nav.keys')}>
        <thead>
          <tr>
            <th>{t('apiKey.name')}</th>
            <th>{t('apiKey.owner')}</th>
            <th>{t('members.state')}</th>
            <th>{t('apiKey.used')}</th>
            <th>{t('apiKey.expires')}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <KeyRow key={item.id} item={item} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** Keys for programs: what each may do, until when, and when it was last used. */
export function Keys() {
  const { t } = useTranslation();
  const query = useQuery(read('apiKeys'));
  const [making, setMaking] = useState(false);
  const button = (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setMaking(true)}>
      {t('apiKey.create')}
    </Button>
  );
  return (
    <Page title={t('nav.keys')} lead={t('apiKey.lead')} actions={button}>
      <QueryView query={query}>
        {({ items }) =>
          items.length === 0 ? <Empty icon="key" why={t('apiKey.empty')} action={button} /> : <KeyTable items={items} />
        }
      </QueryView>
      {making && <NewKey onClose={() => setMaking(false)} />}
    </Page>
  );
}
