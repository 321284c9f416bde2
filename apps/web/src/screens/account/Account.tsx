import { type OwnSession, PASSWORD_MIN } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { setSession, useCaller } from '../../api/session.ts';
import { PasswordField } from '../../ui/fields.tsx';
import { ago, dateTime } from '../../ui/format.ts';
import { Mark, Page, Panel } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';

function Password() {
  const { t } = useTranslation();
  const hasPassword = useCaller()?.account?.hasPassword ?? false;
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => call('passwordChange', { body: { next, ...(hasPassword ? { current } : {}) } }),
    onSuccess: async (state) => {
      setSession(state);
      setCurrent('');
      setNext('');
      toast(t('account.passwordChanged'));
      await refresh('sessions');
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      {hasPassword && <PasswordField label={t('account.currentPassword')} value={current} onChange={setCurrent} />}
      <PasswordField fresh label={t('access.newPassword')} value={next} onChange={setNext} />
      {change.isError && <Failure compact error={change.error} />}
      <div>
        <Button
          type="primary"
          htmlType="submit"
          loading={change.isPending}
          disabled={next.length < PASSWORD_MIN || (hasPassword && !current)}
        >
          {t('account.changePassword')}
        </Button>
      </div>
    </form>
  );
}

function SessionRow({ session }: { session: OwnSession }) {
  const { t } = useTranslation();
  const end = useMutation({
    mutationFn: () => call('sessionEnd', { params: { id: session.id } }),
    onSuccess: () => refresh('sessions'),
  });
  return (
    <tr>
      <td>
        {session.address}
        <div className="meta clip session-agent" title={session.agent}>
          {session.agent}
        </div>
      </td>
      <td title={dateTime(session.createdAt)}>{ago(session.createdAt)}</td>
      <td>{ago(session.seenAt)}</td>
      <td className="end">
        {session.current ? (
          <Mark tone="success">{t('account.thisSession')}</Mark>
        ) : (
          <Button size="small" loading={end.isPending} onClick={() => end.mutate()}>
            {t('account.endSession')}
          </Button>
        )}
        {end.isError && <Failure compact error={end.error} />}
      </td>
    </tr>
  );
}

/** One's own password and sessions. */
export function Account() {
  const { t } = useTranslation();
  const account = useCaller()?.account;
  const sessions = useQuery(read('sessions'));
  return (
    <Page title={t('account.title')} lead={account && `${account.email} · ${t(`role.${account.role}`)}`}>
      <div className="setting-grid">
        <Panel title={t('account.changePassword')} note={t('account.passwordNote')}>
          <Password />
        </Panel>
        <Panel title={t('account.sessions')} note={t('account.sessionsNote')} flush>
          <QueryView query={sessions}>
            {({ items }) => (
              <table className="plain inset sessions">
                <thead>
                  <tr>
                    <th>{t('account.where')}</th>
                    <th>{t('account.since')}</th>
                    <th>{t('account.seen')}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {items.map((session) => (
                    <SessionRow key={session.id} session={session} />
                  ))}
                </tbody>
              </table>
            )}
          </QueryView>
        </Panel>
      </div>
    </Page>
  );
}
