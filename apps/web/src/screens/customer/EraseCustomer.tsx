import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { number } from '../../ui/format.ts';
import { Failure, QueryView } from '../../ui/states.tsx';
import { useStoreName } from '../../ui/useStoreName.ts';

/** As much of the customer's number as has to be typed. */
const TYPED = 6;

function Preview({ id }: { id: string }) {
  const { t } = useTranslation();
  const storeName = useStoreName();
  const query = useQuery(read('erasurePreview', { params: { id } }));
  return (
    <QueryView query={query} compact>
      {({ counts }) => (
        <table className="plain">
          <thead>
            <tr>
              <th>{t('privacy.store')}</th>
              <th className="end">{t('privacy.wouldGo')}</th>
              <th className="end">{t('privacy.kept')}</th>
            </tr>
          </thead>
          <tbody>
            {counts.map(({ store, rows, shared }) => (
              <tr key={store}>
                <td>{storeName(store)}</td>
                <td className="end">{number(rows)}</td>
                <td className="end">{number(shared)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </QueryView>
  );
}

function Ask({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const erase = useMutation({
    mutationFn: () => call('erasureRequest', { params: { id }, body: { reason, confirm: id } }),
    onSuccess: async () => {
      await refresh('erasures', 'jobs');
      void navigate({ to: '/settings/privacy' });
    },
  });
  const ready = reason.trim() !== '' && typed === id.slice(-TYPED);
  return (
    <Dialog label={t('erase.title')} onClose={onClose} className="ask-dialog">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) erase.mutate();
        }}
      >
        <h2>{t('erase.title')}</h2>
        <p>{t('erase.warning')}</p>
        <Preview id={id} />
        <label className="stack">
          {t('erase.reason')}
          <Input
            maxLength={500}
            placeholder={t('erase.reasonPlaceholder')}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <label className="stack">
          {t('erase.type', { digits: id.slice(-TYPED) })}
          <Input value={typed} onChange={(event) => setTyped(event.target.value.trim())} autoComplete="off" />
        </label>
        {erase.isError && <Failure compact error={erase.error} />}
        <div className="row">
          <Button danger type="primary" htmlType="submit" disabled={!ready} loading={erase.isPending}>
            {t('erase.confirm')}
          </Button>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Erasing a person, after seeing what goes and typing their number. */
export function EraseCustomer({ id }: { id: string }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <div className="row wrap">
      <Button danger onClick={() => setAsking(true)}>
        {t('erase.title')}…
      </Button>
      <span className="meta">{t('erase.note')}</span>
      {asking && <Ask id={id} onClose={() => setAsking(false)} />}
    </div>
  );
}
