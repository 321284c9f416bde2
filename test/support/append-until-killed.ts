// Runs in a child process: appends to the event log of an embedded folder as fast as it can, and prints each place once
// it is acknowledged, until it is killed. usage: node --import tsx append-until-killed.ts FOLDER
import { writeSync } from 'node:fs';
import { createLogger, openClickHouseLog, openEmbeddedClickHouse } from '../../packages/engine/src/platform/index.ts';

const clickhouse = await openEmbeddedClickHouse(process.argv[2]!);
const log = await openClickHouseLog({
  clickhouse,
  logger: createLogger('warn'),
  maxPending: 10_000,
});
const append = async (writer: number) => {
  for (let i = 0; ; i++) {
    const entry = {
      kind: 'event' as const,
      sourceId: `w${writer}`,
      receivedAt: Date.now(),
      sentAt: null,
      payload: `${i}`,
    };
    const [place] = await log.append([entry]);
    // Written at once: what is printed was acknowledged before the process died.
    writeSync(1, `${place} w${writer} ${i}\n`);
  }
};
await Promise.all([append(1), append(2), append(3)]);
