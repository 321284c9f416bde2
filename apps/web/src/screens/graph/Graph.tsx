import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Button, Segmented, Tooltip } from 'antd';
import { lazy, Suspense, useMemo, useRef, useState, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { useHotkeys } from '../../app/hotkeys.ts';
import { useThemeName } from '../../app/preferences.ts';
import { EdgeEvidence } from '../../ui/EdgeEvidence.tsx';
import { CloseButton } from '../../ui/EventSide.tsx';
import { number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Page, Panel } from '../../ui/Page.tsx';
import { PiiToggle } from '../../ui/pii.tsx';
import { Boundary, Empty, Failure, Loading } from '../../ui/states.tsx';
import './graph.css';
import { GraphList } from './GraphList.tsx';
import { Inspector } from './Inspector.tsx';
import { Legend } from './Legend.tsx';
import { NodeSearch } from './NodeSearch.tsx';
import { PathForm } from './PathForm.tsx';
import { CommonResults, PathResults } from './PathResults.tsx';
import { expand, hide, nodeOfScene, place, sceneOf, searchOf, type Scene } from './scene.ts';
import { Starters } from './Starters.tsx';
import { useDrawing } from './useDrawing.ts';
import { drawnLimit, useSceneData, type SceneData } from './useSceneData.ts';

const route = getRouteApi('/graph');
const GraphCanvas = lazy(() => import('./GraphCanvas.tsx').then((module) => ({ default: module.GraphCanvas })));

function Stage({
  scene,
  data,
  round,
  onScene,
  drawable,
}: {
  scene: Scene;
  data: SceneData;
  round: number;
  onScene: (scene: Scene) => void;
  drawable: boolean;
}) {
  const { t } = useTranslation();
  const theme = useThemeName();
  const drawing = useDrawing(data, round);
  if (data.all.nodes.size === 0)
    return data.loading ? <Loading /> : <Starters onStart={(id) => onScene(expand(place(scene, id), id))} />;
  if (data.nodes.length === 0) return <Empty icon="filter" why={t('graph.allOff')} />;
  const select = (id: string) => onScene({ ...scene, selected: id });
  if (scene.view === 'list' || !drawable)
    return (
      <>
        {!drawable && (
          <p className="partial" role="note">
            {t('graph.noWebgl')}
          </p>
        )}
        <GraphList nodes={data.nodes} edges={data.edges} selected={scene.selected} onSelect={select} />
      </>
    );
  return (
    <Boundary>
      <Suspense fallback={<Loading />}>
        <GraphCanvas
          label={t('graph.canvas', { nodes: number(data.nodes.length), edges: number(data.edges.length) })}
          theme={theme}
          nodes={drawing.nodes}
          edges={drawing.edges}
          selected={scene.selected}
          onNode={select}
          onExpand={(id) => onScene(expand({ ...scene, selected: id }, id))}
          onEdge={select}
          onGround={() => scene.selected && onScene({ ...scene, selected: undefined })}
        />
      </Suspense>
    </Boundary>
  );
}

interface SideProps {
  readonly scene: Scene;
  readonly data: SceneData;
  readonly asking: boolean;
  readonly onScene: (scene: Scene) => void;
  readonly onAsk: (on: boolean) => void;
}

/** What was asked between two nodes, and what came of it. */
function Between({ scene, data, asking, onScene, onAsk }: SideProps) {
  const { t } = useTranslation();
  const node = nodeOfScene(scene);
  const nodeOf = (id: string | undefined | null) => (id ? (data.all.nodes.get(id) ?? null) : null);
  const start = nodeOf(scene.path?.from ?? scene.common?.a ?? node);
  const end = nodeOf(scene.path?.to ?? scene.common?.b ?? (start && node !== start.id ? node : null));
  const select = (id: string) => onScene({ ...scene, selected: id });
  const toCommon = () =>
    scene.path && onScene({ ...scene, common: { a: scene.path.from, b: scene.path.to }, path: null });
  return (
    <>
      {asking && (
        <Panel title={t('graph.between')}>
          <PathForm
            key={`${start?.id}${end?.id}`}
            scene={scene}
            start={start}
            end={end}
            onScene={onScene}
            onClose={() => onAsk(false)}
          />
        </Panel>
      )}
      {data.path && (
        <Panel title={t('graph.paths')} actions={<CloseButton onClose={() => onScene({ ...scene, path: null })} />}>
          <PathResults result={data.path} onEdge={select} onNode={select} onCommon={toCommon} />
        </Panel>
      )}
      {data.common && (
        <Panel
          title={t('graph.common')}
          note={t('graph.commonNote', { n: number(data.common.total) })}
          actions={<CloseButton onClose={() => onScene({ ...scene, common: null })} />}
        >
          <CommonResults result={data.common} onNode={(found) => select(found.id)} />
        </Panel>
      )}
    </>
  );
}

function Side(props: SideProps) {
  const { t } = useTranslation();
  const { scene, data, onScene, onAsk } = props;
  const node = nodeOfScene(scene);
  return (
    <aside className="graph-side" aria-label={t('graph.inspector')}>
      {scene.selected && !node && (
        <EdgeEvidence
          key={scene.selected}
          edge={scene.selected}
          nodes={[...data.all.nodes.values()]}
          edges={[...data.all.edges.values()]}
          onClose={() => onScene({ ...scene, selected: undefined })}
          onEdge={(id) => onScene({ ...scene, selected: id })}
        />
      )}
      {node && <Inspector key={node} id={node} scene={scene} onScene={onScene} onPath={() => onAsk(true)} />}
      <Between {...props} />
    </aside>
  );
}

interface ToolbarProps {
  readonly scene: Scene;
  readonly empty: boolean;
  readonly asking: boolean;
  readonly box: Ref<{ focus: () => void }>;
  readonly onScene: (scene: Scene) => void;
  readonly onAsk: (on: boolean) => void;
  readonly onRound: () => void;
  readonly onClear: () => void;
}

function Toolbar({ scene, empty, asking, box, onScene, onAsk, onRound, onClear }: ToolbarProps) {
  const { t } = useTranslation();
  return (
    <>
      <NodeSearch
        boxRef={box}
        className="graph-search"
        label={t('graph.search')}
        placeholder={t('graph.search')}
        onPick={(found) => onScene(expand(place(scene, found.id), found.id))}
      />
      <Button icon={<Icon name="path" />} aria-pressed={asking} onClick={() => onAsk(!asking)}>
        {t('graph.between')}
      </Button>
      <Tooltip title={t('graph.relayout')}>
        <Button icon={<Icon name="refresh" />} aria-label={t('graph.relayout')} onClick={onRound} />
      </Tooltip>
      <Button disabled={empty} onClick={onClear}>
        {t('action.clear')}
      </Button>
      <Segmented
        aria-label={t('network.view')}
        value={scene.view}
        onChange={(view) => onScene({ ...scene, view })}
        options={[
          { value: 'graph' as const, label: t('network.asGraph') },
          { value: 'list' as const, label: t('network.asList') },
        ]}
      />
      <PiiToggle />
    </>
  );
}

function StatusLine({ data }: { data: SceneData }) {
  const { t } = useTranslation();
  const partial = data.shown < data.total || data.nodes.length >= drawnLimit;
  return (
    <footer className="graph-status">
      <span>{t('graph.drawn', { nodes: number(data.nodes.length), edges: number(data.edges.length) })}</span>
      {partial && <span>{t('graph.partial', { shown: number(data.shown), total: number(data.total) })}</span>}
      {data.loading && <span>{t('state.loading')}</span>}
      <span className="spacer" />
      <span>{t('graph.keys')}</span>
    </footer>
  );
}

/** The scene of the address, and a way to go to another one. */
function useScene(): [Scene, (next: Scene) => void] {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scene = useMemo(() => sceneOf(search), [search]);
  const setScene = (next: Scene) => {
    // Selecting is looking, not doing: undo goes back over what was done.
    const looks = searchOf({ ...next, selected: undefined, view: scene.view });
    const same = JSON.stringify(looks) === JSON.stringify(searchOf({ ...scene, selected: undefined }));
    void navigate({ search: searchOf(next), replace: same });
  };
  return [scene, setScene];
}

/** The explorer: what is drawn, opened, hidden and asked stands in the address, so that it can be kept and shared. */
export function Graph() {
  const { t } = useTranslation();
  const router = useRouter();
  const [scene, setScene] = useScene();
  const data = useSceneData(scene);
  const [asking, setAsking] = useState(!!(scene.path ?? scene.common));
  const [round, setRound] = useState(0);
  const [drawable] = useState(hasWebgl);
  const box = useRef<{ focus: () => void }>(null);
  const node = nodeOfScene(scene);
  useHotkeys({
    x: () => node && setScene(expand(scene, node)),
    h: () => node && setScene(hide(scene, node)),
    Delete: () => node && setScene(hide(scene, node)),
    p: () => setAsking(true),
    l: () => setRound((now) => now + 1),
    t: () => setScene({ ...scene, view: scene.view === 'list' ? 'graph' : 'list' }),
    f: () => box.current?.focus(),
    'mod+z': () => router.history.back(),
    Escape: () => setScene({ ...scene, selected: undefined }),
  });
  const side = asking || !!scene.selected || !!data.path || !!data.common;
  const toolbar = (
    <Toolbar
      scene={scene}
      empty={data.all.nodes.size === 0}
      asking={asking}
      box={box}
      onScene={setScene}
      onAsk={setAsking}
      onRound={() => setRound(round + 1)}
      onClear={() => setScene(sceneOf({}))}
    />
  );
  return (
    <Page fill title={t('nav.graph')} actions={toolbar}>
      {data.errors.slice(0, 2).map(({ error, retry }, at) => (
        <Failure key={at} compact error={error} retry={retry} />
      ))}
      <div className={side ? 'graph-grid side-open' : 'graph-grid'}>
        <div className="graph-left">
          <Legend scene={scene} data={data} onScene={setScene} />
        </div>
        <section className="panel flush graph-stage" aria-busy={data.loading}>
          <div className="panel-body">
            <Stage scene={scene} data={data} round={round} onScene={setScene} drawable={drawable} />
          </div>
          {data.all.nodes.size > 0 && <StatusLine data={data} />}
        </section>
        {side && <Side scene={scene} data={data} asking={asking} onScene={setScene} onAsk={setAsking} />}
      </div>
    </Page>
  );
}

/** Whether this browser draws with WebGL 2; the context asked for is given back at once. */
function hasWebgl(): boolean {
  try {
    const context = document.createElement('canvas').getContext('webgl2');
    context?.getExtension('WEBGL_lose_context')?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}
