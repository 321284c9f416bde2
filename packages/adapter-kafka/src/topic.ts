import { type Admin, ConfigResourceTypes } from '@platformatic/kafka';
import { briefly, type Logger, UserError } from '@guanxi/engine/platform';

/** What the adapter needs to know of the topic. */
export interface TopicFacts {
  /** Kafka's own id of it: a topic made anew under the same name has another. */
  readonly id: string;
  /** The largest batch the brokers take, in bytes. */
  readonly maxBatchBytes: number;
}

const DAY_MS = 86_400_000;
/** Erased records leave the brokers' disks within about so long. */
const ERASED_WITHIN_MS = 7 * DAY_MS;
const MAX_BATCH_BYTES = 16 << 20;

const settingsOfNew = (replicas: number): Record<string, string> => ({
  'cleanup.policy': 'compact',
  'max.compaction.lag.ms': String(ERASED_WITHIN_MS),
  'delete.retention.ms': String(DAY_MS),
  'max.message.bytes': String(MAX_BATCH_BYTES),
  'unclean.leader.election.enable': 'false',
  'min.insync.replicas': String(Math.max(1, replicas - 1)),
  // One broker alone has nobody who holds a copy: what it acknowledges must be on its disk.
  ...(replicas === 1 ? { 'flush.messages': '1' } : {}),
});

/** What is wrong with a topic's settings: `broken` loses events or their order, `risky` may. */
export function faultsOf(
  partitions: number,
  replicas: number,
  settings: ReadonlyMap<string, string>,
): { broken: string[]; risky: string[] } {
  const broken: string[] = [];
  const risky: string[] = [];
  const policy = settings.get('cleanup.policy') ?? 'delete';
  if (partitions !== 1) broken.push(`it has ${partitions} partitions; the order of all events needs one`);
  if (policy.includes('delete'))
    for (const name of ['retention.ms', 'retention.bytes'])
      if (settings.get(name) !== '-1') broken.push(`${name} is ${settings.get(name)}: old events would be deleted`);
  if (!policy.includes('compact')) risky.push(`cleanup.policy is ${policy}: erased events are hidden but stay on disk`);
  else if (Number(settings.get('max.compaction.lag.ms')) > 30 * DAY_MS)
    risky.push('max.compaction.lag.ms is more than 30 days: erased events may stay on disk longer');
  if (settings.get('unclean.leader.election.enable') === 'true')
    broken.push('unclean.leader.election.enable is true: acknowledged events may be lost');
  if (replicas === 1 && settings.get('flush.messages') !== '1')
    risky.push('one replica and flush.messages is not 1: a power cut loses what was acknowledged');
  if (replicas > 1 && Number(settings.get('min.insync.replicas')) < 2)
    risky.push('min.insync.replicas is less than 2: one broker alone may acknowledge');
  return { broken, risky };
}

async function settingsOf(admin: Admin, topic: string): Promise<Map<string, string>> {
  const [described] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }],
  });
  return new Map((described?.configs ?? []).map(({ name, value }) => [name, value ?? '']));
}

/** Brokers in the cluster decide how many copies a new topic has: as many as there are, at most three. */
async function createTopic(admin: Admin, topic: string, logger: Logger): Promise<void> {
  const replicas = Math.min(3, (await admin.metadata({ topics: [] })).brokers.size);
  const configs = Object.entries(settingsOfNew(replicas)).map(([name, value]) => ({ name, value }));
  try {
    await admin.createTopics({ topics: [topic], partitions: 1, replicas, configs });
    logger.info({ topic, replicas }, 'topic of the event log created');
  } catch (error) {
    // Another process may have been faster.
    if (!(await admin.listTopics()).includes(topic)) throw error;
  }
}

const APPEARS_WITHIN_MS = 10_000;

/** A new topic is known to the controller before every broker has heard of it. */
async function placeOf(admin: Admin, topic: string) {
  for (const until = Date.now() + APPEARS_WITHIN_MS; ; await new Promise((done) => setTimeout(done, 100)))
    try {
      const found = (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic);
      if (found && found.partitions.every((partition) => partition.leader >= 0)) return found;
      throw new Error('the topic has no leader');
    } catch (error) {
      if (Date.now() > until) throw error;
    }
}

/**
 * Creates the topic where there is none, and checks one that is there. Throws where its settings break a promise of the
 * event log, unless the operator has accepted that; what may go wrong is logged.
 */
export async function ensureTopic(parts: {
  readonly admin: Admin;
  readonly topic: string;
  readonly accepted: boolean;
  readonly logger: Logger;
}): Promise<TopicFacts> {
  const { admin, topic, accepted, logger } = parts;
  try {
    if (!(await admin.listTopics()).includes(topic)) await createTopic(admin, topic, logger);
    const found = await placeOf(admin, topic);
    const settings = await settingsOf(admin, topic);
    const { broken, risky } = faultsOf(found.partitionsCount, found.partitions[0]!.replicas.length, settings);
    for (const reason of accepted ? [...broken, ...risky] : risky) logger.warn({ topic, reason }, 'topic of the log');
    if (broken.length > 0 && !accepted)
      throw new UserError(
        'invalid',
        'kafka_topic',
        `The topic ${topic} cannot be the event log: ${broken.join('; ')}`,
        {
          where: 'GUANXI_KAFKA_TOPIC',
          remedy: 'Change the topic, or set GUANXI_KAFKA_ACCEPT_TOPIC=true if you know that it is right for you.',
        },
      );
    return { id: found.id, maxBatchBytes: Number(settings.get('max.message.bytes') ?? 1 << 20) };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('unavailable', 'kafka_unavailable', `Kafka cannot be used: ${briefly(error)}`, {
      where: 'GUANXI_KAFKA_BROKERS',
      remedy: 'See that the brokers can be reached from here, and that the account may create and describe the topic.',
      cause: error,
    });
  }
}
