import type { RulesDryRun } from '@guanxi/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { number } from '../../ui/format.ts';
import { Identifier } from '../../ui/Identifier.tsx';
import { Mark, Panel } from '../../ui/Page.tsx';
import { Empty, Partial } from '../../ui/states.tsx';

/** What other rules would do to the persons of today, with examples. */
export function DryRun({ result }: { result: RulesDryRun }) {
  const { t } = useTranslation();
  const all = result.wouldMerge + result.wouldSplit;
  return (
    <Panel title={t('rules.outcome')} note={t('rules.replayed', { n: number(result.observations) })} flush>
      <div className="dry-run-sum">
        <p className="sentence">
          {t('rules.sentence', { merge: number(result.wouldMerge), split: number(result.wouldSplit) })}
        </p>
        <p className="muted">
          {t('rules.beforeAfter', {
            before: number(result.personsBefore),
            after: number(result.personsAfter),
            unchanged: number(result.unchanged),
          })}
        </p>
      </div>
      {result.sample.length === 0 ? (
        <Empty compact icon="check" why={t('rules.nothing')} />
      ) : (
        <ul className="dry-run">
          {result.sample.map((item, at) => (
            <li key={at}>
              <Mark tone={item.kind === 'merge' ? 'success' : 'warning'}>{t(`rules.${item.kind}`)}</Mark>
              <div className="row wrap">
                {item.identifiers.slice(0, 8).map((one) => (
                  <Identifier key={one.id} value={one} />
                ))}
                {item.identifiers.length > 8 && <span className="meta">+{item.identifiers.length - 8}</span>}
              </div>
              <div className="row">
                {item.persons.slice(0, 3).map((id, index) => (
                  <Link key={id} to="/customers/$id" params={{ id }} search={{ tab: 'identity' }}>
                    {t('rules.person', { n: index + 1 })}
                  </Link>
                ))}
              </div>
            </li>
          ))}
        </ul>
      )}
      <Partial shown={result.sample.length} total={all} />
    </Panel>
  );
}
