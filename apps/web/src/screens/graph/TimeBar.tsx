import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/queries.ts';
import { DensityStrip } from '../../ui/DensityStrip.tsx';
import { useDebounced } from '../../ui/useDebounced.ts';
import type { Scene } from './scene.ts';
import { drawnLimit, numberOf, type SceneData } from './useSceneData.ts';

/** When the relations that are drawn happened; dragging over a part keeps to it. */
export function TimeBar({ scene, data, onScene }: { scene: Scene; data: SceneData; onScene: (scene: Scene) => void }) {
  const { t } = useTranslation();
  const bounded = !!(scene.from ?? scene.to);
  // Within a chosen time the bar goes on showing what there was before it was chosen.
  const whole = useRef(data.nodes);
  if (!bounded || whole.current.length === 0) whole.current = data.nodes;
  const nodes = useDebounced(whole.current, 400);
  const ready = nodes.length > 1 && nodes.length <= drawnLimit;
  const query = useQuery({
    queryKey: ['graphHistogram', numberOf(nodes)],
    queryFn: ({ signal }) => call('graphHistogram', { body: { nodes: nodes.map(({ id }) => id), slices: 96 } }, signal),
    enabled: ready,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  // Its room is kept, so that the canvas above does not change its size when the answer comes: that draws all anew.
  if (!ready || !query.data || query.isError || query.data.slices.length === 0)
    return <div className="time-bar" aria-hidden="true" />;
  return (
    <div className="time-bar" aria-label={t('graph.timeBar')} role="group">
      <DensityStrip
        density={query.data.slices}
        from={scene.from}
        to={scene.to}
        label={t('graph.timeBar')}
        onRange={({ from, to }) => onScene({ ...scene, from, to })}
      />
      {bounded && (
        <Button size="small" onClick={() => onScene({ ...scene, from: undefined, to: undefined })}>
          {t('timeline.all')}
        </Button>
      )}
    </div>
  );
}
