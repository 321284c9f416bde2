import type { GraphNode, Influence } from '@guanxi/contracts';
import { Button, Segmented, Select, Slider } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isStill } from '../../app/motion.ts';
import { CloseButton } from '../../ui/EventSide.tsx';
import { FamilyGlyph } from '../../ui/family.tsx';
import { decimal, number, percent } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Names, useNames } from '../../ui/useOntology.ts';
import { NodeSearch, useNodeName } from './NodeSearch.tsx';
import type { InfluenceAsk, Scene } from './scene.ts';

type Way = 'both' | 'out' | 'in';
const families = new Set(['person', 'product', 'need', 'segment', 'identifier']);

/** Relations that carry influence where nothing else is said: among people and what they want, not places and orders. */
function presetAlong(names: Names): string[] {
  const types = Object.entries(names.ontology?.edgeTypes ?? {});
  return types
    .filter(([, { from, to }]) => families.has(names.family(from)) && families.has(names.family(to)))
    .map(([type]) => type);
}

const STEP_MS = 900;

/** The hop that is shown, and going on from one to the next. */
export function useSteps(last: number) {
  const [step, setStep] = useState(last);
  const [playing, setPlaying] = useState(false);
  useEffect(() => setStep(last), [last]);
  useEffect(() => {
    if (!playing) return;
    if (step >= last) return setPlaying(false);
    const timer = setTimeout(() => setStep(step + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, step, last]);
  const play = () => {
    setStep(0);
    setPlaying(true);
  };
  return { step, setStep, playing, play: isStill() ? null : play, stop: () => setPlaying(false) };
}
type Steps = ReturnType<typeof useSteps>;

interface InfluencePanelProps {
  readonly scene: Scene;
  readonly start: GraphNode | null;
  readonly result: Influence | undefined;
  readonly steps: Steps;
  readonly onScene: (scene: Scene, options?: { replace?: boolean }) => void;
  readonly onNode: (id: string) => void;
  readonly onClose: () => void;
}

/** Which way relations are followed, where all are followed the same way. */
function wayOf(along: readonly string[]): Way {
  if (along.length === 0) return 'both';
  return (['out', 'in'] as const).find((way) => along.every((item) => item.endsWith(`~${way}`))) ?? 'both';
}

function Ask({ ask, onAsk }: { ask: InfluenceAsk; onAsk: (ask: InfluenceAsk) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const [chance, setChance] = useState(ask.chance);
  useEffect(() => setChance(ask.chance), [ask.chance]);
  const types = ask.along.map((item) => item.split('~')[0]!);
  const way = wayOf(ask.along);
  const along = (list: readonly string[], direction: Way) =>
    list.map((type) => (direction === 'both' ? type : `${type}~${direction}`));
  return (
    <>
      <label className="stack tight">
        <span className="meta">{t('graph.influence.chance', { n: percent(chance / 100, 0) })}</span>
        <Slider
          min={1}
          max={100}
          value={chance}
          tooltip={{ open: false }}
          onChange={setChance}
          onChangeComplete={(value) => onAsk({ ...ask, chance: value })}
          ariaLabelForHandle={t('graph.influence.chanceLabel')}
        />
      </label>
      <div className="row wrap">
        <span className="meta">{t('graph.hops')}</span>
        <Segmented
          size="small"
          aria-label={t('graph.hops')}
          value={ask.hops}
          onChange={(hops) => onAsk({ ...ask, hops })}
          options={[1, 2, 3, 4, 5]}
        />
        <Segmented<Way>
          size="small"
          aria-label={t('graph.influence.way')}
          value={way}
          onChange={(direction) =>
            onAsk({
              ...ask,
              along: along(types.length ? types : Object.keys(names.ontology?.edgeTypes ?? {}), direction),
            })
          }
          options={(['both', 'out', 'in'] as const).map((value) => ({
            value,
            label: t(`graph.influence.ways.${value}`),
          }))}
        />
      </div>
      <Select
        mode="multiple"
        allowClear
        maxTagCount={3}
        aria-label={t('graph.influence.along')}
        placeholder={t('graph.influence.everything')}
        value={types}
        onChange={(list: string[]) => onAsk({ ...ask, along: along(list, way) })}
        options={Object.keys(names.ontology?.edgeTypes ?? {}).map((type) => ({
          value: type,
          label: names.edgeType(type),
        }))}
      />
    </>
  );
}

function Reach({ result, steps }: { result: Influence; steps: Steps }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <table className="plain-table reach">
      <thead>
        <tr>
          <th scope="col">{t('graph.influence.hop')}</th>
          <th scope="col">{t('graph.influence.reachable')}</th>
          <th scope="col">{t('graph.influence.expected')}</th>
          <th scope="col">{t('graph.influence.who')}</th>
        </tr>
      </thead>
      <tbody>
        {result.hops.map((row) => (
          <tr key={row.hop} className={row.hop === steps.step ? 'on' : undefined}>
            <th scope="row">
              <button type="button" className="link-button" onClick={() => steps.setStep(row.hop)}>
                {row.hop}
              </button>
            </th>
            <td>{number(row.nodes)}</td>
            <td>{decimal(row.expected, 1)}</td>
            <td>
              {row.types
                .slice(0, 2)
                .map(({ type, nodes }) => `${names.nodeType(type)} ${number(nodes)}`)
                .join(' · ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Player({ last, steps }: { last: number; steps: Steps }) {
  const { t } = useTranslation();
  return (
    <div className="row wrap">
      <Button
        size="small"
        icon={<Icon name="arrowLeft" size={14} />}
        aria-label={t('graph.influence.back')}
        disabled={steps.step === 0}
        onClick={() => steps.setStep(steps.step - 1)}
      />
      <Button
        size="small"
        icon={<Icon name="arrowRight" size={14} />}
        aria-label={t('graph.influence.on')}
        disabled={steps.step >= last}
        onClick={() => steps.setStep(steps.step + 1)}
      />
      {steps.play && (
        <Button
          size="small"
          icon={<Icon name={steps.playing ? 'pause' : 'play'} size={14} />}
          onClick={steps.playing ? steps.stop : steps.play}
        >
          {t(steps.playing ? 'graph.influence.pause' : 'graph.influence.play')}
        </Button>
      )}
      <span className="meta">{t('graph.influence.step', { n: steps.step, last })}</span>
    </div>
  );
}

function Result({ result, steps, onNode }: Pick<InfluencePanelProps, 'steps' | 'onNode'> & { result: Influence }) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = useNodeName();
  const nodes = useMemo(() => new Map(result.nodes.map((node) => [node.id, node])), [result]);
  if (result.items.length === 0) return <Empty compact why={t('graph.influence.none')} />;
  return (
    <>
      <p>
        {t('graph.influence.sentence', {
          n: decimal(result.expected, 1),
          error: decimal(1.96 * result.standardError, 1),
        })}
      </p>
      <Player last={result.hops.length} steps={steps} />
      <Reach result={result} steps={steps} />
      <ul className="legend">
        {result.items.slice(0, 20).map((item) => {
          const node = nodes.get(item.id);
          return node ? (
            <li key={item.id}>
              <button type="button" onClick={() => onNode(item.id)}>
                <FamilyGlyph family={names.family(node.type)} />
                <span className="clip">{nameOf(node)}</span>
                <span className="meta">
                  {t('graph.influence.item', { p: percent(item.probability, 0), hops: item.path.length - 1 })}
                </span>
              </button>
            </li>
          ) : null;
        })}
      </ul>
      {result.truncated && <p className="partial">{t('graph.influence.truncated')}</p>}
      <p className="meta">{t('graph.influence.model', { runs: number(result.runs) })}</p>
    </>
  );
}

/** Whom and what a node reaches: asked by a few controls, answered hop by hop. */
export function InfluencePanel({ scene, start, result, steps, onScene, onNode, onClose }: InfluencePanelProps) {
  const { t } = useTranslation();
  const names = useNames();
  const ask = scene.influence;
  const begin = (id: string) =>
    onScene({
      ...scene,
      nodes: scene.nodes.includes(id) ? scene.nodes : [...scene.nodes, id],
      influence: { hops: 3, chance: 10, along: presetAlong(names), ...ask, id },
      view: scene.view === 'groups' ? 'graph' : scene.view,
    });
  // A node that was selected when the panel was opened is what is asked about.
  useEffect(() => {
    if (!ask && start && names.ontology) begin(start.id);
  }, [start?.id, names.ontology]);
  return (
    <Panel title={t('graph.influence.title')} actions={<CloseButton onClose={onClose} />}>
      <div className="stack">
        <NodeSearch
          label={t('graph.influence.start')}
          placeholder={t('graph.influence.start')}
          value={start}
          onPick={(node) => begin(node.id)}
        />
        {ask && <Ask ask={ask} onAsk={(next) => onScene({ ...scene, influence: next }, { replace: true })} />}
        {result && <Result result={result} steps={steps} onNode={onNode} />}
      </div>
    </Panel>
  );
}
