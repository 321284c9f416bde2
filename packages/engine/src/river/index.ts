export { createRiver, type River } from './river.ts';
export type { Processed, RiverParts, StageState } from './view.ts';
export { adoptLog, riverRows } from './store.ts';
