export { createAudit, type Audit, type AuditQuery, type AuditRecord } from './audit.ts';
