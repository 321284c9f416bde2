import type { Customer, Neighbourhood } from '@guanxi/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useHotkeys } from '../../app/hotkeys.ts';
import { read } from '../../api/queries.ts';
import { edgeKey } from '../../ui/edges.ts';
import { EventSide } from '../../ui/EventSide.tsx';
import { FamilyGlyph } from '../../ui/family.tsx';
import { ago, decimal, number } from '../../ui/format.ts';
import { Empty, Partial, QueryView } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { useSize } from '../../ui/useSize.ts';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import { EdgeEvidence } from '../../ui/EdgeEvidence.tsx';
import { EgoNetwork } from './EgoNetwork.tsx';
import type { Space } from './egoLayout.ts';
import { TimelinePart } from './TimelinePart.tsx';

const route = getRouteApi('/customers/$id');
type CustomerSearch = ReturnType<typeof route.useSearch>;

/** The network as a table: the same relations, for reading in order and by screen readers. */
function NetworkTable({
  hood,
  selected,
  onEdge,
}: {
  hood: Neighbourhood;
  selected: string | undefined;
  onEdge: (key: string) => void;
}) {
  const { t } = useTranslation();
  const names = useNames();
  const nodes = new Map(hood.nodes.map((node) => [node.id, node]));
  const rows = hood.edges
    .flatMap((edge) => {
      const node = nodes.get(edge.from === hood.centre ? edge.to : edge.from);
      return node ? [{ edge, node }] : [];
    })
    .sort((a, b) => b.edge.weight - a.edge.weight);
  const columns: Column<(typeof rows)[number]>[] = [
    {
      id: 'relation',
      header: t('network.relation'),
      track: 'minmax(90px, 1fr)',
      cell: ({ edge }) => names.relation(edge.type, edge.from === hood.centre ? 'out' : 'in'),
    },
    {
      id: 'node',
      header: t('network.node'),
      track: 'minmax(160px, 3fr)',
      cell: ({ node }) => (
        <span className="row">
          <FamilyGlyph family={names.family(node.type)} />
          <span className="clip">{node.label}</span>
        </span>
      ),
    },
    {
      id: 'type',
      header: t('network.type'),
      track: 'minmax(80px, 1fr)',
      cell: ({ node }) => names.nodeType(node.type),
    },
    { id: 'count', header: t('network.count'), track: '72px', align: 'end', cell: ({ edge }) => number(edge.count) },
    {
      id: 'weight',
      header: t('network.strength'),
      track: '80px',
      align: 'end',
      cell: ({ edge }) => decimal(edge.weight, 2),
    },
    { id: 'last', header: t('network.last'), track: '104px', cell: ({ edge }) => ago(edge.last) },
  ];
  return (
    <VirtualTable
      label={t('network.table')}
      columns={columns}
      rows={rows}
      rowKey={({ edge }) => edgeKey(edge)}
      rowHeight={32}
      selected={selected}
      onOpen={({ edge }) => onEdge(edgeKey(edge))}
    />
  );
}

/** What the keys of the network do. */
function useNetworkKeys(
  customer: Customer,
  hood: Neighbourhood | undefined,
  set: (change: Partial<CustomerSearch>) => void,
) {
  const search = route.useSearch();
  const shift = (direction: number) => {
    const to = Date.parse(search.to ?? customer.lastSeen);
    const from = search.from ? Date.parse(search.from) : to - 30 * 86_400_000;
    const by = direction * (to - from);
    set({ from: new Date(from + by).toISOString(), to: new Date(to + by).toISOString() });
  };
  useHotkeys({
    t: () => set({ view: search.view === 'list' ? undefined : 'list' }),
    '[': () => shift(-1),
    ']': () => shift(1),
    e: () => {
      const strongest = hood?.edges.toSorted((a, b) => b.weight - a.weight)[0];
      if (strongest) set({ edge: edgeKey(strongest), seq: undefined });
    },
    Escape: () => set({ edge: undefined, seq: undefined }),
  });
}

interface PictureProps {
  readonly customer: Customer;
  readonly hood: Neighbourhood;
  readonly space: Space | null;
  readonly onEdge: (key: string) => void;
}

/** The network as a picture or as a table, whichever the address says. */
function Picture({ customer, hood, space, onEdge }: PictureProps) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const go = useNavigate();
  if (hood.edges.length === 0)
    return <Empty icon="graph" why={search.from || search.to ? t('network.noneInTime') : t('network.none')} />;
  const total = hood.groups.reduce((sum, group) => sum + group.total, 0);
  if (search.view === 'list')
    return (
      <>
        <NetworkTable hood={hood} selected={search.edge} onEdge={onEdge} />
        <Partial shown={hood.edges.length} total={total} />
      </>
    );
  if (!space) return null;
  const openBundle = (edgeType: string) =>
    void go({ to: '/graph', search: { n: customer.id, x: `${customer.id}:${edgeType}`, sel: customer.id } });
  return (
    <EgoNetwork
      space={space}
      hood={hood}
      name={customer.name}
      selected={search.edge}
      onEdge={onEdge}
      onBundle={openBundle}
      hint={(shown) => t('network.hint', { shown: number(shown), total: number(total) })}
    />
  );
}

/** The network over the timeline; the chosen time bounds both, the chosen relation or event opens beside them. */
export function NetworkTab({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [box, space] = useSize<HTMLDivElement>();
  const window = { from: search.from, to: search.to };
  const query = useQuery({
    ...read('customerNetwork', { params: { id: customer.id }, query: { cap: 40, ...window } }),
    placeholderData: keepPreviousData,
  });
  const set = (change: Partial<CustomerSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const openEdge = (key: string) => set({ edge: search.edge === key ? undefined : key, seq: undefined });
  useNetworkKeys(customer, query.data, set);
  return (
    <div className={(search.edge ?? search.seq) ? 'beside open rail' : 'beside'}>
      <div className="network-column">
        <section className="panel flush network-panel">
          <div className="network-tools">
            <Segmented
              size="small"
              aria-label={t('network.view')}
              value={search.view === 'list' ? 'list' : 'graph'}
              onChange={(view) => set({ view: view === 'list' ? 'list' : undefined })}
              options={[
                { value: 'graph', label: t('network.asGraph') },
                { value: 'list', label: t('network.asList') },
              ]}
            />
          </div>
          <div className="panel-body" ref={box}>
            <QueryView query={query}>
              {(hood) => <Picture customer={customer} hood={hood} space={space} onEdge={openEdge} />}
            </QueryView>
          </div>
        </section>
        <section className="panel flush timeline-panel" aria-label={t('timeline.title')}>
          <TimelinePart customer={customer} />
        </section>
      </div>
      {search.edge && (
        <EdgeEvidence
          key={search.edge}
          edge={search.edge}
          nodes={query.data?.nodes ?? []}
          edges={query.data?.edges ?? []}
          onClose={() => set({ edge: undefined })}
          onEdge={openEdge}
        />
      )}
      {!search.edge && search.seq && <EventSide seq={Number(search.seq)} onClose={() => set({ seq: undefined })} />}
    </div>
  );
}
