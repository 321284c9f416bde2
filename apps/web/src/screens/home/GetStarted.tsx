import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { CodeBlock } from '../../ui/Copy.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';
import { curlSnippet } from '../../ui/snippets.ts';

/** Five steps from nothing to the first customer. */
export function GetStarted() {
  const { t } = useTranslation();
  const sources = useQuery(read('sources'));
  const first = sources.data?.items.find((source) => source.writeKey);
  const steps = [
    { key: 'source', done: !!first, to: '/data/sources', search: { new: '1' } },
    { key: 'send', done: false, to: null, search: {} },
    { key: 'import', done: false, to: '/data/import', search: {} },
    { key: 'rules', done: false, to: '/data/identity', search: {} },
    { key: 'person', done: false, to: '/customers', search: {} },
  ] as const;
  return (
    <>
      <p className="sentence">{t('home.emptyLead')}</p>
      <Panel title={t('home.checklist')} flush>
        <ol className="steps">
          {steps.map((step, at) => (
            <li key={step.key} className={step.done ? 'done' : undefined}>
              <span className="step-number">{step.done ? <Icon name="check" size={14} /> : at + 1}</span>
              <div className="stack tight">
                <h3>{t(`home.step.${step.key}.title`)}</h3>
                <p className="muted">{t(`home.step.${step.key}.text`)}</p>
                {step.key === 'send' && (
                  <>
                    <CodeBlock code={curlSnippet(first?.writeKey || 'WRITE_KEY')} label={t('home.snippetLabel')} />
                    {!first && <p className="meta">{t('home.writeKeyHint')}</p>}
                  </>
                )}
              </div>
              {step.to && (
                <Link to={step.to} search={step.search}>
                  {t(`home.step.${step.key}.action`)}
                </Link>
              )}
            </li>
          ))}
        </ol>
      </Panel>
    </>
  );
}
