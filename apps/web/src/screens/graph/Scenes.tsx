import { ApiError, type SavedScene, type SceneContent, type SceneRow } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { useCaller, useMay } from '../../api/session.ts';
import { CloseButton } from '../../ui/EventSide.tsx';
import { ago, number } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Page.tsx';
import { Empty, Failure, QueryView } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { type Difference, isSame } from './difference.ts';

interface ScenesPanelProps {
  readonly current: SavedScene | undefined;
  readonly dirty: boolean;
  readonly difference: Difference | null;
  /** What would be saved; null while there is nothing to save. */
  readonly content: () => SceneContent | null;
  /** Opens a scene; `keep` where it is what is drawn already. */
  readonly onOpen: (id: string | undefined, keep?: boolean) => void;
  readonly onClose: () => void;
}

/** Who made a scene changes it, and whoever manages the team; others save a copy. */
function useMayChange(): (row: SceneRow | undefined) => boolean {
  const may = useMay();
  const caller = useCaller();
  return (row) =>
    row !== undefined && (may('users.manage') || (row.owner.kind === 'user' && row.owner.id === caller?.account?.id));
}

const changed = () => refresh('scenes', 'scene');

function useSave() {
  const { t } = useTranslation();
  return useMutation({
    mutationFn: ({ id, version, content: next }: { id: string; version: number; content: SceneContent }) =>
      call('sceneUpdate', { params: { id }, body: { version, content: next } }),
    onSuccess: async (row) => {
      await changed();
      toast(t('graph.scenes.saved', { name: row.name }));
    },
  });
}

function SaveForm({ current, dirty, content, onOpen }: ScenesPanelProps) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: (body: { name: string; content: SceneContent }) => call('sceneCreate', { body }),
    onSuccess: async (row) => {
      setName('');
      await changed();
      onOpen(row.id, true);
      toast(t('graph.scenes.saved', { name: row.name }));
    },
  });
  const update = useSave();
  const saveAs = () => {
    const now = content();
    if (now && name.trim()) create.mutate({ name: name.trim(), content: now });
  };
  const conflict = update.error instanceof ApiError && update.error.problem.code === 'scene_changed';
  return (
    <div className="stack tight">
      {current && (
        <div className="row between">
          <span className="clip">
            <strong>{current.name}</strong>
            {dirty && <span className="meta"> · {t('graph.scenes.dirty')}</span>}
          </span>
          {mayChange(current) ? (
            <Button
              size="small"
              type="primary"
              loading={update.isPending}
              onClick={() => {
                const now = content();
                if (now) update.mutate({ id: current.id, version: current.version, content: now });
              }}
            >
              {t('action.save')}
            </Button>
          ) : (
            <span className="meta">{t('graph.scenes.others', { owner: current.owner.name })}</span>
          )}
        </div>
      )}
      {update.isError && (
        <Failure
          compact
          error={update.error}
          retry={conflict ? () => void changed().then(() => update.reset()) : undefined}
        />
      )}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          saveAs();
        }}
      >
        <Input
          value={name}
          maxLength={100}
          aria-label={t('graph.scenes.name')}
          placeholder={t(current ? 'graph.scenes.nameAnother' : 'graph.scenes.name')}
          onChange={(event) => setName(event.target.value)}
        />
        <Button htmlType="submit" loading={create.isPending} disabled={!name.trim()}>
          {t(current ? 'graph.scenes.saveAs' : 'graph.scenes.save')}
        </Button>
      </form>
      {create.isError && <Failure compact error={create.error} />}
    </div>
  );
}

/** What has changed since a scene was saved, in words. */
export function DifferenceText({ difference }: { difference: Difference }) {
  const { t } = useTranslation();
  if (isSame(difference)) return <>{t('graph.scenes.same')}</>;
  const keys = ['newNodes', 'goneNodes', 'newEdges', 'goneEdges', 'changedEdges'] as const;
  return (
    <>
      {t('graph.scenes.since')}{' '}
      {keys
        .filter((key) => difference[key] > 0)
        .map((key) => t(`graph.scenes.${key}`, { n: number(difference[key]) }))
        .join(t('graph.scenes.and'))}
    </>
  );
}

