import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { useThemeName } from '../../app/preferences.ts';
import { dateOnly, number } from '../../ui/format.ts';
import { toast } from '../../ui/toast.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { saveFile } from '../../ui/saveFile.ts';
import { csvOf, jsonOf, pictureOf } from './exporting.ts';
import { useNodeName } from './NodeSearch.tsx';
import { type Scene, searchOf } from './scene.ts';
import type { Drawing } from './useDrawing.ts';
import type { SceneData } from './useSceneData.ts';

export type ExportKind = 'png' | 'csv' | 'json';

interface ExportQuery {
  readonly scene: Scene;
  readonly data: SceneData;
  readonly drawing: Drawing;
  readonly title: string | undefined;
}

/** Writes what is drawn, as it is named on the screen, into a file; of `ids` alone where they are given. */
export function useExport({ scene, data, drawing, title }: ExportQuery) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  const theme = useThemeName();
  const status = useQuery(read('status'));
  const made = status.data?.generated ?? 'none';
  const naming = { node: nameOf, nodeType: names.nodeType, edgeType: names.edgeType };
  return (kind: ExportKind, ids?: ReadonlySet<string>) => {
    const nodes = ids ? data.nodes.filter(({ id }) => ids.has(id)) : data.nodes;
    const kept = new Set(nodes.map(({ id }) => id));
    const edges = data.edges.filter(({ from, to }) => kept.has(from) && kept.has(to));
    const today = dateOnly(new Date().toISOString());
    const masking = t('graph.export.masked', { date: today });
    const note = made === 'none' ? masking : `${t('demo.label')} · ${masking}`;
    const file = `${title ?? t('nav.graph')}-${today}.${kind}`.replace(/[\\/:*?"<>|]/g, '_');
    if (kind === 'csv') {
      const header = [
        'from',
        'fromType',
        'fromName',
        'relation',
        'to',
        'toType',
        'toName',
        'count',
        'weight',
        'first',
        'last',
      ] as const;
      const words = header.map((key) => t(`graph.export.${key}`));
      return saveFile(csvOf(nodes, edges, words, naming), 'text/csv;charset=utf-8', file);
    }
    if (kind === 'json') {
      const about = { title: title ?? null, exportedAt: new Date().toISOString(), note, scene: searchOf(scene) };
      return saveFile(jsonOf(nodes, edges, about, naming), 'application/json', file);
    }
    const part: Drawing = {
      nodes: drawing.nodes.filter(({ id }) => !ids || ids.has(id)),
      edges: drawing.edges.filter(({ from, to }) => !ids || (ids.has(from) && ids.has(to))),
    };
    const types = new Map<string, number>();
    for (const { type } of nodes) types.set(type, (types.get(type) ?? 0) + 1);
    const legend = [...types]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 9)
      .map(([type, n]) => ({ family: names.family(type), text: `${names.nodeType(type)} ${number(n)}` }));
    void pictureOf(
      part,
      { title: title ?? t('graph.export.title', { nodes: number(part.nodes.length) }), legend, note },
      theme,
    ).then(
      (picture) => saveFile(picture, 'image/png', file),
      () => toast(t('graph.export.failed'), 'danger'),
    );
  };
}
