import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { EdgeEvidence } from '../../ui/EdgeEvidence.tsx';
import { CloseButton } from '../../ui/EventSide.tsx';
import { number } from '../../ui/format.ts';
import { Panel } from '../../ui/Page.tsx';
import type { Explorer, SidePanel } from './useExplorer.ts';
import { GroupsPanel } from './Groups.tsx';
import { InfluencePanel } from './InfluencePanel.tsx';
import { Inspector } from './Inspector.tsx';
import { PathForm } from './PathForm.tsx';
import { CommonResults, PathResults } from './PathResults.tsx';
import { nodeOfScene } from './scene.ts';
import { ScenesPanel } from './Scenes.tsx';
import { SelectionPanel } from './SelectionPanel.tsx';

interface SideProps {
  readonly explorer: Explorer;
  readonly panel: SidePanel | null;
  readonly onPanel: (panel: SidePanel | null) => void;
}

/** What was asked between two nodes, and what came of it. */
function Between({ explorer, panel, onPanel }: SideProps) {
  const { t } = useTranslation();
  const { scene, set, data } = explorer;
  const node = nodeOfScene(scene);
  const nodeOf = (id: string | undefined | null) => (id ? (data.all.nodes.get(id) ?? null) : null);
  const start = nodeOf(scene.path?.from ?? scene.common?.a ?? node);
  const end = nodeOf(scene.path?.to ?? scene.common?.b ?? (start && node !== start.id ? node : null));
  const select = (id: string) => set({ ...scene, selected: id });
  return (
    <>
      {panel === 'path' && (
        <Panel title={t('graph.between')} actions={<CloseButton onClose={() => onPanel(null)} />}>
          <PathForm
            key={`${start?.id}${end?.id}`}
            scene={scene}
            start={start}
            end={end}
            onScene={set}
            onClose={() => onPanel(null)}
          />
        </Panel>
      )}
      {data.path && (
        <Panel title={t('graph.paths')} actions={<CloseButton onClose={() => set({ ...scene, path: null })} />}>
          <PathResults result={data.path} onEdge={select} onNode={select} />
        </Panel>
      )}
      {data.common && (
        <Panel
          title={t(scene.common ? 'graph.common' : 'graph.nearest')}
          note={t('graph.commonNote', { n: number(data.common.total) })}
          actions={
            <CloseButton onClose={() => set({ ...scene, common: null, path: scene.common ? scene.path : null })} />
          }
        >
          <CommonResults result={data.common} onNode={(found) => select(found.id)} />
        </Panel>
      )}
    </>
  );
}

function Selected({ explorer, onPanel }: SideProps) {
  const { scene, set, data, how, setHow, grouped } = explorer;
  const node = nodeOfScene(scene);
  if (!scene.selected || grouped) return null;
  if (node)
    return (
      <Inspector
        key={node}
        id={node}
        scene={scene}
        how={how}
        onHow={setHow}
        onScene={set}
        onPath={() => onPanel('path')}
        onInfluence={() => onPanel('influence')}
      />
    );
  return (
    <EdgeEvidence
      key={scene.selected}
      edge={scene.selected}
      nodes={[...data.all.nodes.values()]}
      edges={[...data.all.edges.values(), ...data.edges]}
      onClose={() => set({ ...scene, selected: undefined })}
      onEdge={(id) => set({ ...scene, selected: id })}
    />
  );
}

/** Beside the stage: what is selected, chosen, asked and kept. */
export function Side(props: SideProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { explorer, panel, onPanel } = props;
  const { scene, set, data, chosen, setChosen, places, how, steps, exporting } = explorer;
  const node = nodeOfScene(scene);
  const start = scene.influence?.id ?? node;
  return (
    <aside className="graph-side" aria-label={t('graph.inspector')}>
      {chosen.size > 0 && (
        <SelectionPanel
          chosen={chosen}
          scene={scene}
          data={data}
          places={places}
          how={how}
          onScene={set}
          onChoose={(ids) => setChosen(new Set(ids))}
          onSave={() => {
            set({ ...scene, only: [...chosen] });
            setChosen(new Set());
            onPanel('scenes');
          }}
          onExport={may('export') ? () => exporting('csv', chosen) : null}
        />
      )}
      {panel === 'scenes' && (
        <ScenesPanel
          current={explorer.saved}
          dirty={explorer.dirty}
          difference={explorer.difference}
          content={explorer.content}
          onOpen={explorer.openScene}
          onClose={() => onPanel(null)}
        />
      )}
      <Selected {...props} />
      {explorer.grouped && (
        <GroupsPanel
          scene={explorer.groupScene}
          data={data}
          query={explorer.groups}
          onScene={set}
          onOpen={(member) => void explorer.openGroup(member)}
        />
      )}
      {panel === 'influence' && (
        <InfluencePanel
          scene={scene}
          start={start ? (data.all.nodes.get(start) ?? null) : null}
          result={data.influence}
          steps={steps}
          onScene={set}
          onNode={(id) => set({ ...scene, selected: id })}
          onClose={() => {
            onPanel(null);
            if (scene.influence) set({ ...scene, influence: null });
          }}
        />
      )}
      <Between {...props} />
    </aside>
  );
}
