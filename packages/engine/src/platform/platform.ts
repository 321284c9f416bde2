import type { ClickHouse } from './clickhouse.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openClickHouse, openPostgres, refuseUnfinished } from './engines.ts';
import { jobSeal, sealOlderJobs } from './jobs-sealed.ts';
import { createJobs, jobMigrations, type Jobs } from './jobs.ts';
import { leaderMigrations, type Leadership, localLeadership, servedLeadership } from './leader.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { type EventLog, openClickHouseLog, openSharedClickHouseLog } from './log.ts';
import type { Postgres } from './postgres.ts';
import { finishReplacing } from './replaced.ts';
import { localSignals, servedSignals, type Signals } from './signals.ts';
import { createLogger, createRegistry, type Logger, type Registry } from './telemetry.ts';
import { openVault, type Vault } from './vault/index.ts';

/** What every folder of the engine stands on. */
export interface Platform {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  /** Keys of what is sealed at rest. */
  readonly vault: Vault;
  readonly log: EventLog;
  readonly jobs: Jobs;
  /** Reaches every process on the same engines: caches of settings reload on a signal. */
  readonly signals: Signals;
  /** Opens the API to the command line of this machine, which reads it from the lock file. */
  readonly localToken: string;
  /** Names the last time that all data were replaced, as this process found it; '' of data that never were. */
  readonly replacement: string;
  /** Who processes the log and works on jobs, where several processes share the engines. */
  readonly leadership: Leadership;
  /** Writes the server's address into the lock file, for the command line to find. */
  announce(url: string): void;
  close(): Promise<void>;
}

/** What an event log can be made of. */
export type LogGround = Pick<Platform, 'config' | 'clock' | 'logger' | 'clickhouse' | 'postgres' | 'signals'>;

/** Opens an event log, this folder's or one of an adapter that whoever composes the product hands in. */
export type OpenLog = (ground: LogGround) => Promise<EventLog>;

export interface PlatformOptions {
  /** The lock on the data folder, where whoever opens the platform has it already and keeps it when it is closed. */
  readonly lock?: FolderLock;
  readonly clock?: Clock;
  readonly openLog?: OpenLog;
}

/** Where both engines are served, other processes may append to the same tables. */
const openLogOnEngines: OpenLog = ({ config, clickhouse, logger, postgres, signals }) => {
  const parts = { clickhouse, logger, maxPending: config.maxPendingEvents };
  return config.postgresUrl && config.clickhouseUrl
    ? openSharedClickHouseLog({ ...parts, postgres, postgresUrl: config.postgresUrl, signals })
    : openClickHouseLog(parts);
};

/** Lock the data folder, open both engines, the event log and the jobs. */
export async function openPlatform(
  config: Config,
  { clock = systemClock, openLog = openLogOnEngines, lock: given }: PlatformOptions = {},
): Promise<Platform> {
  const logger = createLogger(config.logLevel);
  const lock = given ?? lockFolder(config.dataDir);
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    for (const part of opened.reverse()) await part.close();
    if (!given) lock.release();
  };
  try {
    const postgres = await openPostgres(config);
    opened.push(postgres);
    await refuseUnfinished(postgres);
    const vault = await openVault(config, postgres, new Date(clock.now()));
    const signals = config.postgresUrl ? await servedSignals(config.postgresUrl, logger) : localSignals(logger);
    opened.push(signals);
    const clickhouse = await openClickHouse(config, vault);
    opened.push(clickhouse);
    await postgres.migrate([...jobMigrations, ...leaderMigrations]);
    const replacement = await finishReplacing(postgres, clickhouse);
    const seal = jobSeal(vault.cipher('jobs'));
    await sealOlderJobs(postgres, seal);
    const log = await openLog({ config, clock, logger, clickhouse, postgres, signals });
    opened.push(log);
    const jobs = createJobs({ postgres, clock, logger, signals, seal });
    opened.push({ close: () => jobs.stop() });
    const leadership = config.postgresUrl ? servedLeadership(config.postgresUrl, logger) : localLeadership(postgres);
    opened.push(leadership);
    return {
      config,
      clock,
      logger,
      metrics: createRegistry(),
      clickhouse,
      postgres,
      vault,
      log,
      jobs,
      signals,
      localToken: lock.token,
      replacement,
      leadership,
      announce: lock.announce,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
