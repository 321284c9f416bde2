import { ontology as schema, type Ontology } from '@guanxi/contracts';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/Copy.tsx';
import { Mark, Panel } from '../../ui/Page.tsx';
import { IssueList } from '../../ui/IssueList.tsx';
import { parseWith } from '../../ui/parseWith.ts';
import { Failure } from '../../ui/states.tsx';
import { jobTitle } from '../../ui/jobTitle.ts';
import { Allowed } from '../../ui/Allowed.tsx';
import { useSaveOntology } from './useSaveOntology.ts';

/** The ontology as text: checked as it is typed, saved with a rebuild. */
export function OntologyJson({ ontology }: { ontology: Ontology }) {
  const { t } = useTranslation();
  const original = useMemo(() => JSON.stringify(ontology, null, 2), [ontology]);
  const [text, setText] = useState(original);
  const { value, issues } = useMemo(() => parseWith(schema, text), [text]);
  const changed = text !== original;
  const save = useSaveOntology();
  return (
    <Panel
      title={t('ontology.tab.json')}
      note={changed ? t('ontology.changed') : undefined}
      actions={
        <>
          <Mark tone={issues.length ? 'danger' : 'success'}>
            {issues.length ? t('ontology.invalid', { n: issues.length }) : t('ontology.valid')}
          </Mark>
          <CopyButton text={text} />
          <Button size="small" disabled={!changed} onClick={() => setText(original)}>
            {t('action.reset')}
          </Button>
          <Allowed needs="ontology.manage">
            <Popconfirm
              title={t('ontology.saveAsk')}
              okText={t('action.save')}
              cancelText={t('action.cancel')}
              disabled={!value || !changed}
              onConfirm={() => value && save.mutate(value)}
            >
              <Button size="small" type="primary" disabled={!value || !changed} loading={save.isPending}>
                {t('ontology.save')}
              </Button>
            </Popconfirm>
          </Allowed>
        </>
      }
    >
      <div className="stack">
        {save.isError && <Failure compact error={save.error} />}
        {save.data && (
          <p>
            <Link to="/settings/jobs">{t('ontology.rebuilding', { title: jobTitle(save.data, t) })}</Link>
          </p>
        )}
        <IssueList issues={issues} />
        <textarea
          className="code-area"
          rows={32}
          spellCheck={false}
          aria-label={t('ontology.tab.json')}
          aria-invalid={issues.length > 0}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
    </Panel>
  );
}
