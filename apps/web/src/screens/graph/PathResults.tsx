import type { CommonNeighbours, GraphEdge, GraphNode, PathResult } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { edgeKey } from '../../ui/edges.ts';
import { EvidenceThread } from '../../ui/EvidenceThread.tsx';
import { FamilyGlyph } from '../../ui/family.tsx';
import { ago, decimal, number } from '../../ui/format.ts';
import { Empty, Partial } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { useNodeName } from './NodeSearch.tsx';

interface PathResultsProps {
  readonly result: PathResult;
  readonly onEdge: (key: string) => void;
  readonly onNode: (id: string) => void;
}

/** Each way as a thread: node, relation, node; a step opens the events behind it. */
export function PathResults({ result, onEdge, onNode }: PathResultsProps) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  if (result.paths.length === 0)
    return <Empty compact why={t(result.truncated ? 'graph.pathBudget' : 'graph.noPath')} />;
  const title = (id: string) => {
    const node = nodes.get(id);
    return (
      <span>
        <FamilyGlyph family={names.family(node?.type ?? 'person')} /> {node ? nameOf(node) : id}
      </span>
    );
  };
  const relation = (edge: GraphEdge, from: string) =>
    `${names.relation(edge.type, edge.from === from ? 'out' : 'in')} · ${t('network.times', { n: number(edge.count) })} · ${ago(edge.last)}`;
  return (
    <div className="stack wide">
      {result.paths.map((path, at) => (
        <section key={path.nodes.join()}>
          <p className="meta">{t('graph.pathTitle', { n: at + 1, hops: path.hops, cost: decimal(path.cost, 2) })}</p>
          <EvidenceThread
            steps={path.nodes.map((id, step) => {
              const edge = path.edges[step];
              return {
                key: `${id}${step}`,
                title: title(id),
                detail: edge ? relation(edge, id) : undefined,
                aside: edge ? t('graph.evidence') : undefined,
                onOpen: () => (edge ? onEdge(edgeKey(edge)) : onNode(id)),
              };
            })}
          />
        </section>
      ))}
      {result.truncated && <p className="partial">{t('graph.pathTruncated')}</p>}
    </div>
  );
}

export function CommonResults({ result, onNode }: { result: CommonNeighbours; onNode: (node: GraphNode) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  if (result.items.length === 0) return <Empty compact why={t('graph.noCommon')} />;
  const sum = (edges: readonly GraphEdge[]) =>
    edges.map((edge) => `${names.edgeType(edge.type)} ${number(edge.count)}`).join(', ');
  return (
    <>
      <ul className="common">
        {result.items.map((item) => (
          <li key={item.node.id}>
            <button type="button" onClick={() => onNode(item.node)}>
              <FamilyGlyph family={names.family(item.node.type)} />
              <span className="clip">{nameOf(item.node)}</span>
              <span className="meta">
                {sum(item.a)} ↔ {sum(item.b)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Partial shown={result.items.length} total={result.total} />
    </>
  );
}
