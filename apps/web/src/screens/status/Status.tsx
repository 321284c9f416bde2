import type { Status as StatusData } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { ago, dateTime, decimal, number } from '../../ui/format.ts';
import { Mark, Page, Panel } from '../../ui/Page.tsx';
import { Failure, QueryView } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { StageHealth } from '../../ui/StageHealth.tsx';
import { FamilyGlyph } from '../../ui/family.tsx';
import { BackupPanel } from './BackupPanel.tsx';
import { ExportPanel } from './ExportPanel.tsx';
import { Allowed } from '../../ui/Allowed.tsx';
import './status.css';

function Stages({ stages }: { stages: StatusData['stages'] }) {
  const { t } = useTranslation();
  return (
    <table className="plain inset">
      <thead>
        <tr>
          <th>{t('system.stage')}</th>
          <th>{t('source.status')}</th>
          <th className="end">{t('system.position')}</th>
          <th className="end">{t('system.head')}</th>
          <th className="end">{t('system.lag')}</th>
          <th className="end">{t('system.rate')}</th>
          <th className="end">{t('system.updated')}</th>
        </tr>
      </thead>
      <tbody>
        {stages.map((stage) => (
          <tr key={stage.name}>
            <td>
              {t(`home.stage.${stage.name}`)} <span className="meta">{t(`home.stageWhat.${stage.name}`)}</span>
              {stage.error && <p className="issues">{stage.error}</p>}
            </td>
            <td>
              <StageHealth stage={stage} />
            </td>
            <td className="end">{number(stage.position)}</td>
            <td className="end">{number(stage.head)}</td>
            <td className="end">{number(stage.lag)}</td>
            <td className="end">{t('home.rate', { rate: decimal(stage.rate, 1) })}</td>
            <td className="end">{stage.updatedAt ? ago(stage.updatedAt) : stage.position === 0 && t('home.never')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Counts({ counts }: { counts: StatusData['counts'] }) {
  const { t } = useTranslation();
  const names = useNames();
  const plain = ['events', 'duplicates', 'quarantined', 'customers', 'knownCustomers', 'identifiers'] as const;
  const sorted = (record: Record<string, number>) => Object.entries(record).sort(([, a], [, b]) => b - a);
  return (
    <div className="setting-grid three">
      <Panel title={t('system.counts')} flush>
        <table className="plain inset">
          <tbody>
            {plain.map((name) => (
              <tr key={name}>
                <td>{t(`system.count.${name}`)}</td>
                <td className="end">{number(counts[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      <Panel title={t('system.graph')} flush>
        <table className="plain inset">
          <tbody>
            {sorted(counts.nodes).map(([type, count]) => (
              <tr key={type}>
                <td>
                  <FamilyGlyph family={names.family(type)} /> {names.nodeType(type)}
                </td>
                <td className="end">{number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      <Panel title={t('system.edges')} flush>
        <table className="plain inset">
          <tbody>
            {sorted(counts.edges).map(([type, count]) => (
              <tr key={type}>
                <td>{names.edgeType(type)}</td>
                <td className="end">{number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </div>
  );
}

/** How the system does: stages, engines, counts; everything can be taken out as files. */
export function Status() {
  const { t } = useTranslation();
  const query = useQuery({ ...read('status'), refetchInterval: 2_000 });
  const rebuild = useMutation({ mutationFn: () => call('rebuild'), onSuccess: () => refresh('jobs', 'status') });
  return (
    <Page
      title={t('nav.status')}
      lead={t('system.lead')}
      actions={
        <Allowed needs="operate">
          <Popconfirm
            title={t('system.rebuildAsk')}
            okText={t('system.rebuild')}
            cancelText={t('action.cancel')}
            onConfirm={() => rebuild.mutate()}
          >
            <Button loading={rebuild.isPending}>{t('system.rebuild')}</Button>
          </Popconfirm>
        </Allowed>
      }
    >
      {rebuild.isError && <Failure error={rebuild.error} />}
      <QueryView query={query}>
        {(status) => (
          <>
            <Panel>
              <dl className="figures wide">
                <div>
                  <dt>{t('source.status')}</dt>
                  <dd>
                    <Mark tone={!status.ready ? 'danger' : status.rebuilding ? 'warning' : 'success'}>
                      {t(!status.ready ? 'system.notReady' : status.rebuilding ? 'system.rebuilding' : 'system.ready')}
                    </Mark>
                  </dd>
                </div>
                <div>
                  <dt>{t('system.version')}</dt>
                  <dd>{status.version}</dd>
                </div>
                <div>
                  <dt>{t('system.started')}</dt>
                  <dd title={dateTime(status.startedAt)}>{ago(status.startedAt)}</dd>
                </div>
                <div>
                  <dt>{t('system.analytics')}</dt>
                  <dd>{status.engines.clickhouse}</dd>
                </div>
                <div>
                  <dt>{t('system.transactions')}</dt>
                  <dd>{status.engines.postgres}</dd>
                </div>
                <div>
                  <dt>{t('system.mode')}</dt>
                  <dd>{t(status.engines.embedded ? 'system.embedded' : 'system.served')}</dd>
                </div>
              </dl>
            </Panel>
            <Panel title={t('home.loop')} flush>
              <div className="scroll-x">
                <Stages stages={status.stages} />
              </div>
            </Panel>
            <Counts counts={status.counts} />
            <Allowed needs="operate">
              <BackupPanel />
            </Allowed>
            <Allowed needs="export">
              <ExportPanel />
            </Allowed>
          </>
        )}
      </QueryView>
    </Page>
  );
}
