import { PASSWORD_MAX } from '@guanxi/contracts';
import { Input } from 'antd';
import { useTranslation } from 'react-i18next';

interface TextFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'email' | 'text';
  readonly autoComplete: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoFocus?: boolean;
}

export function TextField({ label, hint, type = 'text', autoComplete, value, onChange, autoFocus }: TextFieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <Input
        type={type}
        autoComplete={autoComplete}
        autoFocus={autoFocus}
        value={value}
        maxLength={type === 'email' ? 254 : 100}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && <span className="meta">{hint}</span>}
    </label>
  );
}

interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** A password to be chosen, for which the browser may propose one. */
  readonly fresh?: boolean;
  readonly autoFocus?: boolean;
}

export function PasswordField({ label, value, onChange, fresh, autoFocus }: PasswordFieldProps) {
  const { t } = useTranslation();
  return (
    <label className="field">
      <span>{label}</span>
      <Input.Password
        value={value}
        maxLength={PASSWORD_MAX}
        autoFocus={autoFocus}
        autoComplete={fresh ? 'new-password' : 'current-password'}
        onChange={(event) => onChange(event.target.value)}
      />
      {fresh && <span className="meta">{t('access.passwordHint')}</span>}
    </label>
  );
}
