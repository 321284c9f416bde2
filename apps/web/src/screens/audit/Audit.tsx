import { type AuditEntry, type AuditOutcome, endpoints, urlOf } from '@guanxi/contracts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read } from '../../api/queries.ts';
import { CopyButton } from '../../ui/Copy.tsx';
import { DateField } from '../../ui/DateField.tsx';
import { dateOnly, dateTime, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Json } from '../../ui/Json.tsx';
import { Chip, Mark, Page, Panel, type Tone } from '../../ui/Page.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { useDebounced } from '../../ui/useDebounced.ts';
import { type Column, VirtualTable } from '../../ui/VirtualTable.tsx';
import './audit.css';

const route = getRouteApi('/settings/audit');
const tones: Record<AuditOutcome, Tone> = { done: 'success', refused: 'warning', failed: 'danger' };
type Search = ReturnType<typeof route.useSearch>;
type Change = (change: Partial<Search>) => void;

/** Days as people choose them, in their own time zone, both included. */
const startOf = (day: string | undefined) => (day ? new Date(`${day}T00:00:00`).toISOString() : undefined);
const endOf = (day: string | undefined) => (day ? new Date(`${day}T23:59:59.999`).toISOString() : undefined);
const filterOf = ({ q, action, actor, from, to }: Search) => ({
  text: q || undefined,
  action: action || undefined,
  actor: actor || undefined,
  from: startOf(from),
  to: endOf(to),
});

