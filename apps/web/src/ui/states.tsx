import { ApiError, type Problem } from '@guanxi/contracts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from 'antd';
import { Component, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './Copy.tsx';
import { number } from './format.ts';
import { Icon, type IconName } from './Icon.tsx';

/** True once `ms` have passed: a short wait shows nothing rather than a flash. */
export function useDelayed(ms = 300): boolean {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return due;
}

export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  const due = useDelayed();
  return (
    <div className="skeleton" role="status" aria-label={t('state.loading')} aria-busy="true">
      {due &&
        Array.from({ length: lines }, (_, at) => <span key={at} style={{ width: `${92 - ((at * 17) % 45)}%` }} />)}
    </div>
  );
}

/** Why there is nothing, and the one thing to do about it. */
export function Empty({
  why,
  action,
  icon,
  compact,
}: {
  why: ReactNode;
  action?: ReactNode;
  icon?: IconName;
  compact?: boolean;
}) {
  return (
    <div className={compact ? 'empty compact' : 'empty'}>
      {icon && <Icon name={icon} size={24} />}
      <p>{why}</p>
      {action}
    </div>
  );
}

/** "1,000 of 2,623": what is seen is a part. */
export function Partial({ shown, total, action }: { shown: number; total: number; action?: ReactNode }) {
  const { t } = useTranslation();
  if (shown >= total) return null;
  return (
    <div className="partial" role="note">
      <span>{t('state.partial', { shown: number(shown), total: number(total) })}</span>
      {action}
    </div>
  );
}

/** Words of these say what kind of thing is wrong; the server says what of it. */
const DETAILED = new Set([
  'invalid',
  'bad_ontology',
  'bad_identity_rules',
  'bad_privacy_settings',
  'bad_setting',
  'bad_mapping',
  'bad_path',
  'identity_limit',
]);

/** What is told of a refusal: by its code in the reader's language, or in the server's own words. */
function useTold(problem: Problem | null) {
  const { i18n } = useTranslation();
  const words = (part: 'problem' | 'remedy') =>
    (i18n.getResource(i18n.language, 'translation', part) ?? {}) as Record<string, string>;
  if (!problem) return null;
  const { code, message, remedy, retryAfter } = problem;
  const known = words('problem')[code]?.replace('{{seconds}}', number(retryAfter ?? 1));
  if (known === undefined) return { message, remedy };
  return { message: known, detail: DETAILED.has(code) ? message : undefined, remedy: words('remedy')[code] };
}

/** What went wrong, what of it, and what to do about it. */
export function Failure({ error, retry, compact }: { error: unknown; retry?: () => void; compact?: boolean }) {
  const { t } = useTranslation();
  const problem = error instanceof ApiError ? error.problem : null;
  const told = useTold(problem);
  const message = told?.message ?? t(error instanceof TypeError ? 'state.unreachable' : 'state.unexpected');
  return (
    <div className={compact ? 'failure compact' : 'failure'} role="alert">
      <Icon name="quarantine" />
      <div>
        <p className="failure-message">
          {message}
          {problem?.where && <code>{problem.where}</code>}
        </p>
        {told?.detail && <p>{told.detail}</p>}
        {told?.remedy && <p className="muted">{told.remedy}</p>}
        {!problem && error instanceof Error && !(error instanceof TypeError) && (
          <p className="muted">{error.message}</p>
        )}
        <div className="failure-actions">
          {retry && (
            <Button size="small" onClick={retry} icon={<Icon name="refresh" size={14} />}>
              {t('action.retry')}
            </Button>
          )}
          {problem?.requestId && (
            <CopyButton
              text={problem.requestId}
              label={t('state.copyRequestId', { id: problem.requestId.slice(0, 8) })}
            />
          )}
        </div>
      </div>
    </div>
  );
}

interface QueryViewProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
  readonly loading?: ReactNode;
  readonly compact?: boolean;
}

/** The states of one query: what was seen before stays, dimmed, while the new answer is on its way. */
export function QueryView<T>({ query, children, loading, compact }: QueryViewProps<T>) {
  if (query.data !== undefined)
    return (
      <>
        {query.isError && <Failure compact error={query.error} retry={() => void query.refetch()} />}
        <div className={query.isPlaceholderData ? 'query-view dimmed' : 'query-view'}>{children(query.data)}</div>
      </>
    );
  if (query.isError) return <Failure compact={compact} error={query.error} retry={() => void query.refetch()} />;
  return <>{loading ?? <Loading />}</>;
}

/** One part that breaks leaves the rest of the page standing. */
export class Boundary extends Component<{ children: ReactNode; resetKey?: string }, { error: unknown }> {
  override state: { error: unknown } = { error: null };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override componentDidUpdate(before: { resetKey?: string }) {
    if (before.resetKey !== this.props.resetKey && this.state.error) this.setState({ error: null });
  }
  override render() {
    if (this.state.error) return <Failure error={this.state.error} retry={() => this.setState({ error: null })} />;
    return this.props.children;
  }
}
