import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { number } from '../../ui/format.ts';
import { toast } from '../../ui/toast.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { type ExpandHow, ExpandOptions, howOf } from './expansion.tsx';
import { useNodeName } from './NodeSearch.tsx';
import { collapse, expand, hide, unpin, type Scene } from './scene.ts';
import type { Spot } from './SelectOverlay.tsx';

interface NodeMenuProps {
  readonly id: string;
  readonly at: Spot;
  readonly scene: Scene;
  readonly how: ExpandHow;
  readonly onHow: (how: ExpandHow) => void;
  readonly onScene: (scene: Scene) => void;
  readonly onPath: () => void;
  readonly onInfluence: () => void;
  readonly onPin: () => void;
  readonly onClose: () => void;
}

/** Relations shown in the menu; the inspector lists all. */
const mostRelations = 8;

function Item({ onPick, children }: { onPick: () => void; children: ReactNode }) {
  return (
    <button type="button" role="menuitem" tabIndex={-1} onClick={onPick}>
      {children}
    </button>
  );
}

/** Keeps the menu inside the stage, gives it the focus, and closes it when the pointer goes elsewhere. */
function useMenuBox(at: Spot, onClose: () => void) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Spot>(at);
  useLayoutEffect(() => {
    const element = box.current;
    const stage = element?.offsetParent;
    if (!element || !stage) return;
    setPlace({
      x: Math.max(4, Math.min(at.x, stage.clientWidth - element.offsetWidth - 4)),
      y: Math.max(4, Math.min(at.y, stage.clientHeight - element.offsetHeight - 4)),
    });
  }, [at.x, at.y]);
  useEffect(() => {
    box.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const away = (event: PointerEvent) => {
      const target = event.target as Element;
      if (!box.current?.contains(target) && !target.closest('.ant-select-dropdown')) onClose();
    };
    document.addEventListener('pointerdown', away, true);
    return () => document.removeEventListener('pointerdown', away, true);
  }, [onClose]);
  return { box, place };
}

const groupsAround = (scene: Scene, id: string): Scene => ({
  ...scene,
  groups: { scope: { kind: 'around', id, hops: 2 }, resolution: 10 },
  ...{ opened: [], view: 'groups', selected: undefined },
});

/** Arrows go from item to item, Escape and Tab leave. */
function moveIn(event: KeyboardEvent, box: HTMLElement | null, onClose: () => void): void {
  const items = [...(box?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
  const now = items.indexOf(document.activeElement as HTMLElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) items[(now + step + items.length) % items.length]?.focus();
  else if (event.key === 'Escape' || event.key === 'Tab') onClose();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** What can be done with a node, where it stands; opened by the right button or the menu key. */
export function NodeMenu(props: NodeMenuProps) {
  const { id, at, scene, how, onScene, onClose } = props;
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  const { box, place } = useMenuBox(at, onClose);
  const { data: node } = useQuery(read('graphNode', { params: { id } }));
  const pick = (what: () => void) => () => {
    onClose();
    what();
  };
  const isPinned = scene.pins.some((item) => item.id === id);
  return (
    <div
      ref={box}
      className="node-menu"
      role="menu"
      aria-label={t('graph.menu')}
      style={{ left: place.x, top: place.y }}
      onKeyDown={(event) => moveIn(event, box.current, onClose)}
    >
      {node && (
        <p className="row meta">
          <FamilyGlyph family={names.family(node.type)} /> <span className="clip">{nameOf(node)}</span>
        </p>
      )}
      <Item onPick={pick(() => onScene(expand({ ...scene, selected: id }, id, undefined, howOf(how))))}>
        {t('graph.expandAll')} <kbd>x</kbd>
      </Item>
      {node?.groups.slice(0, mostRelations).map((group) => (
        <Item
          key={`${group.edgeType}${group.direction}${group.nodeType}`}
          onPick={pick(() => onScene(expand({ ...scene, selected: id }, id, group.edgeType, howOf(how))))}
        >
          <span className="clip">
            {names.relation(group.edgeType, group.direction)} · {names.nodeType(group.nodeType)}
          </span>
          <span className="meta">{number(group.total)}</span>
        </Item>
      ))}
      <ExpandOptions how={how} onHow={props.onHow} />
      <hr />
      {scene.expansions.some((item) => item.id === id) && (
        <Item onPick={pick(() => onScene(collapse(scene, id)))}>{t('graph.collapse')}</Item>
      )}
      <Item onPick={pick(props.onPath)}>
        {t('graph.pathTo')} <kbd>p</kbd>
      </Item>
      <Item onPick={pick(props.onInfluence)}>
        {t('graph.influence.open')} <kbd>i</kbd>
      </Item>
      <Item onPick={pick(() => onScene(groupsAround(scene, id)))}>{t('graph.groups.around')}</Item>
      <hr />
      <Item onPick={pick(isPinned ? () => onScene(unpin(scene, [id])) : props.onPin)}>
        {t(isPinned ? 'graph.unpin' : 'graph.pin')}
      </Item>
      <Item onPick={pick(() => onScene(hide(scene, id)))}>
        {t('graph.hide')} <kbd>h</kbd>
      </Item>
      <Item onPick={pick(() => void navigator.clipboard.writeText(id).then(() => toast(t('action.copied'))))}>
        {t('graph.copyId')}
      </Item>
      {node?.type === 'person' && (
        <Link role="menuitem" tabIndex={-1} to="/customers/$id" params={{ id }}>
          {t('event.openPerson')}
        </Link>
      )}
    </div>
  );
}