function useEntries() {
  const input = { ...filterOf(route.useSearch()), limit: 200 };
  return useInfiniteQuery({
    queryKey: ['auditList', input],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => call('auditList', { query: { ...input, cursor: pageParam } }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Actions that have words of their own are told in them; others by the name of what was called. */
function useActionName(): (action: string) => string {
  const { i18n } = useTranslation();
  const words = (i18n.getResource(i18n.language, 'translation', 'auditAction') ?? {}) as Record<string, string>;
  return (action) => words[action] ?? action;
}

/** People and keys have names of their own; the command line and the product are called in the reader's language. */
function useActorName(): (actor: AuditEntry['actor']) => string {
  const { t } = useTranslation();
  return ({ kind, name }) => (kind === 'command' || kind === 'system' ? t(`audit.kinds.${kind}`) : name);
}

/** Whether the chain is whole: asked for when somebody wants to know, because the whole of it is read. */
function Chain() {
  const { t } = useTranslation();
  const query = useQuery({ ...read('auditVerify'), staleTime: Infinity });
  const verdict = query.data;
  return (
    <div className="row wrap audit-chain" role="status">
      {verdict && (
        <Mark tone={verdict.intact ? 'success' : 'danger'}>
          {verdict.intact
            ? t('audit.intact', { since: verdict.since ? dateOnly(verdict.since) : '–', n: number(verdict.entries) })
            : t('audit.broken', { n: number(verdict.brokenAt ?? 0) })}
        </Mark>
      )}
      {verdict?.intact && (
        <CopyButton text={verdict.head} label={t('audit.head', { hash: verdict.head.slice(0, 12) })} />
      )}
      <Button size="small" loading={query.isFetching} onClick={() => void query.refetch()}>
        {t('audit.verify')}
      </Button>
      {query.isError && <Failure compact error={query.error} />}
    </div>
  );
}

function Filters({ set }: { set: Change }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const action = useActionName();
  const [text, setText] = useState(search.q ?? '');
  const settled = useDebounced(text, 250);
  // Only typing changes the address; the address going back does not type.
  useEffect(() => {
    if (settled !== (search.q ?? '')) set({ q: settled || undefined });
  }, [settled]);
  return (
    <div className="row wrap" role="search">
      <Input
        className="audit-search"
        allowClear
        prefix={<Icon name="search" size={14} />}
        aria-label={t('audit.search')}
        placeholder={t('audit.search')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <label className="row meta">
        {t('audit.from')}
        <DateField label={t('audit.from')} value={search.from} onChange={(from) => set({ from })} />
      </label>
      <label className="row meta">
        {t('audit.to')}
        <DateField label={t('audit.to')} value={search.to} onChange={(to) => set({ to })} />
      </label>
      {search.action && (
        <Chip pressed onToggle={() => set({ action: undefined })}>
          {action(search.action)}
        </Chip>
      )}
      {search.actor && (
        <Chip pressed onToggle={() => set({ actor: undefined })}>
          {search.actor}
        </Chip>
      )}
    </div>
  );
}

function useColumns(): Column<AuditEntry>[] {
  const { t } = useTranslation();
  const action = useActionName();
  const actor = useActorName();
  return useMemo(
    () => [
      { id: 'at', header: t('audit.at'), track: '168px', cell: (row) => dateTime(row.at) },
      { id: 'actor', header: t('audit.actor'), track: 'minmax(96px, 1fr)', cell: (row) => actor(row.actor) },
      { id: 'action', header: t('audit.action'), track: 'minmax(140px, 1.5fr)', cell: (row) => action(row.action) },
      { id: 'subject', header: t('audit.subject'), track: 'minmax(120px, 1.5fr)', cell: (row) => row.subject ?? '–' },
      {
        id: 'outcome',
        header: t('audit.outcome'),
        track: '96px',
        cell: (row) => <Mark tone={tones[row.outcome]}>{t(`audit.outcomes.${row.outcome}`)}</Mark>,
      },
    ],
    [t, action, actor],
  );
}

function Detail({ entry, set }: { entry: AuditEntry; set: Change }) {
  const { t } = useTranslation();
  const action = useActionName();
  const actor = useActorName();
  return (
    <aside className="side" aria-label={t('audit.one')}>
      <Panel
        title={action(entry.action)}
        note={`#${number(entry.seq)}`}
        actions={
          <Button
            type="text"
            icon={<Icon name="close" />}
            aria-label={t('action.close')}
            onClick={() => set({ seq: undefined })}
          />
        }
      >
        <div className="stack">
          <dl className="facts">
            <dt>{t('audit.at')}</dt>
            <dd>{dateTime(entry.at)}</dd>
            <dt>{t('audit.actor')}</dt>
            <dd>
              {actor(entry.actor)} <span className="meta">{t(`audit.kinds.${entry.actor.kind}`)}</span>
            </dd>
            <dt>{t('audit.action')}</dt>
            <dd>
              <code>{entry.action}</code>
            </dd>
            <dt>{t('audit.subject')}</dt>
            <dd>{entry.subject ?? '–'}</dd>
            <dt>{t('audit.hash')}</dt>
            <dd className="audit-hash">
              <code>{entry.hash}</code>
            </dd>
          </dl>
          <div className="row wrap">
            <Button size="small" onClick={() => set({ actor: entry.actor.id, seq: undefined })}>
              {t('audit.sameActor')}
            </Button>
            <Button size="small" onClick={() => set({ action: entry.action, seq: undefined })}>
              {t('audit.sameAction')}
            </Button>
          </div>
          <Json value={entry.detail} label={t('audit.detail')} />
        </div>
      </Panel>
    </aside>
  );
}

/** Who did what, when: the log nobody can alter unseen. */
export function Audit() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useEntries();
  const columns = useColumns();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const open = rows.find((row) => String(row.seq) === search.seq);
  const set: Change = (change) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  return (
    <Page
      fill
      title={t('nav.audit')}
      lead={<Chain />}
      actions={
        <a href={urlOf(endpoints.auditExport, { query: filterOf(search) })} download>
          {t('audit.export')}
        </a>
      }
    >
      <Filters set={set} />
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading lines={8} />}
      {query.data && rows.length === 0 && <Empty icon="list" why={t('audit.none')} />}
      {rows.length > 0 && (
        <div className={open ? 'beside open rail' : 'beside'}>
          <section className={query.isPlaceholderData ? 'panel flush dim' : 'panel flush grow'}>
            <div className="panel-body">
              <VirtualTable
                label={t('nav.audit')}
                columns={columns}
                rows={rows}
                rowKey={(row) => String(row.seq)}
                rowHeight={36}
                selected={search.seq}
                onOpen={(row) => set({ seq: String(row.seq) === search.seq ? undefined : String(row.seq) })}
                onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
              />
            </div>
          </section>
          {open && <Detail entry={open} set={set} />}
        </div>
      )}
    </Page>
  );
}
