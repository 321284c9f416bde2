import type { DemoOptions, DemoStatus, Job } from '@guanxi/contracts';
import { demoOptions, demoTitle } from '@guanxi/contracts';
import { defaultUntil } from '@guanxi/demo';
import { type JobHandler, UserError } from '@guanxi/engine/platform';
import { clearDemo, ownDataCame } from './clear.ts';
import type { DemoParts } from './parts.ts';
import { loadDemo, loadParams } from './load.ts';

/** The demo brand of an installation. */
export interface Demo {
  status(): Promise<DemoStatus>;
  /** Begins to load it, goes on where it was stopped, or gives the job that did so already. */
  load(options: DemoOptions): Promise<Job>;
  clear(): Promise<Job>;
  /** Whether made-up data are all there is, some of it, or none. */
  shown(): Promise<'none' | 'only' | 'mixed'>;
  /** Loads it into an installation that has never been given anything. */
  loadIfNew(): Promise<void>;
  readonly handler: JobHandler;
}

const LATEST_JOBS = 200;
const running = (job: Job | undefined): boolean => job?.state === 'queued' || job?.state === 'running';

const titleOf = ({ people, seed, until }: Required<DemoOptions>) => `load:${people}:${seed}:${until}`;

export function createDemo(parts: DemoParts): Demo {
  const { platform, ingest } = parts;
  const sources = async () => {
    const all = await ingest.sources.list();
    const sent = all.filter(({ accepted, quarantined }) => accepted + quarantined > 0);
    return { made: all.some(({ generated }) => generated), own: sent.some(({ generated }) => !generated), sent };
  };
  /** The newest load and the newest clearing, in this order. */
  const works = async () => {
    const jobs = (await platform.jobs.list(LATEST_JOBS)).filter(({ kind }) => kind === 'demo');
    return { last: jobs[0], load: jobs.find(({ title }) => demoTitle(title) !== null), clear: jobs.find(({ title }) => title === 'clear') };
  };
  const optionsOf = (options: DemoOptions) =>
    loadParams.parse({ ...options, until: options.until ?? defaultUntil(platform.clock.now()) });

  const demo: Demo = {
    async status() {
      const [{ made, own }, { last, load, clear }] = await Promise.all([sources(), works()]);
      const state = running(clear) ? 'clearing' : running(load) ? 'loading' : !made ? 'none' : load?.state === 'done' ? 'loaded' : 'stopped';
      const options = load && (made || running(load)) ? demoTitle(load.title) : null;
      return { state, loadable: !own, clearable: made && !own, options, job: last ?? null };
    },
    async load(options) {
      const [{ made, own }, { load, clear }] = await Promise.all([sources(), works()]);
      if (running(clear)) throw new UserError('conflict', 'demo_clearing', 'The demo data are being cleared away');
      if (own) throw new UserError('conflict', 'own_data', 'Data of your own have come in', { remedy: 'Use an empty data folder for the demo data.' });
      const wanted = optionsOf(options);
      if (!load || !(made || running(load))) return platform.jobs.submit('demo', titleOf(wanted), wanted, 'events');
      const known = demoTitle(load.title)!;
      if (known.people !== wanted.people || known.seed !== wanted.seed || (options.until ?? known.until) !== known.until)
        throw new UserError('conflict', 'demo_loaded', 'Other demo data are loaded', { remedy: 'Clear them first.' });
      return load.state === 'failed' || load.state === 'cancelled' ? platform.jobs.retry(load.id) : load;
    },
    async clear() {
      const [{ made, own }, { load, clear }] = await Promise.all([sources(), works()]);
      if (clear && running(clear)) return clear;
      if (own) throw ownDataCame();
      if (!made) throw new UserError('conflict', 'no_demo', 'There are no demo data');
      if (load && running(load)) await platform.jobs.cancel(load.id);
      return platform.jobs.submit('demo', 'clear', {}, 'events');
    },
    async shown() {
      const { made, own, sent } = await sources();
      if (!made || sent.every(({ generated }) => !generated)) return 'none';
      return own ? 'mixed' : 'only';
    },
    async loadIfNew() {
      const wanted = platform.config.demo;
      const jobs = await platform.jobs.list(1);
      const isNew = platform.log.head() === 0 && jobs.length === 0 && (await ingest.quarantine.count()) === 0;
      if (wanted === 'off' || !platform.clickhouse.embedded || !isNew) return;
      await demo.load(demoOptions.parse(wanted === 'on' ? {} : { people: wanted }));
    },
    handler: (run) => (Object.keys(run.params as object).length > 0 ? loadDemo(parts, run) : clearDemo(parts, run)),
  };
  return demo;
} // prettier-ignore
