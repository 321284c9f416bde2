import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { CloseButton } from '../../ui/EventSide.tsx';
import { FamilyGlyph } from '../../ui/family.tsx';
import { number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';
import { toast } from '../../ui/toast.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { type ExpandHow, howOf } from './expansion.tsx';
import type { Positions } from './layout.ts';
import { expand, hide, keepOnly, pin, type Scene, unpin } from './scene.ts';
import type { SceneData } from './useSceneData.ts';

/** Expanding more at once would ask the server too many questions. */
const mostExpanded = 20;

interface SelectionPanelProps {
  readonly chosen: ReadonlySet<string>;
  readonly scene: Scene;
  readonly data: SceneData;
  readonly places: Positions;
  readonly how: ExpandHow;
  readonly onScene: (scene: Scene) => void;
  readonly onChoose: (ids: readonly string[]) => void;
  readonly onSave: () => void;
  /** Null where who is signed in may not export. */
  readonly onExport: (() => void) | null;
}

/** The chosen nodes of each type. */
function typesOf(data: SceneData, chosen: ReadonlySet<string>): Map<string, string[]> {
  const types = new Map<string, string[]>();
  for (const { id, type } of data.nodes) {
    if (!chosen.has(id)) continue;
    const members = types.get(type);
    if (members) members.push(id);
    else types.set(type, [id]);
  }
  return types;
}

/** How many of each type are chosen; one click keeps to a type. */
function Types({
  types,
  onChoose,
}: {
  types: ReadonlyMap<string, readonly string[]>;
  onChoose: (ids: readonly string[]) => void;
}) {
  const names = useNames();
  return (
    <ul className="legend">
      {[...types].map(([type, members]) => (
        <li key={type}>
          <button type="button" onClick={() => onChoose(members)}>
            <FamilyGlyph family={names.family(type)} size={14} />
            <span className="clip">{names.nodeType(type)}</span>
            <span className="meta">{number(members.length)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Who may not keep scenes is told so. */
function KeepButton({ onKeep }: { onKeep: () => void }) {
  const { t } = useTranslation();
  const may = useMay()('scenes.write');
  return (
    <Button
      size="small"
      icon={<Icon name="bookmark" size={14} />}
      disabled={!may}
      title={may ? undefined : t('graph.lacking.scenes')}
      onClick={onKeep}
    >
      {t('graph.scenes.save')}
    </Button>
  );
}

const pinsOf = (ids: readonly string[], places: Positions) =>
  ids.flatMap((id) => (places.has(id) ? [{ id, ...places.get(id)! }] : []));

/** Several nodes at once: what they are, and what to do with them. */
export function SelectionPanel(props: SelectionPanelProps) {
  const { chosen, scene, data, places, how, onScene, onChoose } = props;
  const { t } = useTranslation();
  const ids = [...chosen];
  const pinned = new Set(scene.pins.map(({ id }) => id));
  const allPinned = ids.every((id) => pinned.has(id));
  const act = (next: Scene) => {
    onScene(next);
    onChoose([]);
  };
  const pinAll = () => onScene(allPinned ? unpin(scene, ids) : pin(scene, pinsOf(ids, places)));
  return (
    <Panel
      title={t('graph.selection.title', { n: number(ids.length) })}
      actions={<CloseButton onClose={() => onChoose([])} />}
    >
      <div className="stack">
        <Types types={typesOf(data, chosen)} onChoose={onChoose} />
        <div className="row wrap">
          <Button size="small" type="primary" onClick={() => act(keepOnly(scene, ids))}>
            {t('graph.selection.keep')}
          </Button>
          <Button size="small" icon={<Icon name="hide" size={14} />} onClick={() => act(hide(scene, ...ids))}>
            {t('graph.hide')}
          </Button>
          <Button size="small" icon={<Icon name="pin" size={14} />} onClick={pinAll}>
            {t(allPinned ? 'graph.unpin' : 'graph.pin')}
          </Button>
          <Button
            size="small"
            icon={<Icon name="plus" size={14} />}
            disabled={ids.length > mostExpanded}
            title={ids.length > mostExpanded ? t('graph.selection.many', { n: mostExpanded }) : undefined}
            onClick={() => act(ids.reduce((now, id) => expand(now, id, undefined, howOf(how)), scene))}
          >
            {t('graph.selection.expand')}
          </Button>
          <Button
            size="small"
            icon={<Icon name="copy" size={14} />}
            onClick={() => void navigator.clipboard.writeText(ids.join('\n')).then(() => toast(t('action.copied')))}
          >
            {t('graph.selection.copy')}
          </Button>
          <KeepButton onKeep={props.onSave} />
          {props.onExport && (
            <Button size="small" icon={<Icon name="download" size={14} />} onClick={props.onExport}>
              {t('graph.selection.export')}
            </Button>
          )}
        </div>
      </div>
    </Panel>
  );
}
