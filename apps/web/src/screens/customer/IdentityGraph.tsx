import type { IdentityLink, PersonIdentity } from '@guanxi/contracts';
import { useTranslation } from 'react-i18next';
import { CardGraph, type GraphCard, type GraphLine } from '../../ui/CardGraph.tsx';
import { number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Partial } from '../../ui/states.tsx';
import { useWords } from '../../ui/useWords.ts';
import { spread } from './egoLayout.ts';

export const linkKey = (link: IdentityLink): string => `${link.a}:${link.b}:${link.rule}`;

const most = 60;
const size = { width: 168, height: 40 };

interface IdentityGraphProps {
  readonly identity: PersonIdentity;
  readonly chosen: ReadonlySet<string>;
  readonly openLink: string | undefined;
  readonly onToggle: (id: string) => void;
  readonly onLink: (link: IdentityLink) => void;
}

/** Identifiers on a ring, those of other persons on an outer one; a link is solid where it joins, dashed where not. */
export function IdentityGraph({ identity, chosen, openLink, onToggle, onLink }: IdentityGraphProps) {
  const { t } = useTranslation();
  const words = useWords();
  const inside = identity.identifiers.slice(0, most);
  const outside = identity.outside.slice(0, 20);
  const round = Math.max(150, (inside.length * (size.width + 24)) / 5.4);
  const places =
    inside.length === 1 ? [{ x: 0, y: 0 }] : spread({ rx: round, ry: Math.max(96, round * 0.62) }, inside.length, 0);
  const far = spread({ rx: round + 210, ry: Math.max(96, round * 0.62) + 80 }, Math.max(outside.length, 1), 0.31);
  const card = (
    item: PersonIdentity['outside'][number] | PersonIdentity['identifiers'][number],
    place: { x: number; y: number } | undefined,
    own: boolean,
  ): GraphCard => {
    const kind = own ? words.kind(item.kind) : `${words.kind(item.kind)} · ${t('identity.outside')}`;
    return {
      id: item.id,
      x: place?.x ?? 0,
      y: place?.y ?? 0,
      ...size,
      className: own ? 'identifier-card' : 'identifier-card outside',
      label: `${kind} ${item.value}`,
      pressed: own ? chosen.has(item.id) : undefined,
      content: (
        <span className="identifier-lines">
          <small>{kind} </small>
          <span className="clip mono">{item.value}</span>
          {chosen.has(item.id) && <Icon name="split" size={14} />}
        </span>
      ),
      onOpen: own ? () => onToggle(item.id) : undefined,
    };
  };
  const cards = [
    ...inside.map((item, at) => card(item, places[at], true)),
    ...outside.map((item, at) => card(item, far[at], false)),
  ];
  const lines: GraphLine[] = identity.links.map((link) => ({
    id: linkKey(link),
    from: link.a,
    to: link.b,
    width: Math.min(5, 1.5 + Math.log2(link.count + 1) * 0.6),
    opacity: link.state === 'active' ? 0.7 : 0.5,
    dashed: link.state !== 'active',
    selected: openLink === linkKey(link),
    lane: 0,
    label: `${words.rule(link.rule)} · ${t(`linkState.${link.state}`)} · ${t('network.times', { n: number(link.count) })}`,
    onOpen: () => onLink(link),
  }));
  return (
    <>
      <CardGraph label={t('identity.graph')} cards={cards} lines={lines} hint={t('identity.hint')} />
      <Partial shown={inside.length} total={identity.identifiers.length} />
    </>
  );
}
