export { createImports, type Imports } from './imports.ts';
export type { Gate, Throttle } from './run.ts';
