import type { GraphNode } from '@guanxi/contracts';
import { useQuery } from '@tanstack/react-query';
import { Button, InputNumber, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { read } from '../../api/queries.ts';
import { useNames } from '../../ui/useOntology.ts';
import { NodeSearch } from './NodeSearch.tsx';
import type { Scene } from './scene.ts';

interface PathFormProps {
  readonly scene: Scene;
  readonly start: GraphNode | null;
  readonly end: GraphNode | null;
  readonly onScene: (scene: Scene) => void;
  readonly onClose: () => void;
}

/** A choice among the types of nodes. */
function TypeFilter({
  label,
  value,
  disabled,
  onChange,
}: {
  label: string;
  value: string[];
  disabled: boolean;
  onChange: (types: string[]) => void;
}) {
  const names = useNames();
  const types = Object.keys(names.ontology?.nodeTypes ?? {});
  return (
    <Select
      mode="multiple"
      allowClear
      aria-label={label}
      placeholder={label}
      value={value}
      disabled={disabled}
      onChange={onChange}
      options={types.map((type) => ({ value: type, label: names.nodeType(type) }))}
    />
  );
}

/** Asks for the ways between two nodes, or for what they share. */
export function PathForm({ scene, start, end, onScene, onClose }: PathFormProps) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<'path' | 'common'>(scene.common && !scene.path ? 'common' : 'path');
  const [from, setFrom] = useState<GraphNode | null>(start);
  const [to, setTo] = useState<GraphNode | null>(end);
  const [k, setK] = useState(scene.path?.k ?? 3);
  const [hops, setHops] = useState(scene.path?.hops ?? 4);
  const [types, setTypes] = useState<string[]>([...(scene.path?.types ?? [])]);
  const [without, setWithout] = useState<string[]>([...(scene.path?.without ?? [])]);
  useQuery({ ...read('ontology'), staleTime: 60_000 });
  const ready = from && to && from.id !== to.id;
  const run = () => {
    if (!ready) return;
    const nodes = [...new Set([...scene.nodes, from.id, to.id])];
    if (mode === 'path')
      onScene({
        ...scene,
        nodes,
        path: { from: from.id, to: to.id, k, hops, types, without },
        common: null,
        selected: undefined,
        view: 'graph',
      });
    else onScene({ ...scene, nodes, common: { a: from.id, b: to.id }, path: null, selected: undefined, view: 'graph' });
  };
  return (
    <div className="stack">
      <Segmented<'path' | 'common'>
        block
        aria-label={t('graph.between')}
        value={mode}
        onChange={setMode}
        options={[
          { value: 'path', label: t('graph.path') },
          { value: 'common', label: t('graph.common') },
        ]}
      />
      <NodeSearch label={t('graph.from')} placeholder={t('graph.from')} value={from} onPick={setFrom} />
      <NodeSearch label={t('graph.to')} placeholder={t('graph.to')} value={to} onPick={setTo} />
      {mode === 'path' && (
        <>
          <div className="row">
            <label className="stack tight">
              <span className="meta">{t('graph.k')}</span>
              <InputNumber min={1} max={20} value={k} onChange={(value) => setK(value ?? 1)} />
            </label>
            <label className="stack tight">
              <span className="meta">{t('graph.hops')}</span>
              <InputNumber min={1} max={6} value={hops} onChange={(value) => setHops(value ?? 1)} />
            </label>
          </div>
          <TypeFilter label={t('graph.through')} value={types} disabled={without.length > 0} onChange={setTypes} />
          <TypeFilter label={t('graph.without')} value={without} disabled={types.length > 0} onChange={setWithout} />
        </>
      )}
      <div className="row">
        <Button type="primary" disabled={!ready} onClick={run}>
          {t('graph.find')}
        </Button>
        <Button onClick={onClose}>{t('action.close')}</Button>
      </div>
    </div>
  );
}
