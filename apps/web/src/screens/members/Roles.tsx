import { permission, role, rolePermissions } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';

/** Who may do what, as the server decides it. */
export function Roles() {
  const { t } = useTranslation();
  return (
    <Panel title={t('members.matrix')} note={t('members.matrixNote')} flush>
      <table className="plain inset matrix">
        <thead>
          <tr>
            <th>{t('members.permission')}</th>
            {role.options.map((each) => (
              <th key={each} className="centre">
                {t(`role.${each}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permission.options.map((each) => (
            <tr key={each}>
              <td>
                {t(`permission.${each.replace('.', '_') as 'export'}`)} <code className="meta">{each}</code>
              </td>
              {role.options.map((who) => {
                const has = rolePermissions[who].includes(each);
                return (
                  <td key={who} className="centre">
                    {has ? <Icon name="check" /> : <span className="muted">–</span>}
                    <span className="visually-hidden">{t(has ? 'members.may' : 'members.mayNot')}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
