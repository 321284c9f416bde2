import { describe } from 'vitest';
import { missingKafka } from '../support/kafka-server.ts';
import { missingPostgres } from '../support/postgres-server.ts';
import { inTurn } from '../support/turns.ts';
import { erasureSuite } from './erasure-suite.ts';

const installation = inTurn([
  { name: 'served', missing: missingPostgres() },
  { name: 'cluster', missing: missingPostgres() },
  { name: 'kafka', missing: missingKafka() },
] as const);
const { name, missing } = installation;
describe.skipIf(missing !== null)(`${name}${missing ? ` (${missing})` : ''}`, () => erasureSuite(name));
