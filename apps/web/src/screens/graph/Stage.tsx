import { lazy, Suspense, useCallback, useMemo, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreferences, useThemeName } from '../../app/preferences.ts';
import { number } from '../../ui/format.ts';
import { Boundary, Empty, Loading } from '../../ui/states.tsx';
import { CanvasTools } from './CanvasTools.tsx';
import type { CanvasTool } from './canvasTypes.ts';
import { howOf } from './expansion.tsx';
import type { Explorer } from './useExplorer.ts';
import type { CanvasHandle } from './GraphCanvas.tsx';
import { GraphList } from './GraphList.tsx';
import { groupGraph, useGroupDrawing } from './Groups.tsx';
import { NodeMenu } from './NodeMenu.tsx';
import { expand, pin, place } from './scene.ts';
import type { Spot } from './SelectOverlay.tsx';
import { Starters } from './Starters.tsx';
import { usePlaces } from './usePlaces.ts';

const GraphCanvas = lazy(() => import('./GraphCanvas.tsx').then((module) => ({ default: module.GraphCanvas })));

const nothing: ReadonlySet<string> = new Set();
const noPins: readonly never[] = [];

interface StageProps {
  readonly explorer: Explorer;
  readonly canvas: RefObject<CanvasHandle | null>;
}

/** Communities as bubbles, each opened by a double click. */
function GroupStage({ explorer, canvas, drawable }: StageProps & { drawable: boolean }) {
  const { t } = useTranslation();
  const theme = useThemeName();
  const { scene, set, groups, openGroup } = explorer;
  const graph = useMemo(() => groupGraph(groups.data), [groups.data]);
  const { places } = usePlaces({ ...graph, path: undefined, pins: noPins, saved: undefined, round: 0 });
  const drawing = useGroupDrawing(groups.data, places);
  if (!drawable) return <Empty icon="groups" why={t('graph.noWebgl')} />;
  if (groups.data?.items.length === 0) return <Empty icon="groups" why={t('graph.groups.none')} />;
  if (drawing.nodes.length === 0) return groups.isError ? null : <Loading />;
  return (
    <GraphCanvas
      handle={canvas}
      label={t('graph.groups.canvas', { n: number(drawing.nodes.length) })}
      selectLabel=""
      theme={theme}
      nodes={drawing.nodes}
      edges={drawing.edges}
      selected={scene.selected}
      chosen={nothing}
      tool="move"
      withMap={false}
      onNode={(id) => set({ ...scene, selected: id })}
      onExpand={(id) => void openGroup(id)}
      onEdge={() => undefined}
      onGround={() => scene.selected && set({ ...scene, selected: undefined })}
      onChoose={() => undefined}
      onMenu={(id) => void openGroup(id)}
      onPlace={() => undefined}
    />
  );
}

function Menu({
  explorer,
  menu,
  onClose,
}: {
  explorer: Explorer;
  menu: { id: string; at: Spot };
  onClose: () => void;
}) {
  const { scene, set, how, setHow, setPanel, places } = explorer;
  const ask = (panel: 'path' | 'influence') => () => {
    set({ ...scene, selected: menu.id });
    setPanel(panel);
  };
  return (
    <NodeMenu
      {...menu}
      scene={scene}
      how={how}
      onHow={setHow}
      onScene={set}
      onPath={ask('path')}
      onInfluence={ask('influence')}
      onPin={() => places.has(menu.id) && set(pin(scene, [{ id: menu.id, ...places.get(menu.id)! }]))}
      onClose={onClose}
    />
  );
}

