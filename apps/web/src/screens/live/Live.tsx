import type { EventSummary } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Input, Select } from 'antd';
import { useMemo, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useHotkeys } from '../../app/hotkeys.ts';
import { liveKey, useLive, type LiveEvent } from '../../api/live.ts';
import { read } from '../../api/queries.ts';
import { decimal, momentOf, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Chip, Mark, Page, type Tone } from '../../ui/Page.tsx';
import { Empty } from '../../ui/states.tsx';
import { useWords } from '../../ui/useWords.ts';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import './live.css';
import { LiveDetail } from './LiveDetail.tsx';
import { refusalLine } from '../../ui/refusalText.ts';

const route = getRouteApi('/data/live');
const verdicts = ['accepted', 'quarantined', 'duplicate'] as const;
const tones: Record<EventSummary['verdict'], Tone> = {
  accepted: 'success',
  quarantined: 'warning',
  duplicate: 'neutral',
};

/** What is there before anything comes: the last events of the log. */
function useRows(paused: boolean) {
  const live = useLive(paused);
  const past = useQuery({ ...read('events', { query: { limit: 200 } }), staleTime: Infinity });
  const rows = useMemo<LiveEvent[]>(() => {
    const seen = new Set(live.events.map(liveKey));
    const older = (past.data?.items ?? [])
      .filter((event) => !seen.has(liveKey(event)))
      .map((event, at) => ({ ...event, at: -1 - at }));
    return [...live.events, ...older];
  }, [live.events, past.data]);
  return { live, rows, past };
}

function useColumns(): Column<LiveEvent>[] {
  const { t } = useTranslation();
  const words = useWords();
  const sources = useQuery({ ...read('sources'), staleTime: 30_000 });
  return useMemo(() => {
    const nameOf = new Map(sources.data?.items.map((source) => [source.id, source.name]));
    return [
      {
        id: 'time',
        header: t('live.time'),
        track: '132px',
        cell: (row) => <span className="mono">{momentOf(row.receivedAt)}</span>,
      },
      {
        id: 'source',
        header: t('live.source'),
        track: 'minmax(72px, 1fr)',
        cell: (row) => nameOf.get(row.sourceId) ?? row.sourceId,
      },
      {
        id: 'event',
        header: t('live.event'),
        track: 'minmax(122px, 1fr)',
        cell: (row) => words.event(row.name, row.type),
      },
      {
        id: 'subject',
        header: t('live.subject'),
        track: 'minmax(96px, 2fr)',
        cell: (row) =>
          row.verdict === 'quarantined' ? (
            <span className="muted">{row.reason && refusalLine(row.reason, t)}</span>
          ) : (
            row.subject
          ),
      },
      {
        id: 'person',
        header: t('live.person'),
        track: 'minmax(88px, 1fr)',
        cell: (row) => {
          const first = row.identifiers[0];
          return first ? <span className="mono">{first.value}</span> : null;
        },
      },
      {
        id: 'verdict',
        header: t('live.verdict'),
        track: '104px',
        cell: (row) => <Mark tone={tones[row.verdict]}>{t(`verdict.${row.verdict}`)}</Mark>,
      },
    ];
  }, [t, words, sources.data]);
}

type LiveSearch = ReturnType<typeof route.useSearch>;
type Change = (change: Partial<LiveSearch>) => void;

/** What a row is opened by: a position in the log, or `q:` and a number of the quarantine. */
const openKey = (row: LiveEvent) => (row.verdict === 'quarantined' ? `q:${row.subject}` : String(row.seq));
const rowKey = (row: LiveEvent) => String(row.at);

function useFiltered(rows: readonly LiveEvent[]): readonly LiveEvent[] {
  const { source, verdict, name } = route.useSearch();
  const wanted = name?.toLowerCase();
  return useMemo(
    () =>
      rows.filter(
        (row) =>
          (!source || row.sourceId === source) &&
          (!verdict || row.verdict === verdict) &&
          (!wanted || row.name.toLowerCase().includes(wanted)),
      ),
    [rows, source, verdict, wanted],
  );
}

