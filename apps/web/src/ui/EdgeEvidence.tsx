import type { GraphEdge, GraphNode } from '@guanxi/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read } from '../api/queries.ts';
import { edgeKey, parseEdge } from './edges.ts';
import { EventRecord } from './EventRecord.tsx';
import { CloseButton } from './EventSide.tsx';
import { EvidenceThread, type ThreadStep } from './EvidenceThread.tsx';
import { FamilyGlyph } from './family.tsx';
import { ago, dateOnly, dateTime, decimal, number } from './format.ts';
import { Panel } from './Page.tsx';
import { Failure, Loading } from './states.tsx';
import { useNames } from './useOntology.ts';
import { useWords } from './useWords.ts';

interface EdgeEvidenceProps {
  /** `from:to:type` */
  readonly edge: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly onClose: () => void;
  readonly onEdge?: (key: string) => void;
}

/** A node of whom an address knows the number alone is asked for by it. */
function End({ id, nodes }: { id: string; nodes: readonly GraphNode[] }) {
  const names = useNames();
  const known = nodes.find((one) => one.id === id);
  const asked = useQuery({ ...read('graphNode', { params: { id } }), enabled: !known });
  const node = known ?? asked.data;
  if (!node) return asked.isError ? id : null;
  return (
    <>
      <FamilyGlyph family={names.family(node.type)} /> {node.label || node.key}
    </>
  );
}

/** What is claimed: the relation, how strong, since when. */
function Claim({ edge, known, nodes }: { edge: string; known: GraphEdge | undefined; nodes: readonly GraphNode[] }) {
  const { t } = useTranslation();
  const names = useNames();
  const ends = parseEdge(edge);
  const weight = names.weight(ends.type);
  return (
    <span className="claim">
      <End id={ends.from} nodes={nodes} />
      <em>{names.edgeType(ends.type)}</em>
      <End id={ends.to} nodes={nodes} />
      {known && (
        <small>
          {weight && `${t('evidence.amount', { label: weight, n: decimal(known.weight, 2) })} · `}
          {t('evidence.span', { first: dateTime(known.first, false), last: dateTime(known.last, false) })}
        </small>
      )}
    </span>
  );
}

function Siblings({ edges, onEdge }: { edges: readonly GraphEdge[]; onEdge: (key: string) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <div className="row wrap">
      <span className="meta">{t('evidence.also')}</span>
      {edges.map((one) => (
        <Button key={one.type} size="small" onClick={() => onEdge(edgeKey(one))}>
          {names.edgeType(one.type)} {number(one.count)}
        </Button>
      ))}
    </div>
  );
}

function useEdgeEvents(edge: string) {
  const ends = parseEdge(edge);
  return useInfiniteQuery({
    queryKey: ['edgeEvents', ends],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call('edgeEvents', { query: { ...ends, limit: 20, cursor: pageParam } }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** The events behind one relation, numbered along the thread; each opens to the event as it came. */
export function EdgeEvidence({ edge, nodes, edges, onClose, onEdge }: EdgeEvidenceProps) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const { from, to, type } = parseEdge(edge);
  const [open, setOpen] = useState<number | null>(null);
  const query = useEdgeEvents(edge);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const known = edges.find((one) => edgeKey(one) === edge);
  const between = (one: GraphEdge) => [one.from, one.to].includes(from) && [one.from, one.to].includes(to);
  const siblings = edges.filter((one) => one !== known && between(one));
  const label = names.weight(type);
  const steps = items.map((item): ThreadStep => {
    const n = decimal(item.weight, 2);
    const weight = item.weight === 1 ? '' : label ? t('evidence.amount', { label, n }) : t('evidence.weight', { n });
    const when = ago(item.time);
    return {
      key: String(item.seq),
      title: words.event(item.name),
      // What is long ago has no shorter words than the day, which stands below.
      aside: when === dateOnly(item.time) ? undefined : when,
      detail: [dateTime(item.time), words.channel(item.channel), weight].filter(Boolean).join(' · '),
      open: open === item.seq,
      onOpen: () => setOpen(open === item.seq ? null : item.seq),
      content: <EventRecord seq={item.seq} layout="brief" />,
    };
  });
  const footer = (
    <div className="stack tight">
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure compact error={query.error} retry={() => void query.refetch()} />}
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('evidence.more', { shown: number(items.length), total: number(known?.count ?? items.length) })}
        </Button>
      )}
      {siblings.length > 0 && onEdge && <Siblings edges={siblings} onEdge={onEdge} />}
      <Link to="/graph" search={{ n: `${from},${to}`, x: to, sel: to }}>
        {t('evidence.explore')}
      </Link>
    </div>
  );
  return (
    <aside className="side" aria-label={t('evidence.title')}>
      <Panel
        title={t('evidence.title')}
        note={known ? t('evidence.behind', { n: number(known.count) }) : undefined}
        actions={<CloseButton onClose={onClose} />}
      >
        <EvidenceThread claim={<Claim edge={edge} known={known} nodes={nodes} />} steps={steps} footer={footer} />
      </Panel>
    </aside>
  );
}
