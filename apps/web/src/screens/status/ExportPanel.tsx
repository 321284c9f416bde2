import { endpoints, urlOf } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button, Input, InputNumber, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getFile } from '../../api/client.ts';
import { number } from '../../ui/format.ts';
import { Panel } from '../../ui/Page.tsx';
import { Failure } from '../../ui/states.tsx';
import { saveFile } from '../../ui/saveFile.ts';

const files = ['events', 'nodes', 'edges', 'quarantine'] as const;
const forms = ['masked', 'hashed', 'anonymous'] as const;
type Form = (typeof forms)[number];

interface Told {
  readonly k: string;
  readonly reached: string;
  readonly rows: number;
  readonly suppressed: number;
}

/** Fetches the file of customers and tells what it says of itself. */
async function fetchCustomers(form: Form, salt: string, k: number): Promise<Told | null> {
  const query = {
    format: 'csv' as const,
    ...(form === 'anonymous' ? { k } : { pii: form }),
    ...(form === 'hashed' && salt ? { salt } : {}),
  };
  const { headers, content } = await getFile(urlOf(endpoints.export, { params: { what: 'customers' }, query }));
  saveFile(content, 'text/csv', `customers-${form}.csv`);
  const suppressed = headers.get('x-guanxi-suppressed');
  if (suppressed === null) return null;
  return {
    k: headers.get('x-guanxi-k') ?? '',
    reached: headers.get('x-guanxi-k-reached') ?? '',
    rows: Number(headers.get('x-guanxi-rows')),
    suppressed: Number(suppressed),
  };
}

function Customers() {
  const { t } = useTranslation();
  const [form, setForm] = useState<Form>('masked');
  const [salt, setSalt] = useState('');
  const [k, setK] = useState(5);
  const file = useMutation({ mutationFn: () => fetchCustomers(form, salt, k) });
  return (
    <div className="stack tight">
      <div className="row wrap">
        <Segmented
          aria-label={t('system.exportForm')}
          value={form}
          onChange={(next) => {
            setForm(next);
            file.reset();
          }}
          options={forms.map((value) => ({ value, label: t(`system.exportForms.${value}`) }))}
        />
        {form === 'hashed' && (
          <Input
            className="export-salt"
            aria-label={t('system.exportSalt')}
            placeholder={t('system.exportSalt')}
            maxLength={200}
            value={salt}
            onChange={(event) => setSalt(event.target.value)}
          />
        )}
        {form === 'anonymous' && (
          <InputNumber
            aria-label="k"
            prefix="k"
            min={2}
            max={1000}
            precision={0}
            value={k}
            onChange={(next) => setK(next ?? 2)}
          />
        )}
        <Button loading={file.isPending} onClick={() => file.mutate()}>
          {t('system.exportCustomers')}
        </Button>
      </div>
      <p className="meta">{t(`system.exportNotes.${form}`)}</p>
      {file.isError && <Failure compact error={file.error} />}
      {file.data && (
        <p role="status">
          {t(file.data.rows === 0 ? 'system.exportNobody' : 'system.exportTold', {
            k: file.data.k,
            reached: file.data.reached,
            rows: number(file.data.rows),
            suppressed: number(file.data.suppressed),
          })}
        </p>
      )}
    </div>
  );
}

/** Files of everything there is: masked, and customers also hashed or k-anonymous. */
export function ExportPanel() {
  const { t } = useTranslation();
  return (
    <Panel title={t('system.export')} note={t('system.exportNote')}>
      <div className="stack">
        <Customers />
        <div className="row wrap">
          {files.map((what) => (
            <a key={what} href={urlOf(endpoints.export, { params: { what }, query: { format: 'jsonl' } })} download>
              {t(`system.exports.${what}`)}
            </a>
          ))}
        </div>
      </div>
    </Panel>
  );
}
