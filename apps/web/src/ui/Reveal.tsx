import type { Revealed, RevealSubject } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button, Input, Tooltip } from 'antd';
import { useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/queries.ts';
import { useMay } from '../api/session.ts';
import { Dialog } from './Dialog.tsx';
import { Icon } from './Icon.tsx';
import { Failure } from './states.tsx';

/** A reason holds for its subject this long; then the plain values are forgotten. */
const HELD_MS = 15 * 60_000;
const SHORTEST_REASON = 5;

/** Plain values that were asked for: in this page's memory alone, never in the address or the browser's storage. */
const held = new Map<string, Revealed>();
const listeners = new Set<() => void>();
const keyOf = ({ kind, id }: RevealSubject) => `${kind}:${id}`;
const watch = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const tell = () => listeners.forEach((listener) => listener());
function hold(subject: RevealSubject, values: Revealed): void {
  held.set(keyOf(subject), values);
  setTimeout(() => forget(subject, values), HELD_MS);
  tell();
}
function forget(subject: RevealSubject, values?: Revealed): void {
  if (values && held.get(keyOf(subject)) !== values) return;
  held.delete(keyOf(subject));
  tell();
}

/** The plain values of a subject while somebody asked for them; null while it is masked. */
export const useRevealed = (subject: RevealSubject): Revealed | null =>
  useSyncExternalStore(watch, () => held.get(keyOf(subject)) ?? null);

function ReasonDialog({ subject, onClose }: { subject: RevealSubject; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const ask = useMutation({
    mutationFn: () => call('reveal', { body: { subject, reason: reason.trim() } }),
    onSuccess: (values) => {
      hold(subject, values);
      onClose();
    },
  });
  const ready = reason.trim().length >= SHORTEST_REASON;
  return (
    <Dialog label={t('pii.title')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) ask.mutate();
        }}
      >
        <h2>{t('pii.title')}</h2>
        <p className="muted">{t('pii.note')}</p>
        <Input.TextArea
          autoFocus
          aria-label={t('pii.reason')}
          placeholder={t('pii.reason')}
          maxLength={500}
          rows={3}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {ask.isError && <Failure compact error={ask.error} />}
        <div className="row">
          <Button type="primary" htmlType="submit" disabled={!ready} loading={ask.isPending}>
            {t('pii.show')}
          </Button>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks for the plain values of a subject, and hides them again. Who may not is told who may. */
export function RevealButton({ subject }: { subject: RevealSubject }) {
  const { t } = useTranslation();
  const may = useMay()('pii.reveal');
  const shown = useRevealed(subject) !== null;
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Tooltip title={t(!may ? 'pii.whoMay' : shown ? 'pii.hideHint' : 'pii.showHint')}>
        <Button
          aria-pressed={shown}
          disabled={!may}
          icon={<Icon name={shown ? 'eye' : 'eyeOff'} />}
          onClick={() => (shown ? forget(subject) : setAsking(true))}
        >
          {t(shown ? 'pii.shown' : 'pii.masked')}
        </Button>
      </Tooltip>
      {asking && <ReasonDialog subject={subject} onClose={() => setAsking(false)} />}
    </>
  );
}
