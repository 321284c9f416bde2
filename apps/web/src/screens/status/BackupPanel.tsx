import type { Backup, Job } from '@guanxi/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, read, refresh } from '../../api/queries.ts';
import { useMay } from '../../api/session.ts';
import { useJobs } from '../../app/JobTray.tsx';
import { ago, bytes, dateTime, number } from '../../ui/format.ts';
import { isUnderWay, JobLine } from '../../ui/JobLine.tsx';
import { Mark, Panel, type Tone } from '../../ui/Page.tsx';
import { RestoreTold } from '../../ui/RestoreTold.tsx';
import { Empty, Failure, QueryView } from '../../ui/states.tsx';
import { RestoreDialog } from './RestoreDialog.tsx';

const KINDS = ['backup', 'verify', 'restore'] as const;
const isOurs = ({ kind }: Job) => KINDS.some((one) => one === kind);
type State = Backup['state'] | 'writing';
const tones: Record<State, Tone> = { whole: 'success', unfinished: 'warning', damaged: 'danger', writing: 'info' };

const two = (value: number) => String(value).padStart(2, '0');
/** A name for a backup of now, such as `2026-11-22-0930`. */
function proposedName(now = new Date()): string {
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}`;
}

function Make() {
  const { t } = useTranslation();
  const [name, setName] = useState(proposedName);
  const make = useMutation({
    mutationFn: () => call('backup', { body: { folder: name.trim() } }),
    onSuccess: () => refresh('jobs', 'backups'),
  });
  const wrong = /[/\\]/.test(name);
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <div className="row wrap">
        <Input
          className="backup-name"
          aria-label={t('backup.name')}
          status={wrong ? 'error' : ''}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button htmlType="submit" disabled={wrong || name.trim() === ''} loading={make.isPending}>
          {t('backup.make')}
        </Button>
        {wrong && <span className="meta">{t('backup.nameWrong')}</span>}
      </div>
      {make.isError && <Failure compact error={make.error} />}
    </form>
  );
}

/** How far the work on backups is; when there is none, what became of the last. */
function Work({ jobs }: { jobs: readonly Job[] }) {
  const { t } = useTranslation();
  const running = jobs.filter(isUnderWay);
  const last = jobs[0];
  const cancel = useMutation({
    mutationFn: (id: string) => call('jobCancel', { params: { id } }),
    onSuccess: () => refresh('jobs'),
  });
  if (running.length > 0)
    return running.map((job) => (
      <div key={job.id} className="stack tight">
        <span className="tag">{t(`job.kind.${job.kind}`)}</span>
        <JobLine job={job} onCancel={() => cancel.mutate(job.id)} />
      </div>
    ));
  if (last?.state === 'failed')
    return (
      <div className="stack tight" role="status">
        <p>
          <Mark tone="danger">
            {t(`job.kind.${last.kind}`)} · {t('backup.failed')}
          </Mark>
        </p>
        <p className="issues">{last.error}</p>
      </div>
    );
  if (last?.kind !== 'restore' || last.state !== 'done') return null;
  return (
    <div role="status">
      <RestoreTold job={last} />
    </div>
  );
}

interface RowProps {
  readonly backup: Backup;
  readonly busy: boolean;
  readonly writing: boolean;
  readonly onRestore: () => void;
}

function Row({ backup, busy, writing, onRestore }: RowProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { name, createdAt, verifiedAt } = backup;
  const whole = backup.state === 'whole';
  const state = writing && !whole ? 'writing' : backup.state;
  const verify = useMutation({
    mutationFn: () => call('backupVerify', { body: { folder: name } }),
    onSuccess: () => refresh('jobs'),
  });
  return (
    <tr>
      <td>
        {name}
        {verify.isError && <Failure compact error={verify.error} />}
      </td>
      <td>{createdAt ? dateTime(createdAt) : '–'}</td>
      <td>
        <Mark tone={tones[state]}>{t(`backup.states.${state}`)}</Mark>
      </td>
      <td className="end">{whole ? bytes(backup.bytes) : '–'}</td>
      <td className="end">{whole ? number(backup.rows) : '–'}</td>
      <td title={verifiedAt ? dateTime(verifiedAt) : ''}>
        {verifiedAt ? (
          <Mark tone="success">{t('backup.verifiedAt', { time: ago(verifiedAt) })}</Mark>
        ) : (
          <span className="muted">{whole ? t('backup.notVerified') : '–'}</span>
        )}
      </td>
      <td>
        {whole && (
          <div className="row">
            <Button
              size="small"
              disabled={busy}
              loading={verify.isPending}
              aria-label={t('backup.verifyOf', { name })}
              onClick={() => verify.mutate()}
            >
              {t('backup.verify')}
            </Button>
            {may('restore') && (
              <Button
                size="small"
                danger
                disabled={busy}
                aria-label={t('backup.restoreOf', { name })}
                onClick={onRestore}
              >
                {t('backup.restore')}
              </Button>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

const columns = ['name', 'at', 'state', 'size', 'rows', 'verified', 'actions'] as const;

function List({
  items,
  jobs,
  onRestore,
}: {
  items: readonly Backup[];
  jobs: readonly Job[];
  onRestore: (of: Backup) => void;
}) {
  const { t } = useTranslation();
  const running = jobs.filter(isUnderWay);
  return (
    <div className="scroll-x">
      <table className="plain backups" aria-label={t('backup.title')}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} className={column === 'size' || column === 'rows' ? 'end' : ''}>
                {t(`backup.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((backup) => (
            <Row
              key={backup.name}
              backup={backup}
              busy={running.length > 0}
              writing={running.some(({ title }) => title === backup.folder)}
              onRestore={() => onRestore(backup)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Backups of this server: made, verified, and put in the place of what is here. */
export function BackupPanel() {
  const { t } = useTranslation();
  const query = useQuery(read('backups'));
  const jobs = useJobs().data?.items.filter(isOurs) ?? [];
  const [restoring, setRestoring] = useState<Backup | null>(null);
  return (
    <Panel title={t('backup.title')} note={query.data && t('backup.note', { home: query.data.home })}>
      <QueryView query={query}>
        {({ home, items }) => (
          <div className="stack">
            <Make />
            <Work jobs={jobs} />
            {items.length === 0 ? (
              <Empty compact why={t('backup.none')} />
            ) : (
              <List items={items} jobs={jobs} onRestore={setRestoring} />
            )}
            {restoring && <RestoreDialog backup={restoring} home={home} onClose={() => setRestoring(null)} />}
          </div>
        )}
      </QueryView>
    </Panel>
  );
}
