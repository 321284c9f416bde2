import { describe } from 'vitest';
import { missingKafka } from '../support/kafka-server.ts';
import { missingPostgres } from '../support/postgres-server.ts';
import { erasureSuite } from './erasure-suite.ts';

const missing = missingPostgres();
describe.skipIf(missing !== null)(`served engines${missing ? ` (${missing})` : ''}`, () => {
  // They take turns from run to run.
  erasureSuite(Date.now() % 2 ? 'served' : 'cluster');
});
const noKafka = missingKafka();
describe.skipIf(noKafka !== null)(`the log on Kafka${noKafka ? ` (${noKafka})` : ''}`, () => {
  erasureSuite('kafka');
});
