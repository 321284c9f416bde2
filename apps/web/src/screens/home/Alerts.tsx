import type { Alert, Permission } from '@guanxi/contracts';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { ago, clock, number, percent } from '../../ui/format.ts';
import { jobTitle } from '../../ui/jobTitle.ts';
import { Mark, Panel, type Tone } from '../../ui/Page.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Opens } from './Opens.tsx';
import { useAlerts } from './useHome.ts';

interface Told {
  readonly tone: Tone;
  readonly text: string;
  readonly aside: string;
  readonly to: string;
  readonly search?: Readonly<Record<string, string>>;
  readonly needs: Permission;
}

/** An alert in words, and where it is mended. */
function tell(alert: Alert, t: TFunction): Told {
  switch (alert.code) {
    case 'rejects_rising':
      return {
        tone: 'warning',
        text: t('home.alert.rejects_rising', { source: alert.sourceName, n: number(alert.count) }),
        aside:
          alert.usual === null
            ? percent(alert.share)
            : t('home.alertAgainst', { now: percent(alert.share), before: percent(alert.usual) }),
        to: '/data/quarantine',
        search: { source: alert.sourceId },
        needs: 'data.read',
      };
    case 'source_silent':
      return {
        tone: 'warning',
        text: t('home.alert.source_silent', { source: alert.sourceName }),
        aside: t('home.alertHours', { now: number(alert.hours), before: number(alert.usualHours) }),
        to: '/data/sources',
        search: { id: alert.sourceId },
        needs: 'data.read',
      };
    case 'stage_behind':
      return {
        tone: 'warning',
        text: t('home.alert.stage_behind', { stage: t(`home.stage.${alert.stage}`), n: number(alert.lag) }),
        aside: clock(alert.seconds),
        to: '/settings/status',
        needs: 'status.read',
      };
    case 'stage_broken':
      return {
        tone: 'danger',
        text: t('home.alert.stage_broken', { stage: t(`home.stage.${alert.stage}`) }),
        aside: alert.message,
        to: '/settings/status',
        needs: 'status.read',
      };
    case 'engine_away':
      return {
        tone: 'danger',
        text: t(`home.alert.${alert.engine}_away`),
        aside: alert.message,
        to: '/settings/status',
        needs: 'status.read',
      };
    case 'job_failed':
      return {
        tone: 'danger',
        text: t('home.alert.job_failed', { job: jobTitle(alert, t) }),
        aside: ago(alert.at),
        to: '/settings/jobs',
        needs: 'status.read',
      };
  }
}

/** What somebody should look at now, each with the way to where it is mended. */
export function Alerts() {
  const { t } = useTranslation();
  const query = useAlerts();
  return (
    <div id="alerts">
      <Panel title={t('home.attention')} note={t('home.attentionNote')} flush>
        <QueryView query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty compact icon="check" why={t('home.attentionNone')} />
            ) : (
              <ul className="attention">
                {items.map((alert) => {
                  const { tone, text, aside, to, search, needs } = tell(alert, t);
                  return (
                    <li key={JSON.stringify(alert)}>
                      <Mark tone={tone}>{t(`home.alertKind.${alert.code}`)}</Mark>
                      <Opens to={to} search={search} needs={needs}>
                        {text}
                      </Opens>
                      <span className="meta">{aside}</span>
                    </li>
                  );
                })}
              </ul>
            )
          }
        </QueryView>
      </Panel>
    </div>
  );
}
