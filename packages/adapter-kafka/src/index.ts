export { openKafkaLog } from './log.ts';
