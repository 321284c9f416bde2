export { createRiver, type Processed, type River, type RiverParts, type StageState } from './river.ts';
