import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../../api/queries.ts';
import { decimal, number } from '../../ui/format.ts';
import type { StageName } from './sceneQueries.ts';
import { drawnLimit, type SceneData } from './useSceneData.ts';

/** Seconds since something began to be under way. */
function useElapsed(on: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(0);
    if (!on) return;
    const begin = performance.now();
    const timer = setInterval(() => setSeconds((performance.now() - begin) / 1000), 250);
    return () => clearInterval(timer);
  }, [on]);
  return seconds;
}

/** A wait shorter than this needs no word. */
const shortWait = 0.6;

interface StatusLineProps {
  readonly data: SceneData;
  /** A layout is under way, which `onStop` leaves. */
  readonly busy: boolean;
  readonly onStop: () => void;
  /** Back to communities, where more is drawn than usual. */
  readonly onGroups: (() => void) | null;
}

/** What is drawn, what is being asked and for how long, and a way to stop it. */
export function StatusLine({ data, busy, onStop, onGroups }: StatusLineProps) {
  const { t } = useTranslation();
  const stages = new Map<StageName, number>();
  for (const { stage } of data.running) stages.set(stage, (stages.get(stage) ?? 0) + 1);
  if (busy) stages.set('layout', 1);
  const elapsed = useElapsed(stages.size > 0);
  const partial = data.shown < data.total || data.nodes.length >= drawnLimit;
  return (
    <footer className="graph-status">
      <span>{t('graph.drawn', { nodes: number(data.nodes.length), edges: number(data.edges.length) })}</span>
      {partial && <span>{t('graph.partial', { shown: number(data.shown), total: number(data.total) })}</span>}
      {stages.size > 0 && elapsed > shortWait && (
        <span className="row" role="status">
          {t('graph.stage.now', {
            what: [...stages]
              .map(([stage, n]) => (n > 1 ? `${t(`graph.stage.${stage}`)} ×${n}` : t(`graph.stage.${stage}`)))
              .join(' · '),
            seconds: decimal(elapsed, 0),
          })}
          <Button
            size="small"
            type="link"
            onClick={() => {
              data.running.forEach(({ key }) => void queryClient.cancelQueries({ queryKey: key }));
              onStop();
            }}
          >
            {t('action.cancel')}
          </Button>
        </span>
      )}
      {onGroups && (
        <Button size="small" type="link" onClick={onGroups}>
          {t('graph.groups.back')}
        </Button>
      )}
      <span className="spacer" />
      <span className="graph-keys">{t('graph.keys')}</span>
    </footer>
  );
}
