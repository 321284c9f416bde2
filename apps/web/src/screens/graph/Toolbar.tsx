import { Button, Dropdown, Segmented } from 'antd';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { howOf } from './expansion.tsx';
import type { Explorer, SidePanel } from './useExplorer.ts';
import { NodeSearch } from './NodeSearch.tsx';
import { expand, place, sceneOf } from './scene.ts';
import type { ExportKind } from './useExport.ts';

/** One box to find with, what can be asked, what is kept and taken away, and how it is looked at. */
export function Toolbar({ explorer, box }: { explorer: Explorer; box: Ref<{ focus: () => void }> }) {
  const { t } = useTranslation();
  const { scene, set, data, panel, setPanel, exporting, how, setChosen } = explorer;
  const toggle = (name: SidePanel, icon: IconName, label: string) => (
    <Button
      icon={<Icon name={icon} />}
      aria-pressed={panel === name}
      onClick={() => setPanel(panel === name ? null : name)}
    >
      {label}
    </Button>
  );
  const may = useMay();
  const kinds: readonly ExportKind[] = ['png', 'csv', 'json'];
  return (
    <>
      <NodeSearch
        boxRef={box}
        className="graph-search"
        label={t('graph.search')}
        placeholder={t('graph.search')}
        onPick={(found) => set(expand(place(scene, found.id), found.id, undefined, howOf(how)))}
      />
      {toggle('path', 'path', t('graph.between'))}
      {toggle('influence', 'spread', t('graph.influence.open'))}
      {toggle('scenes', 'bookmark', t('graph.scenes.title'))}
      {may('export') && (
        <Dropdown
          trigger={['click']}
          disabled={data.nodes.length === 0}
          menu={{
            items: kinds.map((kind) => ({ key: kind, label: t(`graph.export.${kind}`) })),
            onClick: ({ key }) => exporting(key as ExportKind),
          }}
        >
          <Button icon={<Icon name="download" />} aria-label={t('graph.export.open')} />
        </Dropdown>
      )}
      <Button
        disabled={data.all.nodes.size === 0 && !scene.groups}
        onClick={() => {
          setChosen(new Set());
          setPanel(null);
          set(sceneOf({}));
        }}
      >
        {t('action.clear')}
      </Button>
      <Segmented
        aria-label={t('network.view')}
        value={scene.view}
        onChange={(view) => set({ ...scene, view })}
        options={[
          { value: 'graph' as const, label: t('network.asGraph') },
          { value: 'list' as const, label: t('network.asList') },
          { value: 'groups' as const, label: t('graph.groups.title') },
        ]}
      />
    </>
  );
}
