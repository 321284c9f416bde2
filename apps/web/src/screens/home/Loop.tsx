import type { Permission, Stage, Status } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { ago, decimal, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { StageHealth } from '../../ui/StageHealth.tsx';
import { Opens } from './Opens.tsx';

const places: Record<Stage['name'], { to: string; needs: Permission }> = {
  log: { to: '/data/sources', needs: 'data.read' },
  identity: { to: '/data/identity', needs: 'identity.read' },
  graph: { to: '/graph', needs: 'graph.read' },
};
const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, count) => all + count, 0);

/** What a stage has made so far; each number opens what it counts. */
function Holds({ name, counts }: { name: Stage['name']; counts: Status['counts'] }) {
  const { t } = useTranslation();
  if (name === 'log')
    return (
      <>
        <Opens to="/data/sources" needs="data.read">
          {t('home.holds.events', { n: number(counts.events) })}
        </Opens>
        <Opens to="/data/live" search={{ verdict: 'duplicate' }} needs="data.read">
          {t('home.holds.duplicates', { n: number(counts.duplicates) })}
        </Opens>
        <Opens to="/data/quarantine" search={{ status: 'waiting' }} needs="data.read">
          {t('home.holds.waiting', { n: number(counts.quarantined) })}
        </Opens>
      </>
    );
  if (name === 'identity')
    return (
      <>
        <Opens to="/customers" needs="customers.read">
          {t('home.holds.customers', { n: number(counts.customers) })}
        </Opens>
        <Opens to="/customers" search={{ known: 'true' }} needs="customers.read">
          {t('home.holds.known', { n: number(counts.knownCustomers) })}
        </Opens>
        <span>{t('home.holds.identifiers', { n: number(counts.identifiers) })}</span>
      </>
    );
  return (
    <>
      <Opens to="/graph" needs="graph.read">
        {t('home.holds.nodes', { n: number(sum(counts.nodes)) })}
      </Opens>
      <Opens to="/settings/ontology" needs="graph.read">
        {t('home.holds.edges', { n: number(sum(counts.edges)) })}
      </Opens>
    </>
  );
}

/** The flow from data to graph: each stage with what it holds, how fresh, how far behind and how well it is. */
export function Loop({ status }: { status: Status }) {
  const { t } = useTranslation();
  return (
    <ol className="loop">
      {status.stages.map((stage, at) => (
        <li key={stage.name}>
          <div className="row between">
            <h3>
              <Opens {...places[stage.name]}>{t(`home.stage.${stage.name}`)}</Opens>
            </h3>
            <StageHealth stage={stage} />
          </div>
          <p className="meta">{t(`home.stageWhat.${stage.name}`)}</p>
          <p className="loop-holds">
            <Holds name={stage.name} counts={status.counts} />
          </p>
          <p className="loop-figures">
            <span>{stage.lag > 0 ? t('home.lag', { n: number(stage.lag) }) : t('home.lagNone')}</span>
            {stage.rate > 0 && <span>{t('home.rate', { rate: decimal(stage.rate, 1) })}</span>}
            {stage.name !== 'log' && (
              <span className="muted">
                {stage.updatedAt
                  ? t('home.fresh', { ago: ago(stage.updatedAt) })
                  : t(stage.position === 0 ? 'home.never' : 'home.resting')}
              </span>
            )}
          </p>
          {stage.error && <p className="loop-error">{stage.error}</p>}
          {at < status.stages.length - 1 && (
            <span className="loop-arrow">
              <Icon name="arrowRight" />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
