import type { Customer, EventSummary, Timeline } from '@guanxi/contracts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { listOfText, textOfList } from '../../app/search.ts';
import { call, read } from '../../api/queries.ts';
import { DensityStrip } from '../../ui/DensityStrip.tsx';
import { dateTime, number } from '../../ui/format.ts';
import { Empty, Failure, Loading, Partial } from '../../ui/states.tsx';
import { useWords } from '../../ui/useWords.ts';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import { useMay } from '../../api/session.ts';

const route = getRouteApi('/customers/$id');
const day = 86_400_000;
const spans = [7, 30, 90, 365] as const;

export function useTimeline(id: string) {
  const { from, to, names } = route.useSearch();
  const input = { from, to, names, limit: 100 };
  return useInfiniteQuery({
    queryKey: ['customerTimeline', id, input],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call('customerTimeline', { params: { id }, query: { ...input, cursor: pageParam } }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

function useColumns(): Column<EventSummary>[] {
  const { t } = useTranslation();
  const words = useWords();
  const may = useMay();
  const sources = useQuery({ ...read('sources'), staleTime: 30_000, enabled: may('data.read') });
  return useMemo(() => {
    const nameOf = new Map(sources.data?.items.map((source) => [source.id, source.name]));
    return [
      { id: 'time', header: t('live.time'), track: '148px', cell: (row) => dateTime(row.time) },
      {
        id: 'event',
        header: t('live.event'),
        track: 'minmax(110px, 1fr)',
        cell: (row) => words.event(row.name, row.type),
      },
      { id: 'subject', header: t('live.subject'), track: 'minmax(140px, 2fr)', cell: (row) => row.subject },
      {
        id: 'source',
        header: t('live.source'),
        track: 'minmax(90px, 1fr)',
        cell: (row) => nameOf.get(row.sourceId) ?? row.sourceId,
      },
    ];
  }, [t, words, sources.data]);
}

/** Fewer days without anything are nothing to speak of. */
const quietDays = 14;

/** The longest time without events, in whole days. */
export function longestSilence(density: Timeline['density']): number {
  let [longest, current] = [0, 0];
  for (const slice of density) {
    current = slice.count > 0 ? 0 : current + Date.parse(slice.end) - Date.parse(slice.start);
    longest = Math.max(longest, current);
  }
  return Math.floor(longest / day);
}

type CustomerSearch = ReturnType<typeof route.useSearch>;
const useChange = () => {
  const navigate = route.useNavigate();
  return (change: Partial<CustomerSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
};

function Tools({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const words = useWords();
  const search = route.useSearch();
  const set = useChange();
  const end = Date.parse(customer.lastSeen);
  return (
    <div className="timeline-tools">
      <h2>{t('timeline.title')}</h2>
      {spans.map((days) => (
        <Button
          key={days}
          size="small"
          type="text"
          onClick={() => set({ from: new Date(end - days * day).toISOString(), to: undefined })}
        >
          {t('timeline.days', { n: days })}
        </Button>
      ))}
      {(search.from || search.to) && (
        <Button size="small" onClick={() => set({ from: undefined, to: undefined })}>
          {t('timeline.all')}
        </Button>
      )}
      <span className="spacer" />
      <Select
        mode="multiple"
        size="small"
        className="timeline-names"
        maxTagCount={1}
        allowClear
        aria-label={t('timeline.names')}
        placeholder={t('timeline.names')}
        value={listOfText(search.names)}
        onChange={(list: string[]) => set({ names: textOfList(list) })}
        options={customer.activity
          .filter((item) => item.name !== '')
          .map((item) => ({ value: item.name, label: `${words.event(item.name)} ${number(item.count)}` }))}
      />
    </div>
  );
}

/** What happened, newest first, under a strip of the whole life; the chosen time also bounds the network. */
export function TimelinePart({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const set = useChange();
  const query = useTimeline(customer.id);
  const columns = useColumns();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const first = query.data?.pages[0];
  const silence = first ? longestSilence(first.density) : 0;
  return (
    <div className="timeline">
      <Tools customer={customer} />
      {first && (
        <DensityStrip
          density={first.density}
          from={search.from}
          to={search.to}
          note={silence >= quietDays ? t('timeline.silence', { n: number(silence) }) : undefined}
          onRange={({ from, to }) => set({ from, to })}
        />
      )}
      {query.isError && <Failure compact error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      {first && rows.length === 0 && <Empty compact why={t('timeline.none')} />}
      {rows.length > 0 && (
        <>
          <VirtualTable
            label={t('timeline.title')}
            columns={columns}
            rows={rows}
            rowKey={(row) => String(row.seq)}
            rowHeight={32}
            selected={search.seq}
            onOpen={({ seq }) => set({ seq: search.seq === String(seq) ? undefined : String(seq), edge: undefined })}
            onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          />
          <Partial shown={rows.length} total={first?.total ?? rows.length} />
        </>
      )}
    </div>
  );
}
