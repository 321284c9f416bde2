import type { GraphEdge, GraphNode, Neighbourhood } from '@guanxi/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { CardGraph, type GraphCard, type GraphLine } from '../../ui/CardGraph.tsx';
import { edgeKey, groupBy, parseEdge } from '../../ui/edges.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { ago, decimal, number } from '../../ui/format.ts';
import { useNames, type Names } from '../../ui/useOntology.ts';
import { cardSize, pickEgo, placeOnRings, ringsIn, roomIn, type EgoPick, type Space } from './egoLayout.ts';

/** "bought · 12 times · 30 pieces · last week" in words. */
export function useEdgeText(): (edge: GraphEdge, centre: string) => string {
  const { t } = useTranslation();
  const names = useNames();
  return (edge, centre) => {
    const weight = names.weight(edge.type);
    return [
      names.relation(edge.type, edge.from === centre ? 'out' : 'in'),
      t('network.times', { n: number(edge.count) }),
      weight ? t('evidence.amount', { label: weight, n: decimal(edge.weight, 2) }) : '',
      ago(edge.last),
    ]
      .filter(Boolean)
      .join(' · ');
  };
}

interface EgoNetworkProps {
  readonly hood: Neighbourhood;
  readonly name: string;
  readonly selected: string | undefined;
  readonly onEdge: (key: string) => void;
  readonly onBundle: (edgeType: string) => void;
  readonly space: Space;
  readonly hint: (shown: number) => string;
}

/** More cards than this are no picture any more. */
const mostCards = 44;

type Item = { kind: 'node'; node: GraphNode } | { kind: 'bundle'; bundle: EgoPick['bundles'][number] };

const itemsOf = (pick: EgoPick, names: Names) => [
  ...pick.nodes.map((node) => ({ item: { kind: 'node', node } as Item, family: names.family(node.type) })),
  ...pick.bundles.map((bundle) => ({
    item: { kind: 'bundle', bundle } as Item,
    family: names.family(bundle.nodeType),
  })),
];

function linesOf(
  pick: EgoPick,
  selected: string | undefined,
  onEdge: (key: string) => void,
  text: (edge: GraphEdge) => string,
): GraphLine[] {
  const strongest = Math.max(...pick.edges.map((edge) => edge.weight), 1);
  const times = pick.edges.map((edge) => Date.parse(edge.last));
  const oldest = Math.min(...times);
  const span = Math.max(...times) - oldest || 1;
  const lanes = new Map<string, number>();
  return pick.edges.map((edge) => {
    const pair = [edge.from, edge.to].sort().join();
    const lane = lanes.get(pair) ?? 0;
    lanes.set(pair, lane + 1);
    const key = edgeKey(edge);
    return {
      id: key,
      from: edge.from,
      to: edge.to,
      width: 1 + 3.5 * Math.sqrt(edge.weight / strongest),
      opacity: 0.14 + (0.46 * (Date.parse(edge.last) - oldest)) / span,
      selected: key === selected,
      label: text(edge),
      lane: lane === 0 ? 0 : lane % 2 === 1 ? (lane + 1) / 2 : -lane / 2,
      onOpen: () => onEdge(key),
    };
  });
}

/** A person in the middle of what they relate to. Width is strength, opacity is recency. */
export function EgoNetwork({ hood, name, selected, onEdge, onBundle, space, hint }: EgoNetworkProps) {
  const { t } = useTranslation();
  const names = useNames();
  const edgeText = useEdgeText();
  const rings = useMemo(() => ringsIn(space), [space]);
  const wanted = selected ? parseEdge(selected) : undefined;
  const kept = wanted && (wanted.from === hood.centre ? wanted.to : wanted.from);
  const pick = useMemo(
    () => pickEgo(hood, Math.min(mostCards, roomIn(rings)), names.family, kept),
    [hood, rings, names, kept],
  );
  const placed = useMemo(() => placeOnRings(itemsOf(pick, names), rings), [pick, names, rings]);
  const edgesAt = useMemo(
    () => groupBy(pick.edges, (edge) => (edge.from === hood.centre ? edge.to : edge.from)),
    [pick, hood.centre],
  );
  const cards: GraphCard[] = [
    {
      id: hood.centre,
      x: 0,
      y: 0,
      width: 132,
      height: 40,
      className: 'centre',
      label: name,
      content: <span className="clip">{name}</span>,
    },
    ...placed.map(({ item, x, y }): GraphCard => {
      if (item.kind === 'bundle') {
        const { bundle } = item;
        const text = `+${number(bundle.more)} ${names.relation(bundle.edgeType, bundle.direction)}`;
        // A name says what is seen first: who speaks to their machine reads it off the card.
        const label = `${text}: ${t('network.bundle', {
          n: number(bundle.more),
          type: names.nodeType(bundle.nodeType),
          relation: names.relation(bundle.edgeType, bundle.direction),
        })}`;
        return {
          id: bundle.key,
          x,
          y,
          ...cardSize,
          className: 'bundle',
          label,
          content: (
            <>
              <FamilyGlyph family={names.family(bundle.nodeType)} />
              <span className="card-text">{text}</span>
            </>
          ),
          onOpen: () => onBundle(bundle.edgeType),
        };
      }
      const { node } = item;
      const own = edgesAt.get(node.id) ?? [];
      const strongest = own.toSorted((a, b) => b.weight - a.weight)[0];
      const { label } = node;
      const count = own.reduce((sum, edge) => sum + edge.count, 0);
      const seen = strongest && strongest.count > 1 ? `${label} ${number(count)}` : label;
      return {
        id: node.id,
        x,
        y,
        ...cardSize,
        label: `${names.nodeType(node.type)} ${seen}: ${own.map((edge) => edgeText(edge, hood.centre)).join('; ')}`,
        pressed: own.some((edge) => edgeKey(edge) === selected),
        content: (
          <>
            <FamilyGlyph family={names.family(node.type)} />
            <span className="card-text">{label}</span>
            {seen !== label && <small> {number(count)}</small>}
          </>
        ),
        onOpen: strongest ? () => onEdge(edgeKey(strongest)) : undefined,
      };
    }),
  ];
  const lines = linesOf(pick, selected, onEdge, (edge) => edgeText(edge, hood.centre));
  return (
    <CardGraph
      label={t('network.label', { name })}
      cards={cards}
      lines={lines}
      ground={rings.map((shape) => (
        <ellipse key={shape.rx} className="ring" rx={shape.rx} ry={shape.ry} />
      ))}
      hint={hint(pick.edges.length)}
    />
  );
}
