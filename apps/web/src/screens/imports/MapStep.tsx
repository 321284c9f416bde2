import type { FileSample, ImportMapping } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../../api/queries.ts';
import { bytes, number } from '../../ui/format.ts';
import { Panel, Tabs } from '../../ui/Page.tsx';
import { Failure } from '../../ui/states.tsx';
import { CheckResult } from './CheckResult.tsx';
import { issuesOf, keepDraft, keptDraft, proposedDraft, type Draft } from './draft.ts';
import { FieldsEditor } from './FieldsEditor.tsx';
import { JsonEditor } from './JsonEditor.tsx';
import { RulesEditor } from './RulesEditor.tsx';
import { SampleTable } from './SampleTable.tsx';

interface MapStepProps {
  readonly file: string;
  readonly sample: FileSample;
  readonly onRun: (job: string) => void;
}

function Issues({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const { issues, twice } = issuesOf(draft);
  if (issues.length === 0 && twice.length === 0) return null;
  return (
    <ul className="issues" role="alert">
      {twice.map((target) => (
        <li key={target}>{t('imports.twiceTarget', { target })}</li>
      ))}
      {issues.map((issue) => (
        <li key={issue.path + issue.message}>
          <code>{issue.path}</code> {issue.message}
        </li>
      ))}
    </ul>
  );
}

const tabs = ['fields', 'rules', 'json'] as const;

function SamplePanel({ sample }: { sample: FileSample }) {
  const { t } = useTranslation();
  const { format, encoding, sheet } = sample.file;
  const columns = t('imports.columns', { n: number(sample.columns.length) });
  const note = [bytes(sample.bytes), format?.toUpperCase(), encoding, sheet, columns].filter(Boolean).join(' · ');
  return (
    <Panel title={t('imports.sample')} note={note} flush>
      <SampleTable sample={sample} />
    </Panel>
  );
}

function MappingPanel({
  draft,
  sample,
  onChange,
}: {
  draft: Draft;
  sample: FileSample;
  onChange: (draft: Draft) => void;
}) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<(typeof tabs)[number]>('fields');
  const columns = sample.columns.map((column) => column.name);
  const reset = (
    <Button size="small" onClick={() => onChange(proposedDraft(sample, t))}>
      {t('imports.backToProposal')}
    </Button>
  );
  return (
    <Panel title={t('imports.mapping')} note={t('imports.mappingNote')} actions={reset}>
      <div className="stack">
        <Tabs
          label={t('imports.mapping')}
          value={tab}
          onChange={setTab}
          tabs={tabs.map((key) => ({ key, label: t(`imports.tab.${key}`) }))}
        />
        {tab === 'fields' && <FieldsEditor draft={draft} sample={sample} onChange={onChange} />}
        {tab === 'rules' && <RulesEditor draft={draft} columns={columns} onChange={onChange} />}
        {tab === 'json' && <JsonEditor draft={draft} onChange={onChange} />}
        <Issues draft={draft} />
      </div>
    </Panel>
  );
}

/** The proposed mapping, open to change, beside the file; then what its first rows become. */
export function MapStep({ file, sample, onRun }: MapStepProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => keptDraft(file) ?? proposedDraft(sample, t));
  useEffect(() => keepDraft(file, draft), [file, draft]);
  const { mapping } = issuesOf(draft);
  const check = useMutation({
    mutationFn: (body: ImportMapping) => call('importCheck', { body: { file, mapping: body, rows: 1000 } }),
  });
  const run = useMutation({
    mutationFn: (body: ImportMapping) => call('importRun', { body: { file, mapping: body } }),
    onSuccess: async (job) => {
      await refresh('jobs');
      onRun(job.id);
    },
  });
  const change = (next: Draft) => {
    setDraft(next);
    check.reset();
  };
  return (
    <>
      <SamplePanel sample={sample} />
      <MappingPanel draft={draft} sample={sample} onChange={change} />
      <div className="import-actions">
        <Button disabled={!mapping} loading={check.isPending} onClick={() => mapping && check.mutate(mapping)}>
          {t('imports.check')}
        </Button>
        <Button
          type="primary"
          disabled={!mapping || !check.data}
          loading={run.isPending}
          onClick={() => mapping && run.mutate(mapping)}
        >
          {t('imports.run')}
        </Button>
        {!check.data && <span className="meta">{t('imports.checkFirst')}</span>}
      </div>
      {check.isError && <Failure error={check.error} retry={() => mapping && check.mutate(mapping)} />}
      {run.isError && <Failure error={run.error} />}
      {check.data && <CheckResult result={check.data} />}
    </>
  );
}
