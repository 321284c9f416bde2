import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/Page.tsx';
import { Failure } from '../../ui/states.tsx';
import './graph.css';
import type { CanvasHandle } from './GraphCanvas.tsx';
import { Legend } from './Legend.tsx';
import { Side } from './Side.tsx';
import { Stage } from './Stage.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TimeBar } from './TimeBar.tsx';
import { Toolbar } from './Toolbar.tsx';
import { drawnLimit } from './useSceneData.ts';
import { useExplorer } from './useExplorer.ts';
import { useGraphKeys } from './useGraphKeys.ts';

/** The explorer: what is drawn, opened, hidden and asked stands in the address, so that it can be kept and shared. */
export function Graph() {
  const { t } = useTranslation();
  const explorer = useExplorer();
  const { scene, set, data, panel, setPanel, chosen, grouped } = explorer;
  const box = useRef<{ focus: () => void }>(null);
  const canvas = useRef<CanvasHandle>(null);
  useGraphKeys(explorer, box);
  const side = !!panel || !!scene.selected || !!data.path || !!data.common || chosen.size > 0 || grouped;
  const problems = [
    ...data.errors,
    ...(explorer.savedQuery.isError && scene.saved
      ? [{ error: explorer.savedQuery.error, retry: () => void explorer.savedQuery.refetch() }]
      : []),
  ];
  return (
    <Page fill title={t('nav.graph')} actions={<Toolbar explorer={explorer} box={box} />}>
      {problems.slice(0, 2).map(({ error, retry }, at) => (
        <Failure key={at} compact error={error} retry={retry} />
      ))}
      <div className={side ? 'graph-grid side-open' : 'graph-grid'}>
        <div className="graph-left">
          <Legend scene={scene} data={data} onScene={set} />
        </div>
        <section className="panel flush graph-stage" aria-busy={data.loading || explorer.busy}>
          <div className="panel-body">
            <Stage explorer={explorer} canvas={canvas} />
          </div>
          {!grouped && data.all.nodes.size > 0 && <TimeBar scene={scene} data={data} onScene={set} />}
          {data.all.nodes.size > 0 && (
            <StatusLine
              data={data}
              busy={explorer.busy}
              onStop={explorer.stop}
              onGroups={
                scene.all && !grouped && data.left > drawnLimit
                  ? () => set({ ...scene, all: false, view: 'graph' })
                  : null
              }
            />
          )}
        </section>
        {side && <Side explorer={explorer} panel={panel} onPanel={setPanel} />}
      </div>
    </Page>
  );
}
