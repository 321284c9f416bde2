import type { ResultOf, Endpoints, Source, SourceMend } from '@guanxi/contracts';
import { useMutation } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, refresh } from '../api/queries.ts';
import { number } from './format.ts';
import { Icon } from './Icon.tsx';
import { MoveButtons } from './MoveButtons.tsx';
import { Empty, Failure } from './states.tsx';
import { toast } from './toast.tsx';
import './mends.css';

type Change = SourceMend['change'];
type Kind = Change['kind'];
type Replay = ResultOf<Endpoints['quarantineReplay']>;

const blank: Record<Kind, Change> = {
  rename_event: { kind: 'rename_event', to: '' },
  move: { kind: 'move', from: '', to: '' },
  set: { kind: 'set', path: '', value: '' },
  remove: { kind: 'remove', path: '' },
};

/** `true`, `12` and `"12"` as they are meant. */
const valueOf = (text: string): string | number | boolean => {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^".*"$/.test(text)) return text.slice(1, -1);
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
};
const textOf = (value: string | number | boolean) =>
  typeof value === 'string' && value !== '' && typeof valueOf(value) !== 'string' ? `"${value}"` : String(value);

const isWhole = ({ change }: SourceMend): boolean => {
  switch (change.kind) {
    case 'rename_event':
      return change.to !== '';
    case 'move':
      return change.from !== '' && change.to !== '';
    case 'set':
    case 'remove':
      return change.path !== '';
  }
};

function ChangeFields({ change, onChange }: { change: Change; onChange: (change: Change) => void }) {
  const { t } = useTranslation();
  const input = (label: string, value: string, set: (text: string) => void) => (
    <Input
      className="mono-input"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => set(event.target.value)}
    />
  );
  switch (change.kind) {
    case 'rename_event':
      return input(t('mend.newName'), change.to, (to) => onChange({ ...change, to }));
    case 'move':
      return (
        <>
          {input(t('mend.from'), change.from, (from) => onChange({ ...change, from }))}
          <Icon name="arrowRight" size={14} />
          {input(t('mend.to'), change.to, (to) => onChange({ ...change, to }))}
        </>
      );
    case 'set':
      return (
        <>
          {input(t('mend.path'), change.path, (path) => onChange({ ...change, path }))}
          {input(t('mend.value'), textOf(change.value), (text) => onChange({ ...change, value: valueOf(text) }))}
        </>
      );
    case 'remove':
      return input(t('mend.path'), change.path, (path) => onChange({ ...change, path }));
  }
}

function MendRow({
  mend,
  at,
  of,
  onChange,
  onMove,
  onRemove,
}: {
  mend: SourceMend;
  at: number;
  of: number;
  onChange: (mend: SourceMend) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  return (
    <li className="mend">
      <span className="mend-number">{at + 1}</span>
      <div className="mend-fields">
        <Input
          aria-label={t('mend.event')}
          placeholder={t('mend.anyEvent')}
          value={mend.event ?? ''}
          onChange={(event) => onChange({ ...mend, event: event.target.value || undefined })}
        />
        <Select<Kind>
          aria-label={t('mend.kind')}
          value={mend.change.kind}
          onChange={(kind) => onChange({ ...mend, change: blank[kind] })}
          options={(Object.keys(blank) as Kind[]).map((value) => ({ value, label: t(`mend.kinds.${value}`) }))}
        />
        <div className="mend-change">
          <ChangeFields change={mend.change} onChange={(change) => onChange({ ...mend, change })} />
        </div>
      </div>
      <div className="mend-tools">
        <MoveButtons at={at} of={of} onMove={onMove} />
        <Button
          type="text"
          size="small"
          icon={<Icon name="trash" size={14} />}
          aria-label={t('action.remove')}
          onClick={onRemove}
        />
      </div>
    </li>
  );
}

export function ReplayOutcome({ result, dry }: { result: Replay; dry: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="outcome" role="status">
      <p>
        {t(dry ? 'mend.wouldPass' : 'mend.didPass', {
          passed: number(result.passed),
          tried: number(result.tried),
          failing: number(result.stillFailing),
        })}
      </p>
      {result.sample.length > 0 && (
        <ul className="meta">
          {result.sample.slice(0, 5).map((item) => (
            <li key={item.id} className="clip">
              {item.name || t('quarantine.noName')} · <code>{item.field}</code> {item.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface MendsEditorProps {
  readonly source: Source;
  /** Which waiting events the trial is about; all of the source where absent. */
  readonly scope?: { ids?: string[]; code?: ResultOf<Endpoints['quarantineItem']>['code'] };
  /** A mend to begin with, from the event that is looked at. */
  readonly suggest?: SourceMend;
}

/** The mends of a source: try them on what waits in quarantine, save them, then let what passes in. */
export function MendsEditor({ source, scope, suggest }: MendsEditorProps) {
  const { t } = useTranslation();
  const [mends, setMends] = useState<readonly SourceMend[]>(suggest ? [...source.mends, suggest] : source.mends);
  const changed = JSON.stringify(mends) !== JSON.stringify(source.mends);
  const whole = mends.every(isWhole);
  const trial = useMutation({
    mutationFn: () =>
      call('quarantineReplay', { body: { source: source.id, ...scope, dryRun: true, mends: [...mends] } }),
  });
  const save = useMutation({
    mutationFn: () => call('sourceUpdate', { params: { id: source.id }, body: { mends: [...mends] } }),
    onSuccess: async (saved) => {
      setMends(saved.mends);
      await refresh('sources');
      toast(t('state.saved'));
    },
  });
  const replay = useMutation({
    mutationFn: () => call('quarantineReplay', { body: { source: source.id, ...scope } }),
    onSuccess: () => refresh('quarantine', 'sources', 'status'),
  });
  const put = (next: readonly SourceMend[]) => {
    setMends(next);
    trial.reset();
    replay.reset();
  };
  const move = (at: number, by: number) => {
    const next = [...mends];
    const [item] = next.splice(at, 1);
    if (item) next.splice(at + by, 0, item);
    put(next);
  };
  return (
    <div className="stack">
      {mends.length === 0 && <Empty compact why={t('mend.none')} />}
      <ol className="mends">
        {mends.map((mend, at) => (
          <MendRow
            key={at}
            mend={mend}
            at={at}
            of={mends.length}
            onChange={(next) => put(mends.map((item, index) => (index === at ? next : item)))}
            onMove={(by) => move(at, by)}
            onRemove={() => put(mends.filter((_, index) => index !== at))}
          />
        ))}
      </ol>
      <div className="row wrap">
        <Button icon={<Icon name="plus" size={14} />} onClick={() => put([...mends, { change: blank.rename_event }])}>
          {t('mend.add')}
        </Button>
        <div className="spacer" />
        <Button disabled={!whole} loading={trial.isPending} onClick={() => trial.mutate()}>
          {t('mend.try')}
        </Button>
        <Button
          type={changed ? 'primary' : 'default'}
          disabled={!changed || !whole}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {t('action.save')}
        </Button>
        <Button disabled={changed} loading={replay.isPending} onClick={() => replay.mutate()}>
          {t('mend.replay')}
        </Button>
      </div>
      {trial.data && <ReplayOutcome result={trial.data} dry />}
      {replay.data && <ReplayOutcome result={replay.data} dry={false} />}
      {[trial, save, replay].map(
        (mutation, at) => mutation.isError && <Failure key={at} compact error={mutation.error} />,
      )}
    </div>
  );
}
