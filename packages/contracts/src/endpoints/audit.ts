import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { auditEntry, auditVerdict } from '../audit.ts';
import { instant, limitOf, pageOf } from '../common.ts';

const text = z.string().max(200).optional();
const filter = z.object({
  text: text.describe('Anywhere in action, actor or subject'),
  action: text,
  actor: text.describe('Id of the actor'),
  subject: text,
  from: instant.optional(),
  to: instant.optional(),
});

/** Who did what. */
export const auditEndpoints = {
  auditList: {
    method: 'GET',
    allow: 'audit.read',
    path: '/api/audit',
    tag: 'audit',
    summary: 'What was done, newest first',
    query: filter.extend({ limit: limitOf(500, 100), cursor: text }),
    response: pageOf(auditEntry),
  },
  auditVerify: {
    method: 'GET',
    allow: 'audit.read',
    path: '/api/audit/verify',
    tag: 'audit',
    summary: 'Whether any entry was altered, removed or moved',
    response: auditVerdict,
  },
  auditExport: {
    method: 'GET',
    allow: 'audit.read',
    path: '/api/audit/export',
    tag: 'audit',
    summary: 'The entries a filter finds, as CSV with their hashes',
    streams: 'file',
    query: filter,
  },
} as const satisfies Record<string, Endpoint>;