/** The drawing with its tools, its menu and what is being chosen. */
function DrawnStage({ explorer, canvas }: StageProps) {
  const { t } = useTranslation();
  const theme = useThemeName();
  const { language } = usePreferences();
  const { scene, set, data, drawing, chosen, setChosen, how, setRound, undo, redo } = explorer;
  const [tool, setTool] = useState<CanvasTool>('move');
  const [withMap, setWithMap] = useState(true);
  const [menu, setMenu] = useState<{ id: string; at: Spot } | null>(null);
  const closeMenu = useCallback(() => {
    setMenu(null);
    canvas.current?.focus();
  }, [canvas]);
  const select = (id: string) => set({ ...scene, selected: id });
  if (drawing.nodes.length === 0) return <Loading />;
  return (
    <>
      <GraphCanvas
        key={language}
        handle={canvas}
        label={t('graph.canvas', { nodes: number(data.nodes.length), edges: number(data.edges.length) })}
        selectLabel={t('graph.selection.draw')}
        theme={theme}
        nodes={drawing.nodes}
        edges={drawing.edges}
        selected={scene.selected}
        chosen={chosen}
        tool={tool}
        withMap={withMap}
        onNode={select}
        onExpand={(id) => set(expand({ ...scene, selected: id }, id, undefined, howOf(how)))}
        onEdge={select}
        onGround={() => {
          if (chosen.size > 0) setChosen(new Set());
          else if (scene.selected) set({ ...scene, selected: undefined });
        }}
        onChoose={(ids, add) => {
          setChosen(new Set(add ? toggled(chosen, ids) : ids));
          setTool('move');
        }}
        onMenu={(id, at) => setMenu({ id, at })}
        onPlace={(id, at) => set(pin(scene, [{ id, ...at }]))}
      />
      <CanvasTools
        tool={tool}
        between={scene.between}
        withMap={withMap}
        onTool={setTool}
        onZoom={(factor) => canvas.current?.zoom(factor)}
        onFit={() => canvas.current?.fit()}
        onLayout={() => setRound((now) => now + 1)}
        onBetween={() => set({ ...scene, between: !scene.between })}
        onMap={() => setWithMap(!withMap)}
        onUndo={undo}
        onRedo={redo}
      />
      {menu && <Menu explorer={explorer} menu={menu} onClose={closeMenu} />}
    </>
  );
}

/** Several are added to what is chosen; one alone is taken out again where it was. */
function toggled(chosen: ReadonlySet<string>, ids: readonly string[]): string[] {
  const [one] = ids;
  if (ids.length === 1 && one !== undefined && chosen.has(one)) return [...chosen].filter((id) => id !== one);
  return [...chosen, ...ids];
}

/** What fills the middle: where to begin, a list, communities, or the graph. */
export function Stage({ explorer, canvas }: StageProps) {
  const { t } = useTranslation();
  const { scene, set, data, grouped } = explorer;
  const [drawable] = useState(hasWebgl);
  if (grouped)
    return (
      <Boundary>
        <Suspense fallback={<Loading />}>
          <GroupStage explorer={explorer} canvas={canvas} drawable={drawable} />
        </Suspense>
      </Boundary>
    );
  if (data.all.nodes.size === 0)
    return data.loading || explorer.savedQuery.isLoading ? (
      <Loading />
    ) : (
      <Starters
        onStart={(id) => set(expand(place(scene, id), id))}
        onGroups={() => set({ ...scene, view: 'groups' })}
      />
    );
  if (data.nodes.length === 0) return <Empty icon="filter" why={t('graph.allOff')} />;
  if (scene.view === 'list' || !drawable)
    return (
      <>
        {!drawable && (
          <p className="partial" role="note">
            {t('graph.noWebgl')}
          </p>
        )}
        <GraphList
          nodes={data.nodes}
          edges={data.edges}
          selected={scene.selected}
          onSelect={(id) => set({ ...scene, selected: id })}
        />
      </>
    );
  return (
    <Boundary>
      <Suspense fallback={<Loading />}>
        <DrawnStage explorer={explorer} canvas={canvas} />
      </Suspense>
    </Boundary>
  );
}

let webgl: boolean | undefined;
/** Whether this browser draws with WebGL 2: tried once, since that takes a while; the context is given back at once. */
const hasWebgl = (): boolean => (webgl ??= tryWebgl());

function tryWebgl(): boolean {
  try {
    const context = document.createElement('canvas').getContext('webgl2');
    context?.getExtension('WEBGL_lose_context')?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}
