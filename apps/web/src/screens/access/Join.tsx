import { PASSWORD_MIN, type LinkView } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read } from '../../api/queries.ts';
import { dateTime } from '../../ui/format.ts';
import { QueryView } from '../../ui/states.tsx';
import { Failure } from '../../ui/states.tsx';
import { PasswordField, TextField } from '../../ui/fields.tsx';
import { enter } from './landing.ts';

function JoinForm({ link, token }: { link: LinkView; token: string }) {
  const { t } = useTranslation();
  const [name, setName] = useState(link.name ?? '');
  const [password, setPassword] = useState('');
  const invited = link.kind === 'invitation';
  const accept = useMutation({
    mutationFn: () => call('linkAccept', { body: { token, password, ...(invited ? { name: name.trim() } : {}) } }),
    onSuccess: (state) => enter(state),
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        accept.mutate();
      }}
    >
      <h1>{t(invited ? 'access.joinTitle' : 'access.resetTitle')}</h1>
      <dl className="figures">
        <div>
          <dt>{t('access.email')}</dt>
          <dd>{link.email}</dd>
        </div>
        <div>
          <dt>{t('access.role')}</dt>
          <dd>{t(`role.${link.role}`)}</dd>
        </div>
        <div>
          <dt>{t('access.validUntil')}</dt>
          <dd>{dateTime(link.expiresAt)}</dd>
        </div>
      </dl>
      {invited && (
        <TextField
          label={t('access.name')}
          autoComplete="name"
          autoFocus
          value={name}
          onChange={(value) => setName(value)}
        />
      )}
      <PasswordField
        fresh
        label={t('access.newPassword')}
        value={password}
        autoFocus={!invited}
        onChange={setPassword}
      />
      {accept.isError && <Failure compact error={accept.error} />}
      <Button
        type="primary"
        htmlType="submit"
        block
        loading={accept.isPending}
        disabled={password.length < PASSWORD_MIN || (invited && !name.trim())}
      >
        {t(invited ? 'access.join' : 'access.setPassword')}
      </Button>
    </form>
  );
}

/** What a link is for, and doing it. The token stands after the `#`, which no server sees. */
export function Join() {
  const token = location.hash.slice(1);
  const query = useQuery({ ...read('linkLook', { body: { token: token || '-' } }), retry: false, staleTime: Infinity });
  return <QueryView query={query}>{(link) => <JoinForm link={link} token={token} />}</QueryView>;
}
