import type { MappingCheck } from '@guanxi/contracts';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Json } from '../../ui/Json.tsx';
import { Mark, Panel } from '../../ui/Page.tsx';
import { Empty, Partial } from '../../ui/states.tsx';
import { refusalText } from '../../ui/refusalText.ts';
import { useWords } from '../../ui/useWords.ts';

function Preview({ preview }: { preview: MappingCheck['preview'] }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const event = preview[at];
  if (!event) return <Empty compact why={t('imports.noPreview')} />;
  return (
    <div className="stack tight">
      <div className="row">
        <Button
          size="small"
          disabled={at === 0}
          icon={<Icon name="arrowLeft" size={14} />}
          aria-label={t('imports.previous')}
          onClick={() => setAt(at - 1)}
        />
        <span className="meta">{t('imports.previewAt', { n: at + 1, total: preview.length })}</span>
        <Button
          size="small"
          disabled={at === preview.length - 1}
          icon={<Icon name="arrowRight" size={14} />}
          aria-label={t('imports.next')}
          onClick={() => setAt(at + 1)}
        />
      </div>
      <Json value={event} label={t('imports.preview')} />
    </div>
  );
}

function Errors({ result }: { result: MappingCheck }) {
  const { t } = useTranslation();
  if (result.errors.length === 0) return <Empty compact icon="check" why={t('imports.noErrors')} />;
  return (
    <>
      <table className="plain inset">
        <thead>
          <tr>
            <th>{t('imports.row')}</th>
            <th>{t('quarantine.field')}</th>
            <th>{t('quarantine.message')}</th>
            <th>{t('mend.value')}</th>
          </tr>
        </thead>
        <tbody>
          {result.errors.map((error, at) => (
            <tr key={at}>
              <td>{number(error.row)}</td>
              <td>
                <code>{error.field}</code>
              </td>
              <td>{refusalText(error.message, t)}</td>
              <td>
                <code>{error.value}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Partial shown={result.errors.length} total={result.errorRows} />
    </>
  );
}

/** What the first rows become under the mapping: events by name, rows left out, errors, examples. */
export function CheckResult({ result }: { result: MappingCheck }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <div className="check">
      <Panel title={t('imports.checked', { n: number(result.rows) })}>
        <div className="stack">
          <p className="row wrap">
            <Mark tone="success">{t('imports.makesEvents', { n: number(result.events) })}</Mark>
            <Mark tone={result.errorRows ? 'danger' : 'neutral'}>
              {t('imports.errorRows', { n: number(result.errorRows) })}
            </Mark>
            <Mark tone="neutral">
              {t('imports.skippedRows', { n: number(result.skipped.reduce((sum, item) => sum + item.rows, 0)) })}
            </Mark>
          </p>
          <dl className="facts">
            {Object.entries(result.byEvent).map(([name, count]) => (
              <FactRow key={name} term={words.event(name)} value={number(count)} />
            ))}
            {result.skipped.map((item) => (
              <FactRow
                key={item.reason}
                term={t('imports.skippedFor', { reason: refusalText(item.reason, t) })}
                value={number(item.rows)}
              />
            ))}
          </dl>
        </div>
      </Panel>
      <Panel title={t('imports.errors')} flush>
        <Errors result={result} />
      </Panel>
      <Panel title={t('imports.preview')} className="check-preview">
        <Preview preview={result.preview} />
      </Panel>
    </div>
  );
}

function FactRow({ term, value }: { term: string; value: string }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </>
  );
}
