import type { Backup } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../../api/queries.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { dateTime } from '../../ui/format.ts';
import { Failure } from '../../ui/states.tsx';

/** Says what a restore does, and does it for whoever types the name of the backup. */
export function RestoreDialog({ backup, home, onClose }: { backup: Backup; home: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const restore = useMutation({
    mutationFn: () => call('restore', { body: { folder: backup.name, replace: true } }),
    onSuccess: async () => {
      onClose();
      await refresh('jobs');
    },
  });
  const ready = typed === backup.name;
  const title = t('backup.restoreTitle', { name: backup.name });
  return (
    <Dialog label={title} onClose={onClose} className="ask-dialog">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) restore.mutate();
        }}
      >
        <h2>{title}</h2>
        <p>{t('backup.warning', { time: backup.createdAt ? dateTime(backup.createdAt) : '–' })}</p>
        <p>{t('backup.kept', { home })}</p>
        <p className="muted">{t('backup.away')}</p>
        <label className="stack tight">
          {t('backup.type', { name: backup.name })}
          <Input value={typed} onChange={(event) => setTyped(event.target.value.trim())} autoComplete="off" />
        </label>
        {restore.isError && <Failure compact error={restore.error} />}
        <div className="row">
          <Button danger type="primary" htmlType="submit" disabled={!ready} loading={restore.isPending}>
            {t('backup.confirm')}
          </Button>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
