import { identityRules, type IdentityRules as Rules } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page, Panel } from '../../ui/Page.tsx';
import { IssueList } from '../../ui/IssueList.tsx';
import { issuesOfError } from '../../ui/parseWith.ts';
import { Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { DryRun } from './DryRun.tsx';
import './identity-rules.css';
import { GeneralRules, KindRow } from './KindRow.tsx';
import { jobTitle } from '../../ui/jobTitle.ts';
import { Allowed } from '../../ui/Allowed.tsx';

type Kind = Rules['kinds'][number];
const blank: Kind = { kind: '', paths: [''], normalise: 'none', limit: 1, blocked: [], nature: 'known' };

function Kinds({ rules, onChange }: { rules: Rules; onChange: (rules: Rules) => void }) {
  const { t } = useTranslation();
  const put = (kinds: Kind[]) => onChange({ ...rules, kinds });
  const move = (at: number, by: number) => {
    const next = [...rules.kinds];
    const [item] = next.splice(at, 1);
    if (item) next.splice(at + by, 0, item);
    put(next);
  };
  return (
    <>
      <div className="scroll-x">
        <table className="plain inset kinds">
          <thead>
            <tr>
              <th>{t('rules.priority')}</th>
              <th>{t('rules.kind')}</th>
              <th>{t('rules.paths')}</th>
              <th>{t('rules.normalise')}</th>
              <th>{t('rules.nature')}</th>
              <th>{t('rules.limit')}</th>
              <th>{t('rules.blocked')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {rules.kinds.map((kind, at) => (
              <KindRow
                key={at}
                kind={kind}
                at={at}
                of={rules.kinds.length}
                onChange={(next) => put(rules.kinds.map((one, index) => (index === at ? next : one)))}
                onMove={(by) => move(at, by)}
                onRemove={() => put(rules.kinds.filter((_, index) => index !== at))}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className="kinds-foot">
        <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => put([...rules.kinds, blank])}>
          {t('rules.add')}
        </Button>
      </div>
    </>
  );
}

function Editor({ saved }: { saved: Rules }) {
  const { t } = useTranslation();
  const [rules, setRules] = useState(saved);
  const changed = JSON.stringify(rules) !== JSON.stringify(saved);
  const parsed = identityRules.safeParse(rules);
  const issues = parsed.success ? [] : issuesOfError(parsed.error);
  const dryRun = useMutation({ mutationFn: (body: Rules) => call('identityDryRun', { body }) });
  const save = useMutation({
    mutationFn: (body: Rules) => call('identityRulesUpdate', { body }),
    onSuccess: async () => {
      await refresh('identityRules', 'jobs', 'status');
      toast(t('rules.saved'));
    },
  });
  const change = (next: Rules) => {
    setRules(next);
    dryRun.reset();
  };
  return (
    <>
      <Panel title={t('rules.kinds')} note={t('rules.kindsNote')} flush>
        <Kinds rules={rules} onChange={change} />
      </Panel>
      <Panel title={t('rules.general')}>
        <GeneralRules rules={rules} onChange={change} />
      </Panel>
      <IssueList issues={issues} />
      <div className="row wrap">
        <Button disabled={issues.length > 0} loading={dryRun.isPending} onClick={() => dryRun.mutate(rules)}>
          {t('rules.dryRun')}
        </Button>
        <Allowed needs="identity.manage">
          <Popconfirm
            title={t('rules.saveAsk')}
            okText={t('action.save')}
            cancelText={t('action.cancel')}
            disabled={!changed || !dryRun.data}
            onConfirm={() => save.mutate(rules)}
          >
            <Button type="primary" disabled={!changed || !dryRun.data} loading={save.isPending}>
              {t('rules.save')}
            </Button>
          </Popconfirm>
        </Allowed>
        <Button disabled={!changed} onClick={() => change(saved)}>
          {t('action.reset')}
        </Button>
        {changed && !dryRun.data && <span className="meta">{t('rules.dryRunFirst')}</span>}
        {save.data && <Link to="/settings/jobs">{t('ontology.rebuilding', { title: jobTitle(save.data, t) })}</Link>}
      </div>
      {dryRun.isError && <Failure error={dryRun.error} retry={() => dryRun.mutate(rules)} />}
      {save.isError && <Failure error={save.error} />}
      {dryRun.data && <DryRun result={dryRun.data} />}
    </>
  );
}

/** Which identifiers make a person, and how; every change is tried before it is made. */
export function IdentityRules() {
  const { t } = useTranslation();
  const query = useQuery(read('identityRules'));
  return (
    <Page title={t('nav.identity')} lead={t('rules.lead')}>
      <QueryView query={query}>{(saved) => <Editor key={JSON.stringify(saved)} saved={saved} />}</QueryView>
    </Page>
  );
}
