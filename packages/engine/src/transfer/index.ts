export type { Cargo, OnProgress, Page, Send, Sink } from './cargo.ts';
export { findBackups, type FoundBackup } from './found.ts';
export { FolderSink, type Manifest, readManifest, sendFolder, verifyBackup } from './folder.ts';
export { type LiveParts, logPages, sendLast, sendLive } from './live.ts';
export { ASIDE, dropAside, lockTables, notEmptyHere, Replacer, type ReplaceTarget } from './replace.ts';
export { Loader, type LoadTarget } from './load.ts';
