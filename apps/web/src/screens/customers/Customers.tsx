import type { CustomerRow } from '@guanxi/contracts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Button, Input, Segmented, Select } from 'antd';
import { useEffect, useMemo, useState, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/queries.ts';
import { ago, dateOnly, dateTime, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { IdentifierTag } from '../../ui/Identifier.tsx';
import { Chip, Mark, Page } from '../../ui/Page.tsx';
import { Empty, Failure, Loading, Partial } from '../../ui/states.tsx';
import { useDebounced } from '../../ui/useDebounced.ts';
import { useWords } from '../../ui/useWords.ts';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import './customers.css';

const route = getRouteApi('/customers');
const orders = ['last_seen', 'first_seen', 'events'] as const;
const knowns = ['all', 'true', 'false'] as const;
type Order = (typeof orders)[number];

function useCustomers() {
  const { q, known, order, newFrom, seenFrom } = route.useSearch();
  const input = {
    search: q || undefined,
    known: known === 'true' || known === 'false' ? (known as 'true' | 'false') : undefined,
    firstFrom: newFrom,
    lastFrom: seenFrom,
    order: orders.find((one) => one === order) ?? ('last_seen' as Order),
    limit: 100,
  };
  return useInfiniteQuery({
    queryKey: ['customers', input],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => call('customers', { query: { ...input, cursor: pageParam } }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** A plain click is the row's to answer, which stays in this page; any other is a link's, such as into a new tab. */
function leaveToRow(event: MouseEvent): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) event.stopPropagation();
  else event.preventDefault();
}

function useColumns(): Column<CustomerRow>[] {
  const { t } = useTranslation();
  const words = useWords();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('customers.name'),
        track: 'minmax(140px, 1.2fr)',
        cell: (row) => (
          <a href={`/customers/${row.id}`} tabIndex={-1} onClick={leaveToRow}>
            {row.name}
          </a>
        ),
      },
      {
        id: 'known',
        header: t('customers.known'),
        track: '88px',
        cell: (row) => (
          <Mark tone={row.known ? 'accent' : 'neutral'}>
            {t(row.known ? 'customers.isKnown' : 'customers.isAnonymous')}
          </Mark>
        ),
      },
      {
        id: 'identifiers',
        header: t('customers.identifiers'),
        track: 'minmax(220px, 3fr)',
        cell: (row) => (
          <span className="row customers-ids">
            {row.identifiers.slice(0, 3).map((item) => (
              <IdentifierTag key={item.id} value={item} words={words} />
            ))}
            {row.identifiers.length > 3 && <span className="meta">+{row.identifiers.length - 3}</span>}
          </span>
        ),
      },
      { id: 'events', header: t('customers.events'), track: '80px', align: 'end', cell: (row) => number(row.events) },
      { id: 'first', header: t('customers.firstSeen'), track: '104px', cell: (row) => dateOnly(row.firstSeen) },
      { id: 'last', header: t('customers.lastSeen'), track: '128px', cell: (row) => ago(row.lastSeen) },
    ],
    [t, words],
  );
}

type CustomersSearch = ReturnType<typeof route.useSearch>;
type Change = (change: Partial<CustomersSearch>) => void;

function Filters({ text, onText, set }: { text: string; onText: (text: string) => void; set: Change }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  return (
    <div className="row wrap" role="search">
      <Input
        className="customers-search"
        allowClear
        prefix={<Icon name="search" size={14} />}
        aria-label={t('customers.search')}
        placeholder={t('customers.search')}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
      <Segmented
        aria-label={t('customers.known')}
        value={knowns.find((one) => one === search.known) ?? 'all'}
        onChange={(value) => set({ known: value === 'all' ? undefined : value })}
        options={knowns.map((value) => ({ value, label: t(`customers.filter.${value}`) }))}
      />
      <Select<Order>
        aria-label={t('customers.order')}
        value={orders.find((one) => one === search.order) ?? 'last_seen'}
        onChange={(order) => set({ order: order === 'last_seen' ? undefined : order })}
        options={orders.map((value) => ({ value, label: t(`customers.orders.${value}`) }))}
        popupMatchSelectWidth={false}
      />
      {(['newFrom', 'seenFrom'] as const).map((name) => {
        const since = search[name];
        return (
          since && (
            <Chip key={name} pressed onToggle={() => set({ [name]: undefined })}>
              {t(`customers.${name}`, { time: dateTime(since, false) })} <Icon name="close" size={12} />
            </Chip>
          )
        );
      })}
    </div>
  );
}

function Nobody({ onClear }: { onClear: (() => void) | null }) {
  const { t } = useTranslation();
  return (
    <Empty
      icon="customers"
      why={onClear ? t('customers.none') : t('customers.empty')}
      action={
        onClear ? (
          <Button onClick={onClear}>{t('action.clear')}</Button>
        ) : (
          <Link to="/data/import">{t('home.step.import.action')}</Link>
        )
      }
    />
  );
}

/** Everybody there is, found by any identifier or name. */
export function Customers() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const go = useNavigate();
  const navigate = route.useNavigate();
  const [text, setText] = useState(search.q ?? '');
  const settled = useDebounced(text, 250);
  const query = useCustomers();
  const columns = useColumns();
  // Only typing changes the address; the address going back does not type.
  useEffect(() => {
    if (settled !== (search.q ?? ''))
      void navigate({ search: (now) => ({ ...now, q: settled || undefined }), replace: true });
  }, [settled]);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const total = query.data?.pages[0]?.total ?? 0;
  const narrowed = search.q || search.known || search.newFrom || search.seenFrom;
  const set: Change = (change) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const clear = () => {
    setText('');
    set({ q: undefined, known: undefined, newFrom: undefined, seenFrom: undefined });
  };
  return (
    <Page
      fill
      title={t('nav.customers')}
      lead={query.data ? t('customers.lead', { n: number(total) }) : t('customers.leadPlain')}
    >
      <Filters text={text} onText={setText} set={set} />
      {query.isError && <Failure error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading lines={8} />}
      {query.data && rows.length === 0 && <Nobody onClear={narrowed ? clear : null} />}
      {rows.length > 0 && (
        <section className={query.isPlaceholderData ? 'panel flush dim' : 'panel flush grow'}>
          <div className="panel-body">
            <VirtualTable
              label={t('nav.customers')}
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => void go({ to: '/customers/$id', params: { id: row.id } })}
              onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
            />
            <Partial shown={rows.length} total={total} />
          </div>
        </section>
      )}
    </Page>
  );
}