function useRowActions(row: SceneRow, onDeleted: (row: SceneRow) => void) {
  const { t } = useTranslation();
  const rename = useMutation({
    mutationFn: (name: string) => call('sceneUpdate', { params: { id: row.id }, body: { version: row.version, name } }),
    onSettled: changed,
  });
  const duplicate = useMutation({
    mutationFn: async () => {
      const { content } = await call('scene', { params: { id: row.id } });
      return call('sceneCreate', {
        body: { name: t('graph.scenes.copyOf', { name: row.name }).slice(0, 100), content },
      });
    },
    onSettled: changed,
  });
  const remove = useMutation({
    mutationFn: () => call('sceneDelete', { params: { id: row.id }, query: { version: row.version } }),
    onSuccess: onDeleted,
    onSettled: changed,
  });
  return { rename, duplicate, remove };
}

function Row({
  row,
  open,
  onOpen,
  onDeleted,
}: {
  row: SceneRow;
  open: boolean;
  onOpen: () => void;
  onDeleted: (row: SceneRow) => void;
}) {
  const { t } = useTranslation();
  const mayChange = useMayChange()(row);
  const [name, setName] = useState<string | null>(null);
  const may = useMay()('scenes.write');
  const { rename, duplicate, remove } = useRowActions(row, onDeleted);
  const failed = rename.error ?? duplicate.error ?? remove.error;
  const action = (icon: 'edit' | 'copy' | 'trash', label: string, onClick: () => void) => (
    <Button
      size="small"
      type="text"
      icon={<Icon name={icon} size={14} />}
      aria-label={`${label} ${row.name}`}
      title={label}
      onClick={onClick}
    />
  );
  return (
    <li className={open ? 'on' : undefined}>
      {name === null ? (
        <div className="row">
          <button type="button" className="scene-open" aria-current={open || undefined} onClick={onOpen}>
            <span className="clip">{row.name}</span>
            <span className="meta clip">
              {t('graph.scenes.row', { owner: row.owner.name, when: ago(row.updatedAt), n: number(row.nodes) })}
            </span>
          </button>
          {mayChange && action('edit', t('graph.scenes.rename'), () => setName(row.name))}
          {may && action('copy', t('graph.scenes.duplicate'), () => duplicate.mutate())}
          {mayChange && action('trash', t('action.remove'), () => remove.mutate())}
        </div>
      ) : (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() && name.trim() !== row.name) rename.mutate(name.trim());
            setName(null);
          }}
        >
          <Input
            size="small"
            autoFocus
            value={name}
            maxLength={100}
            aria-label={t('graph.scenes.name')}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setName(null)}
          />
          <Button size="small" htmlType="submit">
            {t('action.save')}
          </Button>
        </form>
      )}
      {failed && <Failure compact error={failed} />}
    </li>
  );
}

/** Explorations that were kept: to save, open, rename, copy, delete and take back. */
export function ScenesPanel(props: ScenesPanelProps) {
  const { current, difference, onOpen, onClose } = props;
  const { t } = useTranslation();
  const may = useMay()('scenes.write');
  const query = useQuery(read('scenes'));
  const [deleted, setDeleted] = useState<SceneRow | null>(null);
  const restore = useMutation({
    mutationFn: (id: string) => call('sceneRestore', { params: { id } }),
    onSuccess: () => setDeleted(null),
    onSettled: changed,
  });
  return (
    <Panel title={t('graph.scenes.title')} actions={<CloseButton onClose={onClose} />}>
      <div className="stack">
        {may ? <SaveForm {...props} /> : <p className="meta">{t('graph.lacking.scenes')}</p>}
        {current && difference && (
          <p className="meta" role="status">
            <DifferenceText difference={difference} />
          </p>
        )}
        {deleted && (
          <div className="partial" role="status">
            <span>{t('graph.scenes.deleted', { name: deleted.name })}</span>
            <Button size="small" loading={restore.isPending} onClick={() => restore.mutate(deleted.id)}>
              {t('graph.undo')}
            </Button>
          </div>
        )}
        <QueryView query={query} compact>
          {({ items }) =>
            items.length === 0 ? (
              <Empty compact why={t('graph.scenes.none')} />
            ) : (
              <ul className="scene-list">
                {items.map((row) => (
                  <Row
                    key={row.id}
                    row={row}
                    open={row.id === current?.id}
                    onOpen={() => onOpen(row.id)}
                    onDeleted={(gone) => {
                      setDeleted(gone);
                      if (gone.id === current?.id) onOpen(undefined);
                    }}
                  />
                ))}
              </ul>
            )
          }
        </QueryView>
      </div>
    </Panel>
  );
}
