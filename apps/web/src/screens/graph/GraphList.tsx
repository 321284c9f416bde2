import type { GraphEdge, GraphNode } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { edgeKey } from '../../ui/edges.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { ago, number } from '../../ui/format.ts';
import { useNames } from '../../ui/useOntology.ts';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import { useNodeName } from './NodeSearch.tsx';

interface GraphListProps {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** The drawn graph as a table of its relations: for browsers without WebGL, and to be read out. */
export function GraphList({ nodes, edges, selected, onSelect }: GraphListProps) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const end = (id: string) => {
    const node = byId.get(id);
    return node ? (
      <button
        type="button"
        className="link-button row"
        onClick={(event) => {
          event.stopPropagation();
          onSelect(id);
        }}
      >
        <FamilyGlyph family={names.family(node.type)} />
        <span className="clip">{nameOf(node)}</span>
      </button>
    ) : (
      id
    );
  };
  const columns: Column<GraphEdge>[] = [
    { id: 'from', header: t('graph.from'), track: 'minmax(120px, 2fr)', cell: (edge) => end(edge.from) },
    {
      id: 'relation',
      header: t('network.relation'),
      track: 'minmax(80px, 1fr)',
      cell: (edge) => names.edgeType(edge.type),
    },
    { id: 'to', header: t('graph.to'), track: 'minmax(120px, 2fr)', cell: (edge) => end(edge.to) },
    { id: 'count', header: t('network.count'), track: '72px', align: 'end', cell: (edge) => number(edge.count) },
    { id: 'last', header: t('network.last'), track: '104px', cell: (edge) => ago(edge.last) },
  ];
  const rows = edges.toSorted((a, b) => b.weight - a.weight);
  return (
    <VirtualTable
      label={t('graph.asList')}
      columns={columns}
      rows={rows}
      rowKey={edgeKey}
      rowHeight={32}
      selected={selected}
      onOpen={(edge) => onSelect(edgeKey(edge))}
    />
  );
}
