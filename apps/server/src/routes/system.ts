import type { Stage } from '@guanxi/contracts';
import { readManifest } from '@guanxi/engine/transfer';
import type { Guanxi } from '../compose.ts';
import type { Handlers } from './handler.ts';
import { alertsOf } from '../alerts.ts';
import { homeFigures } from '../home.ts';
import { backupFolder, backupsOf } from '../backup-job.ts';
import { lacking } from '../guard.ts';
import { refuseRestore } from '../restore-job.ts';
import { version } from '../version.ts';
import { cached, every } from './cached.ts';

function stagesOf({ platform, river }: Guanxi): Stage[] {
  const head = platform.log.head();
  const { identity, graph } = river.state();
  const stage = (name: Stage['name'], state: typeof identity): Stage => ({
    name,
    position: state.position,
    head,
    lag: head - state.position,
    rate: state.rate,
    updatedAt: state.updatedAt === null ? null : new Date(state.updatedAt).toISOString(),
    error: state.error,
  });
  return [
    {
      name: 'log',
      position: head,
      head,
      lag: platform.log.pending(),
      rate: identity.rate,
      updatedAt: null,
      error: null,
    },
    stage('identity', identity),
    stage('graph', graph),
  ];
}

/** Whole-store counts cost a scan: while events flow, a screen that asks every second gets those of a moment ago. */
const COUNTS_MS = 2000;

const settledAt = ({ river, platform }: Guanxi) => {
  const { position } = river.state().graph;
  return position >= platform.log.head() ? position : 'moving';
};

const countsOf = cached(COUNTS_MS, settledAt, async ({ identity, profile, graph, ingest, demo }: Guanxi) => {
  const [people, { identifiers }, things, waiting, generated] = await Promise.all([
    profile.counts(),
    identity.counts(),
    graph.counts(),
    ingest.quarantine.count(),
    demo.shown(),
  ]);
  return { generated, counts: { ...people, identifiers, ...things, quarantined: waiting } };
});

const HOME_MS = 10_000;
/** Four scans of a large store: those who look at Home share one answer, also while events flow. */
const homeOf = cached(HOME_MS, every(HOME_MS), homeFigures);

export const systemHandlers: Handlers<
  | 'status'
  | 'home'
  | 'alerts'
  | 'jobs'
  | 'job'
  | 'jobCancel'
  | 'jobRetry'
  | 'rebuild'
  | 'backup'
  | 'backups'
  | 'backupVerify'
  | 'restore'
> = {
  async status(_, guanxi) {
    const { platform, river, startedAt } = guanxi;
    const { accepted, duplicates } = river.state();
    const { counts, generated } = await countsOf(guanxi);
    return {
      name: 'guanxi',
      version,
      startedAt: new Date(startedAt).toISOString(),
      ready: river.state().identity.error === null && river.state().graph.error === null,
      rebuilding: river.state().rebuildTo !== null,
      engines: {
        clickhouse: platform.clickhouse.version,
        postgres: platform.postgres.version,
        embedded: platform.clickhouse.embedded,
      },
      stages: stagesOf(guanxi),
      counts: { ...counts, events: accepted, duplicates },
      generated,
    };
  },
  home: (_, guanxi) => homeOf(guanxi),
  alerts: async (_, guanxi) => ({ items: await alertsOf(guanxi) }),
  jobs: async ({ query }, { platform }) => ({ items: await platform.jobs.list(query.limit) }),
  job: ({ params }, { platform }) => platform.jobs.get(params.id),
  jobCancel: ({ params }, { platform }) => platform.jobs.cancel(params.id),
  async jobRetry({ params }, { platform }, { permissions }) {
    const { kind } = await platform.jobs.get(params.id);
    if (kind === 'restore' && !permissions.has('restore')) throw lacking('restore');
    return platform.jobs.retry(params.id);
  },
  backup: ({ body }, { platform }, caller) => {
    const folder = backupFolder(body.folder, platform.config, caller.actor);
    return platform.jobs.submit('backup', folder, { folder }, 'rows');
  },
  backups: (_, { platform }) => backupsOf(platform),
  async backupVerify({ body }, { platform }, { actor }) {
    const folder = backupFolder(body.folder, platform.config, actor);
    await readManifest(folder);
    return platform.jobs.submit('verify', folder, { folder }, 'rows');
  },
  restore: async ({ body: { folder: name, replace } }, { platform }, { actor }) => {
    const folder = backupFolder(name, platform.config, actor);
    await readManifest(folder);
    refuseRestore(platform, replace);
    return platform.jobs.submit('restore', folder, { folder, replace, actor }, 'rows');
  },
  rebuild: (_, { platform }) => platform.jobs.submit('rebuild', 'asked', {}, 'events'),
};
