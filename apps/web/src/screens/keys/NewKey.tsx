import { permission, type Permission } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button, Checkbox, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { CodeBlock } from '../../ui/Copy.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Failure } from '../../ui/states.tsx';

const DAYS = [30, 90, 365, 0] as const;

/** Name, end and scopes, at most what one may oneself; then the key, this one time. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const [name, setName] = useState('');
  const [days, setDays] = useState<number>(90);
  const [scopes, setScopes] = useState<Permission[]>([]);
  const create = useMutation({
    mutationFn: () =>
      call('apiKeyCreate', { body: { name: name.trim(), scopes, expiresInDays: days === 0 ? null : days } }),
    onSuccess: () => refresh('apiKeys'),
  });
  const options = permission.options.filter(may).map((each) => ({
    value: each,
    label: t(`permission.${each.replace('.', '_') as 'export'}`),
  }));
  return (
    <Modal open title={t('apiKey.create')} width={560} onCancel={onClose} footer={null} destroyOnHidden>
      {create.data ? (
        <div className="stack">
          <CodeBlock code={create.data.key} label={t('apiKey.key')} />
          <p className="issues">{t('apiKey.once')}</p>
          <CodeBlock
            code={`curl -H 'authorization: Bearer ${create.data.key}' ${location.origin}/api/status`}
            label={t('source.snippet.curl')}
          />
        </div>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <TextField label={t('apiKey.name')} autoComplete="off" autoFocus value={name} onChange={setName} />
          <div className="field">
            <span>{t('apiKey.expires')}</span>
            <Select
              value={days}
              aria-label={t('apiKey.expires')}
              onChange={setDays}
              options={DAYS.map((value) => ({
                value,
                label: value === 0 ? t('apiKey.noEnd') : t('apiKey.inDays', { n: value }),
              }))}
            />
          </div>
          <fieldset className="field scopes">
            <legend>{t('apiKey.scopes')}</legend>
            <Checkbox.Group<Permission> options={options} value={scopes} onChange={setScopes} />
          </fieldset>
          {create.isError && <Failure compact error={create.error} />}
          <div>
            <Button
              type="primary"
              htmlType="submit"
              loading={create.isPending}
              disabled={!name.trim() || scopes.length === 0}
            >
              {t('apiKey.create')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
