export { DEDUP_WINDOW_MS, type Dedup, messageKeyOf } from './dedup.ts';
export type { DayFigures, VolumeSlice } from './figures.ts';
export { createIngest, type Guard, type Ingest, type Outcome, type Sources } from './ingest.ts';
export type { Quarantine, QuarantineQuery, ReplayRequest, ReplayResult } from './quarantine.ts';
export { canonicalName, readEvent, wireEventOf } from './read.ts';
export type { Address, IngestRequest } from './request.ts';
export type { SourceConfig, SourcePatch } from './sources.ts';
export { subjectOf } from './subject.ts';
export type { CanonicalEvent, Dialect } from './types.ts';
