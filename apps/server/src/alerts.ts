import type { Alert } from '@guanxi/contracts';
import type { Guanxi } from './compose.ts';
import { readinessOf } from './readiness.ts';
import { cached, every } from './routes/cached.ts';

const TROUBLES_MS = 30_000;
const FAILED_WITHIN_MS = 7 * 86_400_000;
const LATEST_JOBS = 50;
/** Being behind is ordinary while much comes in; standing still is not, nor what will take this long at the present rate. */
const STILL_SECONDS = 60;
const LONG_SECONDS = 600;

const troublesOf = cached(TROUBLES_MS, every(TROUBLES_MS), ({ ingest }: Guanxi) => ingest.troubles());

function stageAlerts({ platform, river }: Guanxi): Alert[] {
  const head = platform.log.head();
  const { identity, graph, rebuildTo } = river.state();
  const now = platform.clock.now();
  return (['identity', 'graph'] as const).flatMap((stage): Alert[] => {
    const { error, position, rate, updatedAt } = stage === 'identity' ? identity : graph;
    if (error !== null) return [{ code: 'stage_broken', stage, message: error }];
    const lag = head - position;
    if (lag <= 0 || rebuildTo !== null || updatedAt === null) return [];
    const still = (now - updatedAt) / 1000;
    const seconds = Math.round(rate > 0 ? lag / rate : still);
    return still > STILL_SECONDS || (rate > 0 && seconds > LONG_SECONDS)
      ? [{ code: 'stage_behind', stage, lag, seconds }]
      : [];
  });
}

async function engineAlerts(guanxi: Guanxi): Promise<Alert[]> {
  const { engines } = await readinessOf(guanxi);
  return (['clickhouse', 'postgres'] as const).flatMap((engine): Alert[] => {
    const message = engines[engine];
    return message === null ? [] : [{ code: 'engine_away', engine, message }];
  });
}

async function sourceAlerts(guanxi: Guanxi): Promise<Alert[]> {
  return (await troublesOf(guanxi)).map(({ source, ...trouble }): Alert => ({
    ...trouble,
    sourceId: source.id,
    sourceName: source.name,
  }));
}

/** A job that failed and was not done anew since. */
async function jobAlerts({ platform }: Guanxi): Promise<Alert[]> {
  const jobs = await platform.jobs.list(LATEST_JOBS);
  const since = platform.clock.now() - FAILED_WITHIN_MS;
  return jobs.flatMap(({ id, kind, title, state, finishedAt, createdAt }, place): Alert[] => {
    const at = finishedAt ?? createdAt;
    const again = jobs.slice(0, place).some((job) => job.kind === kind && job.title === title);
    return state === 'failed' && !again && Date.parse(at) >= since ? [{ code: 'job_failed', id, kind, title, at }] : [];
  });
}

/** What somebody should look at, most pressing first. While an engine is away, what it would be asked is left out. */
export async function alertsOf(guanxi: Guanxi): Promise<Alert[]> {
  const engines = await engineAlerts(guanxi);
  const away = new Set(engines.map((alert) => alert.code === 'engine_away' && alert.engine));
  const [sources, jobs] = await Promise.all([
    away.has('clickhouse') ? [] : sourceAlerts(guanxi),
    away.has('postgres') ? [] : jobAlerts(guanxi),
  ]);
  return [...engines, ...stageAlerts(guanxi), ...sources, ...jobs];
}
