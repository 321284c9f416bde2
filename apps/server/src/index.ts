export { type Guanxi } from './compose.ts';
export { type Server, startServer } from './server.ts';
export { checkBackup, holdsData, migrateEngine, type Moved, restoreBackup } from './transfer.ts';
export { version } from './version.ts';
