import type { Stage } from '@guanxi/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ago, decimal, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { StageHealth } from '../../ui/StageHealth.tsx';

const places: Record<Stage['name'], string> = { log: '/data/sources', identity: '/data/identity', graph: '/graph' };

/** The flow from data to graph, each stage with how fresh, how far behind and how well it is. */
export function Loop({ stages }: { stages: readonly Stage[] }) {
  const { t } = useTranslation();
  return (
    <ol className="loop">
      {stages.map((stage, at) => (
        <li key={stage.name}>
          <div className="row between">
            <h3>
              <Link to={places[stage.name]}>{t(`home.stage.${stage.name}`)}</Link>
            </h3>
            <StageHealth stage={stage} />
          </div>
          <p className="meta">{t(`home.stageWhat.${stage.name}`)}</p>
          <p className="loop-figures">
            <span>{stage.lag > 0 ? t('home.lag', { n: number(stage.lag) }) : t('home.lagNone')}</span>
            <span>{t('home.rate', { rate: decimal(stage.rate, 1) })}</span>
            <span className="muted">
              {stage.updatedAt
                ? t('home.fresh', { ago: ago(stage.updatedAt) })
                : stage.position === 0 && t('home.never')}
            </span>
          </p>
          {stage.error && <p className="loop-error">{stage.error}</p>}
          {at < stages.length - 1 && (
            <span className="loop-arrow">
              <Icon name="arrowRight" />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
