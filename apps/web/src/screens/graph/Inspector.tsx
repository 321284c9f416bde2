import type { NodeDetail } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { EventRecord } from '../../ui/EventRecord.tsx';
import { FamilyGlyph } from '../../ui/family.tsx';
import { ago, dateOnly, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';
import { QueryView } from '../../ui/states.tsx';
import { useNames } from '../../ui/useOntology.ts';
import { type ExpandHow, ExpandOptions, howOf, presetHow } from './expansion.tsx';
import { useNodeName } from './NodeSearch.tsx';
import { collapse, expand, hide, type Scene } from './scene.ts';

interface InspectorProps {
  readonly id: string;
  readonly scene: Scene;
  readonly onScene: (scene: Scene) => void;
  readonly how: ExpandHow;
  readonly onHow: (how: ExpandHow) => void;
  readonly onPath: () => void;
  readonly onInfluence: () => void;
}

/** One node: what is known of it, what it is connected to, and what can be done from here. */
export function Inspector({ id, scene, how, onHow, onScene, onPath, onInfluence }: InspectorProps) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  const [evidence, setEvidence] = useState<number | null>(null);
  const query = useQuery(read('graphNode', { params: { id } }));
  const opened = scene.expansions.some((item) => item.id === id && !item.edgeType);
  return (
    <Panel
      title={query.data ? nameOf(query.data) : t('graph.node')}
      actions={
        <Button
          type="text"
          icon={<Icon name="close" />}
          aria-label={t('action.close')}
          onClick={() => onScene({ ...scene, selected: undefined })}
        />
      }
    >
      <QueryView query={query} compact>
        {(node) => (
          <div className="stack">
            <div className="row wrap">
              <span className="tag">
                <FamilyGlyph family={names.family(node.type)} /> {names.nodeType(node.type)}
              </span>
              <span className="meta clip mono">{node.key}</span>
            </div>
            <div className="row wrap">
              {opened ? (
                <Button size="small" onClick={() => onScene(collapse(scene, id))}>
                  {t('graph.collapse')}
                </Button>
              ) : (
                <Button size="small" type="primary" onClick={() => onScene(expand(scene, id, undefined, howOf(how)))}>
                  {t('graph.expandAll')}
                </Button>
              )}
              <Button size="small" icon={<Icon name="path" size={14} />} onClick={onPath}>
                {t('graph.pathTo')}
              </Button>
              <Button size="small" icon={<Icon name="spread" size={14} />} onClick={onInfluence}>
                {t('graph.influence.open')}
              </Button>
              <Button size="small" icon={<Icon name="hide" size={14} />} onClick={() => onScene(hide(scene, id))}>
                {t('graph.hide')}
              </Button>
              {node.type === 'person' && (
                <Link to="/customers/$id" params={{ id }}>
                  {t('event.openPerson')}
                </Link>
              )}
            </div>
            {node.groups.length > 0 && (
              <Connections node={node} scene={scene} how={how} opened={opened} onHow={onHow} onScene={onScene} />
            )}
            <dl className="facts">
              {node.firstSeen && (
                <>
                  <dt>{t('customers.firstSeen')}</dt>
                  <dd>{dateOnly(node.firstSeen)}</dd>
                </>
              )}
              {node.lastSeen && (
                <>
                  <dt>{t('customers.lastSeen')}</dt>
                  <dd>{ago(node.lastSeen)}</dd>
                </>
              )}
              {Object.entries(node.attributes).map(([name, attribute]) => (
                <Attribute
                  key={name}
                  label={names.attribute(node.type, name)}
                  value={attribute.value}
                  open={evidence === attribute.seq}
                  onOpen={() => setEvidence(evidence === attribute.seq ? null : attribute.seq)}
                />
              ))}
            </dl>
            {evidence !== null && (
              <div className="evidence-inset">
                <EventRecord seq={evidence} layout="brief" />
              </div>
            )}
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

/** What a node is connected to, with how many there are before one of them is expanded. */
function Connections({
  node,
  scene,
  how,
  opened,
  onHow,
  onScene,
}: Pick<InspectorProps, 'scene' | 'how' | 'onHow' | 'onScene'> & { node: NodeDetail; opened: boolean }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <section>
      <div className="row between">
        <h3 className="legend-title">{t('graph.connections')}</h3>
        <ExpandOptions how={how} onHow={onHow} />
      </div>
      <ul className="legend">
        {node.groups.map((group) => {
          const known = scene.expansions.find((item) => item.id === node.id && item.edgeType === group.edgeType);
          const same =
            known && (known.cap ?? presetHow.cap) === how.cap && (known.order ?? presetHow.order) === how.order;
          const done = (opened && !howOf(how).cap && !howOf(how).order) || !!same;
          return (
            <li key={`${group.edgeType}${group.direction}${group.nodeType}`}>
              <button
                type="button"
                className="expand-row"
                disabled={done}
                onClick={() => onScene(expand(scene, node.id, group.edgeType, howOf(how)))}
              >
                <FamilyGlyph family={names.family(group.nodeType)} />
                <span className="clip">
                  {names.relation(group.edgeType, group.direction)} · {names.nodeType(group.nodeType)}
                </span>
                <span className="meta">{number(group.total)}</span>
                <Icon name={done ? 'check' : 'plus'} size={12} />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Attribute({
  label,
  value,
  open,
  onOpen,
}: {
  label: string;
  value: string;
  open: boolean;
  onOpen: () => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{label}</dt>
      <dd className="row between">
        <span>{value}</span>
        <Button size="small" type="text" aria-pressed={open} onClick={onOpen}>
          {t('traits.evidence')}
        </Button>
      </dd>
    </>
  );
}
