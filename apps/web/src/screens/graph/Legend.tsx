import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker } from 'antd';
import dayjs from 'dayjs';
import 'dayjs/locale/en-gb';
import 'dayjs/locale/zh-cn';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { number } from '../../ui/format.ts';
import { useNames } from '../../ui/useOntology.ts';
import { toggleType, type Scene } from './scene.ts';
import type { SceneData } from './useSceneData.ts';

/** What the signs mean, how many there are, and a switch for each. */
export function Legend({ scene, data, onScene }: { scene: Scene; data: SceneData; onScene: (scene: Scene) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const status = useQuery({ ...read('status'), staleTime: 10_000 });
  const counts = new Map<string, number>();
  for (const node of data.all.nodes.values()) counts.set(node.type, (counts.get(node.type) ?? 0) + 1);
  const types = [...new Set([...counts.keys(), ...scene.off])].sort(
    (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0),
  );
  const whole = status.data?.counts.nodes ?? {};
  return (
    <div className="stack">
      <section>
        <h3 className="legend-title">{t('graph.legend')}</h3>
        <ul className="legend">
          {types.map((type) => {
            const on = !scene.off.includes(type);
            return (
              <li key={type}>
                <button type="button" aria-pressed={on} onClick={() => onScene(toggleType(scene, type))}>
                  <FamilyGlyph family={names.family(type)} size={14} />
                  <span className="clip">{names.nodeType(type)}</span>
                  <span className="meta">
                    {number(counts.get(type) ?? 0)}
                    {whole[type] !== undefined && ` / ${number(whole[type])}`}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
        {types.length === 0 && <p className="meta">{t('graph.legendEmpty')}</p>}
      </section>
      <section className="stack tight">
        <h3 className="legend-title">{t('graph.time')}</h3>
        <DatePicker.RangePicker
          aria-label={t('graph.time')}
          value={[scene.from ? dayjs(scene.from) : null, scene.to ? dayjs(scene.to) : null]}
          allowEmpty={[true, true]}
          onChange={(range) =>
            onScene({
              ...scene,
              from: range?.[0]?.startOf('day').toISOString(),
              to: range?.[1]?.endOf('day').toISOString(),
            })
          }
        />
      </section>
      {scene.only.length > 0 && (
        <div className="row between wrap">
          <span className="meta">{t('graph.onlySome', { n: number(scene.only.length) })}</span>
          <Button size="small" onClick={() => onScene({ ...scene, only: [] })}>
            {t('graph.showAll')}
          </Button>
        </div>
      )}
      {scene.pins.length > 0 && (
        <div className="row between wrap">
          <span className="meta">{t('graph.pinned', { n: number(scene.pins.length) })}</span>
          <Button size="small" onClick={() => onScene({ ...scene, pins: [] })}>
            {t('graph.unpin')}
          </Button>
        </div>
      )}
      {scene.hidden.length > 0 && (
        <Button size="small" onClick={() => onScene({ ...scene, hidden: [] })}>
          {t('graph.showHidden', { n: scene.hidden.length })}
        </Button>
      )}
    </div>
  );
}
