// Runs in a child process: appends to the event log on Kafka as fast as it can, and prints each place once it is
// acknowledged, until it is killed. usage: node --import tsx append-to-kafka-until-killed.ts BROKERS TOPIC
import { writeSync } from 'node:fs';
import { openKafkaLog } from '../../packages/adapter-kafka/src/index.ts';
import { openTestPlatform } from '../../packages/engine/src/platform/testing.ts';

const { log } = await openTestPlatform(
  { kafkaBrokers: process.argv[2]!, kafkaTopic: process.argv[3]! },
  { openLog: openKafkaLog },
);
const append = async (writer: number) => {
  for (let i = 0; ; i++) {
    const [place] = await log.append([
      { kind: 'event', sourceId: `w${writer}`, receivedAt: Date.now(), sentAt: null, payload: `${i}` },
    ]);
    // Written at once: what is printed was acknowledged before the process died.
    writeSync(1, `${place} w${writer} ${i}\n`);
  }
};
await Promise.all([append(1), append(2), append(3)]);
