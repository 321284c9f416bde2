import { PASSWORD_MIN } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { Failure } from '../../ui/states.tsx';
import { PasswordField, TextField } from '../../ui/fields.tsx';
import { enter } from './landing.ts';

/** The first administrator, on a server that has no account yet. */
export function SetUp() {
  const { t } = useTranslation();
  const { state } = useSession();
  const [wish, setWish] = useState({ name: '', email: '', password: '', code: '' });
  const change = (part: Partial<typeof wish>) => setWish((before) => ({ ...before, ...part }));
  const codeNeeded = state?.codeNeeded ?? false;
  const setUp = useMutation({
    mutationFn: () => {
      const { code, ...rest } = wish;
      return call('setUp', {
        body: { ...rest, email: rest.email.trim(), ...(codeNeeded ? { code: code.trim() } : {}) },
      });
    },
    // Data come before people: the first thing there is to see is how to bring some in.
    onSuccess: (next) => enter(next, location.pathname === '/' ? '/' : undefined),
  });
  const complete =
    wish.name.trim() && wish.email.trim() && wish.password.length >= PASSWORD_MIN && (!codeNeeded || wish.code.trim());
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setUp.mutate();
      }}
    >
      <h1>{t('access.setUpTitle')}</h1>
      <p className="muted">{t('access.setUpLead')}</p>
      {codeNeeded && (
        <TextField
          label={t('access.code')}
          autoComplete="one-time-code"
          hint={t('access.codeHint')}
          autoFocus
          value={wish.code}
          onChange={(value) => change({ code: value })}
        />
      )}
      <TextField
        label={t('access.name')}
        autoComplete="name"
        autoFocus={!codeNeeded}
        value={wish.name}
        onChange={(value) => change({ name: value })}
      />
      <TextField
        label={t('access.email')}
        type="email"
        autoComplete="username"
        value={wish.email}
        onChange={(value) => change({ email: value })}
      />
      <PasswordField
        fresh
        label={t('access.password')}
        value={wish.password}
        onChange={(password) => change({ password })}
      />
      {setUp.isError && <Failure compact error={setUp.error} />}
      <Button type="primary" htmlType="submit" block loading={setUp.isPending} disabled={!complete}>
        {t('access.setUp')}
      </Button>
    </form>
  );
}
