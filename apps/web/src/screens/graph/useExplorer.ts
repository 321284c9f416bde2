import type { SavedScene, SceneContent } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read } from '../../api/queries.ts';
import { toast } from '../../ui/toast.tsx';
import { differenceOf, drawnOf } from './difference.ts';
import { type ExpandHow, presetHow } from './expansion.tsx';
import { groupsScene, useGroups } from './Groups.tsx';
import { useSteps } from './InfluencePanel.tsx';
import type { Positions } from './layout.ts';
import { keepOnly, type Scene, sceneOf, searchOf } from './scene.ts';
import { useDrawing } from './useDrawing.ts';
import { useExport } from './useExport.ts';
import { usePlaces } from './usePlaces.ts';
import { useScene } from './useScene.ts';
import { drawnLimit, type SceneData, useSceneData } from './useSceneData.ts';

/** What the address of a scene says, without what is merely looked at. */
const contentOf = (scene: Scene) =>
  searchOf({ ...scene, selected: undefined, saved: undefined, view: scene.view === 'list' ? 'graph' : scene.view });
const sameText = (a: object, b: object) => {
  const text = (one: object) =>
    JSON.stringify(
      Object.entries(one)
        .filter(([, value]) => value !== undefined)
        .sort(),
    );
  return text(a) === text(b);
};

/** The saved scene that the address names; a bare link to it becomes the whole of what was saved. */
function useSaved(scene: Scene, set: (next: Scene, options?: { replace?: boolean }) => void) {
  const query = useQuery({ ...read('scene', { params: { id: scene.saved ?? '' } }), enabled: !!scene.saved });
  const saved = scene.saved ? query.data : undefined;
  const bare = !!saved && sameText(contentOf(scene), {});
  useEffect(() => {
    if (bare && saved) set({ ...sceneOf(saved.content.address), saved: saved.id }, { replace: true });
  }, [bare, saved?.id]);
  const [places, setPlaces] = useState<{ id: string; places: Positions }>();
  if (saved && places?.id !== saved.id)
    setPlaces({
      id: saved.id,
      places: new Map(Object.entries(saved.content.places).map(([id, [x, y]]) => [id, { x, y }])),
    });
  return { query, saved, places: saved && places?.id === saved.id ? places.places : undefined };
}

/** A scene as it is kept: what it asks for, where its nodes stand, and what there is of it now. */
function contentToSave(scene: Scene, data: SceneData, places: Positions): SceneContent | null {
  if (data.nodes.length === 0 && !scene.groups) return null;
  const round = (value: number) => Math.round(value * 100) / 100;
  const kept = data.nodes.flatMap(({ id }) => {
    const at = places.get(id);
    return at ? [[id, [round(at.x), round(at.y)] as [number, number]] as const] : [];
  });
  const address = Object.entries(contentOf(scene)).filter((entry): entry is [string, string] => !!entry[1]);
  return {
    address: Object.fromEntries(address),
    places: Object.fromEntries(kept),
    drawn: drawnOf(data.nodes, data.edges),
  };
}

/** The scene with a community opened: of what is drawn by keeping to it, else by bringing in its nodes. */
async function openCommunity(scene: Scene, data: SceneData, member: string): Promise<Scene> {
  const bare: Scene = { ...scene, view: 'graph', selected: undefined };
  if (!scene.groups || scene.groups.scope.kind !== 'drawn') return { ...bare, opened: [member], between: false };
  const part = await call('graphCommunity', {
    body: {
      scope: { kind: 'nodes', ids: data.nodes.map(({ id }) => id) },
      ...{ resolution: scene.groups.resolution / 10, from: scene.from, to: scene.to, member, limit: 5000 },
    },
  });
  return keepOnly(
    bare,
    part.nodes.map(({ id }) => id),
  );
}

/** Which question or list stands beside the stage. */
export type SidePanel = 'path' | 'influence' | 'scenes';

/** What stands beside the stage, and what is chosen and set on the way: nothing that a link should carry. */
function useAside(scene: Scene) {
  const [panel, setPanel] = useState<SidePanel | null>(
    scene.influence ? 'influence' : (scene.path ?? scene.common) ? 'path' : null,
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [how, setHow] = useState<ExpandHow>(presetHow);
  return { panel, setPanel, chosen, setChosen, how, setHow };
}

/** Communities, where they are asked for or there is too much to draw. */
function useCommunities(scene: Scene, set: (next: Scene) => void, data: SceneData) {
  const { t } = useTranslation();
  const grouped = scene.view === 'groups' || (data.left > drawnLimit && !scene.all && scene.view === 'graph');
  const groupScene = groupsScene(scene, data);
  const groups = useGroups(groupScene, data, grouped);
  const openGroup = (member: string) =>
    openCommunity(groupScene, data, member).then(set, () => toast(t('state.unexpected'), 'danger'));
  return { grouped, groupScene, groups, openGroup };
}

/** How the scene of now stands to the saved one it came from. */
function useKept(scene: Scene, data: SceneData, saved: SavedScene | undefined) {
  const dirty = !!saved && !sameText(contentOf(scene), saved.content.address);
  const settled = saved && !dirty && !data.loading && data.nodes.length > 0;
  const { nodes, edges } = data;
  const difference = useMemo(
    () => (settled ? differenceOf(saved.content.drawn, drawnOf(nodes, edges)) : null),
    [settled, saved, nodes, edges],
  );
  return { dirty, difference };
}

const undrawn: Pick<SceneData, 'nodes' | 'edges'> = { nodes: [], edges: [] };

/** Everything the parts of the explorer share. */
export function useExplorer() {
  const { scene, set, undo, redo } = useScene();
  const data = useSceneData(scene);
  const { saved, places: savedPlaces, query: savedQuery } = useSaved(scene, set);
  const [round, setRound] = useState(0);
  const communities = useCommunities(scene, set, data);
  // Behind communities nothing is drawn, so nothing is laid out.
  const shown = communities.grouped ? undrawn : data;
  const { places, busy, stop } = usePlaces({
    ...{ nodes: shown.nodes, edges: shown.edges, path: data.path, pins: scene.pins, round },
    saved: round === 0 ? savedPlaces : undefined,
  });
  const steps = useSteps(scene.influence?.hops ?? 0);
  const drawing = useDrawing({ data, shown, places, step: steps.step });
  const aside = useAside(scene);
  const kept = useKept(scene, data, saved);
  const exporting = useExport({ scene, data, drawing, title: saved?.name });
  const content = () => contentToSave(scene, data, places);
  /** Another scene takes the place of this one; saving this one names it. */
  const openScene = (id: string | undefined, keep = false) =>
    set(keep || id === undefined ? { ...scene, saved: id } : { ...sceneOf({}), saved: id }, { replace: keep });
  return {
    ...aside,
    ...communities,
    ...kept,
    ...{ scene, set, undo, redo, data, saved, savedQuery, places, busy, stop, setRound },
    ...{ steps, drawing, exporting, content, openScene },
  };
}
export type Explorer = ReturnType<typeof useExplorer>;
