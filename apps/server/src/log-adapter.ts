import type { Config, OpenLog } from '@guanxi/engine/platform';

/** Opens the event log of the settings where it is not the engine's own; an adapter is loaded only where it is used. */
export async function logAdapterOf(config: Config): Promise<OpenLog | undefined> {
  if (config.kafkaBrokers === undefined) return undefined;
  return (await import('@guanxi/adapter-kafka')).openKafkaLog;
}
