export type { AuditRecord } from './append.ts';
export { createAudit, type Audit, type AuditQuery } from './audit.ts';
export { carryAudit } from './carry.ts';
