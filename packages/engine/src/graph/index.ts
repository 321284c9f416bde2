export type { CommonRequest } from './common.ts';
export type { GraphCounts } from './counts.ts';
export type { EdgeEventsRequest } from './evidence.ts';
export { createGraph, type Graph } from './graph.ts';
export type { Label, NodeRef } from './labels.ts';
export { personName } from './names.ts';
export type { GraphEvent } from './projection.ts';
export type { SearchOptions } from './search.ts';
export { retail } from './templates/retail.ts';
