import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../api/session.ts';
import { switchLanguage } from '../../app/i18n/index.ts';
import { JOIN_PATH } from '../../app/paths.ts';
import { setPreferences, useThemeName } from '../../app/preferences.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Boundary } from '../../ui/states.tsx';
import './access.css';
import { Join } from './Join.tsx';
import { SetUp } from './SetUp.tsx';
import { SignIn } from './SignIn.tsx';

/** The way in: the first administrator, a link that was given, or signing in. */
export function Entrance() {
  const { t, i18n } = useTranslation();
  const theme = useThemeName();
  const { state } = useSession();
  const other = i18n.language === 'zh' ? 'en' : 'zh';
  return (
    <main className="entrance">
      <div className="entrance-tools">
        <Button
          type="text"
          icon={<Icon name={theme === 'dark' ? 'sun' : 'moon'} />}
          aria-label={t(theme === 'dark' ? 'shell.toLight' : 'shell.toDark')}
          onClick={() => setPreferences({ theme: theme === 'dark' ? 'light' : 'dark' })}
        />
        <Button
          type="text"
          icon={<Icon name="language" />}
          lang={other === 'zh' ? 'zh-CN' : 'en'}
          onClick={() => {
            setPreferences({ language: other });
            void switchLanguage(other);
          }}
        >
          {t('shell.otherLanguage')}
        </Button>
      </div>
      <section className="entrance-card">
        <div className="entrance-brand">
          <img src="/mark.svg" alt="" />
          <span>
            {t('app.brand')} <small>{t('app.latin')}</small>
          </span>
        </div>
        <Boundary>{!state?.setUp ? <SetUp /> : location.pathname === JOIN_PATH ? <Join /> : <SignIn />}</Boundary>
      </section>
    </main>
  );
}
