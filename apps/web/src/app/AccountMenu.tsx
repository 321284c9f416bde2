import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, queryClient } from '../api/queries.ts';
import { setSession, useCaller } from '../api/session.ts';
import { Icon } from '../ui/Icon.tsx';
import { Failure } from '../ui/states.tsx';

/** Who is signed in, with the way to their password, sessions and keys, and out. */
export function AccountMenu() {
  const { t } = useTranslation();
  const account = useCaller()?.account;
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const signOut = useMutation({
    mutationFn: () => call('signOut'),
    onSuccess: (state) => {
      queryClient.clear();
      setSession(state);
    },
  });
  useEffect(() => {
    if (!open) return;
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !menu.current?.contains(event.target as Node))
        setOpen(false);
    };
    window.addEventListener('pointerdown', close);
    window.addEventListener('keydown', close);
    return () => {
      window.removeEventListener('pointerdown', close);
      window.removeEventListener('keydown', close);
    };
  }, [open]);
  if (!account) return null;
  return (
    <div className="tray-anchor" ref={menu}>
      <Button type="text" icon={<Icon name="person" />} aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="clip account-name">{account.name}</span>
      </Button>
      {open && (
        <section className="tray account-menu" aria-label={t('account.menu')}>
          <div className="account-who">
            <strong>{account.name}</strong>
            <span className="meta">{account.email}</span>
            <span className="meta">{t(`role.${account.role}`)}</span>
          </div>
          <Link to="/settings/account" onClick={() => setOpen(false)}>
            {t('account.title')}
          </Link>
          <Link to="/settings/keys" onClick={() => setOpen(false)}>
            {t('nav.keys')}
          </Link>
          {signOut.isError && <Failure compact error={signOut.error} />}
          <Button block loading={signOut.isPending} onClick={() => signOut.mutate()}>
            {t('account.signOut')}
          </Button>
        </section>
      )}
    </div>
  );
}
