import { ApiError, type Job } from '@guanxi/contracts';
import type { Session } from './connect.ts';
import { ProgressBar } from './progress.ts';

const POLL_MS = 300;
const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** The user stopped the command. */
export class Cancelled extends Error {}

/** How the job is; a server that is away is asked again for as long as `awayMs`. */
async function lookAt(id: string, { api }: Session, awayMs: number): Promise<Job> {
  for (const until = Date.now() + awayMs; ;)
    try {
      return await api.job({ params: { id } });
    } catch (error) {
      if ((error instanceof ApiError && error.status !== 503) || Date.now() >= until) throw error;
      await pause();
    }
}

/** Shows a job until it ends. Ctrl-C cancels the job; throws when it fails. */
export async function followJob(job: Job, label: string, session: Session, awayMs = 0): Promise<Job> {
  const { api, text, signal } = session;
  const bar = new ProgressBar(label, text);
  let asked = false;
  for (let now = job; ; now = await lookAt(job.id, session, awayMs)) {
    bar.show({ done: now.done, total: now.total, rate: now.ratePerSecond, etaSeconds: now.etaSeconds });
    if (signal.aborted && !asked) {
      asked = true;
      await api.jobCancel({ params: { id: job.id } });
    }
    if (now.state === 'done' || now.state === 'failed' || now.state === 'cancelled') {
      bar.end();
      if (now.state === 'cancelled') throw new Cancelled(text.cancelled);
      if (now.state === 'failed') throw new Error(`${text.failed}: ${now.error ?? ''}`);
      return now;
    }
    await pause();
  }
}

/** Waits until everything in the log is in the graph. */
export async function followGraph(label: string, { api, text, signal }: Session): Promise<void> {
  const bar = new ProgressBar(label, text);
  const first = (await api.status()).stages.find((stage) => stage.name === 'graph')!;
  const target = first.head;
  for (let stage = first; ;) {
    const left = Math.max(0, target - stage.position);
    bar.show({
      done: stage.position,
      total: target,
      rate: stage.rate,
      etaSeconds: stage.rate > 0 ? left / stage.rate : null,
    });
    if (left === 0) break;
    if (signal.aborted) throw new Cancelled(text.cancelled);
    await pause();
    stage = (await api.status()).stages.find((item) => item.name === 'graph')!;
  }
  bar.end();
}
