import { role, type OneTimeLink, type Role } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../../api/queries.ts';
import { CodeBlock } from '../../ui/Copy.tsx';
import { TextField } from '../../ui/fields.tsx';
import { dateTime } from '../../ui/format.ts';
import { Failure } from '../../ui/states.tsx';

/** A link that is told this one time, to be sent by whatever means people have. */
export function LinkToSend({ link, why }: { link: OneTimeLink; why: string }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <p>{why}</p>
      <CodeBlock code={link.url} label={t('members.link')} />
      <p className="meta">{t('members.linkOnce', { time: dateTime(link.expiresAt) })}</p>
    </div>
  );
}

export function RoleSelect({
  value,
  onChange,
  disabled,
}: {
  value: Role;
  onChange: (role: Role) => void;
  disabled?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Select<Role>
      className="role-select"
      value={value}
      disabled={disabled}
      aria-label={t('access.role')}
      onChange={onChange}
      options={role.options.map((each) => ({ value: each, label: t(`role.${each}`) }))}
    />
  );
}

/** By e-mail and role; the answer is a link. */
export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [chosen, setChosen] = useState<Role>('marketer');
  const invite = useMutation({
    mutationFn: () => call('memberInvite', { body: { email: email.trim(), role: chosen } }),
    onSuccess: () => refresh('members'),
  });
  return (
    <Modal open title={t('members.invite')} onCancel={onClose} footer={null} destroyOnHidden>
      {invite.data ? (
        <LinkToSend link={invite.data} why={t('members.invited', { email: invite.data.invitation.email })} />
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate();
          }}
        >
          <TextField
            label={t('access.email')}
            type="email"
            autoComplete="off"
            autoFocus
            value={email}
            onChange={setEmail}
          />
          <div className="field">
            <span>{t('access.role')}</span>
            <RoleSelect value={chosen} onChange={setChosen} />
            <span className="meta">{t(`roleWhat.${chosen}`)}</span>
          </div>
          {invite.isError && <Failure compact error={invite.error} />}
          <div>
            <Button type="primary" htmlType="submit" loading={invite.isPending} disabled={!email.trim()}>
              {t('members.makeLink')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
