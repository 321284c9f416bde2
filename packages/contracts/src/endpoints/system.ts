import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { limitOf } from '../common.ts';
import { backups } from '../backups.ts';
import { alert, home } from '../home.ts';
import { job } from '../jobs.ts';
import { status } from '../system.ts';

const byId = z.object({ id: z.string().min(1).max(100) });

const folder = z
  .string()
  .min(1)
  .max(1000)
  // No file system names a folder by half a character.
  .regex(/^[^\p{Cs}\p{Cc}]*$/u)
  .describe('A name below GUANXI_BACKUP_DIR; any other place only by the command line of that machine');

/** Status, jobs, rebuild, export. */
export const systemEndpoints = {
  status: {
    method: 'GET',
    allow: 'status.read',
    path: '/api/status',
    tag: 'system',
    summary: 'What there is, how fresh it is and how each stage does',
    response: status,
  },
  home: {
    method: 'GET',
    allow: 'status.read',
    path: '/api/home',
    tag: 'system',
    summary: 'Figures of the last day, week and 28 days',
    response: home,
  },
  alerts: {
    method: 'GET',
    allow: 'status.read',
    path: '/api/alerts',
    tag: 'system',
    summary: 'What somebody should look at now, most pressing first',
    response: z.object({ items: z.array(alert) }),
  },
  jobs: {
    method: 'GET',
    allow: 'status.read',
    path: '/api/jobs',
    tag: 'system',
    summary: 'Long work, newest first',
    query: z.object({ limit: limitOf(200, 50) }),
    response: z.object({ items: z.array(job) }),
  },
  job: {
    method: 'GET',
    allow: 'status.read',
    path: '/api/jobs/:id',
    tag: 'system',
    summary: 'One job',
    params: byId,
    response: job,
  },
  jobCancel: {
    method: 'POST',
    allow: 'operate',
    path: '/api/jobs/:id/cancel',
    tag: 'system',
    summary: 'Stop a job; what it finished is kept',
    params: byId,
    response: job,
  },
  jobRetry: {
    method: 'POST',
    allow: 'operate',
    path: '/api/jobs/:id/retry',
    tag: 'system',
    summary: 'Go on with a failed or cancelled job where it stopped',
    params: byId,
    response: job,
  },
  rebuild: {
    method: 'POST',
    allow: 'operate',
    path: '/api/rebuild',
    tag: 'system',
    summary: 'Drop everything derived and replay the event log',
    response: job,
  },
  backup: {
    method: 'POST',
    allow: 'operate',
    path: '/api/backups',
    tag: 'system',
    summary: 'Write a backup into a folder of the machine the server runs on, while it runs',
    body: z.object({ folder }),
    response: job,
  },
  backups: {
    method: 'GET',
    allow: 'operate',
    path: '/api/backups',
    tag: 'system',
    summary: 'What lies below GUANXI_BACKUP_DIR, newest first',
    response: backups,
  },
  backupVerify: {
    method: 'POST',
    allow: 'operate',
    path: '/api/backups/verify',
    tag: 'system',
    summary: 'Read every file of a backup and compare it with what was written',
    body: z.object({ folder }),
    response: job,
  },
  restore: {
    method: 'POST',
    allow: 'restore',
    path: '/api/restores',
    tag: 'system',
    summary: 'Put a backup in the place of everything that is there, while the server runs',
    body: z.object({
      folder,
      replace: z
        .boolean()
        .default(false)
        .describe('Where there are events already: they may go, after they were backed up'),
    }),
    response: job,
  },
  export: {
    method: 'GET',
    allow: 'export',
    path: '/api/export/:what',
    tag: 'system',
    summary: 'Everything of one kind as a file, streamed',
    streams: 'file',
    params: z.object({ what: z.enum(['customers', 'events', 'nodes', 'edges', 'quarantine']) }),
    query: z.object({
      format: z.enum(['jsonl', 'csv']).default('jsonl'),
      pii: z
        .enum(['masked', 'hashed', 'plain'])
        .default('masked')
        .describe(
          'hashed: SHA-256 of phones and e-mails, for advertising platforms; plain: needs pii.reveal and a reason',
        ),
      salt: z.string().max(200).optional().describe('Put before each value that is hashed'),
      k: z.coerce
        .number()
        .int()
        .min(2)
        .max(1000)
        .optional()
        .describe('Customers without identifiers, each like at least k - 1 others'),
      reason: z.string().trim().max(500).optional().describe('Why plain values are needed; the audit log keeps it'),
    }),
  },
} as const satisfies Record<string, Endpoint>;
