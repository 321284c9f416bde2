import type { Communities, Community } from '@guanxi/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Segmented, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/queries.ts';
import { FamilyGlyph } from '../../ui/family.tsx';
import { decimal, number, percent } from '../../ui/format.ts';
import { Panel } from '../../ui/Page.tsx';
import { Partial, QueryView } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import type { Drawing } from './useDrawing.ts';
import type { Positions } from './layout.ts';
import { useNodeName } from './NodeSearch.tsx';
import type { GroupsAsk, Scene } from './scene.ts';
import { communitiesQuery } from './sceneQueries.ts';
import { drawnLimit, mostDrawn, type SceneData } from './useSceneData.ts';

export const presetGroups: GroupsAsk = { scope: { kind: 'types', a: 'person', b: 'product' }, resolution: 10 };

/** The scene whose communities are shown: what it asks for, or what is drawn where that is too much to draw. */
export const groupsScene = (scene: Scene, data: SceneData): Scene =>
  scene.groups
    ? scene
    : { ...scene, groups: data.all.nodes.size > 0 ? { scope: { kind: 'drawn' }, resolution: 10 } : presetGroups };

/** Asks for the communities of a scene. */
export function useGroups(scene: Scene, data: SceneData, enabled: boolean) {
  const drawn = useMemo(() => data.nodes.map(({ id }) => id), [data.nodes]);
  const body = communitiesQuery(scene, drawn);
  // Thousands of ids are told apart by their number and ends, and by the object that holds them.
  const scope = body?.scope.kind === 'nodes' ? ['drawn', drawn.length, drawn[0], drawn.at(-1)] : body?.scope;
  return useQuery({
    queryKey: ['graphCommunities', scope, body?.resolution, scene.from, scene.to],
    queryFn: ({ signal }) => call('graphCommunities', { body: body! }, signal),
    enabled: enabled && body !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** "Retro bag · Lunch box": a community is called after its strongest nodes. */
export function useGroupName(): (item: Community) => string {
  const nameOf = useNodeName();
  return (item) => item.named.map(nameOf).join(' · ');
}

/** Nodes and edges for the layout: each community as one. */
export function groupGraph(result: Communities | undefined) {
  return {
    nodes: (result?.items ?? []).map(({ id }) => ({ id, type: '', key: '', label: '' })),
    edges: (result?.links ?? []).map(({ a, b, edges, weight }) => ({
      ...{ from: a, to: b, type: 'link', count: edges, weight, first: '', last: '', channels: [] },
    })),
  };
}

/** Communities as bubbles: the larger the more nodes, coloured by what most of them are. */
export function useGroupDrawing(result: Communities | undefined, places: Positions): Drawing {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useGroupName();
  return useMemo(() => {
    const items = (result?.items ?? []).filter(({ id }) => places.has(id));
    const largest = items.reduce((most, { size }) => Math.max(most, size), 1);
    const heaviest = (result?.links ?? []).reduce((most, { weight }) => Math.max(most, weight), 1);
    return {
      nodes: items.map((item) => ({
        ...{ id: item.id, ...places.get(item.id)!, onPath: false },
        size: 6 + 34 * Math.sqrt(item.size / largest),
        label: t('graph.groups.bubble', { name: nameOf(item), n: number(item.size) }),
        family: names.family(item.types[0]?.type ?? 'person'),
      })),
      edges: (result?.links ?? [])
        .filter(({ a, b }) => places.has(a) && places.has(b))
        .map(({ a, b, edges, weight }) => ({
          ...{ id: `${a}:${b}:link`, from: a, to: b, onPath: false },
          size: 0.5 + 4 * Math.sqrt(weight / heaviest),
          label: t('graph.groups.links', { n: number(edges) }),
        })),
    };
  }, [result, places, names, t, nameOf]);
}

interface GroupsPanelProps {
  readonly scene: Scene;
  readonly data: SceneData;
  readonly query: ReturnType<typeof useGroups>;
  readonly onScene: (scene: Scene) => void;
  readonly onOpen: (member: string) => void;
}

function Scope({ scene, data, onScene }: Pick<GroupsPanelProps, 'scene' | 'data' | 'onScene'>) {
  const { t } = useTranslation();
  const names = useNames();
  const ask = scene.groups ?? presetGroups;
  const pairs = [
    ...new Set(Object.values(names.ontology?.edgeTypes ?? {}).map(({ from, to }) => [from, to].sort().join(':'))),
  ].filter((pair) => new Set(pair.split(':')).size === 2);
  const value =
    ask.scope.kind === 'types'
      ? `types:${[ask.scope.a, ask.scope.b].sort().join(':')}`
      : ask.scope.kind === 'around'
        ? `around:${ask.scope.id}`
        : 'drawn';
  const set = (groups: GroupsAsk) => onScene({ ...scene, groups, opened: [], selected: undefined });
  const options = [
    ...pairs.map((pair) => {
      const [a = '', b = ''] = pair.split(':');
      return { value: `types:${pair}`, label: `${names.nodeType(a)} – ${names.nodeType(b)}` };
    }),
    ...(data.nodes.length > 0
      ? [{ value: 'drawn', label: t('graph.groups.drawn', { n: number(data.nodes.length) }) }]
      : []),
    ...(ask.scope.kind === 'around' ? [{ value, label: t('graph.groups.aroundNode', { n: ask.scope.hops }) }] : []),
  ];
  return (
    <>
      <Select
        aria-label={t('graph.groups.scope')}
        value={value}
        options={options}
        onChange={(text: string) => {
          const [kind, a = '', b = ''] = text.split(':');
          if (kind === 'types') set({ ...ask, scope: { kind, a, b } });
          else if (kind === 'drawn') set({ ...ask, scope: { kind } });
        }}
      />
      <Segmented
        size="small"
        block
        aria-label={t('graph.groups.resolution')}
        value={ask.resolution}
        onChange={(resolution) => set({ ...ask, resolution })}
        options={[
          { value: 5, label: t('graph.groups.fewer') },
          { value: 10, label: t('graph.groups.usual') },
          { value: 20, label: t('graph.groups.more') },
        ]}
      />
    </>
  );
}

/** The communities one under the other: what the bubbles say, for reading. */
export function GroupsPanel({ scene, data, query, onScene, onOpen }: GroupsPanelProps) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useGroupName();
  const tooMany = data.left > drawnLimit;
  return (
    <Panel title={t('graph.groups.title')}>
      <div className="stack">
        {tooMany && (
          <div className="partial" role="note">
            <span>{t('graph.groups.tooMany', { n: number(data.left), most: number(drawnLimit) })}</span>
            <Button size="small" onClick={() => onScene({ ...scene, all: true, view: 'graph' })}>
              {t('graph.groups.drawAll', { n: number(Math.min(data.left, mostDrawn)) })}
            </Button>
          </div>
        )}
        <Scope scene={scene} data={data} onScene={onScene} />
        <QueryView query={query} compact>
          {(result) => (
            <div className="stack">
              <p className="meta">
                {t('graph.groups.about', {
                  n: number(result.total),
                  ...{ nodes: number(result.nodes), edges: number(result.edges), q: decimal(result.modularity, 2) },
                })}
              </p>
              {result.share < 1 && (
                <p className="partial">{t('graph.groups.sampled', { share: percent(result.share, 1) })}</p>
              )}
              {result.truncated && <p className="partial">{t('graph.groups.truncated')}</p>}
              <ul className="group-list">
                {result.items.map((item) => (
                  <li key={item.id}>
                    <button
                      type="button"
                      aria-pressed={scene.selected === item.id}
                      onClick={() => onScene({ ...scene, selected: scene.selected === item.id ? undefined : item.id })}
                    >
                      <FamilyGlyph family={names.family(item.types[0]?.type ?? 'person')} />
                      <span>
                        <span className="clip">{nameOf(item)}</span>
                        <span className="meta">
                          {item.types
                            .slice(0, 3)
                            .map(({ type, nodes }) => `${names.nodeType(type)} ${number(nodes)}`)
                            .join(' · ')}
                        </span>
                      </span>
                    </button>
                    <Button size="small" onClick={() => onOpen(item.id)}>
                      {t('graph.groups.open')}
                    </Button>
                  </li>
                ))}
              </ul>
              <Partial shown={result.items.length} total={result.total} />
              <p className="meta">{t('graph.groups.model')}</p>
            </div>
          )}
        </QueryView>
      </div>
    </Panel>
  );
}
