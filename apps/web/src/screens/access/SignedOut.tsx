import { useTranslation } from 'react-i18next';
import { queryClient } from '../../api/queries.ts';
import { setSession, useCaller } from '../../api/session.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import './access.css';
import { SignInForm } from './SignIn.tsx';

/** Over the page of somebody whose session ended: signing in again goes on where they were, with what they typed. */
export function SignedOut() {
  const { t } = useTranslation();
  const account = useCaller()?.account;
  return (
    <Dialog label={t('access.overTitle')} onClose={() => location.reload()} className="signed-out">
      <div className="stack">
        <h2>{t('access.overTitle')}</h2>
        <p className="muted">{t('access.overLead')}</p>
        <SignInForm
          email={account?.email ?? ''}
          onDone={(state) => {
            // Another person's page is not to be gone on with.
            if (state.caller?.account?.id !== account?.id) location.reload();
            setSession(state);
            void queryClient.invalidateQueries();
          }}
        />
      </div>
    </Dialog>
  );
}
