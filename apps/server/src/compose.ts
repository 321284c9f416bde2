import { type Audit, createAudit } from '@guanxi/engine/audit';
import { type Access, createAccess } from '@guanxi/engine/access';
import { createGraph, type Graph } from '@guanxi/engine/graph';
import { createIdentity, type Identity } from '@guanxi/engine/identity';
import { createImports, type Imports } from '@guanxi/engine/imports';
import { createIngest, type Ingest } from '@guanxi/engine/ingest';
import {
  type Config,
  isCurrent,
  openPlatform,
  type Platform,
  type PlatformOptions,
  reloadOn,
  REPLACED_TOPIC,
  type Term,
} from '@guanxi/engine/platform';
import { createPrivacy, openPrivacy, type Privacy } from '@guanxi/engine/privacy';
import { createProfile, type Profile } from '@guanxi/engine/profile';
import { createRiver, type River } from '@guanxi/engine/river';
import { createScenes, type Scenes } from '@guanxi/engine/scenes';
import { createMasking, type Masking } from './masking/index.ts';
import { logAdapterOf } from './log-adapter.ts';
import { createDemo, type Demo } from './demo/index.ts';
import { createLive, type Live } from './live.ts';
import { restoreHandler } from './restore-job.ts';
import { backupHandler, verifyHandler } from './backup-job.ts';
import { rebuildHandler } from './rebuild-job.ts';
import { createSignOnProvider, type SignOnProvider } from './sign-on.ts';

/** The whole product, wired by hand. */
export interface Guanxi {
  readonly platform: Platform;
  readonly audit: Audit;
  readonly access: Access;
  /** Null where no identity provider is configured. */
  readonly signOn: SignOnProvider | null;
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly graph: Graph;
  readonly scenes: Scenes;
  readonly profile: Profile;
  readonly imports: Imports;
  readonly privacy: Privacy;
  readonly river: River;
  readonly demo: Demo;
  readonly live: Live;
  readonly masking: Masking;
  readonly startedAt: number;
  close(): Promise<void>;
}

/** How many events an import may be ahead of the graph, so that live events never wait long behind it. */
const IMPORT_LEAD = 10_000;

export interface ComposeOptions extends PlatformOptions {
  /** Nothing is processed and no job runs: the data are only to be read. */
  readonly idle?: boolean;
  /** Called once all data have been replaced: what is composed here knows nothing of them, and is to be closed. */
  readonly onReplaced?: () => void;
}

/** Tells when the data are no longer those that were opened. */
function watchReplacing(platform: Platform, onReplaced: () => void): () => Promise<boolean> {
  const look = async () => {
    const current = await isCurrent(platform.postgres, platform.replacement);
    if (!current) onReplaced();
    return current;
  };
  reloadOn(platform, REPLACED_TOPIC, async () => void (await look()));
  return look;
}

export async function compose(config: Config, options: ComposeOptions = {}): Promise<Guanxi> {
  const openLog = options.openLog ?? (await logAdapterOf(config));
  const platform = await openPlatform(config, { ...options, ...(openLog ? { openLog } : {}) });
  try {
    const audit = await createAudit(platform);
    const access = await createAccess(platform);
    const ingest = await createIngest(platform);
    const identity = await createIdentity(platform);
    const graph = await createGraph(platform, identity);
    const scenes = await createScenes(platform);
    const profile = await createProfile(platform, identity, graph);
    const base = await openPrivacy({ platform, ingest, identity });
    const river = await createRiver({ platform, ingest, identity, graph, profile, consent: base.consent });
    const imports = createImports(platform, ingest, { throttle: () => river.throttle(IMPORT_LEAD) });
    const demo = createDemo({ platform, ingest, imports, river });
    const live = createLive({ ingest, identity, river });
    const privacy = createPrivacy(base, {
      platform, audit, ingest, identity, graph, scenes, profile, river, imports, forget: live.forget,
    }); // prettier-ignore
    const handlers = {
      import: imports.handler,
      rebuild: rebuildHandler({ identity, graph, river }),
      demo: demo.handler,
      backup: backupHandler({ platform, river }),
      verify: verifyHandler({ platform }),
      restore: restoreHandler({ platform, river }),
      ...privacy.handlers,
    };
    let stopPrivacy: () => void = () => undefined;
    const isOurs = watchReplacing(platform, options.onReplaced ?? (() => undefined));
    const standing = {
      async begin(term: Term) {
        if (!(await isOurs())) throw new Error('the data were replaced');
        await river.lead(term);
        await platform.jobs.start(handlers);
        stopPrivacy = await privacy.start();
      },
      async end() {
        stopPrivacy();
        await platform.jobs.pause();
        await river.follow();
      },
    };
    if (!options.idle) await platform.leadership.stand(standing);
    return {
      platform,
      audit,
      access,
      signOn: createSignOnProvider(config),
      ingest,
      identity,
      graph,
      scenes,
      profile,
      imports,
      privacy,
      river,
      demo,
      live,
      masking: createMasking(() => ({ ontology: graph.ontology(), rules: identity.rules() })),
      startedAt: platform.clock.now(),
      async close() {
        stopPrivacy();
        await platform.leadership.close();
        await river.stop();
        await platform.close();
      },
    };
  } catch (error) {
    await platform.close();
    throw error;
  }
}