function Filters({ set, box }: { set: Change; box: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const sources = useQuery({ ...read('sources'), staleTime: 30_000 });
  return (
    <>
      <Input
        ref={(input) => {
          box.current = input?.input ?? null;
        }}
        className="filter-input"
        allowClear
        aria-label={t('live.filterName')}
        placeholder={t('live.filterName')}
        value={search.name ?? ''}
        onChange={(event) => set({ name: event.target.value || undefined })}
      />
      <Select
        className="filter-input"
        allowClear
        aria-label={t('live.source')}
        placeholder={t('live.anySource')}
        value={search.source}
        onChange={(source?: string) => set({ source })}
        options={sources.data?.items.map((source) => ({ value: source.id, label: source.name }))}
      />
      {verdicts.map((verdict) => (
        <Chip
          key={verdict}
          pressed={search.verdict === verdict}
          onToggle={() => set({ verdict: search.verdict === verdict ? undefined : verdict })}
        >
          {t(`verdict.${verdict}`)}
        </Chip>
      ))}
    </>
  );
}

function Meter({ live, paused, onPause }: { live: ReturnType<typeof useLive>; paused: boolean; onPause: () => void }) {
  const { t } = useTranslation();
  const state = !live.connected ? 'disconnected' : paused ? 'paused' : 'connected';
  const tone = { disconnected: 'danger', paused: 'warning', connected: 'success' } as const;
  return (
    <>
      <span className="rate">
        <span role="status">
          <Mark tone={tone[state]}>{t(`live.${state}`)}</Mark>
        </span>
        <b>{t('live.rate', { rate: decimal(live.rate, 1) })}</b>
      </span>
      <Button aria-pressed={paused} icon={<Icon name={paused ? 'play' : 'pause'} />} onClick={onPause}>
        {t(paused ? 'live.resume' : 'live.pause')}
      </Button>
    </>
  );
}

/** The stream of events, and of any one of them what it became. */
export function Live() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [paused, setPaused] = useState(false);
  const box = useRef<HTMLInputElement>(null);
  const { live, rows } = useRows(paused);
  const shown = useFiltered(rows);
  const columns = useColumns();
  const set: Change = (change) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  useHotkeys({
    ' ': () => setPaused((now) => !now),
    f: () => box.current?.focus(),
    Escape: () => set({ seq: undefined }),
  });
  const chosen = search.seq ? shown.find((row) => openKey(row) === search.seq) : undefined;
  return (
    <Page
      fill
      title={t('nav.live')}
      lead={t('live.lead')}
      actions={<Meter live={live} paused={paused} onPause={() => setPaused(!paused)} />}
    >
      <div className="row wrap" role="search" aria-label={t('live.filters')}>
        <Filters set={set} box={box} />
        <span className="spacer" />
        {paused && live.pending > 0 && (
          <button type="button" className="new-pill" onClick={() => setPaused(false)}>
            <Icon name="up" size={12} /> {t('live.new', { n: number(live.pending) })}
          </button>
        )}
        <span className="meta">{t('live.buffer', { n: number(shown.length) })}</span>
      </div>
      <div className={search.seq ? 'beside open' : 'beside'}>
        <section className="panel flush">
          <div className="panel-body">
            <VirtualTable
              label={t('nav.live')}
              columns={columns}
              rows={shown}
              rowKey={rowKey}
              rowHeight={32}
              selected={chosen && rowKey(chosen)}
              onOpen={(row) => set({ seq: openKey(row) === search.seq ? undefined : openKey(row) })}
            />
            {shown.length === 0 && <Empty icon="live" why={t(rows.length ? 'live.filteredOut' : 'live.empty')} />}
          </div>
        </section>
        {search.seq && <LiveDetail id={search.seq} onClose={() => set({ seq: undefined })} />}
      </div>
    </Page>
  );
}
