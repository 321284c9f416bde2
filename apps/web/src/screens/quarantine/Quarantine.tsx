import type { Endpoints, Quarantined, QuarantineCode, ResultOf } from '@guanxi/contracts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read } from '../../api/queries.ts';
import { ago, dateTime, number } from '../../ui/format.ts';
import { Page, Panel } from '../../ui/Page.tsx';
import { Empty, Failure, Loading, Partial } from '../../ui/states.tsx';
import { useWords } from '../../ui/useWords.ts';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import './quarantine.css';
import { QuarantineDetail } from './QuarantineDetail.tsx';

const route = getRouteApi('/data/quarantine');
const states = ['waiting', 'replayed', 'dismissed'] as const;
type Group = ResultOf<Endpoints['quarantine']>['groups'][number];

function Groups({
  groups,
  chosen,
  onChoose,
}: {
  groups: readonly Group[];
  chosen: { code?: string; source?: string };
  onChoose: (group: Group | null) => void;
}) {
  const { t } = useTranslation();
  const words = useWords();
  const sources = useQuery({ ...read('sources'), staleTime: 30_000 });
  const nameOf = new Map(sources.data?.items.map((source) => [source.id, source.name]));
  return (
    <ul className="groups">
      {groups.map((group) => {
        const on = chosen.code === group.code && chosen.source === group.sourceId;
        return (
          <li key={`${group.code}${group.field}${group.name}${group.sourceId}`}>
            <button type="button" aria-pressed={on} onClick={() => onChoose(on ? null : group)}>
              <span className="row between">
                <b>{t(`quarantineCode.${group.code}`)}</b>
                <span>{number(group.count)}</span>
              </span>
              <span className="meta clip">
                {[group.name && words.event(group.name), group.field, nameOf.get(group.sourceId) ?? group.sourceId]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

type QuarantineSearch = ReturnType<typeof route.useSearch>;
const statusOf = (search: QuarantineSearch) => states.find((state) => state === search.status) ?? 'waiting';
const orderOf = (search: QuarantineSearch): 'newest' | 'oldest' => (search.order === 'oldest' ? 'oldest' : 'newest');

function useQuarantine() {
  const search = route.useSearch();
  const code = search.code as QuarantineCode | undefined;
  const input = { status: statusOf(search), code, source: search.source, order: orderOf(search), limit: 100 };
  return useInfiniteQuery({
    queryKey: ['quarantine', input],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => call('quarantine', { query: { ...input, cursor: pageParam } }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

function useColumns(order: 'newest' | 'oldest', onOrder: (order?: 'oldest') => void): Column<Quarantined>[] {
  const { t } = useTranslation();
  const words = useWords();
  const track = 'minmax(64px, 1fr)';
  return [
    {
      id: 'at',
      header: t('live.time'),
      track: '96px',
      cell: (row) => <span title={dateTime(row.receivedAt)}>{ago(row.receivedAt)}</span>,
      sort:
        order === 'newest'
          ? { now: 'descending', onTurn: () => onOrder('oldest') }
          : { now: 'ascending', onTurn: () => onOrder() },
    },
    {
      id: 'name',
      header: t('live.event'),
      track,
      cell: (row) => (row.name ? words.event(row.name) : t('quarantine.noName')),
    },
    { id: 'code', header: t('quarantine.reason'), track, cell: (row) => t(`quarantineCode.${row.code}`) },
    { id: 'field', header: t('quarantine.field'), track, cell: (row) => <code>{row.field}</code> },
  ];
}

interface ListsProps {
  readonly groups: readonly Group[];
  readonly rows: readonly Quarantined[];
  readonly total: number;
  readonly onEnd: () => void;
  readonly set: (change: Partial<QuarantineSearch>) => void;
}

function Lists({ groups, rows, total, onEnd, set }: ListsProps) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const columns = useColumns(orderOf(search), (order) => set({ order }));
  return (
    <div className={search.id ? 'quarantine-grid open' : 'quarantine-grid'}>
      <Panel title={t('quarantine.groups')} flush>
        <Groups
          groups={groups}
          chosen={search}
          onChoose={(group) => set({ code: group?.code, source: group?.sourceId, id: undefined })}
        />
      </Panel>
      <section className="panel flush">
        <div className="panel-body">
          <VirtualTable
            label={t('nav.quarantine')}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            rowHeight={36}
            selected={search.id}
            onOpen={(row) => set({ id: row.id === search.id ? undefined : row.id })}
            onEnd={onEnd}
          />
          <Partial shown={rows.length} total={total} />
        </div>
      </section>
      {search.id && <QuarantineDetail key={search.id} id={search.id} onClose={() => set({ id: undefined })} />}
    </div>
  );
}

/** Events that were not accepted: by reason, each as it came, with the means to mend and replay them. */
export function Quarantine() {
  const { t } = useTranslation();
  const status = statusOf(route.useSearch());
  const navigate = route.useNavigate();
  const query = useQuarantine();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const first = query.data?.pages[0];
  const set = (change: Partial<QuarantineSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const switcher = (
    <Segmented
      aria-label={t('quarantine.status')}
      value={status}
      onChange={(value) => set({ status: value === 'waiting' ? undefined : value, id: undefined })}
      options={states.map((value) => ({ value, label: t(`quarantine.statuses.${value}`) }))}
    />
  );
  const actions = <>{switcher}</>;
  return (
    <Page fill title={t('nav.quarantine')} lead={t('quarantine.lead')} actions={actions}>
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {first && first.groups.length === 0 && rows.length === 0 && (
        <Empty icon="check" why={t(`quarantine.empty.${status}`)} />
      )}
      {first && (first.groups.length > 0 || rows.length > 0) && (
        <Lists
          groups={first.groups}
          rows={rows}
          total={first.total}
          set={set}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        />
      )}
    </Page>
  );
}
