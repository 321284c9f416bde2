import { endpoints, type SessionState, urlOf } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { Failure } from '../../ui/states.tsx';
import { PasswordField, TextField } from '../../ui/fields.tsx';
import { enter } from './landing.ts';

/** What the identity provider's answer led to, where it led nowhere. */
function SignOnProblem() {
  const { t, i18n } = useTranslation();
  const code = new URLSearchParams(location.search).get('problem');
  if (location.pathname !== '/sign-in' || !code) return null;
  const words = i18n.getResource(i18n.language, 'translation', 'problem') as Record<string, string> | undefined;
  return (
    <p className="issues" role="alert">
      {words?.[code] ?? t('access.signOnFailed')}
    </p>
  );
}

/** By e-mail and password, or through the company's identity provider. */
export function SignInForm({ email: given, onDone }: { email?: string; onDone: (state: SessionState) => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState(given ?? '');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => call('signIn', { body: { email: email.trim(), password } }),
    onSuccess: onDone,
    onError: () => setPassword(''),
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate();
      }}
    >
      <TextField
        label={t('access.email')}
        type="email"
        autoComplete="username"
        autoFocus={!given}
        value={email}
        onChange={(value) => setEmail(value)}
      />
      <PasswordField label={t('access.password')} value={password} autoFocus={Boolean(given)} onChange={setPassword} />
      {signIn.isError && <Failure compact error={signIn.error} />}
      <Button type="primary" htmlType="submit" block loading={signIn.isPending} disabled={!email.trim() || !password}>
        {t('access.signIn')}
      </Button>
    </form>
  );
}

export function SignIn() {
  const { t } = useTranslation();
  const { state } = useSession();
  const here = location.pathname === '/sign-in' ? '/' : `${location.pathname}${location.search}`;
  return (
    <>
      <h1>{t('access.signInTitle')}</h1>
      <SignOnProblem />
      {state?.signOn && (
        <>
          <Button block href={urlOf(endpoints.signOnStart, { query: { to: here } })}>
            {t('access.signOn', { name: state.signOn.name })}
          </Button>
          <p className="entrance-or">{t('access.or')}</p>
        </>
      )}
      <SignInForm onDone={enter} />
      <p className="meta">{t('access.forgotten')}</p>
    </>
  );
}
