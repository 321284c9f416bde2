import type { Invitation, Member, Role } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Modal, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { useCaller } from '../../api/session.ts';
import { ago, dateTime } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Mark, Page, Panel, Tabs } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { Invite, LinkToSend, RoleSelect } from './Invite.tsx';
import './members.css';
import { Roles } from './Roles.tsx';

const route = getRouteApi('/settings/members');

function useMemberActions(member: Member) {
  const { t } = useTranslation();
  const params = { id: member.id };
  const after = {
    onSuccess: async () => {
      await refresh('members');
      toast(t('state.saved'));
    },
  };
  const update = useMutation({
    mutationFn: (body: { role?: Role; disabled?: boolean }) => call('memberUpdate', { params, body }),
    ...after,
  });
  const remove = useMutation({ mutationFn: () => call('memberRemove', { params }), ...after });
  const reset = useMutation({ mutationFn: () => call('memberReset', { params }) });
  return { update, remove, reset };
}

function MemberRow({ member }: { member: Member }) {
  const { t } = useTranslation();
  const own = useCaller()?.account?.id === member.id;
  const { update, remove, reset } = useMemberActions(member);
  const error = update.error ?? remove.error ?? reset.error;
  return (
    <tr>
      <td>
        {member.name} {own && <span className="tag">{t('members.you')}</span>}
        <div className="meta">{member.email}</div>
        {error && <Failure compact error={error} />}
      </td>
      <td>
        <RoleSelect value={member.role} disabled={update.isPending} onChange={(role) => update.mutate({ role })} />
      </td>
      <td>
        <Mark tone={member.disabled ? 'neutral' : 'success'}>
          {t(member.disabled ? 'members.disabled' : 'members.active')}
        </Mark>
      </td>
      <td title={member.lastSignInAt ? dateTime(member.lastSignInAt) : ''}>
        {member.lastSignInAt ? ago(member.lastSignInAt) : t('members.never')}
      </td>
      <td>
        <div className="row wrap member-actions">
          <Button size="small" loading={reset.isPending} onClick={() => reset.mutate()}>
            {t('members.reset')}
          </Button>
          <Button size="small" loading={update.isPending} onClick={() => update.mutate({ disabled: !member.disabled })}>
            {t(member.disabled ? 'members.enable' : 'members.disable')}
          </Button>
          <Popconfirm title={t('members.removeAsk', { name: member.name })} onConfirm={() => remove.mutate()}>
            <Button size="small" danger loading={remove.isPending}>
              {t('action.remove')}
            </Button>
          </Popconfirm>
        </div>
        {reset.data && (
          <Modal open title={t('members.reset')} footer={null} onCancel={() => reset.reset()}>
            <LinkToSend link={reset.data} why={t('members.resetFor', { name: member.name })} />
          </Modal>
        )}
      </td>
    </tr>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const revoke = useMutation({
    mutationFn: () => call('invitationRevoke', { params: { id: invitation.id } }),
    onSuccess: () => refresh('members'),
  });
  return (
    <tr>
      <td>
        {invitation.email}
        <div className="meta">{t('members.invitedBy', { name: invitation.invitedBy })}</div>
        {revoke.isError && <Failure compact error={revoke.error} />}
      </td>
      <td>{t(`role.${invitation.role}`)}</td>
      <td>
        <Mark tone="info">{t('members.waiting')}</Mark>
      </td>
      <td>{t('members.until', { time: dateTime(invitation.expiresAt) })}</td>
      <td>
        <Button size="small" loading={revoke.isPending} onClick={() => revoke.mutate()}>
          {t('members.revoke')}
        </Button>
      </td>
    </tr>
  );
}

function MemberTable() {
  const { t } = useTranslation();
  const query = useQuery(read('members'));
  return (
    <Panel flush>
      <QueryView query={query}>
        {({ items, invitations }) => (
          <table className="plain inset" aria-label={t('nav.members')}>
            <thead>
              <tr>
                <th>{t('members.person')}</th>
                <th>{t('access.role')}</th>
                <th>{t('members.state')}</th>
                <th>{t('members.lastSignIn')}</th>
                <th>{t('members.actions')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((member) => (
                <MemberRow key={member.id} member={member} />
              ))}
              {invitations.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} />
              ))}
            </tbody>
          </table>
        )}
      </QueryView>
    </Panel>
  );
}

/** Who works here, who is invited, and what each role may do. */
export function Members() {
  const { t } = useTranslation();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const [inviting, setInviting] = useState(false);
  const shown = tab === 'roles' ? 'roles' : 'people';
  const button = (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setInviting(true)}>
      {t('members.invite')}
    </Button>
  );
  return (
    <Page title={t('nav.members')} lead={t('members.lead')} actions={button}>
      <Tabs
        label={t('nav.members')}
        value={shown}
        onChange={(key) => void navigate({ search: { tab: key === 'roles' ? key : undefined } })}
        tabs={[
          { key: 'people', label: t('members.people') },
          { key: 'roles', label: t('members.roles') },
        ]}
      />
      {shown === 'roles' ? <Roles /> : <MemberTable />}
      {inviting && <Invite onClose={() => setInviting(false)} />}
    </Page>
  );
}
